/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/golden.h"
#include "judging.h"
#include "test.h"
#include <math.h>
#include <string.h>

#define GOLDEN_PATH "/golden/digits.csv"

static Judged judged;

static void golden_setup(void)
{
	judged_init(&judged);
	judged_step(&judged, "infer", "r");
}

static void golden_teardown(void)
{
	judged_clear(&judged);
}

static void put_golden(const char *text)
{
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(judged.context.sources, GOLDEN_PATH, bytes);
}

static RigLimit *limit_golden(double tolerance)
{
	static char path[] = GOLDEN_PATH;
	RigLimit *limit = judged_limit(&judged, "r.outputs");
	limit->golden = path;
	limit->tolerance = tolerance;
	return limit;
}

START_TEST(wrong_files_are_told_by_line)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
	    {"",
	     "g.csv:0: the first line is not \"input,o0,o1,…\"; --update-golden writes such a file"},
	    {"index,o0\n", "g.csv:1: the first line is not"},
	    {"input,o0\nx,1\n", "g.csv:2: \"x,1\" does not begin with the index of an input"},
	    {"input,o0\n1\n", "g.csv:2: \"1\" does not begin with"},
	    {"input,o0\n,1\n", "g.csv:2: \",1\" does not begin"},
	    {"input,o0\n4294967296,1\n", "g.csv:2: \"4294967296,1\" does not"},
	    {"input,o0\n99999999999999999999999,1\n", "g.csv:2: "},
	    {"input,o0\n0,1\n0,2\n", "g.csv:3: input 0 is here a second time"},
	    {"input,o0\n0,1,2\n", "g.csv:2: more outputs than the 1 of the first line"},
	    {"input,o0\n0,\n", "g.csv:2: \"\" is not a number"},
	    {"input,o0,o1\n0,1,\n", "g.csv:2: the line ends with a comma"},
	    {"input,o0\n0,0x10\n", "g.csv:2: \"0x10\" is not a number"},
	    {"input,o0\n0, 1\n", "g.csv:2: \" 1\" is not a number"},
	    {"input,o0\n0,1.5V\n", "g.csv:2: \"1.5V\" is not a number"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		RigGolden *golden = rig_golden_parse("g.csv", cases[i].text, strlen(cases[i].text), &error);
		ck_assert_ptr_null(golden);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		ck_assert_msg(g_str_has_prefix(error->message, cases[i].error), "%s", error->message);
	}
}
END_TEST

START_TEST(binary_and_wide_files_are_refused)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_golden_parse("g.csv", "input,o0\n\0", 10, &error));
	ck_assert_str_eq(error->message, "g.csv: a NUL byte at offset 9; this is no CSV file");
	g_clear_error(&error);
	g_autoptr(GString) wide = g_string_new("input");
	for (guint i = 0; i < RIG_OUTPUTS_MAX + 1; i++)
		g_string_append(wide, ",o");
	ck_assert_ptr_null(rig_golden_parse("g.csv", wide->str, wide->len, &error));
	ck_assert_str_eq(error->message, "g.csv:1: 1025 outputs, at most 1024 are allowed");
}
END_TEST

START_TEST(good_files_are_read)
{
	static const char text[] = "input,o0,o1\r\n3,nan,-inf\r\n\r\n0,1e-3,-0\n7,.5,+2";
	g_autoptr(GError) error = NULL;
	g_autoptr(RigGolden) golden = rig_golden_parse("g.csv", text, sizeof text - 1, &error);
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(rig_golden_count(golden), 3);
}
END_TEST

START_TEST(text_reads_back_bit_for_bit)
{
	static const double values[] = {0.1,
	                                -0.0,
	                                1.0 / 3,
	                                1e300,
	                                5e-324,
	                                0.94,
	                                -127,
	                                NAN,
	                                INFINITY,
	                                123456789.125,
	                                0.30000000000000004};
	guint count = G_N_ELEMENTS(values);
	g_auto(RigGoldenResult) result = {0};
	g_autoptr(GError) error = NULL;
	judged_record(&judged, 0, 1, values, count);
	judged_record(&judged, 0, 1, values, count);
	g_autofree char *text = rig_golden_text(judged.attempt, "r");
	ck_assert(
	    g_str_has_prefix(text, "input,o0,o1,o2,o3,o4,o5,o6,o7,o8,o9,o10\n0,0.1,-0,0.333333333"));
	g_autoptr(RigGolden) golden = rig_golden_parse("g.csv", text, strlen(text), &error);
	ck_assert_ptr_null(error);
	rig_golden_compare(&result, golden, judged.attempt->inferences, 0.0);
	ck_assert_uint_eq(result.compared, 2);
	ck_assert_uint_eq(result.differences->len, 0);
	ck_assert_double_eq(result.worst, 0);
}
END_TEST

