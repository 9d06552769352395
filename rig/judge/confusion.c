/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/confusion.h"

#include "judge/classify.h"
#include "judge/records.h"
#include <math.h>

#define CONFUSION_MATRIX_MAX 12u
#define CONFUSION_PAIRS_MAX  8u
#define CONFUSION_NO_ANSWER  G_MAXUINT /* NaN, wrong number of outputs, or a tie for the highest */

typedef struct ConfusionPair {
	guint label, answer, count;
} ConfusionPair;

/* The class of the one highest output. */
static guint confusion_answer(const RigInference *record, guint classes)
{
	guint best = 0;
	gboolean tied = FALSE;

	if (record->outputs_count != classes)
		return CONFUSION_NO_ANSWER;
	for (guint i = 0; i < classes; i++) {
		if (isnan(record->outputs[i]))
			return CONFUSION_NO_ANSWER;
		if (i > 0 && record->outputs[i] >= record->outputs[best]) {
			tied = record->outputs[i] == record->outputs[best];
			best = tied ? best : i;
		}
	}
	return tied ? CONFUSION_NO_ANSWER : best;
}

static guint confusion_matrix(GString *text, const GPtrArray *records, guint classes)
{
	guint counts[CONFUSION_MATRIX_MAX + 1][CONFUSION_MATRIX_MAX + 1] = {{0}};

	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if (record->label < 0)
			continue;
		guint row = MIN((guint)record->label, classes);
		counts[row][MIN(confusion_answer(record, classes), classes)]++;
	}
	g_string_append(text, "label\\got");
	for (guint i = 0; i < classes; i++)
		g_string_append_printf(text, "%4u", i);
	g_string_append(text, "   ?\n");
	guint lines = 1;
	for (guint row = 0; row <= classes; row++) {
		guint inputs = 0;
		for (guint i = 0; i <= classes; i++)
			inputs += counts[row][i];
		if (inputs == 0)
			continue;
		g_autofree char *name = row < classes ? g_strdup_printf("%u", row) : g_strdup("no output");
		g_string_append_printf(text, "%9s", name);
		for (guint i = 0; i <= classes; i++)
			g_string_append_printf(text, " %3u", counts[row][i]);
		g_string_append_c(text, '\n');
		lines++;
	}
	return lines;
}

static int confusion_by_pair(const void *a, const void *b)
{
	const ConfusionPair *x = a, *y = b;
	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return (x->answer > y->answer) - (x->answer < y->answer);
}

static int confusion_by_count(const void *a, const void *b)
{
	const ConfusionPair *x = a, *y = b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return confusion_by_pair(a, b);
}

static guint confusion_pairs(GString *text, const GPtrArray *records, guint classes)
{
	g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(ConfusionPair));
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		ConfusionPair pair = {(guint)record->label, confusion_answer(record, classes), 1};
		if (record->label >= 0 && pair.answer != pair.label)
			g_array_append_val(pairs, pair);
	}
	g_array_sort(pairs, confusion_by_pair);
	guint kept = 0;
	for (guint i = 0; i < pairs->len; i++) {
		ConfusionPair *all = &g_array_index(pairs, ConfusionPair, 0);
		if (kept > 0 && confusion_by_pair(&all[kept - 1], &all[i]) == 0)
			all[kept - 1].count++;
		else
			all[kept++] = all[i];
	}
	g_array_set_size(pairs, kept);
	g_array_sort(pairs, confusion_by_count);
	guint lines = MIN(kept, CONFUSION_PAIRS_MAX);
	for (guint i = 0; i < lines; i++) {
		const ConfusionPair *pair = &g_array_index(pairs, ConfusionPair, i);
		if (pair->answer == CONFUSION_NO_ANSWER)
			g_string_append_printf(text, "label %u: no one answer: %u times\n", pair->label,
			                       pair->count);
		else
			g_string_append_printf(text, "label %u taken for %u: %u times\n", pair->label,
			                       pair->answer, pair->count);
	}
	return lines;
}

typedef struct ConfusionWrong {
	const RigInference *record;
	guint rank;
} ConfusionWrong;

/* Worst first: no valid answer, then the label far down; then by input and order, so that it
 * repeats. */
static int confusion_by_rank(const void *a, const void *b)
{
	const ConfusionWrong *x = a, *y = b;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	if (x->record->input != y->record->input)
		return x->record->input < y->record->input ? -1 : 1;
	return (x->record->seq > y->record->seq) - (x->record->seq < y->record->seq);
}

static void confusion_wrong_line(GString *text, const ConfusionWrong *wrong, guint classes)
{
	const RigInference *record = wrong->record;
	guint answer = confusion_answer(record, classes);

	g_string_append_printf(text, "input %u: label %d, ", record->input, record->label);
	if (record->outputs_count != classes)
		g_string_append_printf(text, "%u outputs where others have %u\n", record->outputs_count,
		                       classes);
	else if (answer == CONFUSION_NO_ANSWER)
		g_string_append_printf(text, "%s\n",
		                       wrong->rank == RIG_RANK_NEVER && (guint)record->label < classes
		                           ? "NaN among the outputs"
		                           : "several outputs are the highest");
	else if ((guint)record->label >= classes)
		g_string_append_printf(text, "answer %u; no output stands for the label\n", answer);
	else
		g_string_append_printf(text, "answer %u (%.4g over %.4g)\n", answer,
		                       record->outputs[answer], record->outputs[record->label]);
}

static void confusion_wrong_inputs(GString *text, const GPtrArray *records, guint classes,
                                   guint lines)
{
	g_autoptr(GArray) wrongs = g_array_new(FALSE, FALSE, sizeof(ConfusionWrong));
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		ConfusionWrong wrong = {record, rig_classify_rank(record, classes)};
		if (record->label >= 0 && wrong.rank > 1)
			g_array_append_val(wrongs, wrong);
	}
	g_array_sort(wrongs, confusion_by_rank);
	guint shown = wrongs->len > lines ? lines - 1 : wrongs->len;
	for (guint i = 0; i < shown; i++)
		confusion_wrong_line(text, &g_array_index(wrongs, ConfusionWrong, i), classes);
	if (shown < wrongs->len)
		g_string_append_printf(text, "and %u more inputs\n", wrongs->len - shown);
}

char *rig_confusion_text(const GPtrArray *records, guint classes)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (classes < 2 || records->len == 0)
		return NULL;
	guint lines = classes <= CONFUSION_MATRIX_MAX ? confusion_matrix(text, records, classes)
	                                              : confusion_pairs(text, records, classes);
	confusion_wrong_inputs(text, records, classes, RIG_DETAIL_LINES - lines);
	return text->len == 0 ? NULL : g_string_free(g_steal_pointer(&text), FALSE);
}
