/* SPDX-License-Identifier: Apache-2.0 */
/* A number beside that of an earlier run: what passes, fails, and cannot be told. */
#include "judging.h"
#include "test.h"

#include <math.h>
#include <string.h>

#define UNIT "unit 0007"
#define NONE 1e99 /* no such bound */

static Judged judged;
static RigBaseline *baseline;
static RigBaselineRun *run;

static void begin(void)
{
	judged_init(&judged);
	judged_step(&judged, "infer", "r");
	baseline = rig_baseline_new();
	run = rig_baseline_add(baseline, "run-a", UNIT);
	judged.context.baseline = baseline;
	judged.context.unit = UNIT;
}

static void end(void)
{
	rig_baseline_free(baseline);
	judged_clear(&judged);
}

/* A limit on r.x with bounds against the baseline. */
static RigLimit *limit(double min, double max)
{
	RigLimit *made = judged_limit(&judged, "r.x");
	made->baseline.min = (RigRelative){.set = min != NONE, .ratio = min};
	made->baseline.max = (RigRelative){.set = max != NONE, .ratio = max};
	return made;
}

static void bound(RigBound *made, double value)
{
	*made = (RigBound){.set = TRUE, .has_default = TRUE, .fallback = value};
}

static void expect(RigVerdict verdict, const char *message)
{
	const RigFinding *finding = judged_run(&judged);
	ck_assert_msg(finding->verdict == verdict, "%s: %s", rig_verdict_name(finding->verdict),
	              finding->message == NULL ? "" : finding->message);
	if (message != NULL)
		ck_assert_msg(strstr(finding->message, message) != NULL, "no \"%s\" in: %s", message,
		              finding->message);
}

/* Number, number before, bounds as parts of it, verdict. */
static const struct {
	double now, before, min, max;
	RigVerdict verdict;
} table[] = {
    {103, 100, NONE, 0.03, RIG_VERDICT_PASS},
    {103.1, 100, NONE, 0.03, RIG_VERDICT_FAIL},
    {50, 100, NONE, 0.03, RIG_VERDICT_PASS},
    {97, 100, -0.03, NONE, RIG_VERDICT_PASS},
    {96.9, 100, -0.03, NONE, RIG_VERDICT_FAIL},
    {100, 100, -0.03, 0.03, RIG_VERDICT_PASS},
    {96, 100, -0.03, 0.03, RIG_VERDICT_FAIL},
    {104, 100, -0.03, 0.03, RIG_VERDICT_FAIL},
    /* It is to become better. */
    {95, 100, NONE, -0.05, RIG_VERDICT_PASS},
    {96, 100, NONE, -0.05, RIG_VERDICT_FAIL},
    {100, 100, 0, 0, RIG_VERDICT_PASS},
    {100.5, 100, 0, 0, RIG_VERDICT_FAIL},
    /* More than a negative number is towards zero. */
    {-97, -100, NONE, 0.03, RIG_VERDICT_PASS},
    {-96, -100, NONE, 0.03, RIG_VERDICT_FAIL},
    {-104, -100, -0.03, NONE, RIG_VERDICT_FAIL},
    {-103, -100, -0.03, NONE, RIG_VERDICT_PASS},
    /* No part of nothing is more than nothing. */
    {0, 0, -0.03, 0.03, RIG_VERDICT_PASS},
    {0.001, 0, NONE, 0.03, RIG_VERDICT_FAIL},
    {-0.001, 0, -0.03, NONE, RIG_VERDICT_FAIL},
    {-5, 0, NONE, 0.03, RIG_VERDICT_PASS},
    {1e300, 1e-300, NONE, 0.03, RIG_VERDICT_FAIL},
};

START_TEST(test_a_number_beside_the_one_before)
{
	rig_baseline_put(run, "digits/r.x", table[_i].before, "count");
	judged_number(&judged, "r.x", table[_i].now, "count");
	limit(table[_i].min, table[_i].max);
	expect(table[_i].verdict,
	       table[_i].verdict == RIG_VERDICT_FAIL ? " of run run-a, must be at " : NULL);
}
END_TEST

START_TEST(test_the_message_tells_both_numbers_and_the_change)
{
	rig_baseline_put(run, "digits/r.x", 3000, "time");
	judged_number(&judged, "r.x", 3300, "time");
	limit(NONE, 0.03);
	expect(RIG_VERDICT_FAIL, "r.x is 3.30 ms, +10% against 3.00 ms of run run-a, must be at most "
	                         "+3%");
	const RigFinding *finding = judged_finding(&judged, 0);
	ck_assert_str_eq(finding->expected, "at most +3% against 3.00 ms");
	ck_assert(finding->has_max && !finding->has_min);
	ck_assert_double_eq_tol(finding->max, 3090, 1e-9);
}
END_TEST

