/* SPDX-License-Identifier: Apache-2.0 */
#include "power/trace_read.h"

#include <rig/bytes.h>
#include <string.h>
#include <zlib.h>

#define TRACE_GAPS_MAX    1000000u
#define TRACE_HOST_MAX_US 4e18

struct RigTrace {
	GMappedFile *file; /* NULL: the bytes are another's */
	const guint8 *data;
	gsize size;
	RigTraceHead head;
	RigCurrents *currents;
	GArray *chunks; /* RigTraceChunk */
	GArray *gaps;   /* RigGap */
	GArray *before; /* gint64: missing in front of what follows gap i; shape (gaps) */
	guint64 count, damaged_bytes;
	gboolean is_whole;
	/* The chunk that was unpacked last. */
	gint unpacked, summarised; /* -1: none */
	RigSample *samples;
	RigTraceSummary *cells;
};

static const RigTraceChunk *trace_chunk(const RigTrace *trace, guint i)
{
	return &g_array_index(trace->chunks, RigTraceChunk, i);
}

/* A whole record at `offset`; its payload is borrowed. FALSE: none, or damaged. */
static gboolean trace_record(const RigTrace *trace, guint64 offset, RigTraceRecord *record,
                             const guint8 **payload)
{
	if (offset > trace->size || trace->size - offset < RIG_TRACE_HEADER_BYTES ||
	    !rig_trace_record_get(trace->data + offset, record) ||
	    record->payload_bytes > trace->size - offset - RIG_TRACE_HEADER_BYTES)
		return FALSE;
	*payload = trace->data + offset + RIG_TRACE_HEADER_BYTES;
	return TRUE;
}

static gboolean trace_is_intact(const RigTraceRecord *record, const guint8 *payload)
{
	return (guint32)crc32(0, payload, record->payload_bytes) == record->crc;
}

/* FALSE: it does not go on where the last one ended. */
static gboolean trace_add_chunk(RigTrace *trace, const RigTraceChunk *chunk)
{
	if (chunk->count == 0 || chunk->count > RIG_TRACE_CHUNK_SAMPLES ||
	    chunk->first != trace->count || chunk->first > G_MAXINT64 / 2 ||
	    chunk->summary.known > chunk->count)
		return FALSE;
	g_array_append_val(trace->chunks, *chunk);
	trace->count = chunk->first + chunk->count;
	return TRUE;
}

static gboolean trace_take_data(RigTrace *trace, guint64 offset, const RigTraceRecord *record,
                                const guint8 *payload)
{
	RigTraceData data;
	if (!rig_trace_data_read(&data, payload, record->payload_bytes, NULL))
		return FALSE;
	const RigTraceChunk chunk = {offset, record->first, record->count, data.host_us, data.summary};
	return trace_add_chunk(trace, &chunk);
}

static gboolean trace_take_gaps(RigTrace *trace, const RigTraceRecord *record,
                                const guint8 *payload)
{
	if (record->payload_bytes != (guint64)record->count * RIG_TRACE_GAP_BYTES ||
	    record->first > trace->gaps->len || record->first + record->count > TRACE_GAPS_MAX)
		return FALSE;
	g_array_set_size(trace->gaps, (guint)record->first);
	for (guint i = 0; i < record->count; i++) {
		RigGap gap;
		if (!rig_trace_gap_get(payload + (gsize)i * RIG_TRACE_GAP_BYTES, &gap) ||
		    gap.missing > G_MAXINT64 / 2 / TRACE_GAPS_MAX ||
		    gap.missing < -(G_MAXINT64 / 2 / TRACE_GAPS_MAX) || gap.from > gap.to)
			return FALSE;
		g_array_append_val(trace->gaps, gap);
	}
	return TRUE;
}

/* What stands at `offset`, whose header is good. FALSE: it is damaged. */
static gboolean trace_take(RigTrace *trace, guint64 offset, const RigTraceRecord *record,
                           const guint8 *payload)
{
	if (!trace_is_intact(record, payload))
		return FALSE;
	switch (record->kind) {
	case RIG_TRACE_DATA:
		return trace_take_data(trace, offset, record, payload);
	case RIG_TRACE_GAP:
		return trace_take_gaps(trace, record, payload);
	case RIG_TRACE_END:
		trace->is_whole = record->first == trace->count && trace->damaged_bytes == 0;
		return TRUE;
	default:
		return TRUE; /* the index says nothing new; others are of a later version */
	}
}

/* Record by record; damage is passed over to the next magic. What follows lost data is not
 * believed: its place would be a guess. */
