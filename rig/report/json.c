/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON report (docs/report.schema.json): all that the session knows, numbers in base units
 * beside the unit's name. Unknown texts and numbers, NaN and infinities are null.
 */
#include "report/printable.h"

#include <jansson.h>
#include <math.h>

#define RJSON_TEXT_BYTES     (64u << 10)
#define RJSON_CONSOLE_BYTES  (8u << 10)
#define RJSON_INFERENCES_MAX 1000u /* an attempt; the journal holds all */
#define RJSON_OUTPUTS_MAX    64u   /* a record */
/* 15 digits print 0.94 as 0.94; the journal keeps the full double. */
#define RJSON_DIGITS 15

static json_t *rjson_text(const char *text)
{
	if (text == NULL)
		return json_null();
	g_autofree char *valid = rig_printable(text, RJSON_TEXT_BYTES, RIG_PRINTABLE_BYTES);
	return json_string(valid);
}

static json_t *rjson_number(double number)
{
	return isfinite(number) ? json_real(number) : json_null();
}

static json_t *rjson_known(gint64 number, gint64 unknown)
{
	return number == unknown ? json_null() : json_integer(number);
}

static json_t *rjson_step(gconstpointer item)
{
	const RigStepRecord *step = item;
	json_t *object = json_object();
	json_object_set_new(object, "index", json_integer(step->index));
	json_object_set_new(object, "verb", rjson_text(step->verb));
	json_object_set_new(object, "as", rjson_text(step->as));
	json_object_set_new(object, "begin_us", json_integer(step->begin_us));
	json_object_set_new(object, "end_us", rjson_known(step->end_us, 0));
	json_object_set_new(object, "outcome", rjson_text(rig_verdict_name(step->outcome)));
	json_object_set_new(object, "message", rjson_text(step->message));
	json_object_set_new(object, "expected", rjson_text(step->expected));
	json_object_set_new(object, "got", rjson_text(step->got));
	return object;
}

static json_t *rjson_finding(gconstpointer item)
{
	const RigFinding *finding = item;
	json_t *object = json_object();
	json_object_set_new(object, "limit", rjson_text(finding->limit));
	json_object_set_new(object, "verdict", rjson_text(rig_verdict_name(finding->verdict)));
	json_object_set_new(object, "expected", rjson_text(finding->expected));
	json_object_set_new(object, "got", rjson_text(finding->got));
	json_object_set_new(object, "message", rjson_text(finding->message));
	json_object_set_new(object, "value", rjson_number(finding->has_value ? finding->value : NAN));
	json_object_set_new(object, "unit", rjson_text(rig_printable_unit(finding->unit)));
	json_object_set_new(object, "min", rjson_number(finding->has_min ? finding->min : NAN));
	json_object_set_new(object, "max", rjson_number(finding->has_max ? finding->max : NAN));
	json_object_set_new(object, "integrity", rjson_text(rig_integrity_name(finding->integrity)));
	json_object_set_new(object, "detail", rjson_text(finding->detail));
	return object;
}

static json_t *rjson_value(gconstpointer item)
{
	const RigValue *value = item;
	json_t *object = json_object();
	json_object_set_new(object, "name", rjson_text(value->name));
	json_object_set_new(object, "value",
	                    value->is_text ? rjson_text(value->text) : rjson_number(value->number));
	json_object_set_new(object, "unit", rjson_text(rig_printable_unit(value->unit)));
	json_object_set_new(object, "integrity", rjson_text(rig_integrity_name(value->integrity)));
	return object;
}

