/* SPDX-License-Identifier: Apache-2.0 */
/* What the store answers: which runs, which run a word means, what failed last. */
#include "store_bed.h"
#include "test.h"

#include <string.h>

#include "store/query.h"
#include "store/store_parts.h"

static StoreBed bed;

static void begin(void)
{
	store_bed_begin(&bed);
}

static void end(void)
{
	store_bed_end(&bed);
}

/* A run with cases and their verdicts: "digits:fail sensor:skip". */
static RigRunReport *make(const char *id, const char *board, const char *cases)
{
	RigRunReport *run = store_bed_run(&bed, id, board);
	g_auto(GStrv) words = g_strsplit(cases, " ", -1);
	store_bed_at(run, bed.session->runs->len);
	for (guint i = 0; words[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(words[i], ":", 2);
		RigVerdict verdict;
		ck_assert(rig_verdict_parse(parts[1], &verdict));
		sample_case(run, parts[0], verdict);
	}
	return run;
}

static void keep(const char *id, const char *board, const char *cases)
{
	store_bed_import(&bed, make(id, board, cases));
}

static void expect_runs(const RigRunFilter *filter, const char *names)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) runs = rig_store_runs(bed.store, filter, &error);
	g_autoptr(GString) got = g_string_new(NULL);
	ck_assert_msg(runs != NULL, "%s", error == NULL ? "" : error->message);
	for (guint i = 0; i < runs->len; i++) {
		const RigStoredRun *run = g_ptr_array_index(runs, i);
		g_string_append_printf(got, "%s%s", i == 0 ? "" : " ", run->name);
	}
	ck_assert_str_eq(got->str, names);
}

static void keep_several(void)
{
	keep("run-1", "mps2-a", "digits:pass");
	keep("run-2", "mps2-b", "digits:fail");
	RigRunReport *other = make("run-3", "mps2-a", "energy:inconclusive");
	store_bed_text(&other->suite, "nightly");
	store_bed_import(&bed, other);
	keep("run-4", "mps2-a", "digits:skip");
	keep("run-5", "mps2-a", "digits:error");
	/* Only what is in no case went wrong. */
	keep("run-6", "mps2-b", "digits:pass");
}

START_TEST(test_runs_are_filtered)
{
	keep_several();
	expect_runs(&(RigRunFilter){0}, "run-6 run-5 run-4 run-3 run-2 run-1");
	expect_runs(&(RigRunFilter){.most = 2}, "run-6 run-5");
	expect_runs(&(RigRunFilter){.suite = "nightly"}, "run-3");
	expect_runs(&(RigRunFilter){.board = "mps2-b"}, "run-6 run-2");
	expect_runs(&(RigRunFilter){.failed = TRUE}, "run-5 run-3 run-2");
	expect_runs(&(RigRunFilter){.failed = TRUE, .board = "mps2-a", .most = 1}, "run-5");
	expect_runs(&(RigRunFilter){.name = "run-4"}, "run-4");
	expect_runs(&(RigRunFilter){.suite = "nothing"}, "");
	expect_runs(&(RigRunFilter){.suite = "mps2-a"}, "");
	expect_runs(&(RigRunFilter){.board = "' OR 1 --"}, "");
}
END_TEST

static void expect_found(const char *word, const char *name)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *found = rig_store_find(bed.store, word, &error);
	ck_assert_msg(found != NULL, "%s: %s", word, error == NULL ? "" : error->message);
	ck_assert_str_eq(found, name);
}

static void expect_lost(const char *word, const char *why)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_store_find(bed.store, word, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_msg(strstr(error->message, why) != NULL, "no \"%s\" in: %s", why, error->message);
}

START_TEST(test_a_run_is_found_by_name_part_or_place)
{
	keep("20261123-014211-mps2-a-3f9c", "mps2-a", "digits:pass");
	keep("20261123-014211-mps2-b-0aa1", "mps2-b", "digits:pass");
	keep("20261124-090000-mps2-a-77e0", "mps2-a", "digits:pass");
	keep("20261124-090000-mps2-a-77e0f", "mps2-a", "digits:pass");
	expect_found("20261123-014211-mps2-a-3f9c", "20261123-014211-mps2-a-3f9c");
	expect_found("3f9c", "20261123-014211-mps2-a-3f9c");
	expect_found("mps2-b", "20261123-014211-mps2-b-0aa1");
	/* A whole name is no part of another. */
	expect_found("20261124-090000-mps2-a-77e0", "20261124-090000-mps2-a-77e0");
	expect_found("last", "20261124-090000-mps2-a-77e0f");
	expect_found("last~0", "20261124-090000-mps2-a-77e0f");
	expect_found("last~3", "20261123-014211-mps2-a-3f9c");
	expect_lost("20261123", "20261123 may be ");
	expect_lost("20261123", "write more of it");
	expect_lost("last~4", "no run last~4 is kept here; `tinyrig runs` lists them");
	expect_lost("last~-1", "no run last~-1 is kept here");
	expect_lost("last~", "no run last~ is kept here");
	expect_lost("lastly", "no run lastly is kept here");
	expect_lost("3F9C", "no run 3F9C is kept here");
	expect_lost("%", "no run % is kept here");
	expect_lost("", "write more of it");
}
END_TEST

