/* SPDX-License-Identifier: Apache-2.0 */
#include "power/trace_write.h"

#include <errno.h>
#include <fcntl.h>
#include <rig/bytes.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

struct RigTraceWriter {
	char *path;
	int fd;
	guint64 offset; /* end of the file */
	GError *error;  /* the first */
	RigCurrents *currents;
	RigSample *samples; /* of the chunk that fills */
	guint filled;
	gint64 filled_host_us;
	double sample_us;
	guint64 count; /* samples in the file */
	GByteArray *record;
	GArray *chunks; /* RigTraceChunk */
	GArray *gaps;   /* RigGap */
};

static void trace_fail(RigTraceWriter *writer, const char *what, int number)
{
	if (writer->error == NULL)
		g_set_error(&writer->error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s: %s", writer->path, what,
		            g_strerror(number));
}

static void trace_put(RigTraceWriter *writer, const guint8 *data, gsize size)
{
	while (size > 0 && writer->error == NULL) {
		gssize put = write(writer->fd, data, size);
		if (put < 0 && errno != EINTR) {
			trace_fail(writer, "the trace cannot be written", errno);
			/* A record that is half there is none. */
			(void)ftruncate(writer->fd, (off_t)writer->offset);
			return;
		}
		data += MAX(put, 0);
		size -= (gsize)MAX(put, 0);
	}
}

/* writer->record holds room for its header, then its payload. */
static void trace_put_record(RigTraceWriter *writer, guint32 kind, guint64 first, guint32 count)
{
	GByteArray *record = writer->record;
	guint32 payload = record->len - RIG_TRACE_HEADER_BYTES;
	RigTraceRecord header = {.kind = kind,
	                         .payload_bytes = payload,
	                         .count = count,
	                         .first = first,
	                         .crc =
	                             (guint32)crc32(0, record->data + RIG_TRACE_HEADER_BYTES, payload)};
	rig_trace_record_put(record->data, &header);
	trace_put(writer, record->data, record->len);
	if (writer->error == NULL)
		writer->offset += record->len;
}

static void trace_begin_record(RigTraceWriter *writer, gsize payload)
{
	g_byte_array_set_size(writer->record, RIG_TRACE_HEADER_BYTES + (guint)payload);
}

RigTraceWriter *rig_trace_writer_new(const char *path, const RigTraceHead *head, GError **error)
{
	g_autoptr(RigTraceWriter) writer = g_new0(RigTraceWriter, 1);
	writer->path = g_strdup(path);
	writer->currents = rig_currents_new(&head->transfer);
	writer->sample_us = 1e9 / (double)head->rate_mhz;
	writer->samples = g_new(RigSample, RIG_TRACE_CHUNK_SAMPLES);
	writer->record = g_byte_array_new();
	writer->chunks = g_array_new(FALSE, FALSE, sizeof(RigTraceChunk));
	writer->gaps = g_array_new(FALSE, FALSE, sizeof(RigGap));
	writer->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (writer->fd < 0) {
		trace_fail(writer, "cannot be made", errno);
	} else {
		g_autofree char *text = rig_trace_head_write(head);
		trace_begin_record(writer, 0);
		g_byte_array_append(writer->record, (const guint8 *)text, (guint)strlen(text));
		trace_put_record(writer, RIG_TRACE_HEAD, 0, 0);
	}
	return rig_trace_writer_check(writer, error) ? g_steal_pointer(&writer) : NULL;
}

void rig_trace_writer_free(RigTraceWriter *writer)
{
	if (writer == NULL)
		return;
	if (writer->fd >= 0)
		close(writer->fd);
	g_clear_error(&writer->error);
	rig_currents_free(writer->currents);
	g_free(writer->samples);
	g_byte_array_unref(writer->record);
	g_array_unref(writer->chunks);
	g_array_unref(writer->gaps);
	g_free(writer->path);
	g_free(writer);
}

void rig_trace_writer_flush(RigTraceWriter *writer)
{
	if (writer->filled == 0)
		return;
	RigTraceChunk chunk = {.offset = writer->offset,
	                       .first = writer->count,
	                       .count = writer->filled,
	                       .host_us = writer->filled_host_us};
	trace_begin_record(writer, 0);
	rig_trace_pack(writer->record, writer->currents, writer->samples, writer->filled,
	               writer->filled_host_us, &chunk.summary);
	trace_put_record(writer, RIG_TRACE_DATA, chunk.first, chunk.count);
	if (writer->error == NULL)
		g_array_append_val(writer->chunks, chunk);
	writer->count += writer->filled;
	writer->filled = 0;
}

