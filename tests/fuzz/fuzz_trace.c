/* SPDX-License-Identifier: Apache-2.0 */
/* A power trace of anybody's: read, summarised and measured. */
#include "power/energy.h"
#include "power/words.h"

#include <rig/bytes.h>
#include <string.h>
#include <zlib.h>

#define FUZZ_SAMPLES 4096u
#define FUZZ_RECORDS 64u

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Makes the CRCs right, so that what is behind them is reached: a fuzzer does not guess them. */
static void fuzz_mend(guint8 *data, gsize size)
{
	gsize at = 0;
	for (guint i = 0; i < FUZZ_RECORDS && at + RIG_TRACE_HEADER_BYTES <= size; i++) {
		RigTraceRecord record = {.kind = rig_get_le32(data + at + 4),
		                         .payload_bytes = rig_get_le32(data + at + 8),
		                         .count = rig_get_le32(data + at + 12),
		                         .first = rig_get_le64(data + at + 16)};
		gsize left = size - at - RIG_TRACE_HEADER_BYTES;
		if (record.payload_bytes > left)
			return;
		record.crc =
		    (guint32)crc32(0, data + at + RIG_TRACE_HEADER_BYTES, (uInt)record.payload_bytes);
		rig_trace_record_put(data + at, &record);
		at += RIG_TRACE_HEADER_BYTES + record.payload_bytes;
	}
}

static void fuzz_read(RigTrace *trace)
{
	g_autofree RigSample *samples = g_new(RigSample, FUZZ_SAMPLES);
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	guint64 count = rig_trace_count(trace);
	const RigSpan all = {0, MIN(count, 4 * FUZZ_SAMPLES)};
	RigFigures figures;
	g_free(rig_trace_words(trace, NULL));
	for (guint i = 0; i < MIN(rig_trace_gaps(trace)->len, 8); i++)
		g_free(rig_gap_words(trace, &g_array_index(rig_trace_gaps(trace), RigGap, i)));
	(void)rig_trace_samples(trace, 0, (gsize)MIN(count, FUZZ_SAMPLES), samples, NULL);
	(void)rig_trace_host_us(trace, count / 2);
	(void)rig_trace_at_place(trace, (gint64)(count / 2));
	(void)rig_trace_at_host(trace, rig_trace_host_us(trace, count / 3));
	if (rig_figures_of(trace, all, &figures, NULL))
		g_free(rig_figures_words(trace, &figures));
	(void)rig_spans_find(trace, 0, TRUE, all, spans, NULL);
	RigTraceSummary summary;
	(void)rig_trace_summarise(trace, count / 3, count / 3, TRUE, &summary, NULL);
}

static void fuzz_one(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigTrace) trace = rig_trace_of(data, size, &error);
	if ((trace == NULL) != (error != NULL))
		g_error("a trace %d, and an error %d", trace != NULL, error != NULL);
	if (trace != NULL)
		fuzz_read(trace);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	/* Copies of their own, so that a read beyond the end is seen. */
	g_autofree guint8 *copy = g_memdup2(data, MAX(size, 1));
	fuzz_one(copy, size);
	fuzz_mend(copy, size);
	fuzz_one(copy, size);
	return 0;
}
