/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_read.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "report/printable.h"

#define READ_INTEGER_MAX (G_MAXINT64 / 4)

/* Caller frees; NULL where it is missing or null. */
static char *read_text(const json_t *object, const char *key)
{
	return g_strdup(json_string_value(json_object_get(object, key)));
}

/* "" where it is missing: what all else takes for granted. Caller frees. */
static char *read_name(const json_t *object, const char *key)
{
	char *name = read_text(object, key);
	return name == NULL ? g_strdup("") : name;
}

/* No time or size is beyond READ_INTEGER_MAX, so that any two can be added and subtracted. */
static gint64 read_integer(const json_t *object, const char *key)
{
	gint64 number = json_integer_value(json_object_get(object, key));
	return CLAMP(number, -READ_INTEGER_MAX, READ_INTEGER_MAX);
}

static guint64 read_unsigned(const json_t *object, const char *key)
{
	return (guint64)MAX(read_integer(object, key), 0);
}

static guint read_count(const json_t *object, const char *key)
{
	return (guint)CLAMP(read_integer(object, key), 0, G_MAXINT);
}

static gboolean read_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static double read_number(const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);
	return json_is_number(number) ? json_number_value(number) : NAN;
}

static RigVerdict read_verdict(const json_t *object, const char *key)
{
	RigVerdict verdict = RIG_VERDICT_ERROR;
	rig_verdict_parse(json_string_value(json_object_get(object, key)), &verdict);
	return verdict;
}

static RigIntegrity read_integrity(const json_t *object)
{
	RigIntegrity integrity = RIG_INTEGRITY_UNKNOWN;
	const char *name = json_string_value(json_object_get(object, "integrity"));
	if (name != NULL)
		rig_integrity_parse(name, &integrity);
	return integrity;
}

static char *read_unit(const json_t *object)
{
	const char *unit = json_string_value(json_object_get(object, "unit"));
	return g_strdup(rig_printable_dimension(unit));
}

static RigStepRecord *read_step(const json_t *object)
{
	RigStepRecord *step = g_new0(RigStepRecord, 1);
	step->index = read_count(object, "index");
	step->verb = read_name(object, "verb");
	step->as = read_text(object, "as");
	step->begin_us = read_integer(object, "begin_us");
	step->end_us = read_integer(object, "end_us");
	step->outcome = read_verdict(object, "outcome");
	step->message = read_text(object, "message");
	step->expected = read_text(object, "expected");
	step->got = read_text(object, "got");
	return step;
}

static RigFinding *read_finding(const json_t *object)
{
	RigFinding *finding = g_new0(RigFinding, 1);
	finding->limit = read_name(object, "limit");
	finding->verdict = read_verdict(object, "verdict");
	finding->expected = read_text(object, "expected");
	finding->got = read_text(object, "got");
	finding->message = read_text(object, "message");
	finding->value = read_number(object, "value");
	finding->has_value = !isnan(finding->value);
	finding->unit = read_unit(object);
	finding->min = read_number(object, "min");
	finding->max = read_number(object, "max");
	finding->has_min = !isnan(finding->min);
	finding->has_max = !isnan(finding->max);
	finding->integrity = read_integrity(object);
	finding->detail = read_text(object, "detail");
	return finding;
}

static RigValue *read_value(const json_t *object)
{
	RigValue *value = g_new0(RigValue, 1);
	const json_t *what = json_object_get(object, "value");
	value->name = read_name(object, "name");
	value->is_text = json_is_string(what);
	value->text = g_strdup(json_string_value(what));
	value->number = json_is_number(what) ? json_number_value(what) : NAN;
	value->unit = read_unit(object);
	value->integrity = read_integrity(object);
	return value;
}

static RigJudgement *read_judgement(const json_t *object, const RigAttempt *attempt)
{
	if (!read_flag(object, "judged"))
		return NULL;
	RigJudgement *judgement = rig_judgement_new(attempt->case_name, attempt->number);
	judgement->verdict = read_verdict(object, "verdict");
	judgement->message = read_text(object, "message");
	const json_t *findings = json_object_get(object, "findings");
	for (gsize i = 0; i < json_array_size(findings); i++)
		g_ptr_array_add(judgement->findings, read_finding(json_array_get(findings, i)));
	return judgement;
}

