/* SPDX-License-Identifier: Apache-2.0 */
/* What a session asks of the store before it runs, and what it gives it. */
#ifndef RIG_CLI_REMEMBER_H
#define RIG_CLI_REMEMBER_H

#include "run/plan.h"
#include "store/query.h"

typedef struct RigRemember {
	gboolean last_failed, failed_first;
	char **baselines; /* runs as rig_store_find knows them; NULL: none */
} RigRemember;

/* TRUE: the plan depends on what the store knows. */
gboolean rig_remember_asks(const RigRemember *remember);

/*
 * Narrows or orders the plan and looks up its baselines. *told: a line for people, or NULL; caller
 * frees. RIG_ERROR_USAGE, RIG_ERROR_BENCH.
 */
gboolean rig_remember_plan(const RigRemember *remember, RigStore *store, RigPlan *plan, char **told,
                           GError **error);

/* Takes a run that has ended into the store. What goes wrong is the run's trouble. */
void rig_remember_run(RigStore *store, RigRunReport *run);

#endif
