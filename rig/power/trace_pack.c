/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples of a data record. In front, uncompressed, 64 bytes: host time, summary, sizes. Then the
 * summaries of its cells and the planes (differences of codes, low and high halves; ranges; digital
 * inputs), each a zstd frame.
 */
#include "power/trace.h"

#include <rig/bytes.h>
#include <string.h>
#include <zstd.h>

#define PACK_LEVEL       1
#define PACK_FRONT_BYTES 64u
#define PACK_CELL_BYTES  32u
#define PACK_PLANES      4u

static void pack_put_double(guint8 *at, double value)
{
	guint64 bits;
	memcpy(&bits, &value, sizeof bits);
	rig_put_le64(at, bits);
}

static double pack_get_double(const guint8 *at)
{
	guint64 bits = rig_get_le64(at);
	double value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

/* PACK_CELL_BYTES. */
static void pack_put_summary(guint8 *at, const RigTraceSummary *summary)
{
	pack_put_double(at, summary->min);
	pack_put_double(at + 8, summary->max);
	rig_put_le64(at + 16, (guint64)(gint64)summary->sum_pa);
	rig_put_le32(at + 24, (guint32)summary->known);
	at[28] = summary->logic_or;
	at[29] = summary->logic_and;
	at[30] = at[31] = 0;
}

static void pack_get_summary(const guint8 *at, RigTraceSummary *summary)
{
	*summary = (RigTraceSummary){.min = pack_get_double(at),
	                             .max = pack_get_double(at + 8),
	                             .sum_pa = (double)(gint64)rig_get_le64(at + 16),
	                             .known = rig_get_le32(at + 24),
	                             .logic_or = at[28],
	                             .logic_and = at[29]};
}

void rig_trace_chunk_put(guint8 *at, const RigTraceChunk *chunk)
{
	rig_put_le64(at, chunk->offset);
	rig_put_le64(at + 8, chunk->first);
	rig_put_le32(at + 16, chunk->count);
	rig_put_le32(at + 20, 0);
	rig_put_le64(at + 24, (guint64)chunk->host_us);
	pack_put_summary(at + 32, &chunk->summary);
}

void rig_trace_chunk_get(const guint8 *at, RigTraceChunk *chunk)
{
	*chunk = (RigTraceChunk){.offset = rig_get_le64(at),
	                         .first = rig_get_le64(at + 8),
	                         .count = rig_get_le32(at + 16),
	                         .host_us = (gint64)rig_get_le64(at + 24)};
	pack_get_summary(at + 32, &chunk->summary);
}

/* Appends a frame of `size` bytes; returns its length. */
static gsize pack_frame(GByteArray *out, const guint8 *data, gsize size)
{
	guint begin = out->len;
	gsize room = ZSTD_compressBound(size);
	g_byte_array_set_size(out, begin + (guint)room);
	gsize got = ZSTD_compress(out->data + begin, room, data, size, PACK_LEVEL);
	g_assert(!ZSTD_isError(got)); /* there is room for all */
	g_byte_array_set_size(out, begin + (guint)got);
	return got;
}

static guint pack_cells_of(guint count)
{
	return (count + RIG_TRACE_CELL_SAMPLES - 1) / RIG_TRACE_CELL_SAMPLES;
}

/* Differences fold their sign into bit 0: small ones of either kind are small numbers. */
static void pack_planes(guint8 *planes, const RigSample *samples, guint count)
{
	guint8 *low = planes, *high = low + count, *range = high + count, *logic = range + count;
	gint before = 0;
	for (guint i = 0; i < count; i++) {
		gint16 by = (gint16)(samples[i].code - before);
		guint16 folded = (guint16)((guint16)by << 1 ^ (guint16)(by >> 15));
		low[i] = (guint8)folded;
		high[i] = (guint8)(folded >> 8);
		range[i] = samples[i].range;
		logic[i] = samples[i].logic;
		before = samples[i].code;
	}
}

void rig_trace_pack(GByteArray *out, const RigCurrents *currents, const RigSample *samples,
                    guint count, gint64 host_us, RigTraceSummary *summary)
{
	guint8 front[PACK_FRONT_BYTES] = {0};
	guint begin = out->len, cell_count = pack_cells_of(count);
	g_autofree guint8 *cells = g_malloc0((gsize)cell_count * PACK_CELL_BYTES);
	g_autofree guint8 *planes = g_malloc((gsize)count * PACK_PLANES);
	rig_trace_summary_begin(summary);
	for (guint i = 0; i < cell_count; i++) {
		RigTraceSummary cell;
		guint first = i * RIG_TRACE_CELL_SAMPLES;
		rig_trace_summary_begin(&cell);
		rig_trace_summary_add(&cell, currents, samples + first,
		                      MIN(RIG_TRACE_CELL_SAMPLES, count - first));
		rig_trace_summary_join(summary, &cell);
		pack_put_summary(cells + (gsize)i * PACK_CELL_BYTES, &cell);
	}
	pack_planes(planes, samples, count);
	g_byte_array_append(out, front, sizeof front);
	gsize cells_bytes = pack_frame(out, cells, (gsize)cell_count * PACK_CELL_BYTES);
	gsize planes_bytes = pack_frame(out, planes, (gsize)count * PACK_PLANES);
	rig_put_le64(front, (guint64)host_us);
	pack_put_summary(front + 8, summary);
	rig_put_le32(front + 8 + PACK_CELL_BYTES, (guint32)cells_bytes);
	rig_put_le32(front + 12 + PACK_CELL_BYTES, (guint32)planes_bytes);
	memcpy(out->data + begin, front, sizeof front);
}

static gboolean pack_damaged(GError **error)
{
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "a data record of the trace is damaged");
	return FALSE;
}

