/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the journal that a worker writes, as far as it says it is. */
#ifndef RIG_RUN_FOLLOW_H
#define RIG_RUN_FOLLOW_H

#include "journal/reader.h"

typedef struct RigFollow RigFollow;

/* `suffix`: tells the files of a later worker apart; see rig_run_suffix. */
RigFollow *rig_follow_new(const char *folder, const char *suffix);
void rig_follow_free(RigFollow *follow);

/*
 * Reads on to `size` (0: to the end) and gives the attempt of that name and number; caller
 * frees. Never NULL: an attempt that the journal lacks, or that did not end, is an `error` with
 * the message `otherwise`.
 */
RigAttempt *rig_follow_take(RigFollow *follow, guint64 size, const char *name, guint number,
                            const char *otherwise);

RigJournalTotals rig_follow_totals(const RigFollow *follow);

#define RIG_SUFFIX_BYTES 8u
/* "" for the first worker of a run, "-2" and so on for those that come after it. Returns it. */
const char *rig_run_suffix(char suffix[RIG_SUFFIX_BYTES], guint generation);

#endif
