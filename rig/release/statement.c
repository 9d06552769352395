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

/* Takes `predicate`. */
static char *statement_write(const RigRunReport *run, const char *type, json_t *predicate)
{
	json_t *root =
	    json_pack("{s:s, s:o, s:s, s:o}", "_type", RIG_STATEMENT_TYPE, "subject",
	              statement_subjects(run), "predicateType", type, "predicate", predicate);
	char *text = json_dumps(root, JSON_COMPACT), *copy = g_strdup(text);
	free(text);
	json_decref(root);
	return copy;
}

char *rig_statement_hil_run(const RigRunReport *run, const char *report,
                            const RigStatementFile *files, guint count, GError **error)
{
	json_error_t why;
	if (run->image_sha256 == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "run %s had no image, so that it says nothing of one", run->id);
		return NULL;
	}
	json_t *told = json_loads(report, JSON_REJECT_DUPLICATES, &why), *list = json_array();
	if (told == NULL) {
		json_decref(list);
		g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "its report is no JSON: %s", why.text);
		return NULL;
	}
	for (guint i = 0; i < count; i++) {
		g_autofree char *hex = rig_hash_hex(&files[i].sha256);
		json_array_append_new(
		    list, json_pack("{s:s, s:o}", "name", files[i].name, "digest", statement_digest(hex)));
	}
	return statement_write(
	    run, RIG_STATEMENT_HIL_RUN,
	    json_pack("{s:s, s:o, s:o}", "readback", "none", "run", told, "files", list));
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
	return statement_write(run, RIG_STATEMENT_TEST_RESULT,
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

static gboolean statement_read_object(RigStatement *statement, const json_t *root, GError **error)
{
	const char *type = json_string_value(json_object_get(root, "_type"));
	const char *kind = json_string_value(json_object_get(root, "predicateType"));
	const json_t *predicate = json_object_get(root, "predicate");
	const json_t *run = json_object_get(predicate, "run");
	if (type == NULL || strcmp(type, RIG_STATEMENT_TYPE) != 0)
		return statement_refuse(error, "`_type` is not " RIG_STATEMENT_TYPE);
	if (kind == NULL)
		return statement_refuse(error, "it has no `predicateType`");
	statement->predicate_type = g_strdup(kind);
	if (strcmp(kind, RIG_STATEMENT_HIL_RUN) == 0) {
		statement->run = g_strdup(json_string_value(json_object_get(run, "id")));
		statement->verdict = g_strdup(json_string_value(json_object_get(run, "verdict")));
		if (statement->run == NULL || statement->verdict == NULL)
			return statement_refuse(error, "its run has no id or no verdict");
	} else if (strcmp(kind, RIG_STATEMENT_TEST_RESULT) == 0) {
		statement->verdict = g_strdup(json_string_value(json_object_get(predicate, "result")));
		if (statement->verdict == NULL)
			return statement_refuse(error, "it has no `result`");
	}
	return statement_read_subjects(statement, json_object_get(root, "subject"), error);
}

gboolean rig_statement_read(RigStatement *statement, const guint8 *data, gsize size, GError **error)
{
	json_error_t why;
	*statement = (RigStatement){0};
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		return statement_refuse(error, why.text);
	gboolean good = statement_read_object(statement, root, error);
	json_decref(root);
	return good;
}

void rig_statement_clear(RigStatement *statement)
{
	g_clear_pointer(&statement->predicate_type, g_free);
	g_clear_pointer(&statement->run, g_free);
	g_clear_pointer(&statement->verdict, g_free);
}
