/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/judge.h"
#include "judging.h"
#include "test.h"
#include <math.h>
#include <string.h>

static Judged judged;

static void judge_setup(void)
{
	judged_init(&judged);
	judged_step(&judged, "infer", "r");
}

static void judge_teardown(void)
{
	judged_clear(&judged);
}

/* `right` of `count` inputs of 10 classes answered rightly. */
static void judge_answers(guint right, guint count)
{
	for (guint i = 0; i < count; i++)
		judged_answer(&judged, (gint32)(i % 10), i < right ? i % 10 : (i + 1) % 10, 10);
}

static void fail_attempt(RigVerdict outcome, const char *message)
{
	RigStepRecord *step = g_ptr_array_index(judged.attempt->steps, 0);
	step->outcome = judged.attempt->outcome = outcome;
	step->message = g_strdup(message);
	judged.attempt->message = g_strdup(message);
}

START_TEST(no_limits_give_the_outcome)
{
	ck_assert_ptr_null(judged_run(&judged));
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(judged.judgement->case_name, "digits");
	ck_assert_uint_eq(judged.judgement->attempt, 1);
	ck_assert_ptr_null(judged.judgement->message);
}
END_TEST

START_TEST(a_limit_that_is_met_passes)
{
	judge_answers(47, 50);
	judged_min(&judged, "r.top1", 0.94);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->limit, "r.top1");
	ck_assert_str_eq(finding->expected, "at least 0.940");
	ck_assert_str_eq(finding->got, "0.940 (47 of 50)");
	ck_assert_str_eq(finding->unit, "ratio");
	ck_assert_ptr_null(finding->message);
	ck_assert(finding->has_min && !finding->has_max && finding->has_value);
	ck_assert_double_eq(finding->min, 0.94);
	ck_assert_int_eq(finding->integrity, RIG_INTEGRITY_CHECKED);
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(a_limit_that_is_missed_fails)
{
	judge_answers(45, 50);
	judged_min(&judged, "r.top1", 0.94);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->got, "0.900 (45 of 50)");
	ck_assert_str_eq(judged.judgement->message,
	                 "r.top1 is 0.900 (45 of 50), must be at least 0.940");
	ck_assert_ptr_nonnull(strstr(finding->detail, "input 45: label 5, answer 6 (1 over 0)"));
}
END_TEST

START_TEST(nan_outputs_are_wrong_answers)
{
	judge_answers(10, 10);
	RigInference *record = g_ptr_array_index(judged.attempt->inferences, 3);
	record->outputs[9] = NAN;
	judged_min(&judged, "r.top1", 1.0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->got, "0.900 (9 of 10; 1 with NaN)");
	ck_assert_ptr_nonnull(strstr(finding->detail, "input 3: label 3, NaN among the outputs"));
}
END_TEST

START_TEST(a_record_of_another_shape_is_a_wrong_answer)
{
	judge_answers(10, 10);
	((RigInference *)g_ptr_array_index(judged.attempt->inferences, 0))->outputs_count = 4;
	judged_min(&judged, "r.top1", 1.0);
	ck_assert_str_eq(judged_run(&judged)->got,
	                 "0.900 (9 of 10; 1 with another number of outputs than 10)");
}
END_TEST

START_TEST(unlabelled_inputs_are_inconclusive)
{
	static const char *const names[] = {"r.top1", "r.recall", "r.recall_3", "r.auc"};
	judge_answers(10, 10);
	((RigInference *)g_ptr_array_index(judged.attempt->inferences, 4))->label = RIG_LABEL_NONE;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		judged_min(&judged, names[i], 0.0);
	judged_run(&judged);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const RigFinding *finding = judged_finding(&judged, i);
		ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
		ck_assert_str_eq(finding->got, "unknown (1 of 10 inputs have no label)");
	}
}
END_TEST

START_TEST(records_without_outputs_are_inconclusive)
{
	judge_answers(10, 10);
	judged_record(&judged, 1, 100, NULL, 0);
	judged_min(&judged, "r.top1", 0.0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got, "unknown (1 of 11 records carry no outputs)");
}
END_TEST

START_TEST(what_is_always_so_says_nothing)
{
	judge_answers(0, 10);
	judged_min(&judged, "r.top10", 1.0);
	judged_min(&judged, "r.top9", 1.0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got, "unknown (top10 of 10 outputs is always 1 and says nothing)");
	ck_assert_int_eq(judged_finding(&judged, 1)->verdict, RIG_VERDICT_FAIL);
}
END_TEST

START_TEST(one_output_is_no_classification)
{
	static const double score[] = {0.5};
	judged_record(&judged, 0, 1, score, 1);
	judged_min(&judged, "r.top1", 0.0);
	ck_assert_str_eq(judged_run(&judged)->got,
	                 "unknown (the model has 1 outputs, this needs at least 2)");
}
END_TEST