static void trace_scan(RigTrace *trace, guint64 offset)
{
	while (offset < trace->size) {
		RigTraceRecord record;
		const guint8 *payload;
		if (trace_record(trace, offset, &record, &payload) &&
		    trace_take(trace, offset, &record, payload)) {
			offset += RIG_TRACE_HEADER_BYTES + record.payload_bytes;
		} else {
			trace->damaged_bytes = trace->size - offset;
			return;
		}
	}
}

/* The last record tells where the ledger and the index are. FALSE: what was taken is not whole. */
static gboolean trace_take_index(RigTrace *trace)
{
	const gsize tail = RIG_TRACE_HEADER_BYTES + RIG_TRACE_END_BYTES;
	RigTraceRecord end, gaps, index;
	const guint8 *last, *payload;
	if (trace->size < tail || !trace_record(trace, trace->size - tail, &end, &last) ||
	    end.kind != RIG_TRACE_END || end.payload_bytes != RIG_TRACE_END_BYTES ||
	    !trace_is_intact(&end, last) ||
	    !trace_record(trace, rig_get_le64(last + 8), &gaps, &payload) ||
	    gaps.kind != RIG_TRACE_GAP || !trace_is_intact(&gaps, payload) ||
	    !trace_take_gaps(trace, &gaps, payload) ||
	    !trace_record(trace, rig_get_le64(last), &index, &payload) ||
	    index.kind != RIG_TRACE_INDEX || !trace_is_intact(&index, payload) ||
	    index.payload_bytes != (guint64)index.count * RIG_TRACE_INDEX_BYTES)
		return FALSE;
	for (guint i = 0; i < index.count; i++) {
		RigTraceChunk chunk;
		rig_trace_chunk_get(payload + (gsize)i * RIG_TRACE_INDEX_BYTES, &chunk);
		if (!trace_add_chunk(trace, &chunk))
			return FALSE;
	}
	return trace->count == end.first;
}

static gint trace_compare_gaps(gconstpointer a, gconstpointer b)
{
	guint64 x = ((const RigGap *)a)->from, y = ((const RigGap *)b)->from;
	return x < y ? -1 : x > y;
}

static void trace_sort_gaps(RigTrace *trace)
{
	gint64 missing = 0;
	g_array_sort(trace->gaps, trace_compare_gaps);
	for (guint i = 0; i < trace->gaps->len; i++) {
		missing += g_array_index(trace->gaps, RigGap, i).missing;
		g_array_append_val(trace->before, missing);
	}
}

/* FALSE: no trace begins here. */
static gboolean trace_begin(RigTrace *trace, GError **error)
{
	RigTraceRecord record;
	const guint8 *payload;
	if (!trace_record(trace, 0, &record, &payload) || record.kind != RIG_TRACE_HEAD ||
	    !trace_is_intact(&record, payload)) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, "is no power trace of tinyrig");
		return FALSE;
	}
	if (!rig_trace_head_read(&trace->head, (const char *)payload, record.payload_bytes, error))
		return FALSE;
	trace->currents = rig_currents_new(&trace->head.transfer);
	guint64 offset = RIG_TRACE_HEADER_BYTES + record.payload_bytes;
	trace->is_whole = trace_take_index(trace);
	if (!trace->is_whole) {
		g_array_set_size(trace->chunks, 0);
		g_array_set_size(trace->gaps, 0);
		trace->count = 0;
		trace_scan(trace, offset);
	}
	trace_sort_gaps(trace);
	return TRUE;
}

RigTrace *rig_trace_of(const guint8 *data, gsize size, GError **error)
{
	RigTrace *trace = g_new0(RigTrace, 1);
	trace->data = data;
	trace->size = size;
	trace->head.marker = -1;
	trace->unpacked = trace->summarised = -1;
	trace->chunks = g_array_new(FALSE, FALSE, sizeof(RigTraceChunk));
	trace->gaps = g_array_new(FALSE, FALSE, sizeof(RigGap));
	trace->before = g_array_new(FALSE, FALSE, sizeof(gint64));
	trace->samples = g_new(RigSample, RIG_TRACE_CHUNK_SAMPLES);
	trace->cells = g_new(RigTraceSummary, RIG_TRACE_CELLS);
	if (trace_begin(trace, error))
		return trace;
	rig_trace_free(trace);
	return NULL;
}

