/* SPDX-License-Identifier: Apache-2.0 */
/* Writers of reports: JUnit, JSON, GitHub, Markdown and the terminal, all from the session
 * (run/result.h). */
#ifndef RIG_REPORT_REPORT_H
#define RIG_REPORT_REPORT_H

#include "run/result.h"
#include <rig/clock.h>
#include <stdio.h>

/* JUnit XML as CI systems read it: testsuite per run, <failure> for fail, <error> for error and
 * inconclusive. */
char *rig_report_junit(const RigSessionReport *session);
/* JSON; its schema is docs/report.schema.json. */
char *rig_report_json(const RigSessionReport *session);
/* One run of it, compact and without the inference records: what the store keeps as result.json. */
char *rig_report_json_run(const RigRunReport *run);
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
/* auto, always or never; NULL is auto. FALSE: none of them. */
gboolean rig_colour_parse(const char *word, RigColour *colour);
typedef struct RigTerminalOptions {
	FILE *stream; /* borrowed */
	RigColour colour;
	gboolean quiet; /* failures and summary only */
	guint verbose;  /* 1: every limit with its value */
	gint64 took_us; /* of a session that was kept; 0: by the clock */
	guint width;    /* columns; 0: ask the tty, else 80 */
} RigTerminalOptions;

RigTerminal *rig_terminal_new(const RigTerminalOptions *options, const RigClock *clock);
void rig_terminal_free(RigTerminal *terminal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigTerminal, rig_terminal_free)
/* planned: cases over all boards, for progress and ETA. */
void rig_terminal_begin(RigTerminal *terminal, const RigSessionReport *session, guint planned);
/* A board works on something: shown on the live line only. `what` e.g. "digits: infer 20/50". */
void rig_terminal_progress(RigTerminal *terminal, const char *board, const char *what);
/* Time has passed: the live line is drawn anew. TRUE: there is one. */
gboolean rig_terminal_tick(RigTerminal *terminal);
/* A verdict, already kept. Prints the line, and for anything but pass its details. */
void rig_terminal_case(RigTerminal *terminal, const RigRunReport *run, const RigCaseReport *test);
/* A line for people (a warning, a run without cases). */
void rig_terminal_say(RigTerminal *terminal, const char *text);
void rig_terminal_end(RigTerminal *terminal, const RigSessionReport *session);

#endif