gboolean rig_trace_data_read(RigTraceData *data, const guint8 *payload, gsize size, GError **error)
{
	if (size < PACK_FRONT_BYTES)
		return pack_damaged(error);
	*data = (RigTraceData){.host_us = (gint64)rig_get_le64(payload)};
	pack_get_summary(payload + 8, &data->summary);
	data->cells_bytes = rig_get_le32(payload + 8 + PACK_CELL_BYTES);
	data->planes_bytes = rig_get_le32(payload + 12 + PACK_CELL_BYTES);
	data->cells = payload + PACK_FRONT_BYTES;
	if (data->cells_bytes > size - PACK_FRONT_BYTES ||
	    data->planes_bytes != size - PACK_FRONT_BYTES - data->cells_bytes)
		return pack_damaged(error);
	data->planes = data->cells + data->cells_bytes;
	return TRUE;
}

/* A frame that must hold exactly `size` bytes. */
static gboolean pack_unframe(guint8 *out, gsize size, const guint8 *frame, gsize frame_bytes,
                             GError **error)
{
	return ZSTD_decompress(out, size, frame, frame_bytes) == size || pack_damaged(error);
}

gboolean rig_trace_unpack(const RigTraceData *data, guint count, RigSample *samples, GError **error)
{
	g_autofree guint8 *planes = g_malloc((gsize)count * PACK_PLANES);
	if (!pack_unframe(planes, (gsize)count * PACK_PLANES, data->planes, data->planes_bytes, error))
		return FALSE;
	const guint8 *low = planes, *high = low + count, *range = high + count, *logic = range + count;
	guint16 before = 0;
	for (guint i = 0; i < count; i++) {
		guint16 folded = (guint16)(low[i] | high[i] << 8);
		before = (guint16)(before + (guint16)(folded >> 1 ^ (guint16) - (gint)(folded & 1)));
		samples[i] = (RigSample){.code = before, .range = range[i], .logic = logic[i]};
	}
	return TRUE;
}

gboolean rig_trace_unpack_cells(const RigTraceData *data, guint count, RigTraceSummary *cells,
                                GError **error)
{
	guint cell_count = pack_cells_of(count);
	guint8 raw[RIG_TRACE_CELLS * PACK_CELL_BYTES];
	if (!pack_unframe(raw, (gsize)cell_count * PACK_CELL_BYTES, data->cells, data->cells_bytes,
	                  error))
		return FALSE;
	for (guint i = 0; i < cell_count; i++)
		pack_get_summary(raw + (gsize)i * PACK_CELL_BYTES, &cells[i]);
	return TRUE;
}
