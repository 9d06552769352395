/* SPDX-License-Identifier: Apache-2.0 */
/* Which classes are taken for which, and the inputs that were answered wrongly, as text. Pure. */
#ifndef RIG_JUDGE_CONFUSION_H
#define RIG_JUDGE_CONFUSION_H

#include <glib.h>

#define RIG_DETAIL_LINES 20u

/*
 * A confusion matrix up to 12 classes, the most frequent confusions above; then the wrongly
 * answered inputs with the lowest rank of their label first. At most RIG_DETAIL_LINES lines of at
 * most 80 columns. records: const RigInference *. Caller frees; NULL: nothing to tell.
 */
char *rig_confusion_text(const GPtrArray *records, guint classes);

#endif
