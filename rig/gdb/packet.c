/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb/packet.h"

#include <rig/bytes.h>
#include <string.h>

#define PACKET_BREAK  0x03
#define PACKET_ESCAPE '}'
#define PACKET_FLIP   0x20

enum { PACKET_OUTSIDE, PACKET_INSIDE, PACKET_SUM_HIGH, PACKET_SUM_LOW };

void rig_gdb_reader_init(RigGdbReader *reader)
{
	*reader = (RigGdbReader){.payload = g_byte_array_new()};
}

void rig_gdb_reader_clear(RigGdbReader *reader)
{
	g_clear_pointer(&reader->payload, g_byte_array_unref);
}

static void packet_begin(RigGdbReader *reader)
{
	g_byte_array_set_size(reader->payload, 0);
	reader->state = PACKET_INSIDE;
	reader->sum = 0;
	reader->is_escaped = reader->is_long = FALSE;
}

static void packet_take(RigGdbReader *reader, guint8 byte)
{
	reader->sum = (reader->sum + byte) & 0xffu;
	if (byte == PACKET_ESCAPE && !reader->is_escaped) {
		reader->is_escaped = TRUE;
		return;
	}
	guint8 meant = reader->is_escaped ? byte ^ PACKET_FLIP : byte;
	reader->is_escaped = FALSE;
	if (reader->payload->len >= RIG_GDB_PACKET_MAX)
		reader->is_long = TRUE;
	else
		g_byte_array_append(reader->payload, &meant, 1);
}

static RigGdbEvent packet_finish(RigGdbReader *reader)
{
	guint8 sum = 0;
	reader->state = PACKET_OUTSIDE;
	gboolean good = rig_hex_decode(&sum, (const char *)reader->digits, 1) && sum == reader->sum;
	return good && !reader->is_long ? RIG_GDB_PACKET : RIG_GDB_DAMAGED;
}

static RigGdbEvent packet_step(RigGdbReader *reader, guint8 byte)
{
	/* A packet that begins anew was cut off before. */
	if (byte == '$' && reader->state != PACKET_SUM_LOW) {
		packet_begin(reader);
		return RIG_GDB_NOTHING;
	}
	switch (reader->state) {
	case PACKET_INSIDE:
		if (byte == '#')
			reader->state = PACKET_SUM_HIGH;
		else
			packet_take(reader, byte);
		return RIG_GDB_NOTHING;
	case PACKET_SUM_HIGH:
		reader->digits[0] = byte;
		reader->state = PACKET_SUM_LOW;
		return RIG_GDB_NOTHING;
	case PACKET_SUM_LOW:
		reader->digits[1] = byte;
		return packet_finish(reader);
	default:
		return byte == PACKET_BREAK ? RIG_GDB_BREAK : RIG_GDB_NOTHING;
	}
}

RigGdbEvent rig_gdb_read(RigGdbReader *reader, const guint8 *data, gsize size, gsize *used)
{
	for (*used = 0; *used < size;) {
		RigGdbEvent event = packet_step(reader, data[(*used)++]);
		if (event != RIG_GDB_NOTHING)
			return event;
	}
	return RIG_GDB_NOTHING;
}

static gboolean packet_is_special(guint8 byte)
{
	return byte == '$' || byte == '#' || byte == PACKET_ESCAPE || byte == '*';
}

void rig_gdb_write(GByteArray *out, const void *payload, gsize size)
{
	const guint8 *bytes = payload;
	guint8 sum = 0, tail[3] = {'#', 0, 0};
	g_byte_array_append(out, (const guint8 *)"$", 1);
	for (gsize i = 0; i < size; i++) {
		guint8 both[2] = {PACKET_ESCAPE, bytes[i] ^ PACKET_FLIP};
		gboolean special = packet_is_special(bytes[i]);
		const guint8 *part = special ? both : &bytes[i];
		for (gsize k = 0; k < (special ? 2u : 1u); k++)
			sum = (guint8)(sum + part[k]);
		g_byte_array_append(out, part, special ? 2 : 1);
	}
	rig_hex_encode((char *)tail + 1, &sum, 1);
	g_byte_array_append(out, tail, sizeof tail);
}