START_TEST(text_is_sorted_and_has_an_input_once)
{
	static const double outputs[] = {1, 2};
	judged_record(&judged, 0, 1, outputs, 1)->input = 9;
	judged_record(&judged, 0, 1, outputs, 2)->input = 4;
	judged_record(&judged, 0, 1, outputs + 1, 1)->input = 9;
	g_autofree char *text = rig_golden_text(judged.attempt, "r");
	ck_assert_str_eq(text, "input,o0,o1\n4,1,2\n9,1\n");
	ck_assert_ptr_null(rig_golden_text(judged.attempt, "other"));
}
END_TEST

START_TEST(equal_outputs_pass)
{
	static const double outputs[] = {0.5, 0.25};
	judged_record(&judged, 0, 1, outputs, 2);
	put_golden("input,o0,o1\n0,0.5,0.25\n1,0,0\n");
	limit_golden(0.0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->expected, "equal to digits.csv");
	ck_assert_str_eq(finding->got, "equal (1 records)");
	ck_assert_str_eq(finding->detail, "1 of 2 golden inputs were not run\n");
	ck_assert_ptr_null(judged.judgement->message);
}
END_TEST

START_TEST(the_worst_output_is_told)
{
	static const double first[] = {0.5, 0.25}, second[] = {0.53, 0.2};
	judged_record(&judged, 0, 1, first, 2);
	judged_record(&judged, 0, 1, second, 2);
	put_golden("input,o0,o1\n0,0.5,0.28\n1,0.5,0.25\n");
	limit_golden(0.02);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->message,
	                 "r.outputs must be within 0.02 of digits.csv: 2 of 2 differ; "
	                 "input 1, output 1: 0.2, golden is 0.25");
	ck_assert_double_eq_tol(finding->value, 0.05, 1e-12);
	ck_assert_str_eq(finding->detail, "input 1, output 1: 0.2, golden is 0.25\n"
	                                  "input 0, output 1: 0.25, golden is 0.28\n");
}
END_TEST

START_TEST(tolerance_is_met_by_decimals_that_meet_it)
{
	static const double outputs[] = {0.52, -0.02, 0.3};
	judged_record(&judged, 0, 1, outputs, 3);
	put_golden("input,o0,o1,o2\n0,0.5,0,0.32\n");
	limit_golden(0.02);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding->got, "at most 0.02 off (1 records)");
}
END_TEST

START_TEST(what_no_number_tells_apart_fails)
{
	static const struct {
		double got;
		const char *wanted;
		double tolerance;
		RigVerdict verdict;
	} cases[] = {
	    {NAN, "1", 1e9, RIG_VERDICT_FAIL},      {1, "nan", 1e9, RIG_VERDICT_FAIL},
	    {NAN, "nan", 0.1, RIG_VERDICT_PASS},    {NAN, "nan", 0, RIG_VERDICT_PASS},
	    {INFINITY, "inf", 0, RIG_VERDICT_PASS}, {INFINITY, "-inf", 1e9, RIG_VERDICT_FAIL},
	    {INFINITY, "1", 1e9, RIG_VERDICT_FAIL}, {-0.0, "0", 0, RIG_VERDICT_FAIL},
	    {-0.0, "0", 0.1, RIG_VERDICT_PASS},     {1.0, "1.0000000000000002", 0, RIG_VERDICT_FAIL},
	};
	RigInference *record = judged_record(&judged, 0, 1, &cases[0].got, 1);
	RigLimit *limit = limit_golden(0);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("input,o0\n0,%s\n", cases[i].wanted);
		put_golden(text);
		record->outputs[0] = cases[i].got;
		limit->tolerance = cases[i].tolerance;
		ck_assert_msg(judged_run(&judged)->verdict == cases[i].verdict, "case %zu", i);
	}
}
END_TEST

START_TEST(another_number_of_outputs_fails)
{
	static const double outputs[] = {1, 2};
	judged_record(&judged, 0, 1, outputs, 2);
	put_golden("input,o0,o1,o2\n0,1,2,3\n");
	limit_golden(1e9);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->got, "1 of 1 differ; input 0: 2 outputs, golden has 3");
	ck_assert(!finding->has_value);
}
END_TEST

START_TEST(inputs_without_a_golden_line_are_inconclusive)
{
	static const double outputs[] = {1};
	judged_record(&judged, 0, 1, outputs, 1);
	judged_record(&judged, 0, 1, outputs, 1);
	put_golden("input,o0\n1,1\n");
	limit_golden(0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got, "unknown (1 of 2 records have no golden line (first: input 0); "
	                               "--update-golden adds them)");
}
END_TEST

START_TEST(a_difference_outweighs_a_missing_line)
{
	static const double outputs[] = {1};
	judged_record(&judged, 0, 1, outputs, 1);
	judged_record(&judged, 0, 1, outputs, 1);
	put_golden("input,o0\n1,2\n");
	limit_golden(0);
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_FAIL);
}
END_TEST