static RigAttemptReport *read_attempt(const json_t *object, const char *name)
{
	RigAttempt *attempt = rig_attempt_new(name, read_count(object, "number"));
	attempt->begin_us = read_integer(object, "begin_us");
	attempt->end_us = read_integer(object, "end_us");
	attempt->outcome = read_verdict(object, "outcome");
	attempt->console_begin = read_unsigned(object, "console_begin");
	attempt->console_end = read_unsigned(object, "console_end");
	if (!read_flag(object, "judged"))
		attempt->message = read_text(object, "message");
	const json_t *steps = json_object_get(object, "steps");
	for (gsize i = 0; i < json_array_size(steps); i++)
		g_ptr_array_add(attempt->steps, read_step(json_array_get(steps, i)));
	const json_t *values = json_object_get(object, "values");
	for (gsize i = 0; i < json_array_size(values); i++)
		g_ptr_array_add(attempt->values, read_value(json_array_get(values, i)));
	const json_t *notes = json_object_get(object, "notes");
	for (gsize i = 0; i < json_array_size(notes); i++) {
		if (json_is_string(json_array_get(notes, i)))
			g_ptr_array_add(attempt->notes, g_strdup(json_string_value(json_array_get(notes, i))));
	}
	RigAttemptReport *report = rig_attempt_report_new(attempt, read_judgement(object, attempt));
	report->console = read_text(object, "console");
	report->inferences_count = read_count(object, "inferences_count");
	return report;
}

static const char *read_covers(const json_t *object)
{
	const char *covers = json_string_value(json_object_get(object, "covers"));
	for (guint i = 0; covers != NULL && rig_covers_names[i] != NULL; i++) {
		if (strcmp(rig_covers_names[i], covers) == 0)
			return rig_covers_names[i];
	}
	return rig_covers_names[0];
}

static RigCaseReport *read_case(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	RigCaseReport *report = rig_case_report_new(name == NULL ? "" : name);
	report->about = read_text(object, "about");
	report->covers = read_covers(object);
	report->file = read_text(object, "file");
	report->line = read_count(object, "line");
	report->verdict = read_verdict(object, "verdict");
	report->flaky = read_flag(object, "flaky");
	report->quarantined = read_flag(object, "quarantined");
	report->reason = read_text(object, "reason");
	report->rerun = read_text(object, "rerun");
	report->duration_us = read_integer(object, "duration_us");
	const json_t *attempts = json_object_get(object, "attempts");
	for (gsize i = 0; i < json_array_size(attempts); i++)
		g_ptr_array_add(report->attempts, read_attempt(json_array_get(attempts, i), report->name));
	return report;
}

static RigRunReport *read_run(const json_t *object)
{
	RigRunReport *run = rig_run_report_new();
	const struct {
		const char *key;
		char **text;
	} texts[] = {
	    {"id", &run->id},
	    {"suite", &run->suite},
	    {"suite_path", &run->suite_path},
	    {"suite_sha256", &run->suite_sha256},
	    {"bench", &run->bench},
	    {"board", &run->board},
	    {"target", &run->target},
	    {"unit_serial", &run->unit_serial},
	    {"candidate", &run->candidate},
	    {"image_sha256", &run->image_sha256},
	    {"load_digest", &run->load_digest},
	    {"build_id", &run->build_id},
	    {"started", &run->started},
	    {"message", &run->message},
	};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		*texts[i].text = read_text(object, texts[i].key);
	run->verdict = read_verdict(object, "verdict");
	run->begin_us = read_integer(object, "begin_us");
	run->duration_us = read_integer(object, "duration_us");
	run->interrupted = read_flag(object, "interrupted");
	run->busy = read_flag(object, "busy");
	run->sent_bytes = read_unsigned(object, "sent_bytes");
	run->received_bytes = read_unsigned(object, "received_bytes");
	run->repeats = read_unsigned(object, "repeats");
	const json_t *cases = json_object_get(object, "cases");
	for (gsize i = 0; i < json_array_size(cases); i++)
		g_ptr_array_add(run->cases, read_case(json_array_get(cases, i)));
	return run;
}

RigRunReport *rig_report_json_run_read(const char *text, gsize size, GError **error)
{
	json_error_t problem;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
	const char *wrong = root == NULL ? problem.text : "it tells of no run";
	RigRunReport *run = NULL;
	if (json_is_string(json_object_get(root, "id")) &&
	    json_is_string(json_object_get(root, "board")))
		run = read_run(root);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "result.json: %s", wrong);
	json_decref(root);
	return run;
}