START_TEST(test_both_an_absolute_and_a_relative_bound_hold)
{
	rig_baseline_put(run, "digits/r.x", 100, "count");
	RigValue *value = judged_number(&judged, "r.x", 104, "count");
	bound(&limit(-0.5, 0.05)->max, 103);
	expect(RIG_VERDICT_FAIL, "must be at most 103");
	value->number = 102;
	expect(RIG_VERDICT_PASS, NULL);
	const RigFinding *finding = judged_finding(&judged, 0);
	ck_assert_double_eq(finding->max, 103); /* the narrower one */
	ck_assert_double_eq(finding->min, 50);
	value->number = 49;
	expect(RIG_VERDICT_FAIL, "must be at least -50%");
}
END_TEST

START_TEST(test_without_a_baseline_the_rest_of_the_limit_judges)
{
	judged.context.baseline = NULL;
	judged_number(&judged, "r.x", 104, "count");
	RigLimit *made = limit(NONE, 0.03);
	expect(RIG_VERDICT_SKIP, "is not judged: no baseline is named (--baseline RUN)");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_PASS);
	bound(&made->max, 110);
	expect(RIG_VERDICT_PASS, NULL);
	bound(&made->max, 100);
	expect(RIG_VERDICT_FAIL, "must be at most 100");
}
END_TEST

/* What cannot be compared is not passed over in silence, and hides no failure. */
static const struct {
	const char *unit, *key, *dimension;
	const char *message;
} gaps[] = {
    {"unit 0008", "digits/r.x", "count", "no run that is named as a baseline is of this unit"},
    {UNIT, "other/r.x", "count", "the baseline run run-a has no number for it"},
    {UNIT, "digits/r.x", "time", "the baseline run run-a has no number for it"},
    {UNIT, "digits/r.x", NULL, "the baseline run run-a has no number for it"},
};

START_TEST(test_what_cannot_be_compared_is_inconclusive)
{
	RigBaselineRun *other = rig_baseline_add(baseline, "run-b", "unit 0008");
	judged.context.unit = gaps[_i].unit;
	if (strcmp(gaps[_i].unit, UNIT) != 0)
		judged.context.unit = "unit 0009";
	rig_baseline_put(run, gaps[_i].key, 100, gaps[_i].dimension);
	rig_baseline_put(other, "digits/r.x", 100, "count");
	judged_number(&judged, "r.x", 104, "count");
	RigLimit *made = limit(NONE, 0.03);
	expect(RIG_VERDICT_INCONCLUSIVE, gaps[_i].message);
	bound(&made->max, 110);
	expect(RIG_VERDICT_INCONCLUSIVE, gaps[_i].message);
	bound(&made->max, 100);
	expect(RIG_VERDICT_FAIL, "must be at most 100");
}
END_TEST

START_TEST(test_unknown_on_either_side_is_inconclusive)
{
	RigValue *value = judged_number(&judged, "r.x", 104, "count");
	rig_baseline_put(run, "digits/r.x", NAN, "count");
	limit(NONE, 0.03);
	expect(RIG_VERDICT_INCONCLUSIVE, "has no number for it");
	rig_baseline_put(run, "digits/r.x", 100, "count");
	expect(RIG_VERDICT_FAIL, NULL);
	value->number = NAN;
	expect(RIG_VERDICT_INCONCLUSIVE, NULL);
}
END_TEST

START_TEST(test_an_attempt_that_did_not_run_is_skipped)
{
	rig_baseline_put(run, "digits/r.x", 100, "count");
	judged.attempt->outcome = RIG_VERDICT_SKIP;
	limit(NONE, 0.03);
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_SKIP);
}
END_TEST

static Suite *judge_baseline_suite(void)
{
	Suite *suite = suite_create("judge_baseline");
	TCase *test = tcase_create("judge_baseline");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_loop_test(test, test_a_number_beside_the_one_before, 0, G_N_ELEMENTS(table));
	tcase_add_test(test, test_the_message_tells_both_numbers_and_the_change);
	tcase_add_test(test, test_both_an_absolute_and_a_relative_bound_hold);
	tcase_add_test(test, test_without_a_baseline_the_rest_of_the_limit_judges);
	tcase_add_loop_test(test, test_what_cannot_be_compared_is_inconclusive, 0, G_N_ELEMENTS(gaps));
	tcase_add_test(test, test_unknown_on_either_side_is_inconclusive);
	tcase_add_test(test, test_an_attempt_that_did_not_run_is_skipped);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(judge_baseline_suite)
