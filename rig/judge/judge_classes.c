/* SPDX-License-Identifier: Apache-2.0 */
/* topK, recall, recall_N, auc: limits on how well the board classifies. */
#include "judge/classify.h"
#include "judge/confusion.h"
#include "judge/limits.h"
#include "judge/measures.h"

/* The number of outputs, or 0 with the finding `inconclusive`: labels and outputs do not suffice.
 */
static guint classes_begin(RigJudging *judging, guint least)
{
	const GPtrArray *records = judging->records.list;
	guint unlabelled = 0, silent = 0;
	guint classes = rig_classify_classes(records);

	for (guint i = 0; i < records->len; i++) {
		unlabelled += rig_records_at(records, i)->label < 0 ? 1 : 0;
		silent += rig_records_at(records, i)->outputs_count == 0 ? 1 : 0;
	}
	judging->finding->integrity =
	    rig_records_integrity(records, judging->limit->integrity, &judging->below);
	if (unlabelled > 0)
		rig_limit_unknown(judging->finding, "%u of %u inputs have no label", unlabelled,
		                  records->len);
	else if (silent > 0)
		rig_limit_unknown(judging->finding, "%u of %u records carry no outputs", silent,
		                  records->len);
	else if (classes < least)
		rig_limit_unknown(judging->finding, "the model has %u outputs, this needs at least %u",
		                  classes, least);
	else
		return classes;
	return 0;
}

/* "45 of 50", and what is broken. Caller frees. */
static char *classes_note(const GPtrArray *records, guint classes, guint right, guint inputs)
{
	g_autoptr(GString) note = g_string_new(NULL);
	guint nans = 0, misshapen = 0;

	rig_classify_broken(records, classes, &nans, &misshapen);
	g_string_append_printf(note, "%u of %u", right, inputs);
	if (nans > 0)
		g_string_append_printf(note, "; %u with NaN", nans);
	if (misshapen > 0)
		g_string_append_printf(note, "; %u with another number of outputs than %u", misshapen,
		                       classes);
	return g_string_free(g_steal_pointer(&note), FALSE);
}

void rig_judge_top(RigJudging *judging)
{
	const GPtrArray *records = judging->records.list;
	guint k = (guint)judging->limit->measure.number;
	guint classes = classes_begin(judging, 2);

	if (classes == 0)
		return;
	judging->finding->detail = rig_confusion_text(records, classes);
	if (k >= classes) {
		rig_limit_unknown(judging->finding, "top%u of %u outputs is always 1 and says nothing", k,
		                  classes);
		return;
	}
	g_autofree RigClassCount *by_class = g_new(RigClassCount, classes + 1);
	guint right = rig_classify_count(records, classes, k, by_class);
	g_autofree char *note = classes_note(records, classes, right, records->len);
	rig_limit_number(judging->finding, (double)right / records->len, note);
}

/* Classes without inputs leave the worst recall open, unless it is too low already. */
static void classes_without_inputs(RigFinding *finding, const RigClassCount *by_class,
                                   guint classes)
{
	guint missing = 0, first = 0;

	for (guint i = classes; i > 0; i--) {
		if (by_class[i - 1].inputs == 0) {
			missing++;
			first = i - 1;
		}
	}
	if (missing > 0 && finding->verdict == RIG_VERDICT_PASS)
		rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE,
		                "is %s so far, but %u of %u classes (first: %u) have no inputs",
		                finding->got, missing, classes, first);
}

void rig_judge_recall(RigJudging *judging)
{
	const GPtrArray *records = judging->records.list;
	guint classes = classes_begin(judging, 2);
	guint worst = G_MAXUINT;

	if (classes == 0)
		return;
	judging->finding->detail = rig_confusion_text(records, classes);
	g_autofree RigClassCount *by_class = g_new(RigClassCount, classes + 1);
	rig_classify_count(records, classes, 1, by_class);
	double least = 2.0;
	for (guint i = 0; i <= classes; i++) {
		double recall =
		    by_class[i].inputs > 0 ? (double)by_class[i].right / by_class[i].inputs : 2.0;
		if (recall < least) {
			least = recall;
			worst = i;
		}
	}
	g_autofree char *note =
	    worst < classes ? g_strdup_printf("class %u: %u of %u", worst, by_class[worst].right,
	                                      by_class[worst].inputs)
	                    : g_strdup_printf("%u inputs have a label that no output stands for",
	                                      by_class[classes].inputs);
	rig_limit_number(judging->finding, least, note);
	classes_without_inputs(judging->finding, by_class, classes);
}

void rig_judge_recall_class(RigJudging *judging)
{
	const GPtrArray *records = judging->records.list;
	guint label = (guint)judging->limit->measure.number;
	guint classes = classes_begin(judging, 2);
	guint inputs = 0, right = 0;

	if (classes == 0)
		return;
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if ((guint)record->label != label)
			continue;
		inputs++;
		right += rig_classify_rank(record, classes) == 1 ? 1 : 0;
	}
	judging->finding->detail = rig_confusion_text(records, classes);
	if (inputs == 0) {
		rig_limit_unknown(judging->finding, "none of the %u inputs has the label %u", records->len,
		                  label);
		return;
	}
	g_autofree char *note = g_strdup_printf("%u of %u", right, inputs);
	rig_limit_number(judging->finding, (double)right / inputs, note);
}

void rig_judge_auc(RigJudging *judging)
{
	const GPtrArray *records = judging->records.list;
	guint classes = classes_begin(judging, 1);
	guint nans = 0, misshapen = 0;
	g_autofree char *note = NULL;

	if (classes == 0)
		return;
	double auc = rig_classify_auc(records, classes, &note);
	rig_classify_broken(records, classes, &nans, &misshapen);
	if (note == NULL)
		note = nans + misshapen > 0 ? g_strdup_printf("%u inputs, %u without valid outputs",
		                                              records->len, nans + misshapen)
		                            : g_strdup_printf("%u inputs", records->len);
	rig_limit_number(judging->finding, auc, note);
}
