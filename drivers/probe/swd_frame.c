/* SPDX-License-Identifier: Apache-2.0 */
#include "swd_frame.h"

#include <rig/bytes.h>

#define SWD_WORD_BYTES  6u  /* 46 clocks and two idle ones */
#define SWD_IDLE_AFTER  2u  /* of a transfer, so that the next start bit has an edge */
#define SWD_IDLE_END    8u  /* of a batch; B4.1.1 */
#define SWD_IDLE_INSIDE 64u /* longer ones are a command of their own */

/* Clocks from the end of the header; B4.2. */
#define SWD_READ_BITS  38u /* turnaround, acknowledge, data, parity, turnaround */
#define SWD_WRITE_BITS 5u  /* turnaround, acknowledge, turnaround */

static const guint8 swd_zeros[SWD_IDLE_INSIDE / 8];

static guint swd_parity(guint32 data)
{
	return (guint)__builtin_parity(data);
}

static gboolean swd_is_read(const RigSwdTransfer *transfer)
{
	return (transfer->request & RIG_SWD_READ) != 0;
}

/* Idle clocks that are asked for beside those of the word, as bytes of the exchange; 0: as a
 * command, or none. */
static gsize swd_idle_bytes(const SwdWires *wires, const RigSwdTransfer *transfer)
{
	guint32 idle = transfer->idle_clocks;
	if (idle <= SWD_IDLE_AFTER || (idle > SWD_IDLE_INSIDE && wires->can_idle))
		return 0;
	return (idle - SWD_IDLE_AFTER + 7) / 8;
}

/* The streaming wire. */

static void swd_stream_word(guint8 word[SWD_WORD_BYTES], const RigSwdTransfer *transfer)
{
	guint64 bits = transfer->request;
	if (swd_is_read(transfer))
		/* Low in the last turnaround: to others that look on, a one there begins a request. */
		bits |= ((G_GUINT64_CONSTANT(1) << (SWD_READ_BITS - 1)) - 1) << 8;
	else
		bits |= (guint64)0x1f << 8 | (guint64)transfer->data << 13 |
		        (guint64)swd_parity(transfer->data) << 45;
	for (guint i = 0; i < SWD_WORD_BYTES; i++)
		word[i] = (guint8)(bits >> 8 * i);
}

static void swd_stream_encode(MpsseQueue *queue, const SwdWires *wires, const RigSwdBatch *batch)
{
	for (gsize i = 0; i < batch->count; i++) {
		const RigSwdTransfer *transfer = &batch->transfers[i];
		guint8 word[SWD_WORD_BYTES];
		swd_stream_word(word, transfer);
		mpsse_queue_exchange(queue, word, sizeof word);
		gsize idle = swd_idle_bytes(wires, transfer);
		if (idle == 0 && transfer->idle_clocks > SWD_IDLE_AFTER)
			mpsse_queue_idle(queue, transfer->idle_clocks - SWD_IDLE_AFTER);
		for (; idle > 0; idle -= MIN(idle, sizeof swd_zeros))
			mpsse_queue_exchange(queue, swd_zeros, MIN(idle, sizeof swd_zeros));
	}
	mpsse_queue_write_bits(queue, 0, SWD_IDLE_END);
}

static void swd_fill(RigSwdTransfer *transfer, guint64 bits)
{
	transfer->ack = (guint8)(bits >> 1 & 7);
	transfer->is_damaged = FALSE;
	if (!swd_is_read(transfer))
		return;
	transfer->data = (guint32)(bits >> 4);
	transfer->is_damaged = swd_parity(transfer->data) != (bits >> 36 & 1);
}

/* What came after the header, from the turnaround on. */
static guint64 swd_stream_bits(const guint8 *replies)
{
	return (rig_get_le32(replies) | (guint64)rig_get_le16(replies + 4) << 32) >> 8;
}

/* The wire with turns. Bits of the host gather until its turn ends. */

typedef struct {
	MpsseQueue *queue;
	guint64 bits;
	guint count;
} SwdHost;

static void swd_host_put(SwdHost *host, guint64 bits, guint count)
{
	host->bits |= bits << host->count;
	host->count += count;
}

