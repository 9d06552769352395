/* SPDX-License-Identifier: Apache-2.0 */
/* How a session came out: its runs, their cases and attempts. The engine fills it, reports read it.
 */
#ifndef RIG_RUN_RESULT_H
#define RIG_RUN_RESULT_H

#include "judge/judge.h"

typedef struct RigAttemptReport {
	RigAttempt *attempt;     /* owned */
	RigJudgement *judgement; /* owned; NULL: not judged (setup) */
	char *console;           /* last lines of the board, printable; owned; NULL: none */
	guint inferences_count;  /* of records that the journal alone holds; else 0 */
} RigAttemptReport;

typedef struct RigCaseReport {
	char *name, *about;
	const char *covers; /* static */
	char *file;         /* suite file that holds the case */
	guint line;
	RigVerdict verdict;   /* of the last attempt; `skip` with reason */
	gboolean flaky;       /* passed, but only on a retry */
	gboolean quarantined; /* does not count for the exit code */
	char *reason;         /* why skipped, or the judgement's message; NULL */
	char *rerun;          /* command that runs just this case again */
	gint64 duration_us;   /* of all attempts */
	GPtrArray *attempts;  /* RigAttemptReport; empty when skipped */
} RigCaseReport;

typedef struct RigRunReport {
	char *id;     /* run id; also the name of its folder */
	char *folder; /* absolute; NULL once the run is in the store */
	char *suite, *suite_path, *suite_sha256;
	char *bench, *board, *target, *unit_serial; /* unit_serial may be NULL */
	char *candidate; /* name and version, or the image's path; NULL: none */
	char *image_sha256, *load_digest, *build_id; /* may be NULL */
	char *started;                               /* ISO 8601 UTC */
	gint64 begin_us; /* host clock of `started`, as in attempts; 0: that of the first attempt */
	gint64 duration_us;
	RigVerdict verdict;
	char *message; /* why the run as a whole did not pass; NULL */
	gboolean interrupted, busy;
	gint64 held_until_us; /* wall clock; the board was left as it is, reserved; 0: it was not */
	GPtrArray *cases;     /* RigCaseReport, in suite order */
	guint64 sent_bytes, received_bytes, repeats;
} RigRunReport;

typedef struct RigSessionReport {
	GPtrArray *runs; /* RigRunReport */
	char *command;   /* the command line */
	int exit_code;
} RigSessionReport;

/* Zeroed, with empty arrays that free what is put into them. `attempt`, `judgement` are taken. */
RigAttemptReport *rig_attempt_report_new(RigAttempt *attempt, RigJudgement *judgement);
RigCaseReport *rig_case_report_new(const char *name);
RigRunReport *rig_run_report_new(void);
RigSessionReport *rig_session_report_new(const char *command);

/* NULL is allowed; arrays that are NULL too. */
void rig_case_report_free(RigCaseReport *report);
void rig_run_report_free(RigRunReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigRunReport, rig_run_report_free)
void rig_session_report_free(RigSessionReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigSessionReport, rig_session_report_free)

/* The attempt that gave the verdict; NULL where the case was skipped. Borrowed. */
const RigAttemptReport *rig_case_report_last(const RigCaseReport *report);
/* The judgement's, or the attempt's own where it was not judged. Borrowed. */
RigVerdict rig_attempt_report_verdict(const RigAttemptReport *report);
const char *rig_attempt_report_message(const RigAttemptReport *report);
/*
 * What went wrong with the run as a whole and no case tells (busy, interrupted, setup, teardown):
 * `fail`, `error` or `inconclusive`; `pass` where there is nothing.
 */
RigVerdict rig_run_report_trouble(const RigRunReport *run);

/* counts[RigVerdict] over all cases of all runs; `flaky` may be NULL. */
void rig_session_count(const RigSessionReport *session, guint counts[5], guint *flaky);

#endif
