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

typedef struct ClassifyScore {
	double score;
	gint8 order; /* -1, 1: beyond every score, where outputs are of no use */
	gboolean positive;
} ClassifyScore;

static int classify_compare(const void *a, const void *b)
{
	const ClassifyScore *x = a, *y = b;
	if (x->order != y->order)
		return x->order - y->order;
	return (x->score > y->score) - (x->score < y->score);
}

/* Twice the Mann-Whitney U of the positives over sorted scores: a won pair counts 2, a tie 1. */
static double classify_twice_u(const ClassifyScore *scores, guint count)
{
	double twice_u = 0.0;
	guint negatives = 0;

	for (guint begin = 0, end; begin < count; begin = end) {
		guint tied[2] = {0, 0};
		for (end = begin; end < count && classify_compare(&scores[begin], &scores[end]) == 0; end++)
			tied[scores[end].positive ? 1 : 0]++;
		twice_u += (double)tied[1] * (2.0 * negatives + tied[0]);
		negatives += tied[0];
	}
	return twice_u;
}

/* NaN: no positives or no negatives. `scores`: room for all records. */
static double classify_auc_class(const GPtrArray *records, guint classes, guint label, guint output,
                                 ClassifyScore *scores)
{
	guint positives = 0;

	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		gboolean positive = record->label >= 0 && (guint)record->label == label;
		scores[i] = (ClassifyScore){.positive = positive};
		positives += positive ? 1 : 0;
		if (record->outputs_count != classes || isnan(record->outputs[output]))
			scores[i].order = positive ? -1 : 1;
		else
			scores[i].score = record->outputs[output];
	}
	guint negatives = records->len - positives;
	if (positives == 0 || negatives == 0)
		return (double)NAN;
	qsort(scores, records->len, sizeof *scores, classify_compare);
	return classify_twice_u(scores, records->len) / 2.0 / ((double)positives * negatives);
}

double rig_classify_auc(const GPtrArray *records, guint classes, char **why)
{
	guint labels = MAX(classes, 2), first = classes <= 2 ? 1 : 0;
	g_autofree ClassifyScore *scores = g_new(ClassifyScore, MAX(records->len, 1));
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