static void swd_host_flush(SwdHost *host)
{
	if (host->count > 0)
		mpsse_queue_write_bits(host->queue, host->bits, host->count);
	host->bits = host->count = 0;
}

static void swd_host_idle(SwdHost *host, const SwdWires *wires, guint32 clocks)
{
	const guint room = 8;
	if (clocks <= room) {
		swd_host_put(host, 0, clocks);
		return;
	}
	swd_host_put(host, 0, room); /* the level that the rest keeps */
	swd_host_flush(host);
	if (wires->can_idle)
		mpsse_queue_idle(host->queue, clocks - room);
	for (guint32 left = wires->can_idle ? 0 : clocks - room; left > 0; left -= MIN(left, 64))
		mpsse_queue_write_bits(host->queue, 0, MIN(left, 64));
}

static void swd_turns_encode(MpsseQueue *queue, const SwdWires *wires, const RigSwdBatch *batch)
{
	SwdHost host = {.queue = queue};
	for (gsize i = 0; i < batch->count; i++) {
		const RigSwdTransfer *transfer = &batch->transfers[i];
		gboolean is_read = swd_is_read(transfer);
		swd_host_put(&host, transfer->request, 8);
		swd_host_flush(&host);
		mpsse_queue_pins(queue, wires->release);
		mpsse_queue_read_bits(queue, is_read ? SWD_READ_BITS : SWD_WRITE_BITS);
		mpsse_queue_pins(queue, wires->drive);
		if (!is_read) {
			swd_host_put(&host, transfer->data, 32);
			swd_host_put(&host, swd_parity(transfer->data), 1);
		}
		/* A read ends with a turnaround, and the drive above is low: no idle is needed. */
		swd_host_idle(&host, wires, MAX(transfer->idle_clocks, is_read ? 0 : SWD_IDLE_AFTER));
	}
	swd_host_idle(&host, wires, SWD_IDLE_END);
	swd_host_flush(&host);
}

static guint64 swd_turns_bits(const RigSwdTransfer *transfer, const guint8 *replies)
{
	if (!swd_is_read(transfer))
		return (guint64)replies[0] >> (8 - SWD_WRITE_BITS);
	return rig_get_le32(replies) | (guint64)(replies[4] >> (8 - SWD_READ_BITS % 8)) << 32;
}

void swd_frame_encode(MpsseQueue *queue, const SwdWires *wires, const RigSwdBatch *batch)
{
	mpsse_queue_pins(queue, wires->drive);
	mpsse_queue_write_bytes(queue, batch->sequence, batch->sequence_bytes);
	(wires->is_streaming ? swd_stream_encode : swd_turns_encode)(queue, wires, batch);
	if (queue->reply_bytes > 0)
		mpsse_queue_plain(queue, MPSSE_FLUSH);
}

/* Bytes that the transfer has brought. */
static gsize swd_reply_bytes(const SwdWires *wires, const RigSwdTransfer *transfer)
{
	if (wires->is_streaming)
		return SWD_WORD_BYTES + swd_idle_bytes(wires, transfer);
	return swd_is_read(transfer) ? (SWD_READ_BITS + 7) / 8 : 1;
}

gboolean swd_frame_decode(const SwdWires *wires, const RigSwdBatch *batch, const guint8 *replies,
                          gsize size, GError **error)
{
	gsize at = 0;
	for (gsize i = 0; i < batch->count; i++) {
		RigSwdTransfer *transfer = &batch->transfers[i];
		gsize needed = swd_reply_bytes(wires, transfer);
		if (needed > size - at) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
			            "the adapter's answer ends in transfer %" G_GSIZE_FORMAT
			            " of %" G_GSIZE_FORMAT,
			            i + 1, batch->count);
			return FALSE;
		}
		swd_fill(transfer, wires->is_streaming ? swd_stream_bits(replies + at)
		                                       : swd_turns_bits(transfer, replies + at));
		at += needed;
	}
	if (at == size)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "the adapter answered %" G_GSIZE_FORMAT " bytes more than it was asked for",
	            size - at);
	return FALSE;
}
