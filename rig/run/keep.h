/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run keeps in its folder beside the journal: verdicts.jsonl, a line per judged attempt,
 * on the disk before it is printed. The folder is held (flock) for as long as it is at work.
 */
#ifndef RIG_RUN_KEEP_H
#define RIG_RUN_KEEP_H

#include "run/result.h"

typedef struct RigKeep RigKeep;

/* Holds the folder and makes verdicts.jsonl. RIG_ERROR_BENCH. */
RigKeep *rig_keep_new(const char *folder, GError **error);
void rig_keep_free(RigKeep *keep);

/* Appends and syncs the verdict of an attempt. */
gboolean rig_keep_verdict(RigKeep *keep, const char *case_name, guint attempt, RigVerdict verdict,
                          gboolean last, const char *message, GError **error);

/* The last line of a case. */
typedef struct RigKept {
	RigVerdict verdict;
	gboolean last; /* FALSE: the case was to be tried again */
	char *message; /* NULL: none */
} RigKept;

/* Case name -> RigKept; g_hash_table_unref. Broken lines are passed over. */
GHashTable *rig_keep_read(const char *folder, GError **error);

#endif
