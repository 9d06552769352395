/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/classify.h"
#include "judge/confusion.h"
#include "judging.h"
#include "test.h"
#include <math.h>
#include <string.h>

static Judged judged;

static void classify_setup(void)
{
	judged_init(&judged);
	judged_step(&judged, "infer", "r");
}

static void classify_teardown(void)
{
	judged_clear(&judged);
}

static guint classify_rank_of(gint32 label, const double *outputs, guint count, guint classes)
{
	return rig_classify_rank(judged_record(&judged, label, 1, outputs, count), classes);
}

/* Records with few distinct outputs, so that ties are frequent. */
static void classify_random(guint32 seed, guint count, guint classes)
{
	double outputs[16];
	for (guint i = 0; i < count; i++) {
		for (guint k = 0; k < classes; k++)
			outputs[k] = (judged_random(&seed) % 5) / 4.0;
		judged_record(&judged, (gint32)(judged_random(&seed) % classes), 100, outputs, classes);
	}
}

START_TEST(rank_counts_what_is_as_high)
{
	static const double outputs[] = {0.1, 0.7, 0.7, 0.05};
	ck_assert_uint_eq(classify_rank_of(0, outputs, 4, 4), 3);
	ck_assert_uint_eq(classify_rank_of(1, outputs, 4, 4), 2);
	ck_assert_uint_eq(classify_rank_of(2, outputs, 4, 4), 2);
	ck_assert_uint_eq(classify_rank_of(3, outputs, 4, 4), 4);
}
END_TEST

START_TEST(ties_go_against_the_board)
{
	static const double flat[] = {0.25, 0.25, 0.25, 0.25};
	static const double zeros[] = {0.0, -0.0};
	ck_assert_uint_eq(classify_rank_of(0, flat, 4, 4), 4);
	ck_assert_uint_eq(classify_rank_of(0, zeros, 2, 2), 2);
	ck_assert_uint_eq(classify_rank_of(1, zeros, 2, 2), 2);
}
END_TEST

START_TEST(broken_outputs_are_never_right)
{
	static const double nan_elsewhere[] = {0.9, NAN, 0.1};
	static const double infinite[] = {INFINITY, -INFINITY, 0.1};
	ck_assert_uint_eq(classify_rank_of(0, nan_elsewhere, 3, 3), RIG_RANK_NEVER);
	ck_assert_uint_eq(classify_rank_of(0, infinite, 3, 3), 1);
	ck_assert_uint_eq(classify_rank_of(1, infinite, 3, 3), 3);
	ck_assert_uint_eq(classify_rank_of(0, infinite, 3, 4), RIG_RANK_NEVER);
	ck_assert_uint_eq(classify_rank_of(3, infinite, 3, 3), RIG_RANK_NEVER);
	ck_assert_uint_eq(classify_rank_of(RIG_LABEL_NONE, infinite, 3, 3), RIG_RANK_NEVER);
}
END_TEST

START_TEST(classes_are_what_most_records_have)
{
	static const double outputs[5] = {0};
	ck_assert_uint_eq(rig_classify_classes(judged.attempt->inferences), 0);
	judged_record(&judged, 0, 1, outputs, 5);
	judged_record(&judged, 0, 1, outputs, 3);
	ck_assert_uint_eq(rig_classify_classes(judged.attempt->inferences), 5);
	judged_record(&judged, 0, 1, outputs, 3);
	ck_assert_uint_eq(rig_classify_classes(judged.attempt->inferences), 3);
}
END_TEST

START_TEST(counts_by_class)
{
	RigClassCount by_class[4];
	judged_answer(&judged, 0, 0, 3);
	judged_answer(&judged, 0, 1, 3);
	judged_answer(&judged, 2, 2, 3);
	judged_answer(&judged, 7, 2, 3);
	ck_assert_uint_eq(rig_classify_count(judged.attempt->inferences, 3, 1, by_class), 2);
	ck_assert_uint_eq(by_class[0].inputs, 2);
	ck_assert_uint_eq(by_class[0].right, 1);
	ck_assert_uint_eq(by_class[1].inputs, 0);
	ck_assert_uint_eq(by_class[2].right, 1);
	ck_assert_uint_eq(by_class[3].inputs, 1);
	ck_assert_uint_eq(by_class[3].right, 0);
}
END_TEST

