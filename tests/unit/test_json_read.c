/* SPDX-License-Identifier: Apache-2.0 */
/* A kept report is read back: what was written comes back, and no file of another form does harm.
 */
#include "sample_session.h"
#include "test.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "report/json_read.h"

static RigRunReport *read_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	RigRunReport *run = rig_report_json_run_read(text, strlen(text), &error);
	ck_assert_msg(run != NULL, "%s", error == NULL ? "no error was set" : error->message);
	return run;
}

/* Written again it is the same text, to the byte. */
static void expect_round_trip(const RigRunReport *run)
{
	g_autofree char *text = rig_report_json_run(run);
	g_autoptr(RigRunReport) back = read_text(text);
	g_autofree char *again = rig_report_json_run(back);
	ck_assert_msg(strcmp(text, again) == 0, "not the same: %.2000s", again);
}

START_TEST(test_what_was_written_comes_back)
{
	RigSessionReport *sessions[] = {sample_session_typical(), sample_session_green(),
	                                sample_session_broken(), sample_session_large(3)};
	guint runs = 0;
	for (guint i = 0; i < G_N_ELEMENTS(sessions); i++) {
		for (guint k = 0; k < sessions[i]->runs->len; k++, runs++)
			expect_round_trip(g_ptr_array_index(sessions[i]->runs, k));
		rig_session_report_free(sessions[i]);
	}
	ck_assert_uint_eq(runs, 6);
}
END_TEST

START_TEST(test_texts_that_mean_harm_come_back_cleaned_once)
{
	g_autoptr(RigSessionReport) session = sample_session_hostile();
	RigRunReport *run = g_ptr_array_index(session->runs, 0);
	g_ptr_array_remove_index(run->cases, 1); /* the huge one: it is cut once more each time */
	expect_round_trip(run);
}
END_TEST

