/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/limits.h"
#include "judging.h"
#include "test.h"
#include <math.h>
#include <string.h>

static Judged judged;

static void limits_setup(void)
{
	judged_init(&judged);
	judged_step(&judged, "identify", "id");
}

static void limits_teardown(void)
{
	judged_clear(&judged);
}

static void bound_for_target(RigLimit *limit, const char *target, double value)
{
	limit->max.set = TRUE;
	limit->max.targets = g_ptr_array_new_with_free_func(g_free);
	limit->max.values = g_array_new(FALSE, FALSE, sizeof(double));
	g_ptr_array_add(limit->max.targets, g_strdup(target));
	g_array_append_val(limit->max.values, value);
}

START_TEST(bounds_are_per_target)
{
	RigLimit *limit = judged_max(&judged, "id.stack_used", 8192);
	bound_for_target(limit, "board-a", 4096);
	judged_number(&judged, "id.stack_used", 5000, "size");
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->expected, "at most 4 KiB");
	ck_assert_str_eq(finding->got, "4.88 KiB");
	ck_assert_double_eq(finding->max, 4096);
	judged.context.target = "board-b";
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
	judged.context.target = NULL;
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(a_bound_for_another_target_is_skipped_and_says_so)
{
	RigLimit *limit = judged_limit(&judged, "id.stack_used");
	bound_for_target(limit, "board-b", 1);
	judged_number(&judged, "id.stack_used", 5000, "size");
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_SKIP);
	ck_assert_str_eq(finding->message, "id.stack_used has no bound for this target and no default");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(both_ends_are_inclusive)
{
	static const struct {
		double value;
		RigVerdict verdict;
	} cases[] = {{1, RIG_VERDICT_PASS},         {2, RIG_VERDICT_PASS},
	             {1.5, RIG_VERDICT_PASS},       {0.999, RIG_VERDICT_FAIL},
	             {2.001, RIG_VERDICT_FAIL},     {INFINITY, RIG_VERDICT_FAIL},
	             {-INFINITY, RIG_VERDICT_FAIL}, {NAN, RIG_VERDICT_INCONCLUSIVE}};
	RigLimit *limit = judged_min(&judged, "s.mean", 1);
	limit->max = (RigBound){.set = TRUE, .has_default = TRUE, .fallback = 2};
	RigValue *value = judged_number(&judged, "s.mean", 0, "value");
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		value->number = cases[i].value;
		const RigFinding *finding = judged_run(&judged);
		ck_assert_str_eq(finding->expected, "1 to 2");
		ck_assert_int_eq(finding->verdict, cases[i].verdict);
	}
}
END_TEST

START_TEST(an_unknown_value_is_never_a_number)
{
	judged_number(&judged, "s.mean", NAN, "value");
	judged_min(&judged, "s.mean", 0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_str_eq(finding->got, "unknown (the step could not tell it)");
	ck_assert(!finding->has_value);
}
END_TEST

START_TEST(a_near_miss_is_told_with_enough_digits)
{
	judged_number(&judged, "d.drift", 0.20001, "ratio");
	judged_max(&judged, "d.drift", 0.2);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_str_eq(finding->message, "d.drift is 0.20001, must be at most 0.20000");
}
END_TEST

START_TEST(equal_bounds_read_as_exactly)
{
	RigLimit *limit = judged_min(&judged, "s.stuck", 0);
	limit->max = (RigBound){.set = TRUE, .has_default = TRUE, .fallback = 0};
	judged_number(&judged, "s.stuck", 2, "count");
	ck_assert_str_eq(judged_run(&judged)->message, "s.stuck is 2, must be exactly 0");
}
END_TEST

START_TEST(texts_are_equal_or_match)
{
	static char equals[] = "kws01", regex[] = "^kws[0-9]+$";
	RigValue *value = judged_text(&judged, "id.model", "kws01");
	RigLimit *limit = judged_limit(&judged, "id.model");
	limit->equals = equals;
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->expected, "\"kws01\"");
	ck_assert_str_eq(finding->got, "\"kws01\"");
	limit->equals = NULL;
	limit->matches = regex;
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
	value->text[0] = 'v';
	ck_assert_str_eq(judged_run(&judged)->message,
	                 "id.model is \"vws01\", must match \"^kws[0-9]+$\"");
	limit->equals = equals;
	ck_assert_str_eq(judged_run(&judged)->message, "id.model is \"vws01\", must be \"kws01\"");
}
END_TEST

START_TEST(strange_texts_are_shown_safely)
{
	g_autofree char *quoted = rig_limit_quote("a\n\x1b[31m\xff z");
	ck_assert_str_eq(quoted, "\"a\\u000a\\u001b[31m\xef\xbf\xbd z\"");
	g_autofree char *many = g_strnfill(500, 'x');
	g_autofree char *cut = rig_limit_quote(many);
	ck_assert_uint_lt(strlen(cut), 70);
	ck_assert(g_str_has_suffix(cut, "x…\""));
}
END_TEST

