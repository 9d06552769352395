/* SPDX-License-Identifier: Apache-2.0 */
/* The judge: a pure function of a finished attempt and its case. Programs of others come by a hook.
 */
#ifndef RIG_JUDGE_JUDGE_H
#define RIG_JUDGE_JUDGE_H

#include "config/suite.h"
#include "journal/attempt.h"
#include "journal/baseline.h"

/* How one limit came out. */
typedef struct RigFinding {
	char *limit; /* r.top1 */
	RigVerdict verdict;
	char *expected; /* "at least 0.940" */
	char *got;      /* "0.900 (45 of 50)"; "unknown (…)" */
	char *message;  /* one sentence; NULL when passed */
	gboolean has_value;
	double value; /* base unit */
	char *unit;   /* dimension; NULL: none */
	gboolean has_min, has_max;
	double min, max;        /* as applied to this target */
	double uncertainty;     /* of a measured value, for 95 %: without the instrument's accuracy */
	RigIntegrity integrity; /* least of what went in */
	char *detail;           /* lines for a report: confusion matrix, worst inputs; NULL */
} RigFinding;

typedef struct RigJudgement {
	char *case_name;
	guint attempt;
	RigVerdict verdict;  /* worst of the outcome and the findings */
	char *message;       /* of what set the verdict; NULL when passed */
	GPtrArray *findings; /* RigFinding, in the suite's order */
} RigJudgement;

/* What a judge of one's own answers; fills *finding's verdict, message, got. FALSE: error is why
 * (`error`). */
typedef gboolean (*RigJudgeCommand)(gpointer user, const RigLimit *limit, const RigAttempt *attempt,
                                    RigFinding *finding, GError **error);

typedef struct RigJudgeContext {
	const char *target;          /* of the board, for limits per target */
	RigSources *sources;         /* golden files are read through it */
	GHashTable *variables;       /* ${x} in `equals`, after the attempt's own texts; may be NULL */
	const RigBaseline *baseline; /* NULL: none is named */
	const char *unit;            /* as rig_baseline_unit; with a baseline */
	RigJudgeCommand command; /* NULL: limits with `command:` are inconclusive, with the reason */
	gpointer user;
} RigJudgeContext;

/* Never NULL. An attempt that did not pass keeps its outcome; its limits are judged where they can
 * be. */
RigJudgement *rig_judge(const RigJudgeContext *context, const RigCase *test,
                        const RigAttempt *attempt);
/* One without findings that passes; caller frees. */
RigJudgement *rig_judgement_new(const char *case_name, guint attempt);
void rig_judgement_free(RigJudgement *judgement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigJudgement, rig_judgement_free)
void rig_finding_free(RigFinding *finding);

/*
 * Golden outputs: CSV, one line per input: input index, then the outputs as printed with %.17g
 * (shortest that reads back). First line: "input,o0,o1,…".
 */
/*
 * The text of a golden file from the records that carry `as`, by input; of several records of
 * one input the first counts. Caller frees. NULL: no such records, or none with outputs.
 */
char *rig_golden_text(const RigAttempt *attempt, const char *as);
/* A unified diff for people, at most `lines` lines; NULL: equal. Caller frees. */
char *rig_golden_diff(const char *before, const char *after, guint lines);

#endif