START_TEST(test_members_have_their_meaning)
{
	g_autoptr(RigSessionReport) session = sample_session_typical();
	g_autofree char *text = rig_report_json_run(g_ptr_array_index(session->runs, 1));
	g_autoptr(RigRunReport) run = read_text(text);
	ck_assert_str_eq(run->id, "20261123-014211-mps2-b");
	ck_assert_str_eq(run->suite, "digits-smoke");
	ck_assert_ptr_null(run->unit_serial);
	ck_assert_ptr_null(run->folder);
	ck_assert_int_eq(run->verdict, RIG_VERDICT_ERROR);
	ck_assert_uint_eq(run->cases->len, 6);
	const RigCaseReport *test = g_ptr_array_index(run->cases, 0);
	ck_assert_str_eq(test->name, "digits");
	ck_assert_int_eq(test->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(test->covers, "model");
	ck_assert_uint_eq(test->line, 14);
	const RigAttemptReport *last = rig_case_report_last(test);
	ck_assert_uint_eq(last->inferences_count, 1);
	ck_assert_uint_eq(last->attempt->inferences->len, 0);
	const RigFinding *finding = g_ptr_array_index(last->judgement->findings, 0);
	ck_assert_str_eq(finding->limit, "r.top1");
	ck_assert(finding->has_value && finding->has_min && !finding->has_max);
	ck_assert_double_eq(finding->value, 0.9);
	ck_assert_str_eq(finding->unit, "ratio");
	ck_assert_int_eq(finding->integrity, RIG_INTEGRITY_CHECKED);
	finding = g_ptr_array_index(last->judgement->findings, 1);
	ck_assert_str_eq(finding->unit, "time"); /* us in the file */
	test = g_ptr_array_index(run->cases, 2);
	ck_assert(test->flaky && test->attempts->len == 2);
	test = g_ptr_array_index(run->cases, 3);
	finding = g_ptr_array_index(rig_case_report_last(test)->judgement->findings, 0);
	ck_assert(!finding->has_value && isnan(finding->value));
	test = g_ptr_array_index(run->cases, 4);
	ck_assert(test->quarantined);
	test = g_ptr_array_index(run->cases, 5);
	ck_assert_int_eq(test->verdict, RIG_VERDICT_SKIP);
	ck_assert_uint_eq(test->attempts->len, 0);
}
END_TEST

/* What all reports and the store take for granted is there. */
static void expect_sound(const RigRunReport *run)
{
	ck_assert_ptr_nonnull(run->id);
	for (guint i = 0; i < run->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		ck_assert(test->name != NULL && test->covers != NULL);
		ck_assert_uint_le(test->verdict, RIG_VERDICT_ERROR);
		for (guint k = 0; k < test->attempts->len; k++) {
			const RigAttemptReport *report = g_ptr_array_index(test->attempts, k);
			const RigAttempt *attempt = report->attempt;
			for (guint m = 0; m < attempt->steps->len; m++)
				ck_assert_ptr_nonnull(
				    ((RigStepRecord *)g_ptr_array_index(attempt->steps, m))->verb);
			for (guint m = 0; m < attempt->values->len; m++)
				ck_assert_ptr_nonnull(((RigValue *)g_ptr_array_index(attempt->values, m))->name);
			for (guint m = 0; m < attempt->notes->len; m++)
				ck_assert_ptr_nonnull(g_ptr_array_index(attempt->notes, m));
			const GPtrArray *findings =
			    report->judgement == NULL ? NULL : report->judgement->findings;
			for (guint m = 0; findings != NULL && m < findings->len; m++)
				ck_assert_ptr_nonnull(((RigFinding *)g_ptr_array_index(findings, m))->limit);
		}
	}
}

/* Each of them is written, too, and to the terminal. */
static void expect_usable(RigRunReport *run)
{
	g_autoptr(RigSessionReport) session = rig_session_report_new("show");
	g_autofree char *text = NULL;
	gsize size;
	FILE *stream = open_memstream(&text, &size);
	RigTerminalOptions look = {.stream = stream, .colour = RIG_COLOUR_NEVER, .verbose = 2};
	g_autoptr(RigTerminal) terminal = rig_terminal_new(&look, &rig_clock_monotonic);
	g_ptr_array_add(session->runs, run);
	g_free(rig_report_json_run(run));
	rig_terminal_begin(terminal, session, run->cases->len);
	for (guint i = 0; i < run->cases->len; i++)
		rig_terminal_case(terminal, run, g_ptr_array_index(run->cases, i));
	rig_terminal_end(terminal, session);
	fclose(stream);
	ck_assert_uint_gt(size, 0);
}

/* Every member of the object takes the value, one after the other. */
static void with_each_replaced(json_t *whole, json_t *at, const char *wrong, guint *count)
{
	const char *key;
	void *next;
	json_t *member;
	json_object_foreach_safe(at, next, key, member)
	{
		json_t *before = json_incref(member);
		json_object_set_new(at, key, json_loads(wrong, JSON_DECODE_ANY, NULL));
		char *text = json_dumps(whole, 0);
		RigRunReport *run = rig_report_json_run_read(text, strlen(text), NULL);
		free(text);
		if (run != NULL) {
			expect_sound(run);
			expect_usable(run);
		}
		++*count;
		json_object_set_new(at, key, before);
	}
}

/* The objects in the text, itself first. */
static GPtrArray *objects_of(json_t *whole)
{
	GPtrArray *objects = g_ptr_array_new();
	g_ptr_array_add(objects, whole);
	for (guint i = 0; i < objects->len; i++) {
		const char *key;
		json_t *member, *item;
		gsize index;
		json_object_foreach(g_ptr_array_index(objects, i), key, member)
		{
			json_array_foreach(member, index, item)
			{
				if (json_is_object(item))
					g_ptr_array_add(objects, item);
			}
		}
	}
	return objects;
}

START_TEST(test_values_of_another_type_do_no_harm)
{
	static const char *const wrong[] = {"null", "-9223372036854775808", "9223372036854775807",
	                                    "\"word\"", "[null, 1, \"a\", [], {}]"};
	g_autoptr(RigSessionReport) session = sample_session_typical();
	RigRunReport *run = g_ptr_array_index(session->runs, 1);
	g_ptr_array_set_size(run->cases, 1); /* one that failed */
	RigValue *value = g_new0(RigValue, 1);
	value->name = g_strdup("r.x");
	RigCaseReport *test = g_ptr_array_index(run->cases, 0);
	g_ptr_array_add(rig_case_report_last(test)->attempt->values, value);
	g_autofree char *text = rig_report_json_run(run);
	json_t *whole = json_loads(text, 0, NULL);
	guint count = 0;
	g_autoptr(GPtrArray) objects = objects_of(whole);
	for (guint i = 0; i < objects->len; i++)
		with_each_replaced(whole, g_ptr_array_index(objects, i), wrong[_i], &count);
	json_decref(whole);
	ck_assert_uint_gt(count, 60);
}
END_TEST

START_TEST(test_what_is_no_run_is_refused)
{
	static const char *const texts[] = {"",
	                                    "{}",
	                                    "[]",
	                                    "{\"id\": 5, \"board\": \"a\"}",
	                                    "{\"id\": \"a\"}",
	                                    "{\"id\": \"a\", \"board\": \"b\"",
	                                    "{\"id\": \"a\", \"id\": \"b\", \"board\": \"b\"}",
	                                    "{\"id\": \"\xff\", \"board\": \"b\"}",
	                                    "{\"id\": \"a\", \"board\": \"b\"} more"};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_msg(rig_report_json_run_read(texts[i], strlen(texts[i]), &error) == NULL,
		              "%s was taken", texts[i]);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
		ck_assert(g_str_has_prefix(error->message, "result.json: "));
	}
	g_autoptr(RigRunReport) least = read_text("{\"id\": \"a\", \"board\": \"b\"}");
	ck_assert_int_eq(least->verdict, RIG_VERDICT_ERROR); /* what is not told did not pass */
}
END_TEST

START_TEST(test_deep_nesting_is_refused)
{
	g_autoptr(GString) text = g_string_new("{\"id\": \"a\", \"board\": \"b\", \"cases\": ");
	for (guint i = 0; i < 100000; i++)
		g_string_append_c(text, '[');
	ck_assert_ptr_null(rig_report_json_run_read(text->str, text->len, NULL));
}
END_TEST

static Suite *json_read_suite(void)
{
	Suite *suite = suite_create("json_read");
	TCase *test = tcase_create("json_read");
	tcase_add_test(test, test_what_was_written_comes_back);
	tcase_add_test(test, test_texts_that_mean_harm_come_back_cleaned_once);
	tcase_add_test(test, test_members_have_their_meaning);
	tcase_add_loop_test(test, test_values_of_another_type_do_no_harm, 0, 5);
	tcase_add_test(test, test_what_is_no_run_is_refused);
	tcase_add_test(test, test_deep_nesting_is_refused);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(json_read_suite)