START_TEST(a_regex_that_gives_up_is_inconclusive)
{
	static char regex[] = "^(a+)+(a+)+(a+)+$";
	g_autofree char *many = g_strnfill(3000, 'a');
	g_autofree char *text = g_strconcat(many, "b", NULL);
	judged_text(&judged, "v", text);
	judged_limit(&judged, "v")->matches = regex;
	/* Libraries with a compiler for expressions may decide it; it must not pass. */
	ck_assert_int_ne(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(placeholders_come_from_captures_and_variables)
{
	static char equals[] = "v${version}-${board}", other[] = "${nowhere}";
	g_autoptr(GHashTable) variables =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(variables, g_strdup("version"), g_strdup("0"));
	g_hash_table_insert(variables, g_strdup("board"), g_strdup("b"));
	judged.context.variables = variables;
	judged_text(&judged, "boot.version", "v3-b");
	judged_text(&judged, "version", "3");
	RigLimit *limit = judged_limit(&judged, "boot.version");
	limit->equals = equals;
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->expected, "\"v3-b\"");
	limit->equals = other;
	ck_assert_str_eq(judged_run(&judged)->got, "unknown (there is no ${nowhere} to compare with)");
}
END_TEST

START_TEST(text_and_number_do_not_mix)
{
	static char equals[] = "1";
	judged_text(&judged, "id.model", "17");
	judged_number(&judged, "id.stack", 17, "size");
	judged_min(&judged, "id.model", 1);
	judged_limit(&judged, "id.stack")->equals = equals;
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got,
	                 "unknown (it is the text \"17\", and min and max need a number)");
	finding = judged_finding(&judged, 1);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got,
	                 "unknown (it is the number 17 B, and equals and matches need a text)");
}
END_TEST

START_TEST(a_capture_that_reads_as_a_number_is_one)
{
	RigValue *value = judged_text(&judged, "temperature", "21.5");
	judged_max(&judged, "temperature", 30);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_double_eq(finding->value, 21.5);
	g_free(value->text);
	value->text = g_strdup("21.5C");
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(a_value_brings_its_own_unit)
{
	judged_number(&judged, "p.gap", 3200, "time");
	judged_max(&judged, "p.gap", 5000);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_str_eq(finding->got, "3.20 ms");
	ck_assert_str_eq(finding->expected, "at most 5.00 ms");
	ck_assert_str_eq(finding->unit, "time");
}
END_TEST

START_TEST(missing_values_say_what_is_missing)
{
	RigStepRecord *step = g_ptr_array_index(judged.attempt->steps, 0);
	judged_max(&judged, "id.stack_used", 1);
	judged_max(&judged, "nothing", 1);
	ck_assert_str_eq(judged_run(&judged)->got, "unknown (step id (identify) left no such value)");
	ck_assert_str_eq(judged_finding(&judged, 1)->got,
	                 "unknown (no step left a value of that name)");
	step->outcome = RIG_VERDICT_FAIL;
	step->message = g_strdup("silent");
	ck_assert_str_eq(judged_run(&judged)->got, "unknown (step id did not pass: silent)");
	judged_text(&judged, "id.stack_used", NULL);
	ck_assert_str_eq(judged_run(&judged)->got, "unknown (the board does not say it)");
}
END_TEST

START_TEST(the_last_value_of_a_name_counts)
{
	judged_number(&judged, "s.mean", 1, "value");
	judged_number(&judged, "s.mean", 2, "value");
	judged_min(&judged, "s.mean", 2);
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(a_limit_without_anything_is_inconclusive)
{
	judged_text(&judged, "id.model", "kws01");
	judged_limit(&judged, "id.model");
	ck_assert_str_eq(judged_run(&judged)->got, "unknown (the limit asks for nothing)");
}
END_TEST

START_TEST(integrity_that_is_too_low_is_never_a_pass)
{
	RigValue *value = judged_number(&judged, "s.mean", 1, "value");
	RigLimit *limit = judged_min(&judged, "s.mean", 1);
	limit->has_integrity = TRUE;
	for (int have = RIG_INTEGRITY_UNKNOWN; have <= RIG_INTEGRITY_CHECKED; have++) {
		for (int want = RIG_INTEGRITY_UNKNOWN; want <= RIG_INTEGRITY_CHECKED; want++) {
			value->integrity = (RigIntegrity)have;
			limit->integrity = (RigIntegrity)want;
			const RigFinding *finding = judged_run(&judged);
			ck_assert_int_eq(finding->verdict,
			                 have >= want ? RIG_VERDICT_PASS : RIG_VERDICT_INCONCLUSIVE);
			ck_assert_int_eq(finding->integrity, have);
		}
	}
	value->integrity = RIG_INTEGRITY_PLAUSIBLE;
	ck_assert_str_eq(judged_run(&judged)->expected, "at least 1, checked");
	ck_assert_str_eq(judged.judgement->message, "s.mean is 1, but the limit asks for a checked "
	                                            "value, and this one is plausible");
	value->number = 0; /* nor is it a failure: the number may be wrong */
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(integrity_may_be_all_that_is_asked_for)
{
	RigValue *text = judged_text(&judged, "id.model", "kws01");
	RigValue *number = judged_number(&judged, "id.stack", 4096, "size");
	for (guint i = 0; i < 2; i++) {
		RigLimit *limit = judged_limit(&judged, i == 0 ? "id.model" : "id.stack");
		limit->has_integrity = TRUE;
		limit->integrity = RIG_INTEGRITY_CHECKED;
	}
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_int_eq(judged_finding(&judged, 1)->verdict, RIG_VERDICT_INCONCLUSIVE);
	text->integrity = number->integrity = RIG_INTEGRITY_CHECKED;
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->expected, "a known value, checked");
	ck_assert_str_eq(judged_finding(&judged, 1)->got, "4 KiB");
	number->number = NAN;
	judged_run(&judged);
	ck_assert_int_eq(judged_finding(&judged, 1)->verdict, RIG_VERDICT_INCONCLUSIVE);
}
END_TEST

START_TEST(bound_and_text_must_both_hold)
{
	static char regex[] = "[.]";
	RigValue *value = judged_text(&judged, "temperature", "21.5");
	judged_max(&judged, "temperature", 30)->matches = regex;
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_PASS);
	g_free(value->text);
	value->text = g_strdup("21");
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_FAIL);
	g_free(value->text);
	value->text = g_strdup("31.5");
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_FAIL);
}
END_TEST