/* Where the chunk began by the host's clock, once that is known of the next sample. */
static gint64 trace_begin_host_us(const RigTraceWriter *writer, gint64 host_us)
{
	double samples = (double)writer->filled;
	if (host_us == RIG_LEDGER_UNKNOWN_US)
		return host_us;
	for (guint i = 0; i < writer->gaps->len; i++) {
		const RigGap *gap = &g_array_index(writer->gaps, RigGap, i);
		if (gap->from > writer->count && gap->from <= writer->count + writer->filled)
			samples += (double)gap->missing;
	}
	return host_us - (gint64)(samples * writer->sample_us);
}

void rig_trace_writer_samples(RigTraceWriter *writer, const RigSample *samples, gsize count,
                              gint64 host_us)
{
	if (writer->filled > 0 && writer->filled_host_us == RIG_LEDGER_UNKNOWN_US)
		writer->filled_host_us = trace_begin_host_us(writer, host_us);
	while (count > 0) {
		gsize part = MIN(count, RIG_TRACE_CHUNK_SAMPLES - writer->filled);
		if (writer->filled == 0)
			writer->filled_host_us = host_us;
		memcpy(writer->samples + writer->filled, samples, part * sizeof *samples);
		writer->filled += (guint)part;
		samples += part;
		count -= part;
		host_us = RIG_LEDGER_UNKNOWN_US; /* of the first only */
		if (writer->filled == RIG_TRACE_CHUNK_SAMPLES)
			rig_trace_writer_flush(writer);
	}
}

/* Entries `first`.. of the ledger as it is known. */
static void trace_put_gaps(RigTraceWriter *writer, guint first)
{
	guint count = writer->gaps->len - first;
	trace_begin_record(writer, (gsize)count * RIG_TRACE_GAP_BYTES);
	guint8 *at = writer->record->data + RIG_TRACE_HEADER_BYTES;
	for (guint i = 0; i < count; i++, at += RIG_TRACE_GAP_BYTES)
		rig_trace_gap_put(at, &g_array_index(writer->gaps, RigGap, first + i));
	trace_put_record(writer, RIG_TRACE_GAP, first, count);
}

void rig_trace_writer_gaps(RigTraceWriter *writer, const RigGap *gaps, guint first, guint count)
{
	if (count == 0)
		return;
	g_array_set_size(writer->gaps, first);
	g_array_append_vals(writer->gaps, gaps, count);
	trace_put_gaps(writer, first);
}

static void trace_put_index(RigTraceWriter *writer)
{
	guint count = writer->chunks->len;
	trace_begin_record(writer, (gsize)count * RIG_TRACE_INDEX_BYTES);
	guint8 *at = writer->record->data + RIG_TRACE_HEADER_BYTES;
	for (guint i = 0; i < count; i++, at += RIG_TRACE_INDEX_BYTES)
		rig_trace_chunk_put(at, &g_array_index(writer->chunks, RigTraceChunk, i));
	trace_put_record(writer, RIG_TRACE_INDEX, 0, count);
}

gboolean rig_trace_writer_finish(RigTraceWriter *writer, GError **error)
{
	rig_trace_writer_flush(writer);
	guint64 ledger = writer->offset;
	trace_put_gaps(writer, 0);
	guint64 index = writer->offset;
	trace_put_index(writer);
	trace_begin_record(writer, RIG_TRACE_END_BYTES);
	rig_put_le64(writer->record->data + RIG_TRACE_HEADER_BYTES, index);
	rig_put_le64(writer->record->data + RIG_TRACE_HEADER_BYTES + 8, ledger);
	trace_put_record(writer, RIG_TRACE_END, writer->count, 0);
	if (writer->error == NULL && fsync(writer->fd) != 0)
		trace_fail(writer, "the trace cannot be brought to the disk", errno);
	return rig_trace_writer_check(writer, error);
}

gboolean rig_trace_writer_check(const RigTraceWriter *writer, GError **error)
{
	if (writer->error != NULL && error != NULL)
		*error = g_error_copy(writer->error);
	return writer->error == NULL;
}