static json_t *rjson_inference(gconstpointer item)
{
	const RigInference *record = item;
	json_t *object = json_object();
	json_t *outputs = json_array();
	for (guint32 i = 0; i < MIN(record->outputs_count, RJSON_OUTPUTS_MAX); i++)
		json_array_append_new(outputs, rjson_number(record->outputs[i]));
	json_object_set_new(object, "seq", json_integer(record->seq));
	json_object_set_new(object, "step", json_integer(record->step));
	json_object_set_new(object, "recording", rjson_text(record->recording));
	json_object_set_new(object, "input", json_integer(record->input));
	json_object_set_new(object, "label", rjson_known(record->label, RIG_LABEL_NONE));
	json_object_set_new(object, "iterations", json_integer(record->iterations));
	json_object_set_new(object, "sent_us", json_integer(record->sent_us));
	json_object_set_new(object, "done_us", json_integer(record->done_us));
	json_object_set_new(object, "lap_us", rjson_known(record->lap_us, -1));
	json_object_set_new(object, "lap_integrity",
	                    rjson_text(rig_integrity_name(record->lap_integrity)));
	json_object_set_new(object, "outputs", outputs);
	json_object_set_new(object, "outputs_count", json_integer(record->outputs_count));
	json_object_set_new(object, "integrity", rjson_text(rig_integrity_name(record->integrity)));
	json_object_set_new(object, "charge_pc", rjson_known(record->charge_pc, G_MININT64));
	json_object_set_new(object, "energy_pj", rjson_known(record->energy_pj, G_MININT64));
	json_object_set_new(object, "uncertainty_pj", rjson_known(record->uncertainty_pj, G_MININT64));
	return object;
}

static json_t *rjson_note(gconstpointer item)
{
	return rjson_text(item);
}

/* `items` may be NULL; at most `most` of them. */
static json_t *rjson_array(const GPtrArray *items, guint most, json_t *(*one)(gconstpointer item))
{
	json_t *array = json_array();
	for (guint i = 0; items != NULL && i < MIN(items->len, most); i++)
		json_array_append_new(array, one(g_ptr_array_index(items, i)));
	return array;
}

/* Without the inference records, which the journal holds. */
static json_t *rjson_attempt_lean(gconstpointer item)
{
	const RigAttemptReport *report = item;
	const RigAttempt *attempt = report->attempt;
	const GPtrArray *findings = report->judgement == NULL ? NULL : report->judgement->findings;
	json_t *object = json_object();
	json_object_set_new(object, "number", json_integer(attempt->number));
	json_object_set_new(object, "begin_us", json_integer(attempt->begin_us));
	json_object_set_new(object, "end_us", rjson_known(attempt->end_us, 0));
	json_object_set_new(object, "judged", json_boolean(report->judgement != NULL));
	json_object_set_new(object, "outcome", rjson_text(rig_verdict_name(attempt->outcome)));
	json_object_set_new(object, "verdict",
	                    rjson_text(rig_verdict_name(rig_attempt_report_verdict(report))));
	json_object_set_new(object, "message", rjson_text(rig_attempt_report_message(report)));
	json_object_set_new(object, "steps", rjson_array(attempt->steps, G_MAXUINT, rjson_step));
	json_object_set_new(object, "findings", rjson_array(findings, G_MAXUINT, rjson_finding));
	json_object_set_new(object, "values", rjson_array(attempt->values, G_MAXUINT, rjson_value));
	json_object_set_new(object, "inferences_count",
	                    json_integer(MAX(attempt->inferences->len, report->inferences_count)));
	json_object_set_new(object, "inferences", json_array());
	json_object_set_new(object, "notes", rjson_array(attempt->notes, G_MAXUINT, rjson_note));
	json_object_set_new(
	    object, "console",
	    rjson_text(report->console == NULL
	                   ? NULL
	                   : rig_printable_tail(report->console, G_MAXUINT, RJSON_CONSOLE_BYTES)));
	json_object_set_new(object, "console_begin", json_integer((json_int_t)attempt->console_begin));
	json_object_set_new(object, "console_end", json_integer((json_int_t)attempt->console_end));
	return object;
}

static json_t *rjson_attempt(gconstpointer item)
{
	json_t *object = rjson_attempt_lean(item);
	json_object_set_new(object, "inferences",
	                    rjson_array(((const RigAttemptReport *)item)->attempt->inferences,
	                                RJSON_INFERENCES_MAX, rjson_inference));
	return object;
}

