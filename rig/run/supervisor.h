/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor: a main loop that never touches a device. Each run gets a worker; its journal
 * is judged attempt by attempt; a verdict is told only after it is kept on the disk. It decides
 * what follows a verdict: the next case, a retry, a fresh worker, the end.
 */
#ifndef RIG_RUN_SUPERVISOR_H
#define RIG_RUN_SUPERVISOR_H

#include "run/plan.h"
#include "run/result.h"

/* Who is told; any slot may be NULL. All calls come from the supervisor's thread. */
typedef struct RigObserver {
	void (*begin)(gpointer user, const RigSessionReport *session, guint planned);
	/* A run's worker was started; nothing is known of it yet. */
	void (*started)(gpointer user, const RigRunReport *run);
	void (*progress)(gpointer user, const char *board, const char *what);
	/* A verdict that is kept already. */
	void (*verdict)(gpointer user, const RigRunReport *run, const RigCaseReport *test);
	/* A run is over; its folder is still held. What goes wrong here is the run's trouble. */
	void (*ended)(gpointer user, RigRunReport *run);
	/* Five times a second; FALSE: no more, please. */
	gboolean (*tick)(gpointer user);
	/* A line for people. */
	void (*say)(gpointer user, const char *text);
	gpointer user;
} RigObserver;

typedef struct RigSuperviseOptions {
	const char *state_folder; /* runs are kept in its folder `runs` */
	char **command;           /* the command line, for reports and for reruns */
	const char *program;      /* how the user calls tinyrig, for reruns */
	gboolean exit_first;      /* the first case that does not pass ends its run */
	gint64 hold_us;           /* so long it holds the board then, not made safe; 0: it does not */
	guint repeat;             /* runs per board, >= 1; none after one that held its board */
	guint retry;              /* tries beside the first, for `error` */
	gboolean retry_failed;    /* and for `fail` and `inconclusive` too */
	gint64 wait_us;           /* for a busy board */
	gint64 timeout_us;        /* of the session; 0: none */
	gboolean golden;          /* write golden files from what comes */
} RigSuperviseOptions;

/* Blocks until all runs have ended. The session, with its exit code; caller frees. */
RigSessionReport *rig_supervise(const RigPlan *plan, const RigSuperviseOptions *options,
                                const RigObserver *observer);

/* The exit code for a session's runs. */
int rig_session_exit_code(const RigSessionReport *session);

#endif
