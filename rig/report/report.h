/* SPDX-License-Identifier: Apache-2.0 */
/* What reports are made of: one session, its runs, their cases. Filled by the engine, read by
 * writers. */
#ifndef RIG_REPORT_REPORT_H
#define RIG_REPORT_REPORT_H

#include "judge/judge.h"
#include <rig/clock.h>
#include <stdio.h>

typedef struct RigAttemptReport {
	RigAttempt *attempt;     /* owned */
	RigJudgement *judgement; /* owned; NULL: not judged (setup) */
	char *console;           /* last lines of the board, printable; owned; NULL: none */
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
	char *folder; /* absolute */
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
	GPtrArray *cases; /* RigCaseReport, in suite order */
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
void rig_session_report_free(RigSessionReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigSessionReport, rig_session_report_free)

/* The attempt that gave the verdict; NULL where the case was skipped. Borrowed. */
const RigAttemptReport *rig_case_report_last(const RigCaseReport *report);
/* The judgement's, or the attempt's own where it was not judged. Borrowed. */
RigVerdict rig_attempt_report_verdict(const RigAttemptReport *report);
const char *rig_attempt_report_message(const RigAttemptReport *report);
/* The run as a whole went wrong in a way that none of its cases tells (busy, interrupted, setup).
 */
gboolean rig_run_report_broken(const RigRunReport *run);

/* counts[RigVerdict] over all cases of all runs; `flaky` may be NULL. */
void rig_session_count(const RigSessionReport *session, guint counts[5], guint *flaky);

/* JUnit XML as CI systems read it: testsuite per run, <failure> for fail, <error> for error and
 * inconclusive. */
char *rig_report_junit(const RigSessionReport *session);
/* JSON; its schema is docs/report.schema.json. */
char *rig_report_json(const RigSessionReport *session);
/* ::error annotations, for GITHUB_ACTIONS; "" when all passed. And Markdown for
 * GITHUB_STEP_SUMMARY. */
char *rig_report_github(const RigSessionReport *session);
char *rig_report_markdown(const RigSessionReport *session);

/*
 * The terminal: a line per verdict as it is committed, a live line with progress and ETA on a
 * tty, the failures with their evidence, a summary. Never colours when NO_COLOR is set or the
 * stream is no tty (unless `colour` says always).
 */
typedef struct RigTerminal RigTerminal;
typedef enum { RIG_COLOUR_AUTO, RIG_COLOUR_ALWAYS, RIG_COLOUR_NEVER } RigColour;
typedef struct RigTerminalOptions {
	FILE *stream; /* borrowed */
	RigColour colour;
	gboolean quiet; /* failures and summary only */
	guint verbose;  /* 1: every limit with its value */
	guint width;    /* columns; 0: ask the tty, else 80 */
} RigTerminalOptions;

RigTerminal *rig_terminal_new(const RigTerminalOptions *options, const RigClock *clock);
void rig_terminal_free(RigTerminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigTerminal, rig_terminal_free)
/* planned: cases over all boards, for progress and ETA. */
void rig_terminal_begin(RigTerminal *terminal, const RigSessionReport *session, guint planned);
/* A board works on something: shown on the live line only. `what` e.g. "digits: infer 20/50". */
void rig_terminal_progress(RigTerminal *terminal, const char *board, const char *what);
/* A verdict, already kept. Prints the line, and for anything but pass its details. */
void rig_terminal_case(RigTerminal *terminal, const RigRunReport *run, const RigCaseReport *test);
/* A line for people (a warning, a run without cases). */
void rig_terminal_say(RigTerminal *terminal, const char *text);
void rig_terminal_end(RigTerminal *terminal, const RigSessionReport *session);

#endif
