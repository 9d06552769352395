/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classification: is the label among the highest outputs, how well are classes told apart.
 * All is decided against the board: an output as high as the label's beats it, and outputs with a
 * NaN or of the wrong number are a wrong answer. Pure. Records are const RigInference *, labelled.
 */
#ifndef RIG_JUDGE_CLASSIFY_H
#define RIG_JUDGE_CLASSIFY_H

#include <rig/inference.h>

#define RIG_RANK_NEVER G_MAXUINT

/* The number of outputs that most records have (of equally many, the larger); 0: no records. */
guint rig_classify_classes(const GPtrArray *records);

/*
 * 1 + how many other outputs are at least as high as the label's. RIG_RANK_NEVER: an output is NaN,
 * there are not `classes` outputs, or none for the label.
 */
guint rig_classify_rank(const RigInference *record, guint classes);

typedef struct RigClassCount {
	guint inputs, right;
} RigClassCount;

/* Fills by_class, shape (classes + 1): the last entry is for labels that have no output. `right`:
 * rank <= k. Returns the total of right. */
guint rig_classify_count(const GPtrArray *records, guint classes, guint k, RigClassCount *by_class);

/* Records whose outputs hold a NaN, and records with another number of outputs than `classes`. */
void rig_classify_broken(const GPtrArray *records, guint classes, guint *nans, guint *misshapen);

/*
 * Area under the ROC curve by the Mann-Whitney statistic, ties count half. One output: the score
 * of label 1 against label 0. Two: the second is that score. More: mean over classes of one
 * against the rest. NaN with *why (caller frees) where it is not defined.
 */
double rig_classify_auc(const GPtrArray *records, guint classes, char **why);

#endif
