/* SPDX-License-Identifier: Apache-2.0 */
#include "rtt_visit.h"

#include <rig/bytes.h>

#define RTT_FIND_US     100000 /* between two searches */
#define RTT_AHEAD_LEAST 16u
#define RTT_TORN_MAX    3u /* readings of a block that makes no sense: it may be half written */

/* What a visit brings. */
typedef struct RttVisit {
	guint32 block[RTT_BLOCK_BYTES / 4], up[RTT_RING_BYTES / 4], down[RTT_RING_BYTES / 4];
	guint32 before; /* RdOff as it was in memory */
	guint32 words[RTT_AHEAD_MAX / 4 + 4];
	guint32 ahead; /* bytes of the ring, from up.read on, that the words hold */
} RttVisit;

static void rtt_note(RigLink *link, const char *text)
{
	if (link->tap != NULL)
		link->tap->note(link->tap, text);
}

static guint rtt_channel(const RigLink *link)
{
	return (guint)((const RttOptions *)link->options)->channel;
}

static void rtt_to_bytes(guint8 *bytes, const guint32 *words, gsize count)
{
	for (gsize i = 0; i < count; i++)
		rig_put_le32(bytes + 4 * i, words[i]);
}

void rtt_forget(Rtt *rtt)
{
	rtt->is_found = rtt->has_down = FALSE;
	rtt->place = (RigMemoryRange){0};
	rtt->up = rtt->down = (RttRing){0};
	rtt->told_read = 0;
}

/* Where it is to be; a search takes time, and is not made all the time. TRUE: is_found tells. */
gboolean rtt_find(RigLink *link, gint64 deadline_us, GError **error)
{
	Rtt *rtt = link->priv;
	const RttOptions *options = link->options;
	gint64 now_us = rig_clock_now(link->clock);
	const RigSought sought = {.what = "RTT control block",
	                          .symbol = "_SEGGER_RTT",
	                          .magic = (const guint8 *)RTT_ID,
	                          .address = options->address};
	if (rtt->searched_us != 0 && now_us - rtt->searched_us < RTT_FIND_US)
		return TRUE;
	if (!rig_access_find(link->access, &sought, &rtt->search, deadline_us, &rtt->place,
	                     &rtt->is_found, error))
		return FALSE;
	rtt->searched_us = rtt->search.was_whole && !rtt->is_found ? now_us : 0;
	rtt->up_at = rtt->place.address + RTT_BLOCK_BYTES + RTT_RING_BYTES * rtt_channel(link);
	rtt->expected = RTT_AHEAD_LEAST;
	return TRUE;
}

static void rtt_queue(RigDap *dap, guint32 address, guint32 *words, gsize bytes)
{
	for (gsize at = 0; at < bytes; at += 4)
		rig_dap_read_next(dap, address + (guint32)at, &words[at / 4]);
}

/* Whole words that hold `size` bytes at `address`; returns how many. */
static gsize rtt_queue_around(RigDap *dap, guint32 address, guint32 size, guint32 *words)
{
	guint32 first = address & ~3u;
	gsize bytes = (address - first + size + 3) & ~3u;
	rtt_queue(dap, first, words, bytes);
	return bytes / 4;
}

/* Bytes that may be there, in one or two pieces. */
static void rtt_queue_ahead(Rtt *rtt, RigDap *dap, RttVisit *visit)
{
	const RttRing *up = &rtt->up;
	visit->ahead = MIN(MIN(rtt->expected, up->size), RTT_AHEAD_MAX);
	guint32 whole = MIN(visit->ahead, up->size - up->read);
	gsize used = rtt_queue_around(dap, up->buffer + up->read, whole, visit->words);
	if (whole < visit->ahead)
		(void)rtt_queue_around(dap, up->buffer, visit->ahead - whole, visit->words + used);
}

static guint8 rtt_byte(const guint32 *words, guint32 address, guint32 at)
{
	guint32 from = (address & 3u) + at;
	return (guint8)(words[from / 4] >> 8 * (from % 4));
}

/* Byte `at` behind up.read, of what was read ahead. */
static guint8 rtt_ahead(const Rtt *rtt, const RttVisit *visit, guint32 at)
{
	const RttRing *up = &rtt->up;
	guint32 whole = MIN(visit->ahead, up->size - up->read), address = up->buffer + up->read;
	if (at < whole)
		return rtt_byte(visit->words, address, at);
	gsize used = ((address & 3u) + whole + 3) / 4;
	return rtt_byte(visit->words + used, up->buffer, at - whole);
}

/* `data`, which fits, goes into the down ring; its bytes before its offset. */
static void rtt_queue_down(Rtt *rtt, RigDap *dap, const guint8 *data, gsize size)
{
	RttRing *down = &rtt->down;
	gsize whole = MIN(size, down->size - down->write);
	rig_dap_write_bytes(dap, down->buffer + down->write, data, whole);
	rig_dap_write_bytes(dap, down->buffer, data + whole, size - whole);
	down->write = (down->write + (guint32)size) % down->size;
	rig_dap_write_word(dap, rtt->down_at + RTT_RING_WRITE, down->write);
}