RigTrace *rig_trace_open(const char *path, GError **error)
{
	g_autoptr(GError) why = NULL;
	GMappedFile *file = g_mapped_file_new(path, FALSE, &why);
	if (file == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", why->message);
		return NULL;
	}
	const char *contents = g_mapped_file_get_contents(file);
	RigTrace *trace = rig_trace_of((const guint8 *)(contents != NULL ? contents : ""),
	                               g_mapped_file_get_length(file), error);
	if (trace == NULL) {
		g_prefix_error(error, "%s: ", path);
		g_mapped_file_unref(file);
		return NULL;
	}
	trace->file = file;
	return trace;
}

void rig_trace_free(RigTrace *trace)
{
	if (trace == NULL)
		return;
	rig_trace_head_clear(&trace->head);
	rig_currents_free(trace->currents);
	g_array_unref(trace->chunks);
	g_array_unref(trace->gaps);
	g_array_unref(trace->before);
	g_free(trace->samples);
	g_free(trace->cells);
	g_clear_pointer(&trace->file, g_mapped_file_unref);
	g_free(trace);
}

const RigTraceHead *rig_trace_head(const RigTrace *trace)
{
	return &trace->head;
}

const GArray *rig_trace_chunks(const RigTrace *trace)
{
	return trace->chunks;
}

const GArray *rig_trace_gaps(const RigTrace *trace)
{
	return trace->gaps;
}

const RigCurrents *rig_trace_currents(const RigTrace *trace)
{
	return trace->currents;
}

guint64 rig_trace_count(const RigTrace *trace)
{
	return trace->count;
}

gboolean rig_trace_is_whole(const RigTrace *trace)
{
	return trace->is_whole;
}

guint64 rig_trace_damaged_bytes(const RigTrace *trace)
{
	return trace->damaged_bytes;
}

/* The chunk that holds the sample, which exists. */
static guint trace_find_chunk(const RigTrace *trace, guint64 sample)
{
	guint low = 0, high = trace->chunks->len;
	while (high - low > 1) {
		guint middle = low + (high - low) / 2;
		if (trace_chunk(trace, middle)->first <= sample)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The front of a chunk's record, checked. */
static gboolean trace_data(const RigTrace *trace, guint i, RigTraceData *data, GError **error)
{
	const RigTraceChunk *chunk = trace_chunk(trace, i);
	RigTraceRecord record;
	const guint8 *payload;
	if (trace_record(trace, chunk->offset, &record, &payload) && record.kind == RIG_TRACE_DATA &&
	    record.first == chunk->first && record.count == chunk->count &&
	    trace_is_intact(&record, payload))
		return rig_trace_data_read(data, payload, record.payload_bytes, error);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "the trace is damaged at byte %" G_GUINT64_FORMAT, chunk->offset);
	return FALSE;
}

static gboolean trace_unpack(RigTrace *trace, guint i, GError **error)
{
	RigTraceData data;
	if (trace->unpacked == (gint)i)
		return TRUE;
	trace->unpacked = -1;
	if (!trace_data(trace, i, &data, error) ||
	    !rig_trace_unpack(&data, trace_chunk(trace, i)->count, trace->samples, error))
		return FALSE;
	trace->unpacked = (gint)i;
	return TRUE;
}

static gboolean trace_unpack_cells(RigTrace *trace, guint i, GError **error)
{
	RigTraceData data;
	if (trace->summarised == (gint)i)
		return TRUE;
	trace->summarised = -1;
	if (!trace_data(trace, i, &data, error) ||
	    !rig_trace_unpack_cells(&data, trace_chunk(trace, i)->count, trace->cells, error))
		return FALSE;
	trace->summarised = (gint)i;
	return TRUE;
}

static gboolean trace_has(const RigTrace *trace, guint64 first, guint64 count, GError **error)
{
	if (first <= trace->count && count <= trace->count - first)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "the trace has %" G_GUINT64_FORMAT " samples, none beyond", trace->count);
	return FALSE;
}

gboolean rig_trace_samples(RigTrace *trace, guint64 first, gsize count, RigSample *samples,
                           GError **error)
{
	if (!trace_has(trace, first, count, error))
		return FALSE;
	for (guint i = count == 0 ? 0 : trace_find_chunk(trace, first); count > 0; i++) {
		if (!trace_unpack(trace, i, error))
			return FALSE;
		const RigTraceChunk *chunk = trace_chunk(trace, i);
		gsize at = (gsize)(first - chunk->first), part = MIN(count, chunk->count - at);
		memcpy(samples, trace->samples + at, part * sizeof *samples);
		samples += part;
		first += part;
		count -= part;
	}
	return TRUE;
}