static json_t *rjson_case_with(gconstpointer item, json_t *(*attempt)(gconstpointer item))
{
	const RigCaseReport *test = item;
	json_t *object = json_object();
	json_object_set_new(object, "name", rjson_text(test->name));
	json_object_set_new(object, "about", rjson_text(test->about));
	json_object_set_new(object, "covers", rjson_text(test->covers));
	json_object_set_new(object, "file", rjson_text(test->file));
	json_object_set_new(object, "line", rjson_known(test->line, 0));
	json_object_set_new(object, "verdict", rjson_text(rig_verdict_name(test->verdict)));
	json_object_set_new(object, "flaky", json_boolean(test->flaky));
	json_object_set_new(object, "quarantined", json_boolean(test->quarantined));
	json_object_set_new(object, "reason", rjson_text(test->reason));
	json_object_set_new(object, "rerun", rjson_text(test->rerun));
	json_object_set_new(object, "duration_us", json_integer(test->duration_us));
	json_object_set_new(object, "attempts", rjson_array(test->attempts, G_MAXUINT, attempt));
	return object;
}

static json_t *rjson_case(gconstpointer item)
{
	return rjson_case_with(item, rjson_attempt);
}

static json_t *rjson_case_lean(gconstpointer item)
{
	return rjson_case_with(item, rjson_attempt_lean);
}

static json_t *rjson_run_with(const RigRunReport *run, json_t *(*test)(gconstpointer item))
{
	const struct {
		const char *key, *text;
	} texts[] = {
	    {"id", run->id},
	    {"suite", run->suite},
	    {"suite_path", run->suite_path},
	    {"suite_sha256", run->suite_sha256},
	    {"bench", run->bench},
	    {"board", run->board},
	    {"target", run->target},
	    {"unit_serial", run->unit_serial},
	    {"candidate", run->candidate},
	    {"image_sha256", run->image_sha256},
	    {"load_digest", run->load_digest},
	    {"build_id", run->build_id},
	    {"started", run->started},
	    {"verdict", rig_verdict_name(run->verdict)},
	    {"message", run->message},
	};
	json_t *object = json_object();
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		json_object_set_new(object, texts[i].key, rjson_text(texts[i].text));
	json_object_set_new(object, "begin_us", rjson_known(run->begin_us, 0));
	json_object_set_new(object, "duration_us", json_integer(run->duration_us));
	json_object_set_new(object, "interrupted", json_boolean(run->interrupted));
	json_object_set_new(object, "busy", json_boolean(run->busy));
	json_object_set_new(object, "sent_bytes", json_integer((json_int_t)run->sent_bytes));
	json_object_set_new(object, "received_bytes", json_integer((json_int_t)run->received_bytes));
	json_object_set_new(object, "repeats", json_integer((json_int_t)run->repeats));
	json_object_set_new(object, "cases", rjson_array(run->cases, G_MAXUINT, test));
	return object;
}

static json_t *rjson_run(gconstpointer item)
{
	return rjson_run_with(item, rjson_case);
}

static json_t *rjson_counts(const RigSessionReport *session)
{
	guint counts[RIG_VERDICT_ERROR + 1], flaky;
	json_t *object = json_object();
	rig_session_count(session, counts, &flaky);
	for (guint i = 0; i < G_N_ELEMENTS(counts); i++)
		json_object_set_new(object, rig_verdict_name((RigVerdict)i), json_integer(counts[i]));
	json_object_set_new(object, "flaky", json_integer(flaky));
	return object;
}

static int rjson_append(const char *text, size_t size, void *user)
{
	g_string_append_len(user, text, (gssize)size);
	return 0;
}

char *rig_report_json(const RigSessionReport *session)
{
	GString *out = g_string_new(NULL);
	json_t *root = json_object();
	json_object_set_new(root, "schema", json_string("tinyrig-report-1"));
	json_object_set_new(root, "tinyrig", json_string(TINYRIG_VERSION));
	json_object_set_new(root, "command", rjson_text(session->command));
	json_object_set_new(root, "exit_code", json_integer(session->exit_code));
	json_object_set_new(root, "counts", rjson_counts(session));
	json_object_set_new(root, "runs", rjson_array(session->runs, G_MAXUINT, rjson_run));
	json_dump_callback(root, rjson_append, out, JSON_INDENT(1) | JSON_REAL_PRECISION(RJSON_DIGITS));
	json_decref(root);
	g_string_append_c(out, '\n');
	return g_string_free(out, FALSE);
}

char *rig_report_json_run(const RigRunReport *run)
{
	json_t *root = rjson_run_with(run, rjson_case_lean);
	char *dumped = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(RJSON_DIGITS));
	char *text = g_strconcat(dumped, "\n", NULL);
	json_decref(root);
	free(dumped);
	return text;
}
