/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_session.h"
#include "test.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/* Takes the session. Caller decrefs. */
static json_t *test_load(RigSessionReport *session)
{
	json_error_t error;
	g_autofree char *text = rig_report_json(session);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(root != NULL, "%d:%d: %s", error.line, error.column, error.text);
	rig_session_report_free(session);
	return root;
}

static json_t *test_item(json_t *object, const char *list, size_t index)
{
	json_t *item = json_array_get(json_object_get(object, list), index);
	ck_assert_msg(item != NULL, "no %s[%zu]", list, index);
	return item;
}

static const char *test_text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

START_TEST(session_and_counts)
{
	json_t *root = test_load(sample_session_typical());
	json_t *counts = json_object_get(root, "counts");
	ck_assert_str_eq(test_text(root, "schema"), "tinyrig-report-1");
	ck_assert_str_eq(test_text(root, "tinyrig"), TINYRIG_VERSION);
	ck_assert_int_eq(json_integer_value(json_object_get(root, "exit_code")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(counts, "pass")), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(counts, "fail")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(counts, "error")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(counts, "inconclusive")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(counts, "skip")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(counts, "flaky")), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(root, "runs")), 2);
	json_decref(root);
}
END_TEST

START_TEST(a_failure_with_all_its_parts)
{
	json_t *root = test_load(sample_session_typical());
	json_t *test = test_item(test_item(root, "runs", 1), "cases", 0);
	json_t *attempt = test_item(test, "attempts", 0);
	json_t *finding = test_item(attempt, "findings", 0);
	json_t *step = test_item(attempt, "steps", 0);
	ck_assert_str_eq(test_text(test, "verdict"), "fail");
	ck_assert_str_eq(test_text(test, "rerun"),
	                 "tinyrig run suites/smoke.yaml -k digits --board mps2-b");
	ck_assert_str_eq(test_text(attempt, "outcome"), "pass");
	ck_assert_str_eq(test_text(attempt, "verdict"), "fail");
	ck_assert_str_eq(test_text(finding, "limit"), "r.top1");
	ck_assert_str_eq(test_text(finding, "got"), "0.900 (45 of 50)");
	ck_assert_str_eq(test_text(finding, "unit"), "ratio");
	ck_assert_str_eq(test_text(finding, "integrity"), "checked");
	ck_assert_double_eq(json_real_value(json_object_get(finding, "value")), 0.9);
	ck_assert_double_eq(json_real_value(json_object_get(finding, "min")), 0.94);
	ck_assert(json_is_null(json_object_get(finding, "max")));
	ck_assert_str_eq(test_text(step, "verb"), "infer");
	ck_assert_str_eq(test_text(test_item(attempt, "findings", 1), "unit"), "us");
	json_decref(root);
}
END_TEST

START_TEST(numbers_print_short)
{
	g_autoptr(RigSessionReport) session = sample_session_typical();
	g_autofree char *text = rig_report_json(session);
	ck_assert_ptr_nonnull(strstr(text, "\"min\": 0.94,"));
	ck_assert_ptr_null(strstr(text, "0.93999"));
}
END_TEST

START_TEST(unknown_is_null)
{
	json_t *root = test_load(sample_session_hostile());
	json_t *attempt = test_item(test_item(test_item(root, "runs", 0), "cases", 0), "attempts", 1);
	json_t *record = test_item(attempt, "inferences", 1);
	json_t *empty = test_item(root, "runs", 1);
	ck_assert(json_is_null(json_array_get(json_object_get(record, "outputs"), 0)));
	ck_assert_double_eq(json_real_value(json_array_get(json_object_get(record, "outputs"), 1)),
	                    0.25);
	ck_assert(json_is_null(json_object_get(record, "energy_pj")));
	ck_assert(json_is_null(json_object_get(test_item(attempt, "findings", 0), "value")));
	ck_assert(json_is_null(json_object_get(test_item(attempt, "values", 0), "value")));
	ck_assert(json_is_null(json_object_get(test_item(attempt, "steps", 0), "end_us")));
	ck_assert(json_is_null(json_object_get(empty, "board")));
	json_decref(root);
}
END_TEST

START_TEST(hostile_text_survives)
{
	json_t *root = test_load(sample_session_hostile());
	json_t *run = test_item(root, "runs", 0);
	const char *board = test_text(run, "board");
	ck_assert_ptr_nonnull(strstr(board, "\x1b[31mred")); /* as it was: JSON can carry it */
	ck_assert_ptr_nonnull(strstr(board, "\\x80\\xff"));  /* what UTF-8 cannot */
	ck_assert_uint_lt(strlen(test_text(test_item(run, "cases", 1), "reason")), 70000);
	json_decref(root);
}
END_TEST

START_TEST(long_tables_are_cut_and_counted)
{
	RigSessionReport *session = rig_session_report_new(NULL);
	RigCaseReport *test = sample_case(sample_run(session, "mps2-a"), "many", RIG_VERDICT_PASS);
	RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_PASS, NULL);
	RigInference *first = g_ptr_array_index(report->attempt->inferences, 0);
	g_free(first->outputs);
	first->outputs = g_new0(double, RIG_OUTPUTS_MAX);
	first->outputs_count = RIG_OUTPUTS_MAX;
	for (guint i = 0; i < 1500; i++) {
		RigInference *record = g_new(RigInference, 1);
		*record = (RigInference)RIG_INFERENCE_INIT;
		g_ptr_array_add(report->attempt->inferences, record);
	}
	json_t *root = test_load(session);
	json_t *attempt = test_item(test_item(test_item(root, "runs", 0), "cases", 0), "attempts", 0);
	json_t *record = test_item(attempt, "inferences", 0);
	ck_assert_int_eq(json_integer_value(json_object_get(attempt, "inferences_count")), 1501);
	ck_assert_uint_eq(json_array_size(json_object_get(attempt, "inferences")), 1000);
	ck_assert_int_eq(json_integer_value(json_object_get(record, "outputs_count")), RIG_OUTPUTS_MAX);
	ck_assert_uint_eq(json_array_size(json_object_get(record, "outputs")), 64);
	ck_assert(json_is_null(json_object_get(root, "command")));
	json_decref(root);
}
END_TEST

START_TEST(setup_is_not_judged)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run");
	RigCaseReport *test = sample_case(sample_run(session, "mps2-a"), "setup", RIG_VERDICT_ERROR);
	RigAttempt *attempt = rig_attempt_new("setup", 1);
	attempt->message = g_strdup("no answer");
	g_ptr_array_add(test->attempts, rig_attempt_report_new(attempt, NULL));
	json_t *root = test_load(session);
	json_t *item = test_item(test_item(test_item(root, "runs", 0), "cases", 0), "attempts", 0);
	ck_assert(json_is_false(json_object_get(item, "judged")));
	ck_assert_str_eq(test_text(item, "verdict"), "error");
	ck_assert_str_eq(test_text(item, "message"), "no answer");
	ck_assert_uint_eq(json_array_size(json_object_get(item, "findings")), 0);
	json_decref(root);
}
END_TEST

static Suite *json_report_suite(void)
{
	Suite *suite = suite_create("json_report");
	TCase *tcase = tcase_create("json_report");
	tcase_add_test(tcase, session_and_counts);
	tcase_add_test(tcase, a_failure_with_all_its_parts);
	tcase_add_test(tcase, numbers_print_short);
	tcase_add_test(tcase, unknown_is_null);
	tcase_add_test(tcase, hostile_text_survives);
	tcase_add_test(tcase, long_tables_are_cut_and_counted);
	tcase_add_test(tcase, setup_is_not_judged);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(json_report_suite)
