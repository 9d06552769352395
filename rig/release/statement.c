/* SPDX-License-Identifier: Apache-2.0 */
#include "release/statement.h"

#include <jansson.h>
#include <rig/error.h>
#include <string.h>

static json_t *statement_digest(const char *sha256)
{
	return json_pack("{s:s}", "sha256", sha256);
}

/* The image as a file, and the bytes of it that are loaded: either may be asked for. */
static json_t *statement_subjects(const RigRunReport *run)
{
	json_t *list = json_array();
	json_array_append_new(list, json_pack("{s:s, s:o}", "name", "image", "digest",
	                                      statement_digest(run->image_sha256)));
	if (run->load_digest != NULL)
		json_array_append_new(list, json_pack("{s:s, s:o}", "name", "load", "digest",
		                                      statement_digest(run->load_digest)));
	return list;
}

/* Takes both. */
static char *statement_write(json_t *subjects, const char *type, json_t *predicate)
{
	json_t *root = json_pack("{s:s, s:o, s:s, s:o}", "_type", RIG_STATEMENT_TYPE, "subject",
	                         subjects, "predicateType", type, "predicate", predicate);
	char *text = json_dumps(root, JSON_COMPACT), *copy = g_strdup(text);
	free(text);
	json_decref(root);
	return copy;
}

/* As every attempt tells; where one does not, nobody knows. Borrowed. */
static const char *statement_value(const RigRunReport *run, const char *name)
{
	const char *text = NULL;
	for (guint i = 0; i < run->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		for (guint k = 0; k < test->attempts->len; k++) {
			const RigAttemptReport *report = g_ptr_array_index(test->attempts, k);
			const RigValue *value = rig_attempt_value(report->attempt, name);
			if (value == NULL || !value->is_text ||
			    (text != NULL && strcmp(text, value->text) != 0))
				return NULL;
			text = value->text;
		}
	}
	return text;
}

static json_t *statement_files(const RigStatementRun *more)
{
	json_t *list = json_array();
	for (guint i = 0; i < more->count; i++)
		json_array_append_new(list, json_pack("{s:s, s:o}", "name", more->files[i].name, "digest",
		                                      statement_digest(more->files[i].sha256)));
	return list;
}

/* Numbers as texts: others read them as doubles. */
static json_t *statement_number(gint64 number)
{
	return json_sprintf("%" G_GINT64_FORMAT, number);
}

char *rig_statement_hil_run(const RigRunReport *run, const RigStatementRun *more, GError **error)
{
	json_error_t why = {0};
	if (run->image_sha256 == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "run %s had no image, so that it says nothing of one", run->id);
		return NULL;
	}
	json_t *told = json_loads(more->report, JSON_REJECT_DUPLICATES, &why);
	json_t *header = told == NULL ? NULL : json_loads(more->header, JSON_REJECT_DUPLICATES, &why);
	if (header == NULL) {
		json_decref(told);
		g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "what is kept of it is no JSON: %s",
		            why.text);
		return NULL;
	}
	const char *readback = statement_value(run, "image.readback");
	const char *silicon = statement_value(run, "unit.silicon");
	json_t *predicate = json_pack(
	    "{s:{s:s, s:s}, s:o, s:o, s:s, s:{s:s?, s:s?}, s:o, s:o, s:o}", "rig", "key", more->rig,
	    "version", TINYRIG_VERSION, "number", statement_number(more->number), "previous",
	    statement_number(more->previous), "readback", readback == NULL ? "none" : readback, "unit",
	    "serial", run->unit_serial, "silicon", silicon, "header", header, "run", told, "files",
	    statement_files(more));
	return statement_write(statement_subjects(run), RIG_STATEMENT_HIL_RUN, predicate);
}

static json_t *statement_subject(const char *name, const char *sha256)
{
	return json_pack("[{s:s, s:o}]", "name", name, "digest", statement_digest(sha256));
}

char *rig_statement_tally(const char *image_sha256, gint64 last, const char *rig, gint64 unix_s)
{
	g_autofree char *time = rig_time_text(unix_s);
	return statement_write(statement_subject("image", image_sha256), RIG_STATEMENT_TALLY,
	                       json_pack("{s:{s:s}, s:o, s:s}", "rig", "key", rig, "last",
	                                 statement_number(last), "time", time));
}

char *rig_statement_approval(const char *candidate, const char *channel, const char *why,
                             gint64 unix_s)
{
	g_autofree char *time = rig_time_text(unix_s);
	return statement_write(
	    statement_subject("candidate", candidate), RIG_STATEMENT_APPROVAL,
	    json_pack("{s:s, s:s?, s:s}", "channel", channel, "why", why, "time", time));
}

static void statement_sort_case(const RigRunReport *run, const RigCaseReport *test, json_t *passed,
                                json_t *warned, json_t *failed)
{
	g_autofree char *name = g_strdup_printf("%s/%s@%s", run->suite, test->name, run->target);
	json_t *list = test->verdict == RIG_VERDICT_FAIL ? failed : test->flaky ? warned : passed;
	json_array_append_new(list, json_string(name));
}

