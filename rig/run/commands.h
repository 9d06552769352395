/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs a suite may run: those that the bench lists, so that a stranger's suite does not
 * own the lab. */
#ifndef RIG_RUN_COMMANDS_H
#define RIG_RUN_COMMANDS_H

#include "config/bench.h"
#include "judge/judge.h"
#include "run/program.h"

/*
 * `argv` with its program resolved against the suite file, if `host_commands:` lists it.
 * RIG_ERROR_USAGE else. g_strfreev.
 */
char **rig_command_allowed(const RigBench *bench, const char *suite_path, char **argv,
                           GError **error);

/* What rig_command_judge needs as `user`. */
typedef struct RigCommandContext {
	const RigBench *bench;
	const char *suite_path;
	const RigClock *clock;
	int stop_fd;
} RigCommandContext;

/* A judge of one's own: the attempt as JSON in, {verdict, message, values} out. A RigJudgeCommand.
 */
gboolean rig_command_judge(gpointer user, const RigLimit *limit, const RigAttempt *attempt,
                           RigFinding *finding, GError **error);

#endif
