/* SPDX-License-Identifier: Apache-2.0 */
/* From a journalled attempt to a verdict with its report: the same way live and for an old run. */
#ifndef RIG_RUN_ASSESS_H
#define RIG_RUN_ASSESS_H

#include "config/bench.h"
#include "journal/header.h"
#include "run/result.h"

typedef struct RigAssess {
	const RigSuite *suite;
	const RigBench *bench;
	const RigRunHeader *header;
	RigSources *sources;
	const RigBaseline *baseline; /* NULL: none is named */
	const char *folder;          /* of the run */
	const char *program;         /* how the user calls tinyrig, for reruns */
	const RigClock *clock;
	int stop_fd;
	gboolean without_programs; /* limits with `command:` are inconclusive */
} RigAssess;

/* A report on the run with all that its header tells and no cases yet. */
RigRunReport *rig_assess_run(const RigAssess *assess);

/* An empty report on a case of the suite. */
RigCaseReport *rig_assess_case(const RigAssess *assess, const RigCase *test);

/* A report on `test` that says why it did not run. */
RigCaseReport *rig_assess_skip(const RigAssess *assess, const RigCase *test, const char *reason);

/*
 * Judges an attempt (taken) and adds it to its case's report, whose verdict, reason and
 * duration follow. `setup`: the setup attempt whose values limits may speak of; may be NULL.
 * `suffix`: of the worker's files.
 */
void rig_assess_attempt(const RigAssess *assess, RigCaseReport *report, const RigCase *test,
                        RigAttempt *attempt, const RigAttempt *setup, const char *suffix);

/* The worst verdict of the cases that count, with the run's own. */
void rig_assess_finish(RigRunReport *run);

/*
 * Writes the golden files of `test` from the attempt, but not where another limit fails; text for
 * people in *told (NULL: nothing changed).
 */
gboolean rig_assess_golden(const RigAssess *assess, const RigCase *test, const RigAttempt *attempt,
                           char **told, GError **error);

#endif
