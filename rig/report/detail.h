/* SPDX-License-Identifier: Apache-2.0 */
/* What every report says alike: the rows that explain a case, and the count of all cases. */
#ifndef RIG_REPORT_DETAIL_H
#define RIG_REPORT_DETAIL_H

#include "report/report.h"

typedef struct RigDetail {
	const char *label; /* static: "expected"; "" for the opening sentence */
	char *text;        /* as it came: not printable yet, may hold several lines; owned */
	gboolean verbatim; /* lines stay as they are: console, tables */
} RigDetail;

/*
 * Rows of a case's last attempt: who is at fault and why, then each limit or step that went
 * wrong with expected, got and integrity, when, earlier attempts, the console's last lines.
 * Empty for a case without attempts and for a plain pass. Caller unrefs.
 */
GPtrArray *rig_detail_rows(const RigRunReport *run, const RigCaseReport *test);

/* Host clock at which the run began; 0: unknown. */
gint64 rig_detail_run_begin(const RigRunReport *run, const RigCaseReport *test);

/* The heaviest finding that is no pass; NULL: none. Borrowed. */
const RigFinding *rig_detail_worst(const RigAttemptReport *report);

/* The step that went wrong; NULL: none. Borrowed. */
const RigStepRecord *rig_detail_step(const RigAttemptReport *report);

/* The name of a limit's number without its step: "top1" of "r.top1". Borrowed. */
const char *rig_detail_short_name(const char *limit);

/* Cases of a session in groups that do not overlap. */
typedef struct RigTally {
	guint passed, flaky, failed, errors, inconclusive, skipped;
	guint quarantined; /* did not pass, but does not count */
	guint cases;       /* all of them */
	guint wrong;       /* failed, errors and inconclusive */
	gboolean interrupted;
} RigTally;

void rig_tally_of(const RigSessionReport *session, RigTally *tally);

#endif