START_TEST(a_bad_file_is_an_error_not_a_failure)
{
	static const double outputs[] = {1};
	judged_record(&judged, 0, 1, outputs, 1);
	limit_golden(0);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_ERROR);
	ck_assert_ptr_nonnull(strstr(finding->message, GOLDEN_PATH));
	put_golden("input,o0\n0,one\n");
	finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_ERROR);
	ck_assert_str_eq(finding->message,
	                 "r.outputs cannot be judged: " GOLDEN_PATH ":2: \"one\" is not a number");
	ck_assert_int_eq(judged.judgement->verdict, RIG_VERDICT_ERROR);
	RigLimit *limit = g_ptr_array_index(judged.test.limits, 0);
	limit->has_integrity = TRUE;
	limit->integrity = RIG_INTEGRITY_CHECKED;
	RigInference *record = g_ptr_array_index(judged.attempt->inferences, 0);
	record->integrity = RIG_INTEGRITY_UNKNOWN;
	ck_assert_int_eq(judged_run(&judged)->verdict, RIG_VERDICT_ERROR);
}
END_TEST

START_TEST(detail_is_bounded)
{
	g_autoptr(GString) text = g_string_new("input,o0\n");
	static const double outputs[] = {1};
	for (guint i = 0; i < 100; i++) {
		judged_record(&judged, 0, 1, outputs, 1);
		g_string_append_printf(text, "%u,2\n", i);
	}
	put_golden(text->str);
	limit_golden(0);
	g_auto(GStrv) lines = g_strsplit(judged_run(&judged)->detail, "\n", -1);
	ck_assert_uint_eq(g_strv_length(lines), 7); /* five, the rest in one, and the line's end */
	ck_assert_str_eq(lines[5], "and 95 more records");
}
END_TEST

START_TEST(diff_of_equal_texts_is_none)
{
	ck_assert_ptr_null(rig_golden_diff("input,o0\n0,1\n", "input,o0\r\n0,1\r\n", 20));
	ck_assert_ptr_null(rig_golden_diff("", "", 20));
}
END_TEST

START_TEST(diff_tells_changed_added_and_removed)
{
	g_autofree char *diff = rig_golden_diff("input,o0,o1,o2\n0,1,2,3\n1,5,5,5\n2,0,0,0\n",
	                                        "input,o0,o1,o2\n0,1,2,4\n2,0,0,0\n3,7,7,7\n", 20);
	ck_assert_str_eq(diff, "--- golden\n+++ this run\n-0,…,3\n+0,…,4\n-1,5,5,5\n+3,7,7,7\n");
}
END_TEST

START_TEST(diff_is_bounded)
{
	g_autoptr(GString) before = g_string_new(NULL);
	g_autoptr(GString) after = g_string_new(NULL);
	for (guint i = 0; i < 50; i++) {
		g_string_append_printf(before, "%u,1,%0200d\n", i, 0);
		g_string_append_printf(after, "%u,2,%0200d\n", i, 0);
	}
	g_autofree char *diff = rig_golden_diff(before->str, after->str, 10);
	g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);
	ck_assert_uint_eq(g_strv_length(lines), 11);
	ck_assert_str_eq(lines[9], "and 93 more lines");
	for (guint i = 0; lines[i]; i++)
		ck_assert_int_le(g_utf8_strlen(lines[i], -1), 80);
	ck_assert(g_utf8_validate(diff, -1, NULL));
}
END_TEST

static Suite *golden_suite(void)
{
	Suite *suite = suite_create("golden");
	TCase *file = tcase_create("file");
	tcase_add_checked_fixture(file, golden_setup, golden_teardown);
	tcase_add_test(file, wrong_files_are_told_by_line);
	tcase_add_test(file, binary_and_wide_files_are_refused);
	tcase_add_test(file, good_files_are_read);
	tcase_add_test(file, text_reads_back_bit_for_bit);
	tcase_add_test(file, text_is_sorted_and_has_an_input_once);
	suite_add_tcase(suite, file);
	TCase *limits = tcase_create("limits");
	tcase_add_checked_fixture(limits, golden_setup, golden_teardown);
	tcase_add_test(limits, equal_outputs_pass);
	tcase_add_test(limits, the_worst_output_is_told);
	tcase_add_test(limits, tolerance_is_met_by_decimals_that_meet_it);
	tcase_add_test(limits, what_no_number_tells_apart_fails);
	tcase_add_test(limits, another_number_of_outputs_fails);
	tcase_add_test(limits, inputs_without_a_golden_line_are_inconclusive);
	tcase_add_test(limits, a_difference_outweighs_a_missing_line);
	tcase_add_test(limits, a_bad_file_is_an_error_not_a_failure);
	tcase_add_test(limits, detail_is_bounded);
	suite_add_tcase(suite, limits);
	TCase *diff = tcase_create("diff");
	tcase_add_test(diff, diff_of_equal_texts_is_none);
	tcase_add_test(diff, diff_tells_changed_added_and_removed);
	tcase_add_test(diff, diff_is_bounded);
	suite_add_tcase(suite, diff);
	return suite;
}

RIG_TEST_MAIN(golden_suite)
