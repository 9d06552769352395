/* SPDX-License-Identifier: Apache-2.0 */
/* What did not pass last time, first or alone. */
#include "test.h"

#include "run/plan.h"

static RigCase cases[] = {{.name = (char[]){"a"}},
                          {.name = (char[]){"b"}},
                          {.name = (char[]){"c"}},
                          {.name = (char[]){"d"}}};
static const RigBoard boards[] = {{.name = (char[]){"x"}}, {.name = (char[]){"y"}}};
static RigPlan plan;

static void begin(void)
{
	plan.cases = g_ptr_array_new();
	plan.runs = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		g_ptr_array_add(plan.cases, &cases[i]);
	for (guint i = 0; i < G_N_ELEMENTS(boards); i++) {
		RigPlannedRun *run = g_new0(RigPlannedRun, 1);
		run->board = &boards[i];
		g_ptr_array_add(plan.runs, run);
	}
}

static void end(void)
{
	g_ptr_array_unref(plan.cases);
	g_ptr_array_unref(plan.runs);
}

/* `failed` as "x/a y/b"; what is to be left of the plan as "abcd on xy". */
static void expect(const char *failed, gboolean only, gboolean any, const char *left)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	g_auto(GStrv) words = g_strsplit(failed, " ", -1);
	for (guint i = 0; words[i] != NULL; i++)
		g_hash_table_add(names, words[i]);
	ck_assert_int_eq(rig_plan_prefer(&plan, names, only), any);
	g_autoptr(GString) got = g_string_new(NULL);
	for (guint i = 0; i < plan.cases->len; i++)
		g_string_append(got, ((const RigCase *)g_ptr_array_index(plan.cases, i))->name);
	g_string_append(got, " on ");
	for (guint i = 0; i < plan.runs->len; i++) {
		const RigPlannedRun *run = g_ptr_array_index(plan.runs, i);
		g_string_append(got, run->board->name);
	}
	ck_assert_str_eq(got->str, left);
}

START_TEST(test_nothing_failed)
{
	expect("", TRUE, FALSE, "abcd on xy");
	expect("", FALSE, FALSE, "abcd on xy");
	/* Of another board, or a case that is not selected. */
	expect("z/a x/e a", TRUE, FALSE, "abcd on xy");
}
END_TEST

START_TEST(test_only_what_failed)
{
	expect("x/c x/a", TRUE, TRUE, "ac on x");
}
END_TEST

START_TEST(test_on_every_board_where_something_failed)
{
	expect("y/d x/b", TRUE, TRUE, "bd on xy");
}
END_TEST

START_TEST(test_what_failed_comes_first)
{
	expect("y/d y/b", FALSE, TRUE, "bdac on xy");
}
END_TEST

START_TEST(test_all_failed)
{
	expect("x/a x/b x/c y/d", FALSE, TRUE, "abcd on xy");
	expect("x/a x/b x/c y/d", TRUE, TRUE, "abcd on xy");
}
END_TEST

static Suite *prefer_suite(void)
{
	Suite *suite = suite_create("plan_prefer");
	TCase *test = tcase_create("plan_prefer");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_nothing_failed);
	tcase_add_test(test, test_only_what_failed);
	tcase_add_test(test, test_on_every_board_where_something_failed);
	tcase_add_test(test, test_what_failed_comes_first);
	tcase_add_test(test, test_all_failed);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(prefer_suite)
