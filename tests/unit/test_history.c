/* SPDX-License-Identifier: Apache-2.0 */
/* How cases did lately: trails, and turns that no change explains. */
#include "store_bed.h"
#include "test.h"

#include "store/query.h"

static StoreBed bed;

static void begin(void)
{
	store_bed_begin(&bed);
}

static void end(void)
{
	store_bed_end(&bed);
}

static RigRunReport *make(const char *board, const char *image, const char *suite_text)
{
	g_autofree char *id = g_strdup_printf("run-%u", bed.session->runs->len);
	RigRunReport *run = store_bed_run(&bed, id, board);
	store_bed_at(run, bed.session->runs->len);
	store_bed_text(&run->load_digest, image);
	store_bed_text(&run->suite_sha256, suite_text);
	return run;
}

static void keep(const char *board, const char *image, const char *suite_text, RigVerdict verdict)
{
	RigRunReport *run = make(board, image, suite_text);
	sample_case(run, "digits", verdict);
	store_bed_import(&bed, run);
}

static GPtrArray *ask(const char *suite, const char *name, guint runs, guint count)
{
	GPtrArray *list = rig_store_history(bed.store, suite, name, runs, NULL);
	ck_assert_ptr_nonnull(list);
	ck_assert_uint_eq(list->len, count);
	return list;
}

static void expect(const char *trail, guint turns)
{
	g_autoptr(GPtrArray) list = ask(NULL, "digits", 100, 1);
	const RigCaseHistory *history = g_ptr_array_index(list, 0);
	ck_assert_str_eq(history->trail, trail);
	ck_assert_uint_eq(history->turns, turns);
}

START_TEST(test_the_same_image_and_suite_with_another_verdict_is_a_turn)
{
	keep("a", "one", "s", RIG_VERDICT_PASS);
	keep("a", "one", "s", RIG_VERDICT_PASS);
	expect("pp", 0);
	keep("a", "one", "s", RIG_VERDICT_FAIL);
	expect("ppf", 1);
	keep("a", "one", "s", RIG_VERDICT_PASS);
	expect("ppfp", 2);
}
END_TEST

START_TEST(test_another_image_or_suite_is_no_turn)
{
	keep("a", "one", "s", RIG_VERDICT_PASS);
	keep("a", "two", "s", RIG_VERDICT_FAIL);
	keep("a", "two", "t", RIG_VERDICT_PASS);
	keep("a", NULL, "t", RIG_VERDICT_ERROR);
	expect("pfpe", 0);
}
END_TEST

START_TEST(test_a_skip_is_passed_over)
{
	keep("a", "one", "s", RIG_VERDICT_PASS);
	keep("a", "one", "s", RIG_VERDICT_SKIP);
	keep("a", "one", "s", RIG_VERDICT_INCONCLUSIVE);
	expect("pi", 1);
}
END_TEST

START_TEST(test_boards_suites_and_cases_are_apart)
{
	keep("a", "one", "s", RIG_VERDICT_PASS);
	keep("b", "one", "s", RIG_VERDICT_FAIL);
	RigRunReport *run = make("a", "one", "s");
	store_bed_text(&run->suite, "nightly");
	sample_case(run, "digits", RIG_VERDICT_FAIL);
	sample_case(run, "energy", RIG_VERDICT_PASS);
	store_bed_import(&bed, run);
	static const char *const wanted[][4] = {
	    {"digits-smoke", "a", "digits", "p"},
	    {"digits-smoke", "b", "digits", "f"},
	    {"nightly", "a", "digits", "f"},
	    {"nightly", "a", "energy", "p"},
	};
	g_autoptr(GPtrArray) all = ask(NULL, NULL, 100, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < all->len; i++) {
		const RigCaseHistory *history = g_ptr_array_index(all, i);
		ck_assert_str_eq(history->suite, wanted[i][0]);
		ck_assert_str_eq(history->board, wanted[i][1]);
		ck_assert_str_eq(history->name, wanted[i][2]);
		ck_assert_str_eq(history->trail, wanted[i][3]);
		ck_assert_uint_eq(history->turns, 0);
	}
	g_ptr_array_unref(ask("nightly", NULL, 100, 2));
	g_ptr_array_unref(ask(NULL, "energy", 100, 1));
	g_ptr_array_unref(ask("digits-smoke", "energy", 100, 0));
	g_ptr_array_unref(ask("nothing", NULL, 100, 0));
	/* The newest runs only; of the suite, where one is named. */
	g_ptr_array_unref(ask(NULL, NULL, 1, 2));
	g_ptr_array_unref(ask("digits-smoke", NULL, 1, 1));
}
END_TEST

/* Two benches may each have a board of that name: what one does is no turn of the other. */
START_TEST(test_boards_of_two_benches_are_two)
{
	keep("a", "one", "s", RIG_VERDICT_PASS);
	RigRunReport *run = make("a", "one", "s");
	store_bed_text(&run->bench, "lab");
	sample_case(run, "digits", RIG_VERDICT_FAIL);
	store_bed_import(&bed, run);
	keep("a", "one", "s", RIG_VERDICT_PASS);
	g_autoptr(GPtrArray) list = ask(NULL, NULL, 100, 2);
	const RigCaseHistory *desk = g_ptr_array_index(list, 0), *lab = g_ptr_array_index(list, 1);
	ck_assert_str_eq(desk->bench, "desk");
	ck_assert_str_eq(desk->trail, "pp");
	ck_assert_str_eq(lab->bench, "lab");
	ck_assert_str_eq(lab->trail, "f");
	ck_assert_uint_eq(desk->turns + lab->turns, 0);
}
END_TEST

START_TEST(test_counts_retries_and_the_last_that_did_not_pass)
{
	keep("a", "one", "s", RIG_VERDICT_FAIL);
	keep("a", "one", "s", RIG_VERDICT_ERROR);
	RigRunReport *run = make("a", "one", "s");
	sample_case(run, "digits", RIG_VERDICT_PASS)->flaky = TRUE;
	store_bed_import(&bed, run);
	g_autoptr(GPtrArray) list = ask(NULL, NULL, 100, 1);
	const RigCaseHistory *history = g_ptr_array_index(list, 0);
	const guint counts[] = {0, 1, 0, 1, 1};
	ck_assert_mem_eq(history->counts, counts, sizeof counts);
	ck_assert_uint_eq(history->retried, 1);
	ck_assert_int_eq(history->last_us, 1795392002000000); /* 00:00:02 of that day: the second run */
	ck_assert_str_eq(history->trail, "fep");
}
END_TEST

static Suite *history_suite(void)
{
	Suite *suite = suite_create("history");
	TCase *test = tcase_create("history");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_the_same_image_and_suite_with_another_verdict_is_a_turn);
	tcase_add_test(test, test_another_image_or_suite_is_no_turn);
	tcase_add_test(test, test_a_skip_is_passed_over);
	tcase_add_test(test, test_boards_suites_and_cases_are_apart);
	tcase_add_test(test, test_boards_of_two_benches_are_two);
	tcase_add_test(test, test_counts_retries_and_the_last_that_did_not_pass);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(history_suite)