/* The definition: of all pairs of a positive and a negative, the share that is in order. */
static double classify_auc_by_pairs(guint label, guint output)
{
	const GPtrArray *records = judged.attempt->inferences;
	double won = 0, pairs = 0;
	for (guint i = 0; i < records->len; i++) {
		const RigInference *a = g_ptr_array_index(records, i);
		for (guint k = 0; k < records->len && (guint)a->label == label; k++) {
			const RigInference *b = g_ptr_array_index(records, k);
			if ((guint)b->label == label)
				continue;
			double x = a->outputs[output], y = b->outputs[output];
			won += x > y ? 1.0 : x < y ? 0.0 : 0.5;
			pairs++;
		}
	}
	return won / pairs;
}

START_TEST(auc_is_the_share_of_pairs_in_order)
{
	g_autofree char *why = NULL;
	double sum = 0;
	classify_random((guint32)_i + 1, 60, 4);
	for (guint label = 0; label < 4; label++)
		sum += classify_auc_by_pairs(label, label);
	ck_assert_double_eq_tol(rig_classify_auc(judged.attempt->inferences, 4, &why), sum / 4, 1e-12);
	ck_assert_ptr_null(why);
}
END_TEST

START_TEST(auc_of_two_classes_and_of_one_output)
{
	g_autofree char *why = NULL;
	classify_random(3, 50, 2);
	ck_assert_double_eq_tol(rig_classify_auc(judged.attempt->inferences, 2, &why),
	                        classify_auc_by_pairs(1, 1), 1e-12);
	for (guint i = 0; i < 50; i++)
		((RigInference *)g_ptr_array_index(judged.attempt->inferences, i))->outputs_count = 1;
	ck_assert_double_eq_tol(rig_classify_auc(judged.attempt->inferences, 1, &why),
	                        classify_auc_by_pairs(1, 0), 1e-12);
	ck_assert_ptr_null(why);
}
END_TEST

START_TEST(auc_says_why_it_is_not_defined)
{
	char *why = NULL;
	judged_answer(&judged, 0, 0, 3);
	judged_answer(&judged, 1, 0, 3);
	ck_assert_double_nan(rig_classify_auc(judged.attempt->inferences, 3, &why));
	ck_assert_str_eq(why, "class 2 has no inputs");
	g_clear_pointer(&why, g_free);
	judged_answer(&judged, 5, 0, 3);
	ck_assert_double_nan(rig_classify_auc(judged.attempt->inferences, 3, &why));
	ck_assert_str_eq(why, "input 2 has label 5, which none of the 3 outputs stands for");
	g_clear_pointer(&why, g_free);
}
END_TEST

START_TEST(auc_of_one_class_only_is_not_defined)
{
	g_autofree char *why = NULL;
	judged_answer(&judged, 1, 0, 2);
	ck_assert_double_nan(rig_classify_auc(judged.attempt->inferences, 2, &why));
	ck_assert_str_eq(why, "class 1 has all inputs");
}
END_TEST

START_TEST(auc_counts_nan_against_the_board)
{
	g_autofree char *why = NULL;
	static const double positive[] = {0, 0.9}, negative[] = {0, 0.1}, broken[] = {0, NAN};
	judged_record(&judged, 1, 1, positive, 2);
	judged_record(&judged, 0, 1, negative, 2);
	ck_assert_double_eq(rig_classify_auc(judged.attempt->inferences, 2, &why), 1.0);
	judged_record(&judged, 1, 1, broken, 2);
	ck_assert_double_eq(rig_classify_auc(judged.attempt->inferences, 2, &why), 0.5);
	judged_record(&judged, 0, 1, broken, 2);
	ck_assert_double_eq(rig_classify_auc(judged.attempt->inferences, 2, &why), 0.25);
}
END_TEST

