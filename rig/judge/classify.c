/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/classify.h"

#include "judge/records.h"
#include <math.h>
#include <stdlib.h>

guint rig_classify_classes(const GPtrArray *records)
{
	g_autofree guint *counts = g_new0(guint, RIG_OUTPUTS_MAX + 1);
	guint best = 0;

	for (guint i = 0; i < records->len; i++)
		counts[MIN(rig_records_at(records, i)->outputs_count, RIG_OUTPUTS_MAX)]++;
	for (guint n = 1; n <= RIG_OUTPUTS_MAX; n++) {
		if (counts[n] > 0 && counts[n] >= counts[best])
			best = n;
	}
	return best;
}

static gboolean classify_has_nan(const RigInference *record)
{
	for (guint i = 0; i < record->outputs_count; i++) {
		if (isnan(record->outputs[i]))
			return TRUE;
	}
	return FALSE;
}

guint rig_classify_rank(const RigInference *record, guint classes)
{
	if (record->outputs_count != classes || record->label < 0 || (guint)record->label >= classes ||
	    classify_has_nan(record))
		return RIG_RANK_NEVER;
	guint rank = 0; /* the label's own output counts itself */
	double mine = record->outputs[record->label];
	for (guint i = 0; i < classes; i++)
		rank += record->outputs[i] >= mine ? 1 : 0;
	return rank;
}

guint rig_classify_count(const GPtrArray *records, guint classes, guint k, RigClassCount *by_class)
{
	guint total = 0;

	for (guint i = 0; i <= classes; i++)
		by_class[i] = (RigClassCount){0};
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if (record->label < 0)
			continue;
		RigClassCount *count = &by_class[MIN((guint)record->label, classes)];
		guint right = rig_classify_rank(record, classes) <= k ? 1 : 0;
		count->inputs++;
		count->right += right;
		total += right;
	}
	return total;
}

void rig_classify_broken(const GPtrArray *records, guint classes, guint *nans, guint *misshapen)
{
	*nans = *misshapen = 0;
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		*misshapen += record->outputs_count != classes ? 1 : 0;
		*nans += classify_has_nan(record) ? 1 : 0;
	}
}

static int classify_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* How many of the ascending scores are under `score`; with `or_equal`, or equal to it. */
static guint classify_under(const double *sorted, guint count, double score, gboolean or_equal)
{
	guint low = 0, high = count;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (sorted[middle] < score || (or_equal && sorted[middle] == score))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * A positive without a score loses all its pairs, a negative without one wins them: neither adds
 * to the sum. NaN: no positives or no negatives. `scores`: room for all records.
 */
static double classify_auc_class(const GPtrArray *records, guint classes, guint label, guint output,
                                 double *scores)
{
	guint positives = 0, scored = 0, end = records->len; /* positives in front, the others behind */
	double twice_u = 0.0; /* Mann-Whitney: a pair in order counts 2, a tie 1; whole numbers */

	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		gboolean positive = record->label >= 0 && (guint)record->label == label;
		positives += positive ? 1 : 0;
		if (record->outputs_count != classes || isnan(record->outputs[output]))
			continue;
		scores[positive ? scored++ : --end] = record->outputs[output];
	}
	guint negatives = records->len - positives;
	if (positives == 0 || negatives == 0)
		return (double)NAN;
	qsort(scores, scored, sizeof *scores, classify_compare);
	for (guint i = end; i < records->len; i++) {
		guint under = classify_under(scores, scored, scores[i], FALSE);
		guint up_to = classify_under(scores, scored, scores[i], TRUE);
		twice_u += 2.0 * (scored - up_to) + (up_to - under);
	}
	return twice_u / 2.0 / ((double)positives * negatives);
}

double rig_classify_auc(const GPtrArray *records, guint classes, char **why)
{
	guint labels = MAX(classes, 2), first = classes <= 2 ? 1 : 0;
	g_autofree double *scores = g_new(double, MAX(records->len, 1));
	double sum = 0.0;

	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if (record->label >= 0 && (guint)record->label < labels)
			continue;
		*why = g_strdup_printf("input %u has label %d, which none of the %u outputs stands for",
		                       record->input, record->label, classes);
		return (double)NAN;
	}
	for (guint label = first; label < labels; label++) {
		guint output = classes <= 1 ? 0 : label;
		double auc = classify_auc_class(records, classes, label, output, scores);
		if (isnan(auc)) {
			*why = g_strdup_printf(
			    "class %u has %s inputs", label,
			    records->len > 0 && rig_records_at(records, 0)->label == (gint32)label ? "all"
			                                                                           : "no");
			return auc;
		}
		sum += auc;
	}
	return sum / (labels - first);
}
