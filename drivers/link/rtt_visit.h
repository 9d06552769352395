/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Visits to the target's RTT. A visit tells what was read before, brings the offsets and, behind
 * them, the bytes that are likely to be there; it is one round trip.
 */
#ifndef DRIVERS_LINK_RTT_VISIT_H
#define DRIVERS_LINK_RTT_VISIT_H

#include "rtt_block.h"
#include <rig/link.h>

#define RTT_AHEAD_MAX 4096u /* bytes that one visit reads */

typedef struct RttOptions {
	gint64 channel, address;
} RttOptions;

/* The private part of a link. */
typedef struct Rtt {
	gboolean is_found; /* the block, when it was looked at last */
	RigMemoryRange place;
	guint32 up_at, down_at; /* addresses of the channel's rings */
	RttRing up, down;       /* size 0: not known yet */
	gboolean has_down;
	guint32 told_read; /* up.read as the target's memory has it */
	guint torn;
	guint32 expected; /* bytes that are read before it is known that they are there */
	gint64 pause_us;
	RigSearch search;
	gint64 searched_us;         /* when the RAM was searched in vain; 0: it was not */
	guint8 kept[RTT_AHEAD_MAX]; /* read and not handed out yet */
	gsize kept_at, kept_end;
} Rtt;

/* Where the block is to be; a search takes time, and is not made all the time. is_found tells. */
gboolean rtt_find(RigLink *link, gint64 deadline_us, GError **error);

/*
 * One visit, when the block is found: its bytes go to `kept`; `data`, which must fit into the down
 * ring, is written. Afterwards is_found may be FALSE: the target has begun anew.
 */
gboolean rtt_turn(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                  GError **error);

void rtt_forget(Rtt *rtt);

#endif