START_TEST(order_does_not_matter)
{
	RigClassCount before[6], after[6];
	char *why = NULL;
	guint32 state = 11;
	GPtrArray *records = judged.attempt->inferences;
	classify_random((guint32)_i + 40, 80, 5);
	guint top2 = rig_classify_count(records, 5, 2, before);
	double auc = rig_classify_auc(records, 5, &why);
	for (guint i = records->len - 1; i > 0; i--) {
		guint other = judged_random(&state) % (i + 1);
		gpointer keep = records->pdata[i];
		records->pdata[i] = records->pdata[other];
		records->pdata[other] = keep;
	}
	ck_assert_uint_eq(rig_classify_count(records, 5, 2, after), top2);
	ck_assert_mem_eq(before, after, sizeof before);
	ck_assert_double_eq(rig_classify_auc(records, 5, &why), auc);
}
END_TEST

START_TEST(a_wrong_input_never_helps_and_k_never_hurts)
{
	RigClassCount by_class[6];
	GPtrArray *records = judged.attempt->inferences;
	classify_random((guint32)_i + 90, 40, 5);
	guint last = 0;
	for (guint k = 1; k <= 5; k++) {
		guint right = rig_classify_count(records, 5, k, by_class);
		ck_assert_uint_ge(right, last);
		last = right;
	}
	guint right = rig_classify_count(records, 5, 1, by_class);
	double share = (double)right / records->len;
	judged_answer(&judged, 1, 2, 5);
	ck_assert_uint_eq(rig_classify_count(records, 5, 1, by_class), right);
	ck_assert_double_le((double)right / records->len, share);
	judged_answer(&judged, 2, 2, 5);
	ck_assert_uint_eq(rig_classify_count(records, 5, 1, by_class), right + 1);
}
END_TEST

START_TEST(raising_the_labels_output_never_lowers_its_rank)
{
	GPtrArray *records = judged.attempt->inferences;
	classify_random((guint32)_i + 200, 30, 5);
	for (guint i = 0; i < records->len; i++) {
		RigInference *record = g_ptr_array_index(records, i);
		guint rank = rig_classify_rank(record, 5);
		record->outputs[record->label] += 0.25;
		ck_assert_uint_le(rig_classify_rank(record, 5), rank);
	}
}
END_TEST

static void assert_bounded(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	ck_assert_uint_le(g_strv_length(lines), RIG_DETAIL_LINES + 1);
	for (guint i = 0; lines[i]; i++)
		ck_assert_uint_le(strlen(lines[i]), 80);
}

START_TEST(confusion_tells_what_is_taken_for_what)
{
	judged_answer(&judged, 0, 0, 3);
	judged_answer(&judged, 1, 2, 3);
	judged_answer(&judged, 2, 2, 3);
	static const double flat[] = {0.5, 0.5, 0};
	judged_record(&judged, 0, 1, flat, 3);
	g_autofree char *text = rig_confusion_text(judged.attempt->inferences, 3);
	ck_assert_str_eq(text, "label\\got   0   1   2   ?\n"
	                       "        0   1   0   0   1\n"
	                       "        1   0   0   1   0\n"
	                       "        2   0   0   1   0\n"
	                       "input 1: label 1, answer 2 (1 over 0)\n"
	                       "input 3: label 0, several outputs are the highest\n");
}
END_TEST

