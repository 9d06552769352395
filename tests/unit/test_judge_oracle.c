/* SPDX-License-Identifier: Apache-2.0 */
/* The judge's maths against scikit-learn's and numpy's: tables that tests/system/judge_oracle.py
 * writes. Tests run in the root of the source. */
#include "judge/classify.h"
#include "judge/percentile.h"
#include "judging.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define ORACLE_FOLDER "tests/support/oracle/"

/* Lines after the first, each cut at its commas: array of GStrv. */
static GPtrArray *oracle_read(const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	ck_assert_msg(g_file_get_contents(path, &text, NULL, &error), "%s",
	              error ? error->message : "");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
	for (guint i = 1; lines[i] && *lines[i]; i++)
		g_ptr_array_add(rows, g_strsplit(lines[i], ",", -1));
	return rows;
}

static guint oracle_numbers(const char *text, double *numbers, guint size)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	guint count = g_strv_length(words);
	ck_assert_uint_le(count, size);
	for (guint i = 0; i < count; i++)
		numbers[i] = g_ascii_strtod(words[i], NULL);
	return count;
}

/* case,classes,top1,top2,recall,auc,label,outputs */
static void oracle_hold(const Judged *judged, char **row)
{
	const GPtrArray *records = judged->attempt->inferences;
	guint classes = (guint)g_ascii_strtoull(row[1], NULL, 10);
	g_autofree RigClassCount *by_class = g_new(RigClassCount, classes + 1);
	g_autofree char *why = NULL;
	ck_assert_uint_eq(rig_classify_classes(records), classes);
	double top2 = (double)rig_classify_count(records, classes, 2, by_class) / records->len;
	double top1 = (double)rig_classify_count(records, classes, 1, by_class) / records->len;
	double recall = 2;
	for (guint i = 0; i < classes; i++)
		recall = MIN(recall, (double)by_class[i].right / by_class[i].inputs);
	ck_assert_double_eq_tol(top1, g_ascii_strtod(row[2], NULL), 1e-12);
	ck_assert_double_eq_tol(top2, g_ascii_strtod(row[3], NULL), 1e-12);
	ck_assert_double_eq_tol(recall, g_ascii_strtod(row[4], NULL), 1e-12);
	ck_assert_double_eq_tol(rig_classify_auc(records, classes, &why), g_ascii_strtod(row[5], NULL),
	                        1e-12);
}

START_TEST(classification_agrees)
{
	g_autoptr(GPtrArray) rows = oracle_read(ORACLE_FOLDER "classification.csv");
	guint cases = 0;
	for (guint i = 0, next; i < rows->len; i = next) {
		char **first = g_ptr_array_index(rows, i);
		Judged judged;
		judged_init(&judged);
		judged_step(&judged, "infer", "r");
		for (next = i; next < rows->len; next++) {
			char **row = g_ptr_array_index(rows, next);
			double outputs[16];
			if (strcmp(row[0], first[0]) != 0)
				break;
			guint count = oracle_numbers(row[7], outputs, G_N_ELEMENTS(outputs));
			judged_record(&judged, atoi(row[6]), 1, outputs, count);
		}
		oracle_hold(&judged, first);
		judged_clear(&judged);
		cases++;
	}
	ck_assert_uint_ge(cases, 16);
}
END_TEST

static int oracle_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* percent,value,laps */
START_TEST(percentiles_agree)
{
	g_autoptr(GPtrArray) rows = oracle_read(ORACLE_FOLDER "percentile.csv");
	ck_assert_uint_ge(rows->len, 80);
	for (guint i = 0; i < rows->len; i++) {
		char **row = g_ptr_array_index(rows, i);
		double laps[256];
		guint count = oracle_numbers(row[2], laps, G_N_ELEMENTS(laps));
		qsort(laps, count, sizeof *laps, oracle_compare);
		ck_assert_double_eq(rig_percentile(laps, count, g_ascii_strtod(row[0], NULL)),
		                    g_ascii_strtod(row[1], NULL));
	}
}
END_TEST

static Suite *oracle_suite(void)
{
	Suite *suite = suite_create("judge_oracle");
	TCase *agrees = tcase_create("agrees");
	tcase_add_test(agrees, classification_agrees);
	tcase_add_test(agrees, percentiles_agree);
	suite_add_tcase(suite, agrees);
	return suite;
}

RIG_TEST_MAIN(oracle_suite)
