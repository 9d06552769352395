/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time is int64_t microseconds of the monotonic clock; deadlines are absolute.
 * The clock is handed in, so that time-outs are tested without waiting.
 */
#ifndef RIG_CLOCK_H
#define RIG_CLOCK_H

#include <glib.h>

#define RIG_FOREVER G_MAXINT64

typedef struct RigClock {
	gint64 (*now_us)(gpointer user); /* never goes back */
	gpointer user;                   /* borrowed, handed to now_us */
} RigClock;

/* CLOCK_MONOTONIC of the host. */
extern const RigClock rig_clock_monotonic;

static inline gint64 rig_clock_now(const RigClock *clock)
{
	return clock->now_us(clock->user);
}

/* The instant `span_us` from now; saturates at RIG_FOREVER. */
static inline gint64 rig_clock_after(const RigClock *clock, gint64 span_us)
{
	gint64 now = rig_clock_now(clock);
	return span_us >= RIG_FOREVER - now ? RIG_FOREVER : now + span_us;
}

/*
 * Waits for `until_us`, and no longer than until stop_fd (-1: none) is readable: FALSE with
 * RIG_ERROR_STOPPED.
 */
gboolean rig_wait_until(const RigClock *clock, int stop_fd, gint64 until_us, GError **error);

#endif
