/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "journal/attempt.h"

static RigAttempt *attempt;

static void begin(void)
{
	attempt = rig_attempt_new("digits", 3);
}

static void end(void)
{
	rig_attempt_free(attempt);
}

static void add_value(const char *name, double number)
{
	RigValue *value = g_new0(RigValue, 1);
	value->name = g_strdup(name);
	value->number = number;
	g_ptr_array_add(attempt->values, value);
}

static RigStepRecord *add_step(const char *as)
{
	RigStepRecord *step = g_new0(RigStepRecord, 1);
	step->index = attempt->steps->len;
	step->verb = g_strdup("infer");
	step->as = g_strdup(as);
	g_ptr_array_add(attempt->steps, step);
	return step;
}

START_TEST(test_a_new_attempt_did_not_pass)
{
	ck_assert_str_eq(attempt->case_name, "digits");
	ck_assert_uint_eq(attempt->number, 3);
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_ERROR);
	ck_assert_int_eq(attempt->end_us, 0);
	ck_assert_ptr_null(attempt->message);
	ck_assert_uint_eq(attempt->steps->len + attempt->inferences->len + attempt->values->len, 0);
}
END_TEST

START_TEST(test_the_last_value_of_a_name_counts)
{
	ck_assert_ptr_null(rig_attempt_value(attempt, "r.stack"));
	add_value("r.stack", 1);
	add_value("r.stack_used", 2);
	add_value("r.stack", 3);
	add_value("s.stack", 4);
	ck_assert_double_eq(rig_attempt_value(attempt, "r.stack")->number, 3);
	ck_assert_double_eq(rig_attempt_value(attempt, "r.stack_used")->number, 2);
	ck_assert_ptr_null(rig_attempt_value(attempt, "r.stac"));
	ck_assert_ptr_null(rig_attempt_value(attempt, ""));
}
END_TEST

START_TEST(test_a_step_is_found_by_what_its_results_are_called)
{
	ck_assert_ptr_null(rig_attempt_step(attempt, "r"));
	add_step(NULL);
	const RigStepRecord *first = add_step("r");
	const RigStepRecord *second = add_step("r2");
	ck_assert_ptr_eq(rig_attempt_step(attempt, "r"), first);
	ck_assert_ptr_eq(rig_attempt_step(attempt, "r2"), second);
	ck_assert_ptr_null(rig_attempt_step(attempt, "r3"));
	/* A step without results is not the one of a limit without a subject. */
	ck_assert_ptr_null(rig_attempt_step(attempt, NULL));
}
END_TEST

/* Leaks are LeakSanitizer's to find. */
START_TEST(test_all_that_an_attempt_holds_is_freed_with_it)
{
	RigStepRecord *step = add_step("r");
	step->message = g_strdup("m");
	step->expected = g_strdup("e");
	step->got = g_strdup("g");
	RigValue *value = g_new0(RigValue, 1);
	value->is_text = TRUE;
	value->text = g_strdup("t");
	value->unit = g_strdup("u");
	g_ptr_array_add(attempt->values, value);
	RigInference *record = g_new(RigInference, 1);
	*record = (RigInference)RIG_INFERENCE_INIT;
	record->recording = g_string_chunk_insert_const(attempt->texts, "digits");
	record->outputs = g_new0(double, 10);
	g_ptr_array_add(attempt->inferences, record);
	g_ptr_array_add(attempt->notes, g_strdup("n"));
	attempt->message = g_strdup("failed");
	rig_attempt_free(NULL);
}
END_TEST

static Suite *attempt_suite(void)
{
	Suite *suite = suite_create("attempt");
	TCase *test = tcase_create("attempt");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_a_new_attempt_did_not_pass);
	tcase_add_test(test, test_the_last_value_of_a_name_counts);
	tcase_add_test(test, test_a_step_is_found_by_what_its_results_are_called);
	tcase_add_test(test, test_all_that_an_attempt_holds_is_freed_with_it);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(attempt_suite)
