/* SPDX-License-Identifier: Apache-2.0 */
/* A trace and its windows in words, for people. Callers free. */
#ifndef RIG_POWER_WORDS_H
#define RIG_POWER_WORDS_H

#include "power/energy.h"

/* "6.0 s, 600012 samples, none missing; average 1.21 mA, 1.19 to 43.2 mA; …". RIG_ERROR_BENCH. */
char *rig_trace_words(RigTrace *trace, GError **error);
/* "inference": "12.3 uJ ± 0.1 uJ (3.00 V), …"; what is not known says why. */
char *rig_figures_words(const RigTrace *trace, const RigFigures *figures);
/* One line for an entry of the ledger. */
char *rig_gap_words(const RigTrace *trace, const RigGap *gap);

#endif