START_TEST(confusion_names_what_is_broken)
{
	static const double broken[] = {0.1, NAN, 0.2};
	judged_answer(&judged, 0, 0, 3);
	judged_record(&judged, 1, 1, broken, 3);
	judged_record(&judged, 1, 1, broken, 1);
	judged_answer(&judged, 8, 0, 3);
	g_autofree char *text = rig_confusion_text(judged.attempt->inferences, 3);
	ck_assert_ptr_nonnull(strstr(text, "input 1: label 1, NaN among the outputs\n"));
	ck_assert_ptr_nonnull(strstr(text, "input 2: label 1, 1 outputs where others have 3\n"));
	ck_assert_ptr_nonnull(strstr(text, "input 3: label 8, answer 0; no output stands for"));
	ck_assert_ptr_nonnull(strstr(text, "no output   1   0   0   0\n"));
}
END_TEST

START_TEST(confusion_is_bounded)
{
	guint32 state = 5;
	for (guint i = 0; i < 3000; i++)
		judged_answer(&judged, (gint32)(i % 12), judged_random(&state) % 12, 12);
	g_autofree char *text = rig_confusion_text(judged.attempt->inferences, 12);
	assert_bounded(text);
	ck_assert_ptr_nonnull(strstr(text, " more inputs\n"));
}
END_TEST

START_TEST(confusion_of_many_classes_lists_the_frequent)
{
	for (guint i = 0; i < 60; i++)
		judged_answer(&judged, (gint32)(i % 30), (i % 30) == 7 ? 9 : i % 30, 30);
	judged_answer(&judged, 3, 4, 30);
	g_autofree char *text = rig_confusion_text(judged.attempt->inferences, 30);
	assert_bounded(text);
	ck_assert(g_str_has_prefix(text, "label 7 taken for 9: 2 times\nlabel 3 taken for 4: 1 times"));
}
END_TEST

START_TEST(confusion_needs_classes)
{
	ck_assert_ptr_null(rig_confusion_text(judged.attempt->inferences, 3));
	judged_answer(&judged, 0, 0, 1);
	ck_assert_ptr_null(rig_confusion_text(judged.attempt->inferences, 1));
}
END_TEST

static Suite *classify_suite(void)
{
	Suite *suite = suite_create("classify");
	TCase *maths = tcase_create("maths");
	tcase_add_checked_fixture(maths, classify_setup, classify_teardown);
	tcase_add_test(maths, rank_counts_what_is_as_high);
	tcase_add_test(maths, ties_go_against_the_board);
	tcase_add_test(maths, broken_outputs_are_never_right);
	tcase_add_test(maths, classes_are_what_most_records_have);
	tcase_add_test(maths, counts_by_class);
	tcase_add_loop_test(maths, auc_is_the_share_of_pairs_in_order, 0, 8);
	tcase_add_test(maths, auc_of_two_classes_and_of_one_output);
	tcase_add_test(maths, auc_says_why_it_is_not_defined);
	tcase_add_test(maths, auc_of_one_class_only_is_not_defined);
	tcase_add_test(maths, auc_counts_nan_against_the_board);
	suite_add_tcase(suite, maths);
	TCase *properties = tcase_create("properties");
	tcase_add_checked_fixture(properties, classify_setup, classify_teardown);
	tcase_add_loop_test(properties, order_does_not_matter, 0, 8);
	tcase_add_loop_test(properties, a_wrong_input_never_helps_and_k_never_hurts, 0, 8);
	tcase_add_loop_test(properties, raising_the_labels_output_never_lowers_its_rank, 0, 8);
	suite_add_tcase(suite, properties);
	TCase *confusion = tcase_create("confusion");
	tcase_add_checked_fixture(confusion, classify_setup, classify_teardown);
	tcase_add_test(confusion, confusion_tells_what_is_taken_for_what);
	tcase_add_test(confusion, confusion_names_what_is_broken);
	tcase_add_test(confusion, confusion_is_bounded);
	tcase_add_test(confusion, confusion_of_many_classes_lists_the_frequent);
	tcase_add_test(confusion, confusion_needs_classes);
	suite_add_tcase(suite, confusion);
	return suite;
}

RIG_TEST_MAIN(classify_suite)