/* Entries whose `from` is at or before the sample. */
static guint trace_gaps_until(const RigTrace *trace, guint64 sample)
{
	guint low = 0, high = trace->gaps->len;
	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (g_array_index(trace->gaps, RigGap, middle).from <= sample)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

gint64 rig_trace_place(const RigTrace *trace, guint64 sample)
{
	guint gaps = trace_gaps_until(trace, sample);
	gint64 missing = gaps == 0 ? 0 : g_array_index(trace->before, gint64, gaps - 1);
	return (gint64)sample + missing;
}

double rig_trace_seconds(const RigTrace *trace, double place)
{
	return place * 1000 / (double)trace->head.rate_mhz;
}

guint64 rig_trace_at_place(const RigTrace *trace, gint64 place)
{
	guint64 low = 0, high = trace->count;
	while (low < high) {
		guint64 middle = low + (high - low) / 2;
		if (rig_trace_place(trace, middle) >= place)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

gint64 rig_trace_host_us(const RigTrace *trace, guint64 sample)
{
	guint i = trace->chunks->len == 0 ? 0 : trace_find_chunk(trace, MIN(sample, trace->count - 1));
	/* The nearest chunk before it whose time is known; the first may not know its own. */
	while (i > 0 && trace_chunk(trace, i)->host_us == RIG_LEDGER_UNKNOWN_US)
		i--;
	while (i < trace->chunks->len && trace_chunk(trace, i)->host_us == RIG_LEDGER_UNKNOWN_US)
		i++;
	if (i == trace->chunks->len)
		return RIG_LEDGER_UNKNOWN_US;
	const RigTraceChunk *chunk = trace_chunk(trace, i);
	gint64 ahead = rig_trace_place(trace, sample) - rig_trace_place(trace, chunk->first);
	double host_us = (double)chunk->host_us + rig_trace_seconds(trace, (double)ahead) * 1e6;
	/* What is damaged tells no time. */
	return fabs(host_us) < TRACE_HOST_MAX_US ? (gint64)host_us : RIG_LEDGER_UNKNOWN_US;
}

guint64 rig_trace_at_host(const RigTrace *trace, gint64 host_us)
{
	guint64 low = 0, high = rig_trace_count(trace);
	while (low < high) {
		guint64 middle = low + (high - low) / 2;
		if (rig_trace_host_us(trace, middle) < host_us)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const RigGap *rig_trace_gap_in(const RigTrace *trace, guint64 first, guint64 last)
{
	for (guint i = trace_gaps_until(trace, last); i > 0; i--) {
		const RigGap *gap = &g_array_index(trace->gaps, RigGap, i - 1);
		if (gap->to > first)
			return gap;
	}
	return NULL;
}

/* Samples at..at+count-1 of chunk i. */
static gboolean trace_summarise_part(RigTrace *trace, guint i, guint at, guint count,
                                     gboolean cells, RigTraceSummary *summary, GError **error)
{
	const RigTraceChunk *chunk = trace_chunk(trace, i);
	if (at == 0 && count == chunk->count) {
		rig_trace_summary_join(summary, &chunk->summary);
		return TRUE;
	}
	if (!cells || count < RIG_TRACE_CELL_SAMPLES) {
		if (!trace_unpack(trace, i, error))
			return FALSE;
		rig_trace_summary_add(summary, trace->currents, trace->samples + at, count);
		return TRUE;
	}
	if (!trace_unpack_cells(trace, i, error))
		return FALSE;
	guint last = (at + count - 1) / RIG_TRACE_CELL_SAMPLES;
	for (guint k = at / RIG_TRACE_CELL_SAMPLES; k <= last; k++)
		rig_trace_summary_join(summary, &trace->cells[k]);
	return TRUE;
}

gboolean rig_trace_summarise(RigTrace *trace, guint64 first, guint64 count, gboolean cells,
                             RigTraceSummary *summary, GError **error)
{
	rig_trace_summary_begin(summary);
	if (!trace_has(trace, first, count, error))
		return FALSE;
	for (guint i = count == 0 ? 0 : trace_find_chunk(trace, first); count > 0; i++) {
		const RigTraceChunk *chunk = trace_chunk(trace, i);
		guint at = (guint)(first - chunk->first);
		guint part = (guint)MIN(count, chunk->count - at);
		if (!trace_summarise_part(trace, i, at, part, cells, summary, error))
			return FALSE;
		first += part;
		count -= part;
	}
	return TRUE;
}
