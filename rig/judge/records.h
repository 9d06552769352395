/* SPDX-License-Identifier: Apache-2.0 */
/* The inference records that a limit speaks of. Pure. */
#ifndef RIG_JUDGE_RECORDS_H
#define RIG_JUDGE_RECORDS_H

#include "journal/attempt.h"

typedef struct RigRecords {
	GPtrArray *list;               /* const RigInference *, borrowed from the attempt, in order */
	gboolean ran;                  /* a step of that name began */
	const RigStepRecord *unpassed; /* a step of that name that did not pass or end; NULL: all did */
} RigRecords;

/* The records of all steps whose results carry `as`. Borrows from `attempt`. */
void rig_records_select(RigRecords *records, const RigAttempt *attempt, const char *as);
void rig_records_clear(RigRecords *records);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigRecords, rig_records_clear)

static inline const RigInference *rig_records_at(const GPtrArray *records, guint i)
{
	return (const RigInference *)g_ptr_array_index(records, i);
}

/* Least integrity of the outputs; *below counts the records that are under `wanted`. */
RigIntegrity rig_records_integrity(const GPtrArray *records, RigIntegrity wanted, guint *below);

#endif
