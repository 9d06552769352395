/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that work with a board's core through its probe. */
#ifndef RIG_CLI_PROBE_SESSION_H
#define RIG_CLI_PROBE_SESSION_H

#include "cli/command.h"
#include "cli/held_board.h"

/* Begins the options struct of each such command, and PROBE_OPTIONS its rows. */
typedef struct RigProbeOptions {
	char *bench;
	gint64 wait_us;
} RigProbeOptions;

#define RIG_PROBE_OPTION_ROWS                                                                      \
	{"bench",         'b',                                                                         \
	 RIG_OPTION_FILE, offsetof(RigProbeOptions, bench),                                            \
	 "FILE",          "the bench; else $TINYRIG_BENCH"},                                           \
	{                                                                                              \
		"wait", 'w', RIG_OPTION_SPAN, offsetof(RigProbeOptions, wait_us), "TIME",                  \
		    "wait for a busy board (not at all)"                                                   \
	}

typedef struct RigProbeSession {
	const RigInvocation *invocation;
	RigHeldBoard *held;
	RigCortex *cortex; /* not connected yet; borrowed, as the next */
	RigDap *dap;
	gint64 deadline_us;
	gboolean is_kept; /* set by a job: the core stays under the debugger afterwards */
} RigProbeSession;

/*
 * Claims `board`, does the job, and leaves the core as the job left it: halted, or running with its
 * debug domain off. Returns the exit code; errors are told.
 */
int rig_probe_session(const RigInvocation *invocation, const char *board,
                      gboolean (*job)(RigProbeSession *session, GError **error));

/* "0x20000400", or decimal. RIG_ERROR_USAGE names `what`. */
gboolean rig_address_parse(const char *text, const char *what, guint32 *address, GError **error);
/* Bytes: as above, or with a unit (64KiB). */
gboolean rig_size_parse(const char *text, gsize most, gsize *size, GError **error);

#endif