START_TEST(test_no_run_is_the_last_of_none)
{
	expect_lost("last", "no run last is kept here");
	expect_lost("", "no run  is kept here");
}
END_TEST

static void expect_failed(const char *suite, const char *bench, const char *names)
{
	g_autoptr(GPtrArray) list = rig_store_failed(bed.store, suite, bench, NULL);
	g_autoptr(GString) got = g_string_new(NULL);
	ck_assert_ptr_nonnull(list);
	for (guint i = 0; i < list->len; i++) {
		const RigFailedCase *one = g_ptr_array_index(list, i);
		g_string_append_printf(got, "%s%s/%s", i == 0 ? "" : " ", one->board, one->name);
	}
	ck_assert_str_eq(got->str, names);
}

START_TEST(test_the_latest_verdict_of_a_case_counts)
{
	keep("run-1", "mps2-a", "digits:fail latency:error data:inconclusive sensor:pass");
	expect_failed("digits-smoke", "desk", "mps2-a/digits mps2-a/latency mps2-a/data");
	keep("run-2", "mps2-a", "digits:pass latency:fail");
	expect_failed("digits-smoke", "desk", "mps2-a/latency mps2-a/data");
	keep("run-3", "mps2-a", "sensor:error");
	expect_failed("digits-smoke", "desk", "mps2-a/latency mps2-a/data mps2-a/sensor");
}
END_TEST

START_TEST(test_a_skip_says_nothing_of_a_case)
{
	keep("run-1", "mps2-a", "digits:fail latency:pass");
	keep("run-2", "mps2-a", "digits:skip latency:skip sensor:skip");
	expect_failed("digits-smoke", "desk", "mps2-a/digits");
}
END_TEST

START_TEST(test_each_board_bench_and_suite_has_its_own)
{
	keep("run-1", "mps2-a", "digits:fail");
	keep("run-2", "mps2-b", "digits:pass");
	RigRunReport *lab = make("run-3", "mps2-b", "digits:fail");
	store_bed_text(&lab->bench, "lab");
	store_bed_import(&bed, lab);
	RigRunReport *nightly = make("run-4", "mps2-a", "digits:pass energy:fail");
	store_bed_text(&nightly->suite, "nightly");
	store_bed_import(&bed, nightly);
	expect_failed("digits-smoke", "desk", "mps2-a/digits");
	expect_failed("digits-smoke", "lab", "mps2-b/digits");
	expect_failed("nightly", "desk", "mps2-a/energy");
	expect_failed("nightly", "lab", "");
	expect_failed("none", "desk", "");
}
END_TEST

static void take_left(RigRunReport *run)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(rig_store_take(bed.store, run, TRUE, &error), "%s",
	              error == NULL ? "" : error->message);
}

START_TEST(test_what_an_older_run_left_is_not_the_latest)
{
	RigRunReport *older = make("run-1", "mps2-a", "digits:fail energy:fail");
	keep("run-2", "mps2-a", "digits:pass");
	RigRunReport *newer = make("run-3", "mps2-a", "data:fail digits:error");
	take_left(older);
	expect_failed("digits-smoke", "desk", "mps2-a/energy");
	take_left(newer);
	expect_failed("digits-smoke", "desk", "mps2-a/digits mps2-a/energy mps2-a/data");
}
END_TEST

START_TEST(test_a_closed_door_is_an_error)
{
	g_autoptr(GError) error = NULL;
	keep("run-1", "mps2-a", "digits:fail");
	store_bed_sql(".tinyrig/store.db", "DROP TABLE latest; DROP TABLE number; DROP TABLE pin");
	ck_assert_ptr_null(rig_store_failed(bed.store, "a", "b", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_null(rig_store_numbers(bed.store, "run-1", NULL));
	ck_assert_ptr_null(rig_store_runs(bed.store, &(RigRunFilter){0}, NULL));
}
END_TEST

static Suite *query_suite(void)
{
	Suite *suite = suite_create("query");
	TCase *test = tcase_create("query");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_runs_are_filtered);
	tcase_add_test(test, test_a_run_is_found_by_name_part_or_place);
	tcase_add_test(test, test_no_run_is_the_last_of_none);
	tcase_add_test(test, test_the_latest_verdict_of_a_case_counts);
	tcase_add_test(test, test_a_skip_says_nothing_of_a_case);
	tcase_add_test(test, test_each_board_bench_and_suite_has_its_own);
	tcase_add_test(test, test_what_an_older_run_left_is_not_the_latest);
	tcase_add_test(test, test_a_closed_door_is_an_error);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(query_suite)
