/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SEGGER's Real Time Transfer as a byte stream: two rings in the target's RAM, which the probe
 * reads and writes while the core runs.
 */
#include "rtt_visit.h"

#include <string.h>

#define RTT_PAUSE_FIRST_US 300
#define RTT_PAUSE_LAST_US  10000

static const RigField rtt_fields[] = {
    {.key = "channel",
     .type = RIG_FIELD_INTEGER,
     .offset = offsetof(RttOptions, channel),
     .max = 31,
     .fallback = "0",
     .help = "number of the channel, of both directions"},
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     .offset = offsetof(RttOptions, address),
     .min = -1,
     .max = G_MAXUINT32,
     .fallback = "-1",
     .help = "where the control block lies; -1: at the image's symbol _SEGGER_RTT, or searched"},
    {0},
};

/* Nothing is asked yet: the firmware may start later, or anew. */
static gboolean rtt_open(RigLink *link, gint64 deadline_us, GError **error)
{
	Rtt *rtt = link->priv;
	*rtt = (Rtt){0};
	return rig_access_begin(link->access, deadline_us, error);
}

/* The core runs on; whoever owns the probe lets it go. */
static void rtt_close(RigLink *link)
{
	Rtt *rtt = link->priv;
	/* So that the target, and the next reader, know what was read. */
	if (link->is_open && rtt->is_found && rtt->up.read != rtt->told_read)
		(void)rtt_turn(link, NULL, 0, rig_clock_now(link->clock), NULL);
	rtt_forget(rtt);
}

static gsize rtt_hand_out(Rtt *rtt, guint8 *data, gsize size)
{
	gsize count = MIN(size, rtt->kept_end - rtt->kept_at);
	memcpy(data, rtt->kept + rtt->kept_at, count);
	rtt->kept_at += count;
	return count;
}

/* Looks at the target, if it has a block; a pause behind it where nothing came. */
static gboolean rtt_look(RigLink *link, gint64 deadline_us, GError **error)
{
	const Rtt *rtt = link->priv;
	return (rtt->is_found || rtt_find(link, deadline_us, error)) &&
	       (!rtt->is_found || rtt_turn(link, NULL, 0, deadline_us, error));
}

static gboolean rtt_pause(RigLink *link, gint64 deadline_us, GError **error)
{
	Rtt *rtt = link->priv;
	rtt->pause_us = CLAMP(2 * rtt->pause_us, RTT_PAUSE_FIRST_US, RTT_PAUSE_LAST_US);
	gint64 until_us = rig_clock_after(link->clock, rtt->pause_us);
	return rig_wait_until(link->clock, link->stop_fd, MIN(until_us, deadline_us), error);
}

static gssize rtt_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us, GError **error)
{
	Rtt *rtt = link->priv;
	for (;;) {
		gsize count = rtt_hand_out(rtt, data, size);
		if (count > 0)
			return (gssize)count;
		if (!rtt_look(link, deadline_us, error))
			return -1;
		if (rtt->kept_at < rtt->kept_end)
			continue;
		if (rig_clock_now(link->clock) >= deadline_us)
			return 0;
		if (!rtt_pause(link, deadline_us, error))
			return -1;
	}
}

static gboolean rtt_unwritten(const RigLink *link, gsize left, GError **error)
{
	const Rtt *rtt = link->priv;
	const char *why = "the target does not read its down channel";
	if (!rtt->is_found)
		why = "there is no RTT control block";
	else if (!rtt->has_down)
		why = "the RTT channel has no way down";
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "%" G_GSIZE_FORMAT " bytes could not be written: %s", left, why);
	return FALSE;
}

static gboolean rtt_write(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                          GError **error)
{
	Rtt *rtt = link->priv;
	rtt->pause_us = 0;
	while (size > 0) {
		gsize room = rtt->has_down && rtt->down.size > 0 ? rtt_ring_free(&rtt->down) : 0;
		gsize part = rtt->is_found ? MIN(room, size) : 0;
		if (part > 0 ? !rtt_turn(link, data, part, deadline_us, error)
		             : !rtt_look(link, deadline_us, error))
			return FALSE;
		data += part;
		size -= part;
		if (part > 0)
			continue;
		gboolean is_one_way = rtt->is_found && rtt->up.size > 0 && !rtt->has_down;
		if (is_one_way || rig_clock_now(link->clock) >= deadline_us)
			return rtt_unwritten(link, size, error);
		if ((!rtt->is_found || rtt->down.size > 0) && !rtt_pause(link, deadline_us, error))
			return FALSE;
	}
	return TRUE;
}

extern const RigLinkDriver rig_link_rtt;
const RigLinkDriver rig_link_rtt = {
    .name = "rtt",
    .about = "SEGGER's Real Time Transfer: a channel in the firmware's RAM, through the probe",
    .fields = rtt_fields,
    .options_size = sizeof(RttOptions),
    .priv_size = sizeof(Rtt),
    .by_probe = TRUE,
    .open = rtt_open,
    .close = rtt_close,
    .read = rtt_read,
    .write = rtt_write,
};