START_TEST(recall_is_of_the_worst_class)
{
	judge_answers(40, 40);
	judged_answer(&judged, 7, 1, 10);
	judged_min(&judged, "r.recall", 0.9);
	judged_min(&judged, "r.recall_7", 0.8);
	judged_min(&judged, "r.recall_12", 0.1);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->got, "0.800 (class 7: 4 of 5)");
	ck_assert_int_eq(judged_finding(&judged, 1)->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(judged_finding(&judged, 2)->got,
	                 "unknown (none of the 41 inputs has the label 12)");
}
END_TEST

START_TEST(recall_with_an_unseen_class_never_passes)
{
	judge_answers(8, 8);
	judged_min(&judged, "r.recall", 0.9);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->message, "r.recall is 1.000 (class 0: 1 of 1) so far, but 2 of 10 "
	                                   "classes (first: 8) have no inputs");
	judged_answer(&judged, 0, 1, 10);
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_FAIL);
}
END_TEST

START_TEST(labels_beyond_the_outputs_are_the_worst_class)
{
	judge_answers(10, 10);
	judged_answer(&judged, 11, 1, 10);
	judged_min(&judged, "r.recall", 0.5);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->got, "0.000 (1 inputs have a label that no output stands for)");
}
END_TEST

START_TEST(auc_is_judged)
{
	judge_answers(20, 20);
	judged_min(&judged, "r.auc", 1.0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->got, "1.000 (20 inputs)");
	((RigInference *)g_ptr_array_index(judged.attempt->inferences, 3))->outputs[0] = NAN;
	finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_ptr_nonnull(strstr(finding->got, "(20 inputs, 1 without valid outputs)"));
}
END_TEST

START_TEST(number_of_records)
{
	judge_answers(3, 3);
	judged_min(&judged, "r.inferences", 4);
	ck_assert_str_eq(judged_run(&judged)->message, "r.inferences is 3, must be at least 4");
}
END_TEST

START_TEST(no_records_are_inconclusive_with_the_reason)
{
	judged_min(&judged, "r.top1", 0.5);
	judged_min(&judged, "other.top1", 0.5);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got, "unknown (no records: step r gave none)");
	ck_assert_str_eq(judged_finding(&judged, 1)->got,
	                 "unknown (no records: step other did not run)");
	ck_assert_str_eq(judged.judgement->message, "r.top1 is unknown: no records: step r gave none "
	                                            "(and 1 more limit)");
}
END_TEST

START_TEST(records_of_other_steps_do_not_count)
{
	judge_answers(0, 10);
	judged_step(&judged, "infer", "s");
	judge_answers(10, 10);
	judged_min(&judged, "s.top1", 1.0);
	judged_min(&judged, "r.top1", 1.0);
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
	ck_assert_int_eq(judged_finding(&judged, 1)->verdict, RIG_VERDICT_FAIL);
}
END_TEST

START_TEST(a_broken_attempt_keeps_its_outcome_and_message)
{
	static const RigVerdict outcomes[] = {RIG_VERDICT_INCONCLUSIVE, RIG_VERDICT_FAIL,
	                                      RIG_VERDICT_ERROR};
	RigVerdict outcome = outcomes[_i];
	fail_attempt(outcome, "infer: the board went silent");
	judged_min(&judged, "r.top1", 0.5);
	judged_min(&judged, "id.stack_used", 0.5);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got,
	                 "unknown (no records: step r did not pass: infer: the board went silent)");
	ck_assert_int_eq(judged.judgement->verdict, outcome);
	ck_assert_str_eq(judged.judgement->message, "infer: the board went silent");
}
END_TEST

START_TEST(part_of_a_step_never_passes)
{
	judge_answers(12, 12);
	fail_attempt(RIG_VERDICT_ERROR, "cable");
	judged_min(&judged, "r.top1", 0.5);
	judged_min(&judged, "r.top2", 1.5);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->message,
	                 "r.top1 is 1.000 (12 of 12), but step r did not pass: cable");
	ck_assert_int_eq(judged_finding(&judged, 1)->verdict, RIG_VERDICT_FAIL);
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_ERROR);
	ck_assert_str_eq(judged.judgement->message, "cable");
}
END_TEST

START_TEST(a_step_that_did_not_end_never_passes)
{
	judge_answers(12, 12);
	((RigStepRecord *)g_ptr_array_index(judged.attempt->steps, 0))->end_us = 0;
	judged_min(&judged, "r.top1", 0.5);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_ptr_nonnull(strstr(finding->message, "it did not end"));
}
END_TEST

START_TEST(a_heavier_finding_tells_both)
{
	judge_answers(0, 10);
	fail_attempt(RIG_VERDICT_INCONCLUSIVE, "too short");
	judged_min(&judged, "r.top1", 0.5);
	judged_run(&judged);
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(judged.judgement->message,
	                 "r.top1 is 0.000 (0 of 10), must be at least 0.500; before that: too short");
}
END_TEST

START_TEST(a_skipped_attempt_stays_skipped)
{
	fail_attempt(RIG_VERDICT_SKIP, "setup failed");
	judged_min(&judged, "r.top1", 0.5);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_SKIP);
	ck_assert_str_eq(finding->got, "not run");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_SKIP);
	ck_assert_str_eq(judged.judgement->message, "setup failed");
}
END_TEST

