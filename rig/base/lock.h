/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files in folders that several users share. */
#ifndef RIG_BASE_LOCK_H
#define RIG_BASE_LOCK_H

#include <rig/clock.h>
#include <rig/error.h>

/*
 * Opens a file to be locked with flock, for reading and writing; a link is refused. One that is
 * not there is made with the permissions `mode` whatever the umask (0: it is not made). Returns
 * -1 with errno set.
 */
int rig_lock_open(const char *path, guint mode);

/*
 * The same, locked: blocks until the deadline for whoever has the lock. RIG_ERROR_BENCH. Closing
 * the descriptor lets go.
 */
int rig_lock_take(const char *path, guint mode, const RigClock *clock, gint64 deadline_us,
                  GError **error);

#endif
