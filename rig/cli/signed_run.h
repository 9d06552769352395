/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence of the runs of a session. What cannot be signed is told, and is no fault of the run: the
 * next session signs it, and until then the gate holds.
 */
#ifndef RIG_CLI_SIGNED_RUN_H
#define RIG_CLI_SIGNED_RUN_H

#include "release/ledger.h"
#include "store/store.h"

typedef struct RigSignedRuns {
	RigLedger *ledger; /* NULL: not open yet, or it cannot be */
	gboolean gave_up;
} RigSignedRuns;

/* Gives a run its number. */
void rig_signed_begin(RigSignedRuns *runs, const RigRunReport *run);
/* Signs what the store has of runs that have a number and no statement. */
void rig_signed_keep(RigSignedRuns *runs, RigStore *store);
void rig_signed_clear(RigSignedRuns *runs);

#endif