START_TEST(the_worst_verdict_wins_in_suite_order)
{
	judge_answers(5, 10);
	judged_min(&judged, "x.nothing", 0);
	judged_min(&judged, "r.top1", 0.9);
	judged_min(&judged, "r.top2", 0.9);
	judged_min(&judged, "r.inferences", 1);
	judged_run(&judged);
	ck_assert_uint_eq(judged.judgement->findings->len, 4);
	ck_assert_str_eq(judged_finding(&judged, 3)->limit, "r.inferences");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_FAIL);
	ck_assert(g_str_has_prefix(judged.judgement->message, "r.top1 is 0.500"));
}
END_TEST

static gboolean own_judge(gpointer user, const RigLimit *limit, const RigAttempt *attempt,
                          RigFinding *finding, GError **error)
{
	(void)attempt;
	const RigVerdict *verdict = user;
	ck_assert_str_eq(limit->command[0], "./drift.py");
	if (verdict == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "drift.py: bad JSON");
		return FALSE;
	}
	finding->verdict = *verdict;
	finding->got = g_strdup("so it is");
	return TRUE;
}

START_TEST(a_judge_of_ones_own)
{
	static char program[] = "./drift.py";
	static char *argv[] = {program, NULL};
	RigVerdict verdict = RIG_VERDICT_PASS;
	RigLimit *limit = judged_limit(&judged, "r.drift");
	judge_answers(1, 1);
	limit->command = argv;
	limit->measure = (RigMeasureRef){.kind = RIG_MEASURE_COMMAND};
	ck_assert_str_eq(judged_run(&judged)->got, "unknown (programs are not run here)");
	judged.context.command = own_judge;
	judged.context.user = &verdict;
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->expected, "pass by ./drift.py");
	ck_assert_str_eq(finding->got, "so it is");
	verdict = RIG_VERDICT_FAIL;
	ck_assert_str_eq(judged_run(&judged)->message, "r.drift is fail by ./drift.py");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_FAIL);
	judged.context.user = NULL;
	ck_assert_str_eq(judged_run(&judged)->message, "r.drift cannot be judged: drift.py: bad JSON");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_ERROR);
}
END_TEST

START_TEST(judging_twice_gives_the_same)
{
	judge_answers(45, 50);
	judged_min(&judged, "r.top1", 0.94);
	judged_run(&judged);
	g_autofree char *message = g_strdup(judged.judgement->message);
	g_autofree char *detail = g_strdup(judged_finding(&judged, 0)->detail);
	judged_run(&judged);
	ck_assert_str_eq(judged.judgement->message, message);
	ck_assert_str_eq(judged_finding(&judged, 0)->detail, detail);
}
END_TEST

static Suite *judge_suite(void)
{
	Suite *suite = suite_create("judge");
	TCase *classes = tcase_create("classes");
	tcase_add_checked_fixture(classes, judge_setup, judge_teardown);
	tcase_add_test(classes, a_limit_that_is_met_passes);
	tcase_add_test(classes, a_limit_that_is_missed_fails);
	tcase_add_test(classes, nan_outputs_are_wrong_answers);
	tcase_add_test(classes, a_record_of_another_shape_is_a_wrong_answer);
	tcase_add_test(classes, unlabelled_inputs_are_inconclusive);
	tcase_add_test(classes, records_without_outputs_are_inconclusive);
	tcase_add_test(classes, what_is_always_so_says_nothing);
	tcase_add_test(classes, one_output_is_no_classification);
	tcase_add_test(classes, recall_is_of_the_worst_class);
	tcase_add_test(classes, recall_with_an_unseen_class_never_passes);
	tcase_add_test(classes, labels_beyond_the_outputs_are_the_worst_class);
	tcase_add_test(classes, auc_is_judged);
	tcase_add_test(classes, number_of_records);
	suite_add_tcase(suite, classes);
	TCase *verdict = tcase_create("verdict");
	tcase_add_checked_fixture(verdict, judge_setup, judge_teardown);
	tcase_add_test(verdict, no_limits_give_the_outcome);
	tcase_add_test(verdict, no_records_are_inconclusive_with_the_reason);
	tcase_add_test(verdict, records_of_other_steps_do_not_count);
	tcase_add_loop_test(verdict, a_broken_attempt_keeps_its_outcome_and_message, 0, 3);
	tcase_add_test(verdict, part_of_a_step_never_passes);
	tcase_add_test(verdict, a_step_that_did_not_end_never_passes);
	tcase_add_test(verdict, a_heavier_finding_tells_both);
	tcase_add_test(verdict, a_skipped_attempt_stays_skipped);
	tcase_add_test(verdict, the_worst_verdict_wins_in_suite_order);
	tcase_add_test(verdict, a_judge_of_ones_own);
	tcase_add_test(verdict, judging_twice_gives_the_same);
	suite_add_tcase(suite, verdict);
	return suite;
}

RIG_TEST_MAIN(judge_suite)
