/* SPDX-License-Identifier: Apache-2.0 */
#include "mpsse_queue.h"

#define MPSSE_SHIFT_MAX 65536u
#define MPSSE_IDLE_MAX  (65536u * 8)

/* Opcodes with arguments; AN_108, 3.3 to 3.8. */
enum {
	MPSSE_WRITE_BYTES = 0x19,
	MPSSE_WRITE_BITS = 0x1b,
	MPSSE_READ_BYTES = 0x28,
	MPSSE_READ_BITS = 0x2a,
	MPSSE_EXCHANGE_BYTES = 0x39,
	MPSSE_SET_LOW = 0x80,
	MPSSE_GET_LOW = 0x81,
	MPSSE_SET_HIGH = 0x82,
	MPSSE_SET_DIVISOR = 0x86,
	MPSSE_CLOCK_BYTES = 0x8f,
};

void mpsse_queue_init(MpsseQueue *queue)
{
	*queue = (MpsseQueue){.commands = g_byte_array_new()};
}

void mpsse_queue_clear(MpsseQueue *queue)
{
	g_clear_pointer(&queue->commands, g_byte_array_unref);
}

void mpsse_queue_reset(MpsseQueue *queue)
{
	g_byte_array_set_size(queue->commands, 0);
	queue->reply_bytes = 0;
	queue->clocks = 0;
	queue->shift_at = 0;
}

static void mpsse_put(MpsseQueue *queue, const guint8 *bytes, gsize count)
{
	g_byte_array_append(queue->commands, bytes, (guint)count);
	queue->shift_at = 0;
}

void mpsse_queue_plain(MpsseQueue *queue, guint8 opcode)
{
	mpsse_put(queue, &opcode, 1);
}

/* An opcode with a number of 16 bits. */
static void mpsse_put_16(MpsseQueue *queue, guint8 opcode, gsize number)
{
	const guint8 command[] = {opcode, (guint8)number, (guint8)(number >> 8)};
	mpsse_put(queue, command, sizeof command);
}

void mpsse_queue_divisor(MpsseQueue *queue, guint16 divisor)
{
	mpsse_put_16(queue, MPSSE_SET_DIVISOR, divisor);
}

void mpsse_queue_pins(MpsseQueue *queue, MpssePins pins)
{
	for (guint shift = 0; shift <= 8; shift += 8) {
		guint8 value = (guint8)(pins.value >> shift), was = (guint8)(queue->pins.value >> shift);
		guint8 direction = (guint8)(pins.direction >> shift);
		if (queue->are_pins_known && value == was &&
		    direction == (guint8)(queue->pins.direction >> shift))
			continue;
		const guint8 command[] = {shift == 0 ? MPSSE_SET_LOW : MPSSE_SET_HIGH, value, direction};
		mpsse_put(queue, command, sizeof command);
	}
	queue->pins = pins;
	queue->are_pins_known = TRUE;
}

void mpsse_queue_read_pins(MpsseQueue *queue)
{
	mpsse_queue_plain(queue, MPSSE_GET_LOW);
	queue->reply_bytes++;
}

/* The length of the exchange that is open, as it stands in its command. */
static gsize mpsse_open_length(const MpsseQueue *queue)
{
	const guint8 *at = queue->commands->data + queue->shift_at;
	return (gsize)(at[0] | at[1] << 8) + 1;
}

void mpsse_queue_exchange(MpsseQueue *queue, const guint8 *bytes, gsize count)
{
	queue->reply_bytes += count;
	queue->clocks += 8 * (guint64)count;
	while (count > 0) {
		gsize before = queue->shift_at == 0 ? 0 : mpsse_open_length(queue);
		gsize part = MIN(count, MPSSE_SHIFT_MAX - before);
		if (part == 0) {
			queue->shift_at = 0;
			continue;
		}
		if (before == 0) {
			mpsse_put_16(queue, MPSSE_EXCHANGE_BYTES, part - 1);
			queue->shift_at = queue->commands->len - 2;
		} else {
			guint8 *at = queue->commands->data + queue->shift_at;
			at[0] = (guint8)(before + part - 1);
			at[1] = (guint8)((before + part - 1) >> 8);
		}
		g_byte_array_append(queue->commands, bytes, (guint)part);
		bytes += part;
		count -= part;
	}
}

void mpsse_queue_write_bytes(MpsseQueue *queue, const guint8 *bytes, gsize count)
{
	queue->clocks += 8 * (guint64)count;
	while (count > 0) {
		gsize part = MIN(count, MPSSE_SHIFT_MAX);
		mpsse_put_16(queue, MPSSE_WRITE_BYTES, part - 1);
		mpsse_put(queue, bytes, part);
		bytes += part;
		count -= part;
	}
}

void mpsse_queue_write_bits(MpsseQueue *queue, guint64 bits, guint count)
{
	guint8 bytes[8];
	for (guint i = 0; i < sizeof bytes; i++)
		bytes[i] = (guint8)(bits >> 8 * i);
	mpsse_queue_write_bytes(queue, bytes, count / 8);
	if (count % 8 == 0)
		return;
	const guint8 command[] = {MPSSE_WRITE_BITS, (guint8)(count % 8 - 1),
	                          (guint8)(bits >> (count & ~7u))};
	mpsse_put(queue, command, sizeof command);
	queue->clocks += count % 8;
}

void mpsse_queue_read_bits(MpsseQueue *queue, guint count)
{
	if (count >= 8)
		mpsse_put_16(queue, MPSSE_READ_BYTES, count / 8 - 1);
	if (count % 8 != 0) {
		const guint8 command[] = {MPSSE_READ_BITS, (guint8)(count % 8 - 1)};
		mpsse_put(queue, command, sizeof command);
	}
	queue->reply_bytes += (count + 7) / 8;
	queue->clocks += count;
}

void mpsse_queue_idle(MpsseQueue *queue, guint64 clocks)
{
	queue->clocks += (clocks + 7) / 8 * 8;
	while (clocks > 0) {
		guint64 part = MIN(clocks, MPSSE_IDLE_MAX);
		mpsse_put_16(queue, MPSSE_CLOCK_BYTES, (gsize)(part + 7) / 8 - 1);
		clocks -= part;
	}
}