START_TEST(integrity_of_records_is_the_least)
{
	static const char *const names[] = {"r.top1", "r.latency_max", "r.inferences"};
	judged_step(&judged, "infer", "r");
	for (guint i = 0; i < 10; i++)
		judged_answer(&judged, 0, 0, 3);
	RigInference *record = g_ptr_array_index(judged.attempt->inferences, 3);
	record->integrity = record->lap_integrity = RIG_INTEGRITY_PLAUSIBLE;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		RigLimit *limit = judged_min(&judged, names[i], 0);
		limit->has_integrity = TRUE;
		limit->integrity = RIG_INTEGRITY_CHECKED;
	}
	judged_run(&judged);
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const RigFinding *finding = judged_finding(&judged, i);
		ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
		ck_assert_int_eq(finding->integrity, RIG_INTEGRITY_PLAUSIBLE);
		ck_assert_ptr_nonnull(strstr(finding->message, "1 of 10 records are less"));
	}
}
END_TEST

static Suite *limits_suite(void)
{
	Suite *suite = suite_create("judge_limits");
	TCase *numbers = tcase_create("numbers");
	tcase_add_checked_fixture(numbers, limits_setup, limits_teardown);
	tcase_add_test(numbers, bounds_are_per_target);
	tcase_add_test(numbers, a_bound_for_another_target_is_skipped_and_says_so);
	tcase_add_test(numbers, both_ends_are_inclusive);
	tcase_add_test(numbers, an_unknown_value_is_never_a_number);
	tcase_add_test(numbers, a_near_miss_is_told_with_enough_digits);
	tcase_add_test(numbers, equal_bounds_read_as_exactly);
	tcase_add_test(numbers, a_capture_that_reads_as_a_number_is_one);
	tcase_add_test(numbers, a_value_brings_its_own_unit);
	suite_add_tcase(suite, numbers);
	TCase *texts = tcase_create("texts");
	tcase_add_checked_fixture(texts, limits_setup, limits_teardown);
	tcase_add_test(texts, texts_are_equal_or_match);
	tcase_add_test(texts, strange_texts_are_shown_safely);
	tcase_add_test(texts, a_regex_that_gives_up_is_inconclusive);
	tcase_add_test(texts, placeholders_come_from_captures_and_variables);
	tcase_add_test(texts, text_and_number_do_not_mix);
	tcase_add_test(texts, bound_and_text_must_both_hold);
	suite_add_tcase(suite, texts);
	TCase *values = tcase_create("values");
	tcase_add_checked_fixture(values, limits_setup, limits_teardown);
	tcase_add_test(values, missing_values_say_what_is_missing);
	tcase_add_test(values, the_last_value_of_a_name_counts);
	tcase_add_test(values, a_limit_without_anything_is_inconclusive);
	tcase_add_test(values, integrity_that_is_too_low_is_never_a_pass);
	tcase_add_test(values, integrity_of_records_is_the_least);
	tcase_add_test(values, integrity_may_be_all_that_is_asked_for);
	suite_add_tcase(suite, values);
	return suite;
}

RIG_TEST_MAIN(limits_suite)
