/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts, cases and limits for tests of the judge. All texts are borrowed until free. */
#ifndef TESTS_SUPPORT_JUDGING_H
#define TESTS_SUPPORT_JUDGING_H

#include "judge/judge.h"

typedef struct Judged {
	RigAttempt *attempt;
	RigCase test;
	RigJudgeContext context; /* target board-a, sources of its own */
	RigJudgement *judgement; /* of the last judged_run */
} Judged;

/* A case `digits` whose attempt passed so far. */
void judged_init(Judged *judged);
void judged_clear(Judged *judged);

/* Adds a step that passed; returns it. */
RigStepRecord *judged_step(Judged *judged, const char *verb, const char *as);
/* Adds a record to the last step: its input is its number. Outputs are copied; integrity checked.
 */
RigInference *judged_record(Judged *judged, gint32 label, gint64 lap_us, const double *outputs,
                            guint count);
/* A record of `classes` outputs with 1 at `answer` and 0 elsewhere. */
RigInference *judged_answer(Judged *judged, gint32 label, guint answer, guint classes);
RigValue *judged_number(Judged *judged, const char *name, double number, const char *unit);
RigValue *judged_text(Judged *judged, const char *name, const char *text);

/* A limit without bounds; `name` as r.top1, found in the table of measures where it is there. */
RigLimit *judged_limit(Judged *judged, const char *name);
RigLimit *judged_min(Judged *judged, const char *name, double min);
RigLimit *judged_max(Judged *judged, const char *name, double max);

/* Judges and gives the first finding; NULL where there is none. */
const RigFinding *judged_run(Judged *judged);
const RigFinding *judged_finding(const Judged *judged, guint i);

/* A fixed sequence of numbers. */
guint32 judged_random(guint32 *state);

#endif
