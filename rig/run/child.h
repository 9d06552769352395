/* SPDX-License-Identifier: Apache-2.0 */
/* A worker as a child process of the supervisor, with the channel to it. */
#ifndef RIG_RUN_CHILD_H
#define RIG_RUN_CHILD_H

#include "run/channel.h"

typedef struct RigChild RigChild;

typedef struct RigChildEvents {
	/* A line came. */
	void (*line)(gpointer user, const char *line);
	/* The process has ended and was reaped; all its lines were told before. `how`: "exit status 1",
	 * "signal 9 (Killed)". */
	void (*ended)(gpointer user, const char *how);
	gpointer user;
} RigChildEvents;

/* Starts a worker for the run's folder on the default main context. */
RigChild *rig_child_start(const char *folder, guint generation, const RigChildEvents *events,
                          GError **error);
/* Sends a line; nothing happens when the worker is gone: `ended` will tell. */
void rig_child_say(RigChild *child, const char *line);
/* SIGKILL. */
void rig_child_kill(RigChild *child);
/* Frees; a process that still runs is killed and reaped. NULL is allowed. */
void rig_child_free(RigChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigChild, rig_child_free)

#endif