/* One round trip. data: for the down ring, NULL: none. */
static gboolean rtt_visit(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                          RttVisit *visit, GError **error)
{
	Rtt *rtt = link->priv;
	RigDap *dap = link->access->dap;
	if (!rig_access_begin(link->access, deadline_us, error))
		return FALSE;
	visit->before = rtt->told_read;
	rig_dap_begin(dap, RIG_DAP_RESUMABLE);
	if (rtt->up.size > 0 && rtt->up.read != rtt->told_read) {
		rig_dap_read_word(dap, rtt->up_at + RTT_RING_READ, &visit->before);
		rig_dap_write_word(dap, rtt->up_at + RTT_RING_READ, rtt->up.read);
	}
	if (size > 0)
		rtt_queue_down(rtt, dap, data, size);
	rtt_queue(dap, rtt->place.address, visit->block, RTT_BLOCK_BYTES);
	rtt_queue(dap, rtt->up_at, visit->up, RTT_RING_BYTES);
	if (rtt->has_down)
		rtt_queue(dap, rtt->down_at, visit->down, RTT_RING_BYTES);
	visit->ahead = 0;
	if (rtt->up.size > 0)
		rtt_queue_ahead(rtt, dap, visit);
	return rig_dap_commit(dap, error);
}

static gboolean rtt_corrupt(RigLink *link, const char *why, GError **error)
{
	Rtt *rtt = link->priv;
	guint32 address = rtt->place.address;
	rtt_forget(rtt);
	if (++rtt->torn < RTT_TORN_MAX)
		return TRUE;
	rtt->torn = 0;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "RTT control block at 0x%08x is corrupted: %s",
	            address, why);
	return FALSE;
}

/* The target began anew, or somebody else reads this channel: what it has is put right. */
static gboolean rtt_begin_anew(RigLink *link, guint32 before, GError **error)
{
	Rtt *rtt = link->priv;
	gboolean is_wrong = rtt->up.read != rtt->told_read;
	guint32 at = rtt->up_at + RTT_RING_READ;
	rtt_note(link, "RTT: its offsets changed by themselves: the target began anew, or another "
	               "program reads the channel");
	rtt_forget(rtt);
	return !is_wrong || rig_dap_poke(link->access->dap, at, before, error);
}

/* The down ring of the channel, where there is one. */
static gboolean rtt_take_down(RigLink *link, const RttVisit *visit, guint ups, guint downs,
                              GError **error)
{
	Rtt *rtt = link->priv;
	guint8 bytes[RTT_RING_BYTES];
	guint channel = rtt_channel(link);
	if (rtt->has_down) {
		rtt_to_bytes(bytes, visit->down, RTT_RING_BYTES / 4);
		const char *wrong =
		    rtt_parse_ring(bytes, link->access->ram, link->access->ram_count, &rtt->down);
		if (wrong != NULL)
			return rtt_corrupt(link, wrong, error);
	}
	/* All of it was seen, and made sense. */
	if (rtt->has_down || channel >= downs)
		rtt->torn = 0;
	rtt->has_down = channel < downs;
	rtt->down_at = rtt->place.address + RTT_BLOCK_BYTES + RTT_RING_BYTES * (ups + channel);
	return TRUE;
}

/* What the block and the rings are now; is_found FALSE: look again later. */
static gboolean rtt_take_rings(RigLink *link, const RttVisit *visit, GError **error)
{
	Rtt *rtt = link->priv;
	guint8 bytes[RTT_RING_BYTES];
	guint ups, downs;
	RttRing up = {0};
	rtt_to_bytes(bytes, visit->block, RTT_BLOCK_BYTES / 4);
	RttBlockState state = rtt_parse_block(bytes, &ups, &downs);
	if (state == RTT_BLOCK_NONE) {
		rtt_forget(rtt);
		return TRUE;
	}
	if (state == RTT_BLOCK_CORRUPT)
		return rtt_corrupt(link, "it has too many channels", error);
	if (rtt_channel(link) >= ups)
		return rtt_corrupt(link, "it has no such up channel", error);
	rtt_to_bytes(bytes, visit->up, RTT_RING_BYTES / 4);
	const char *wrong = rtt_parse_ring(bytes, link->access->ram, link->access->ram_count, &up);
	if (wrong != NULL)
		return rtt_corrupt(link, wrong, error);
	gboolean is_known = rtt->up.size > 0;
	if (is_known && (up.buffer != rtt->up.buffer || up.size != rtt->up.size ||
	                 up.read != rtt->up.read || visit->before != rtt->told_read))
		return rtt_begin_anew(link, visit->before, error);
	rtt->up = up;
	rtt->told_read = up.read;
	return rtt_take_down(link, visit, ups, downs, error);
}

/* Keeps what was read ahead as far as it is there. */
static void rtt_take_bytes(Rtt *rtt, const RttVisit *visit)
{
	guint32 there = rtt_ring_full(&rtt->up), count = MIN(there, visit->ahead);
	if (rtt->kept_at == rtt->kept_end)
		rtt->kept_at = rtt->kept_end = 0;
	count = (guint32)MIN(count, RTT_AHEAD_MAX - rtt->kept_end);
	for (guint32 i = 0; i < count; i++)
		rtt->kept[rtt->kept_end++] = rtt_ahead(rtt, visit, i);
	rtt->up.read = (rtt->up.read + count) % rtt->up.size;
	guint32 wanted = there > count ? 2 * there : MAX(there, rtt->expected / 2);
	rtt->expected = CLAMP(wanted, RTT_AHEAD_LEAST, RTT_AHEAD_MAX);
	if (there > 0)
		rtt->pause_us = 0;
}

gboolean rtt_turn(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us, GError **error)
{
	Rtt *rtt = link->priv;
	RttVisit visit = {0};
	if (!rtt_visit(link, data, size, deadline_us, &visit, error) ||
	    !rtt_take_rings(link, &visit, error))
		return FALSE;
	if (rtt->is_found && visit.ahead > 0)
		rtt_take_bytes(rtt, &visit);
	return TRUE;
}
