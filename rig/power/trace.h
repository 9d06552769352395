/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A power trace: what the words of its file mean (docs/trace.md), and what both who writes and who
 * reads it know. Numbers are little endian.
 */
#ifndef RIG_POWER_TRACE_H
#define RIG_POWER_TRACE_H

#include "power/ledger.h"
#include <rig/error.h>
#include <rig/sample.h>

#define RIG_TRACE_MAGIC         0x3154524fu /* in front of each record: "ORT1" */
#define RIG_TRACE_VERSION       1
#define RIG_TRACE_HEADER_BYTES  32u
#define RIG_TRACE_CHUNK_SAMPLES 65536u
#define RIG_TRACE_CELL_SAMPLES  256u /* of one entry of a chunk's summary */
#define RIG_TRACE_CELLS         (RIG_TRACE_CHUNK_SAMPLES / RIG_TRACE_CELL_SAMPLES)
#define RIG_TRACE_RECORD_MAX    (64u << 20)
#define RIG_TRACE_GAP_BYTES     32u /* of one entry of the ledger: kind, 0, from, to, missing */
#define RIG_TRACE_INDEX_BYTES   64u /* offset, first, count, 0, host_us, summary */
#define RIG_TRACE_END_BYTES     16u /* offsets of the index and of the whole ledger */

/* Kinds of records. */
enum {
	RIG_TRACE_HEAD = 1,  /* first: JSON, see RigTraceHead */
	RIG_TRACE_DATA = 2,  /* samples */
	RIG_TRACE_GAP = 3,   /* entries of the gap ledger */
	RIG_TRACE_INDEX = 4, /* where the data is, with their summaries; last but one */
	RIG_TRACE_END = 5,   /* last: how the capture ended, and where the index is */
};

/* In front of each record's payload: RIG_TRACE_HEADER_BYTES. */
typedef struct RigTraceRecord {
	guint32 kind, payload_bytes;
	guint32 count; /* samples; entries */
	guint64 first; /* number of the first of them */
	guint32 crc;   /* CRC-32 of the payload */
} RigTraceRecord;
void rig_trace_record_put(guint8 *header, const RigTraceRecord *record);
/* FALSE: no record begins here, or its header is damaged. */
gboolean rig_trace_record_get(const guint8 *header, RigTraceRecord *record);

/* What a capture is of. Texts are owned; NULL: not known. */
typedef struct RigTraceHead {
	char *board, *meter, *constants;
	gint64 rate_mhz;
	gint64 voltage_uv;    /* of the board's supply; 0: nobody said */
	gboolean is_supply;   /* the meter supplied it */
	guint channels;       /* digital inputs */
	gint marker;          /* the one that is high in an inference; -1: none */
	gint64 begin_us;      /* host's monotonic clock at the first record */
	gint64 begin_unix_us; /* the same instant, wall clock */
	RigTransfer transfer;
} RigTraceHead;

/* What is known of some samples without looking at each. */
typedef struct RigTraceSummary {
	double min, max; /* amperes; NaN: no sample had a value */
	double
	    sum_pa; /* of the samples that have a value, each in whole pA; hours do not fit 64 bits */
	guint64 known; /* so many have */
	guint8 logic_or, logic_and;
} RigTraceSummary;

void rig_trace_head_clear(RigTraceHead *head);
/* JSON; caller frees. */
char *rig_trace_head_write(const RigTraceHead *head);
/* RIG_ERROR_USAGE: no head of a trace, or of another version. */
gboolean rig_trace_head_read(RigTraceHead *head, const char *text, gsize size, GError **error);

/* Picoamperes of each code of each range. */
typedef struct RigCurrents RigCurrents;
RigCurrents *rig_currents_new(const RigTransfer *transfer);
void rig_currents_free(RigCurrents *currents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigCurrents, rig_currents_free)
#define RIG_CURRENT_UNKNOWN G_MININT64
/* RIG_CURRENT_UNKNOWN: the sample has no value. */
gint64 rig_current_pa(const RigCurrents *currents, const RigSample *sample);

/* Of no samples. */
void rig_trace_summary_begin(RigTraceSummary *summary);
void rig_trace_summary_add(RigTraceSummary *summary, const RigCurrents *currents,
                           const RigSample *samples, gsize count);
void rig_trace_summary_join(RigTraceSummary *summary, const RigTraceSummary *other);
/* Mean, amperes; NaN: no sample had a value. */
double rig_trace_summary_mean(const RigTraceSummary *summary);

/*
 * Samples as they lie in a data record: its summary, those of its cells, and four planes, each half
 * compressed by itself. `out` is appended to. count: 1..RIG_TRACE_CHUNK_SAMPLES.
 */
void rig_trace_pack(GByteArray *out, const RigCurrents *currents, const RigSample *samples,
                    guint count, gint64 host_us, RigTraceSummary *summary);

/* What a data record says in front of its planes. */
typedef struct RigTraceData {
	gint64 host_us; /* host time of its first sample; RIG_LEDGER_UNKNOWN_US */
	RigTraceSummary summary;
	const guint8 *cells, *planes; /* compressed; borrowed from the record */
	gsize cells_bytes, planes_bytes;
} RigTraceData;

/* A line of the index: where a data record is, and what it says in front. */
typedef struct RigTraceChunk {
	guint64 offset; /* of its header in the file */
	guint64 first;
	guint32 count;
	gint64 host_us;
	RigTraceSummary summary;
} RigTraceChunk;
void rig_trace_chunk_put(guint8 *at, const RigTraceChunk *chunk);
void rig_trace_chunk_get(const guint8 *at, RigTraceChunk *chunk);
void rig_trace_gap_put(guint8 *at, const RigGap *gap);
/* FALSE: there is no such kind. */
gboolean rig_trace_gap_get(const guint8 *at, RigGap *gap);

/* RIG_ERROR_BENCH: it is damaged. */
gboolean rig_trace_data_read(RigTraceData *data, const guint8 *payload, gsize size, GError **error);
/* count: of the record. samples: shape (count). */
gboolean rig_trace_unpack(const RigTraceData *data, guint count, RigSample *samples,
                          GError **error);
/* cells: shape (number of cells of `count` samples). */
gboolean rig_trace_unpack_cells(const RigTraceData *data, guint count, RigTraceSummary *cells,
                                GError **error);

#endif
