/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of earlier runs that limits compare with. They are looked up before a run and kept
 * with it as one of its sources, so that a run is judged again as it was.
 */
#ifndef RIG_JOURNAL_BASELINE_H
#define RIG_JOURNAL_BASELINE_H

#include "base/sources.h"
#include <rig/error.h>

/* Its name among a run's sources. */
#define RIG_BASELINE_SOURCE "/baseline.json"

typedef struct RigBaselineNumber {
	double value; /* base unit */
	char *unit;   /* dimension; NULL: none */
} RigBaselineNumber;

typedef struct RigBaselineRun {
	char *run, *unit;    /* unit: as rig_baseline_unit */
	GHashTable *numbers; /* "CASE/LIMIT" -> RigBaselineNumber */
} RigBaselineRun;

typedef struct RigBaseline {
	GPtrArray *runs; /* RigBaselineRun */
} RigBaseline;

RigBaseline *rig_baseline_new(void);
void rig_baseline_free(RigBaseline *baseline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigBaseline, rig_baseline_free)

/* The specimen that numbers are of: its serial number, else its place on the bench. Caller frees.
 */
char *rig_baseline_unit(const char *bench, const char *board, const char *serial);

/* An empty run, borrowed; its numbers are put into it, what is not finite is not. */
RigBaselineRun *rig_baseline_add(RigBaseline *baseline, const char *run, const char *unit);
void rig_baseline_put(RigBaselineRun *run, const char *key, double value, const char *unit);

/* The run that is of that unit; NULL: none. Borrowed. */
const RigBaselineRun *rig_baseline_find(const RigBaseline *baseline, const char *unit);

/* As JSON among the sources, and back; NULL without an error where there is none. */
void rig_baseline_store(const RigBaseline *baseline, RigSources *sources);
RigBaseline *rig_baseline_load(const RigSources *sources, GError **error);

#endif
