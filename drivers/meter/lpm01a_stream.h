/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ST's X-NUCLEO-LPM01A sends while it measures, in its two formats (UM2269, chapters on
 * acquisition formats). Text: a value a line, "6409-07" for 6409e-7 A, anything else is a message.
 * Binary: two bytes a value, big endian, the high digit a negative power of 16; messages are F0 Fx
 * … FF FF. Both tell the time after each 1000 values, which shows what was lost. Pure, but for the
 * state of the stream.
 */
#ifndef DRIVERS_METER_LPM01A_STREAM_H
#define DRIVERS_METER_LPM01A_STREAM_H

#include <rig/sample.h>

#define LPM01A_STAMP_SAMPLES 1000u
#define LPM01A_LINE_MAX      256u

typedef struct Lpm01aStream {
	const RigSampleSink *sink; /* borrowed */
	guint rate_hz;
	gboolean is_binary;

	char line[LPM01A_LINE_MAX]; /* that is not whole; or the bytes of a binary message */
	gsize line_bytes;
	gboolean is_too_long, is_message; /* is_message: it is a binary one's */
	guint8 half;                      /* binary: the first byte of a value */
	gboolean has_half, ends_with_mark;

	RigSample block[LPM01A_STAMP_SAMPLES + 1]; /* binary: values since the last time stamp */
	guint block_count;
	guint64 since;    /* values since the last time stamp */
	gint64 stamp_ms;  /* the last; -1: none yet */
	gsize rest_bytes; /* of no value and no message since then */
	guint8 logic;

	/* What it said, for the driver. */
	gboolean
	    is_streaming;   /* FALSE: before the first time stamp of a binary stream, after the end */
	gboolean has_ended; /* it says that the acquisition is over */
	gint supply;        /* as it told last: 1 on, 0 off, -1: nothing yet */
	guint load_percent; /* of its buffer */
	char answer[LPM01A_LINE_MAX]; /* the last message in words, without its prompt; "": none */
	char error[LPM01A_LINE_MAX];  /* an error that it told; "": none */
} Lpm01aStream;

/* Before `start` is sent; the answers of commands are taken as text in both formats. */
void lpm01a_stream_begin(Lpm01aStream *stream, guint rate_hz, gboolean is_binary,
                         const RigSampleSink *sink);

/* Any bytes. */
void lpm01a_stream_take(Lpm01aStream *stream, const guint8 *data, gsize size);

/* Amperes of its values: `range` is the exponent, `code` the digits. */
void lpm01a_transfer(RigTransfer *transfer, gboolean is_binary);

#endif
