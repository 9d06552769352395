/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `tinyrig run`, which `tinyrig watch` takes as well. */
#ifndef RIG_CLI_RUN_OPTIONS_H
#define RIG_CLI_RUN_OPTIONS_H

#include "cli/command.h"
#include "report/report.h"
#include "run/plan.h"

typedef struct RigRunOptions {
	char *bench, *candidate;
	char **images, **defines, **boards, **cases, **tags, **baselines;
	gboolean last_failed, failed_first;
	gboolean exit_first, dry_run, golden, hold, retry_failed, quiet;
	guint verbose;
	gint64 hold_us, repeat, retry, wait_us, timeout_us;
	char *colour, *output, *junit, *json;
} RigRunOptions;

extern const RigOption rig_run_options[]; /* rows of RigRunOptions; in run.c */

/* What they ask of a plan. Borrows from the options. */
RigPlanRequest rig_run_request(const char *suite, const RigRunOptions *options);
/* How long a failed board is held; 0: it is not. */
gint64 rig_run_hold_us(const RigRunOptions *options);
/* What is wrong with the options as such; NULL: nothing. Caller frees. */
char *rig_run_slip(const RigRunOptions *options);

#endif
