/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a session: everything that can be wrong is found here, before a board is touched.
 * Suite, bench and candidate are loaded, images hashed, recordings opened, boards chosen.
 */
#ifndef RIG_RUN_PLAN_H
#define RIG_RUN_PLAN_H

#include "config/bench.h"
#include "config/candidate.h"
#include "config/suite.h"
#include "data/image.h"
#include "journal/baseline.h"
#include "journal/header.h"

typedef struct RigPlanRequest {
	const char *suite, *bench; /* files; bench NULL: $TINYRIG_BENCH */
	const char *candidate;     /* manifest, or NULL */
	char **images;             /* TARGET=FILE, or NULL */
	char **defines;            /* NAME=VALUE, or NULL */
	char **boards;             /* names; NULL: every board that fits */
	char **cases;              /* shell patterns on case names; NULL: all */
	char **tags;               /* a case needs one of them; NULL: all */
	gboolean golden;           /* golden files will be written: they need not be there */
} RigPlanRequest;

typedef struct RigPlannedRun {
	const RigBoard *board; /* borrowed from the bench */
	const RigImage *image; /* borrowed from the plan; NULL: none */
	gint64 image_address;
} RigPlannedRun;

typedef struct RigPlan {
	RigSources *sources;
	RigSuite *suite;
	RigBench *bench;
	RigCandidate *candidate; /* NULL: none */
	GHashTable *defines;
	GPtrArray *images;     /* RigImage */
	GPtrArray *cases;      /* const RigCase *: selected, in suite order */
	GPtrArray *runs;       /* RigPlannedRun: one per board, in bench order */
	RigBaseline *baseline; /* numbers that limits compare with; NULL: none is named */
} RigPlan;

/*
 * NULL: `error` (RIG_ERROR_USAGE) holds all that is wrong, one matter a line. A plan without cases
 * or boards is possible: nothing was selected.
 */
RigPlan *rig_plan_new(const RigPlanRequest *request, GError **error);
void rig_plan_free(RigPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigPlan, rig_plan_free)

/* What the board lacks of the case's own `needs`, so that it is skipped there; NULL: nothing. */
const char *rig_plan_case_lacks(const RigBoard *board, const RigCase *test);

/* TRUE: the request's cases and tags select `test`. */
gboolean rig_plan_wants(const RigPlanRequest *request, const RigCase *test);

/*
 * Narrows the plan to cases that did not pass last time (`only`), or runs them first. `failed`:
 * "BOARD/CASE" names as a set. FALSE: none of the plan's is among them, and nothing is changed.
 */
gboolean rig_plan_prefer(RigPlan *plan, GHashTable *failed, gboolean only);

/* What run.json tells of a planned run, but for what the command line adds; caller frees. */
RigRunHeader *rig_plan_header(const RigPlan *plan, const RigPlannedRun *planned);

/* NAME=VALUE texts as a table. RIG_ERROR_USAGE. */
GHashTable *rig_defines_parse(char **defines, GError **error);

/* Opens and checks every recording that the cases name; adds issues at their steps. */
void rig_plan_check_recordings(const GPtrArray *cases, RigIssues *issues);

#endif
