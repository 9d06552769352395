/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a program that prints samples, in pieces. */
#include "../../drivers/meter/stream_lines.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct Counted {
	guint64 samples;
	RigTransfer transfer;
} Counted;

static void count_samples(gpointer user, const RigSample *samples, gsize count)
{
	Counted *counted = user;
	counted->samples += count;
	for (gsize i = 0; i < count; i++) {
		double amperes = rig_sample_amperes(&counted->transfer, &samples[i]);
		if (samples[i].range != RIG_SAMPLE_NONE && !(fabs(amperes) <= STREAM_FULL_A * 1.001))
			g_error("%g A", amperes);
	}
}

static void count_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                      gsize rest_bytes)
{
	(void)user;
	if (missing < 0 || missing > STREAM_GAP_MAX || modulus != 0 || within != 0 ||
	    rest_bytes > STREAM_LINE_MAX)
		g_error("a gap of %" G_GINT64_FORMAT, missing);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 1)
		return 0;
	Counted counted = {0};
	const RigSampleSink sink = {count_samples, count_gap, &counted};
	StreamLines lines;
	stream_lines_transfer(&counted.transfer, 0);
	stream_lines_begin(&lines, 0.1, &sink);
	gsize piece = 1 + data[0];
	for (gsize at = 1; at < size; at += piece) {
		/* A copy of its own, so that a read beyond its end is seen. */
		gsize part = MIN(piece, size - at);
		g_autofree guint8 *copy = g_memdup2(data + at, part);
		stream_lines_take(&lines, copy, part);
	}
	if (counted.samples * 2 > size)
		g_error("more came out than went in");
	return 0;
}