/* TRUE: each case passed or failed. */
static gboolean statement_is_decided(const RigRunReport *run)
{
	for (guint i = 0; i < run->cases->len; i++) {
		RigVerdict verdict = ((const RigCaseReport *)g_ptr_array_index(run->cases, i))->verdict;
		if (verdict != RIG_VERDICT_PASS && verdict != RIG_VERDICT_FAIL)
			return FALSE;
	}
	return run->verdict == RIG_VERDICT_PASS || run->verdict == RIG_VERDICT_FAIL;
}

char *rig_statement_test_result(const RigRunReport *run)
{
	if (run->image_sha256 == NULL || run->suite_sha256 == NULL || !statement_is_decided(run))
		return NULL;
	json_t *passed = json_array(), *warned = json_array(), *failed = json_array();
	for (guint i = 0; i < run->cases->len; i++)
		statement_sort_case(run, g_ptr_array_index(run->cases, i), passed, warned, failed);
	const char *result = run->verdict == RIG_VERDICT_FAIL ? "FAILED"
	                     : json_array_size(warned) > 0    ? "WARNED"
	                                                      : "PASSED";
	return statement_write(statement_subjects(run), RIG_STATEMENT_TEST_RESULT,
	                       json_pack("{s:s, s:[{s:s, s:o}], s:o, s:o, s:o}", "result", result,
	                                 "configuration", "name", run->suite, "digest",
	                                 statement_digest(run->suite_sha256), "passedTests", passed,
	                                 "warnedTests", warned, "failedTests", failed));
}

static gboolean statement_refuse(GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "it is no in-toto statement: %s", what);
	return FALSE;
}

/* Others may have digests of other kinds beside it. */
static gboolean statement_read_subjects(RigStatement *statement, const json_t *list, GError **error)
{
	gsize count = json_array_size(list);
	if (count == 0 || count > RIG_STATEMENT_SUBJECTS)
		return statement_refuse(error, "`subject` is no list of 1 to 64");
	for (gsize i = 0; i < count; i++) {
		const json_t *digest = json_object_get(json_array_get(list, i), "digest");
		const char *hex = json_string_value(json_object_get(digest, "sha256"));
		if (hex == NULL || !rig_hash_read(&statement->subjects[i], hex))
			return statement_refuse(error, "a subject has no sha256");
		statement->count++;
	}
	return TRUE;
}

static gint64 statement_read_number(const json_t *object, const char *key)
{
	const char *text = rig_json_string(object, key);
	gint64 number;
	return text != NULL && g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL) ? number
	                                                                                        : -1;
}

/* What the index and the gate go by. */
static gboolean statement_read_run(RigStatement *statement, GError **error)
{
	const json_t *predicate = statement->predicate, *run = json_object_get(predicate, "run");
	statement->run = rig_json_string(run, "id");
	statement->verdict = rig_json_string(run, "verdict");
	statement->suite = rig_json_string(run, "suite");
	statement->target = rig_json_string(run, "target");
	statement->time = rig_json_string(run, "started");
	statement->unit = rig_json_string(json_object_get(predicate, "unit"), "serial");
	statement->number = statement_read_number(predicate, "number");
	statement->previous = statement_read_number(predicate, "previous");
	if (statement->run == NULL || statement->verdict == NULL || statement->number < 1 ||
	    statement->previous < 0)
		return statement_refuse(error, "its run has no id, no verdict or no numbers");
	return TRUE;
}

static gboolean statement_read_object(RigStatement *statement, GError **error)
{
	const json_t *root = statement->root;
	const char *type = rig_json_string(root, "_type");
	statement->predicate = json_object_get(root, "predicate");
	statement->kind = rig_json_string(root, "predicateType");
	if (type == NULL || strcmp(type, RIG_STATEMENT_TYPE) != 0)
		return statement_refuse(error, "`_type` is not " RIG_STATEMENT_TYPE);
	if (statement->kind == NULL)
		return statement_refuse(error, "it has no `predicateType`");
	if (!statement_read_subjects(statement, json_object_get(root, "subject"), error))
		return FALSE;
	if (strcmp(statement->kind, RIG_STATEMENT_HIL_RUN) == 0)
		return statement_read_run(statement, error);
	statement->time = rig_json_string(statement->predicate, "time");
	if (strcmp(statement->kind, RIG_STATEMENT_TALLY) == 0) {
		statement->number = statement_read_number(statement->predicate, "last");
		return statement->number >= 0 || statement_refuse(error, "its tally has no number");
	}
	if (strcmp(statement->kind, RIG_STATEMENT_TEST_RESULT) == 0) {
		statement->verdict = rig_json_string(statement->predicate, "result");
		return statement->verdict != NULL || statement_refuse(error, "it has no `result`");
	}
	return TRUE;
}

gboolean rig_statement_read(RigStatement *statement, const guint8 *data, gsize size, GError **error)
{
	json_error_t why;
	*statement = (RigStatement){.number = -1, .previous = -1};
	statement->root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &why);
	if (statement->root == NULL)
		return statement_refuse(error, why.text);
	return statement_read_object(statement, error);
}

void rig_statement_clear(RigStatement *statement)
{
	g_clear_pointer(&statement->root, json_decref);
}
