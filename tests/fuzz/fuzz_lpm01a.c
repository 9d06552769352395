/* SPDX-License-Identifier: Apache-2.0 */
/* An LPM01A's bytes, in pieces: 'b' in front for its binary stream, 't' for its text. */
#include "../../drivers/meter/lpm01a_stream.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct Counted {
	guint64 samples;
	gboolean is_binary;
} Counted;

static void count_samples(gpointer user, const RigSample *samples, gsize count)
{
	Counted *counted = user;
	counted->samples += count;
	for (gsize i = 0; i < count; i++) {
		guint last = counted->is_binary ? 0xfff : 9999;
		guint ranges = counted->is_binary ? 15 : RIG_SAMPLE_RANGES;
		if (samples[i].code > last ||
		    (samples[i].range >= ranges && samples[i].range != RIG_SAMPLE_NONE))
			g_error("a sample of range %u and code %u", samples[i].range, samples[i].code);
	}
}

static void count_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                      gsize rest_bytes)
{
	(void)user, (void)rest_bytes;
	if (modulus != 0 || missing < -(gint64)within)
		g_error("%" G_GINT64_FORMAT " are missing within %u", missing, within);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 2 || (data[0] != 'b' && data[0] != 't'))
		return 0;
	Counted counted = {.is_binary = data[0] == 'b'};
	const RigSampleSink sink = {count_samples, count_gap, &counted};
	Lpm01aStream stream;
	lpm01a_stream_begin(&stream, counted.is_binary ? 100000 : 1000, counted.is_binary, &sink);
	gsize piece = 1 + data[1];
	for (gsize at = 2; at < size; at += piece) {
		/* A copy of its own, so that a read beyond its end is seen. */
		gsize part = MIN(piece, size - at);
		g_autofree guint8 *copy = g_memdup2(data + at, part);
		lpm01a_stream_take(&stream, copy, part);
	}
	if (memchr(stream.answer, 0, sizeof stream.answer) == NULL ||
	    memchr(stream.error, 0, sizeof stream.error) == NULL)
		g_error("a text without an end");
	if (counted.samples * (counted.is_binary ? 2 : 8) > size)
		g_error("more came out than went in");
	return 0;
}
