/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands for an MPSSE (FTDI AN_108), queued: the bytes to send, and how many come back. Pure. All
 * shifts go out with the falling edge of TCK, come in with the rising one, bit 0 first.
 */
#ifndef RIG_PROBE_MPSSE_QUEUE_H
#define RIG_PROBE_MPSSE_QUEUE_H

#include <glib.h>

/* Pins: the low byte is ADBUS, the high one ACBUS. */
enum { MPSSE_PIN_TCK = 0x01, MPSSE_PIN_TDI = 0x02, MPSSE_PIN_TDO = 0x04, MPSSE_PIN_TMS = 0x08 };

typedef struct MpssePins {
	guint16 value, direction; /* direction: 1 is an output */
} MpssePins;

typedef struct MpsseQueue {
	GByteArray *commands;
	gsize reply_bytes; /* that the commands bring */
	guint64 clocks;    /* of TCK that they take */
	MpssePins pins;    /* as they are once the commands are done */
	gboolean are_pins_known;
	gsize shift_at; /* of an exchange that may still grow: its opcode, from 1; 0: none */
} MpsseQueue;

void mpsse_queue_init(MpsseQueue *queue);
void mpsse_queue_clear(MpsseQueue *queue);
/* Empties it for the next batch; the pins stay known. */
void mpsse_queue_reset(MpsseQueue *queue);

/* Opcodes without an argument of their own: MPSSE_FLUSH… */
enum {
	MPSSE_LOOPBACK_OFF = 0x85,
	MPSSE_FLUSH = 0x87,
	MPSSE_DIVIDE_BY_5_OFF = 0x8a,
	MPSSE_DIVIDE_BY_5_ON = 0x8b,
	MPSSE_THREE_PHASE_OFF = 0x8d,
	MPSSE_ADAPTIVE_OFF = 0x97,
};
void mpsse_queue_plain(MpsseQueue *queue, guint8 opcode);
/* TCK is the base clock by 2 * (1 + divisor). */
void mpsse_queue_divisor(MpsseQueue *queue, guint16 divisor);
/* Sends those of the two halves that are not so already. */
void mpsse_queue_pins(MpsseQueue *queue, MpssePins pins);
/* The levels of the low half: one byte comes back. */
void mpsse_queue_read_pins(MpsseQueue *queue);
/* Out and in at once; calls that follow each other become one command. */
void mpsse_queue_exchange(MpsseQueue *queue, const guint8 *bytes, gsize count);
void mpsse_queue_write_bytes(MpsseQueue *queue, const guint8 *bytes, gsize count);
/* 1 to 64 bits. */
void mpsse_queue_write_bits(MpsseQueue *queue, guint64 bits, guint count);
/* 1 to 64 bits; whole bytes of them come as bytes, the rest in the top of one more. */
void mpsse_queue_read_bits(MpsseQueue *queue, guint count);
/* TCK alone, at least so often; TDI stays as the last bit left it. FT2232D has no such command. */
void mpsse_queue_idle(MpsseQueue *queue, guint64 clocks);

#endif
