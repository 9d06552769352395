/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a trace, whole or as far as it was written. Samples are numbered as they are kept; the time
 * axis has what is missing between them. Data is read when it is asked for. One thread.
 */
#ifndef RIG_POWER_TRACE_READ_H
#define RIG_POWER_TRACE_READ_H

#include "power/trace.h"

typedef struct RigTrace RigTrace;

/* RIG_ERROR_USAGE: no trace; RIG_ERROR_BENCH: it cannot be read. */
RigTrace *rig_trace_open(const char *path, GError **error);
/* The same of bytes, which are borrowed. */
RigTrace *rig_trace_of(const guint8 *data, gsize size, GError **error);
void rig_trace_free(RigTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigTrace, rig_trace_free)

const RigTraceHead *rig_trace_head(const RigTrace *trace);
const GArray *rig_trace_chunks(const RigTrace *trace); /* RigTraceChunk, in order */
const GArray *rig_trace_gaps(const RigTrace *trace);   /* RigGap, by `from` */
const RigCurrents *rig_trace_currents(const RigTrace *trace);
guint64 rig_trace_count(const RigTrace *trace);
/* FALSE: the capture did not end in order, or its end is damaged. */
gboolean rig_trace_is_whole(const RigTrace *trace);
/* Bytes that were passed over: damage, or a record that was not finished. */
guint64 rig_trace_damaged_bytes(const RigTrace *trace);

/* Samples first..first+count-1. RIG_ERROR_BENCH: there are none such, or they are damaged. */
gboolean rig_trace_samples(RigTrace *trace, guint64 first, gsize count, RigSample *samples,
                           GError **error);

/* Samples between the first and this one, with what is missing: its place on the time axis. */
gint64 rig_trace_place(const RigTrace *trace, guint64 sample);
/* Seconds on the time axis. */
double rig_trace_seconds(const RigTrace *trace, double place);
/* The first sample that is not before that place; the number of all: there is none. */
guint64 rig_trace_at_place(const RigTrace *trace, gint64 place);
/* The host's monotonic clock when the sample began; RIG_LEDGER_UNKNOWN_US. */
gint64 rig_trace_host_us(const RigTrace *trace, guint64 sample);
/* The first sample that begins then or later; the number of all: there is none, or no time is
 * known.
 */
guint64 rig_trace_at_host(const RigTrace *trace, gint64 host_us);
/* An entry of the ledger from behind sample `first` to `last` itself; NULL: none. */
const RigGap *rig_trace_gap_in(const RigTrace *trace, guint64 first, guint64 last);

/*
 * What is known of samples first..first+count-1, from as few records as it takes: `cells` FALSE
 * reads every sample at the ends, so that it is exact; TRUE rounds the ends to cells of
 * RIG_TRACE_CELL_SAMPLES, for pictures.
 */
gboolean rig_trace_summarise(RigTrace *trace, guint64 first, guint64 count, gboolean cells,
                             RigTraceSummary *summary, GError **error);

#endif
