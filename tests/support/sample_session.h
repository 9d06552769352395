/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions for the tests of reports: an everyday one, and ones that mean harm. */
#ifndef TESTS_SUPPORT_SAMPLE_SESSION_H
#define TESTS_SUPPORT_SAMPLE_SESSION_H

#include "report/report.h"

/* Two boards: passes, a flaky pass, a fail, an error, an inconclusive, a quarantined, a skip. */
RigSessionReport *sample_session_typical(void);
/* One board, all passed at the first try. */
RigSessionReport *sample_session_green(void);
/* Control characters, wrong UTF-8, markup, huge and missing texts, NaN, in every field. */
RigSessionReport *sample_session_hostile(void);
/* No run at all; runs without cases (busy, interrupted). */
RigSessionReport *sample_session_empty(void);
RigSessionReport *sample_session_broken(void);
/* `cases` failures on one board, each with 64 KiB of console. */
RigSessionReport *sample_session_large(guint cases);

/* Parts, for tests that need something special. Each is owned by what it is put into. */
RigRunReport *sample_run(RigSessionReport *session, const char *board);
RigCaseReport *sample_case(RigRunReport *run, const char *name, RigVerdict verdict);
RigAttemptReport *sample_attempt(RigCaseReport *test, RigVerdict verdict, const char *message);
RigFinding *sample_finding(RigAttemptReport *report, const char *limit, RigVerdict verdict,
                           const char *unit, double value);

#endif
