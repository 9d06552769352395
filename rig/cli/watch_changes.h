/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits for files to change, by inotify on their folders: editors and linkers replace files by
 * rename, and a folder may go and come back. Events only say that it is time to look; what
 * changed is told by the files themselves. One thread.
 */
#ifndef RIG_CLI_WATCH_CHANGES_H
#define RIG_CLI_WATCH_CHANGES_H

#include <rig/clock.h>
#include <rig/error.h>

#define RIG_WATCH_QUIET_US (200 * G_TIME_SPAN_MILLISECOND) /* without an event: it has settled */
#define RIG_WATCH_WRITE_US (5 * G_TIME_SPAN_SECOND)        /* a writer that says no more */

typedef struct RigWatch RigWatch;

/* `clock` is borrowed. RIG_ERROR_BENCH. */
RigWatch *rig_watch_new(const RigClock *clock, GError **error);
void rig_watch_free(RigWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigWatch, rig_watch_free)

/* Readable when rig_watch_take has something to take. */
int rig_watch_fd(const RigWatch *watch);

/*
 * From here on these files (absolute paths; copied) are watched, and as they are now is how
 * rig_watch_changed compares them. RIG_ERROR_BENCH: the kernel watches no more folders.
 */
gboolean rig_watch_set(RigWatch *watch, const GPtrArray *paths, GError **error);

/* Takes the events that are there; never blocks. RIG_ERROR_BENCH as rig_watch_set. */
gboolean rig_watch_take(RigWatch *watch, GError **error);

/*
 * When what is under way will have settled, if nothing more comes: no event for RIG_WATCH_QUIET_US,
 * no file that is still written. RIG_FOREVER: nothing is under way.
 */
gint64 rig_watch_settles_us(const RigWatch *watch);
/* What was under way has been seen to. */
void rig_watch_seen(RigWatch *watch);

/* Paths (borrowed until the next set) of files that are not as they were; caller unrefs. */
GPtrArray *rig_watch_changed(const RigWatch *watch);
/* The same for those that were there and are not. */
GPtrArray *rig_watch_gone(const RigWatch *watch);

#endif
