/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a trace. Whatever was written whole can be read however the process ends. The first
 * failure is kept; later calls do nothing, and finish tells it. One thread.
 */
#ifndef RIG_POWER_TRACE_WRITE_H
#define RIG_POWER_TRACE_WRITE_H

#include "power/trace.h"

typedef struct RigTraceWriter RigTraceWriter;

/* Makes the file; RIG_ERROR_BENCH when it is there already or cannot be made. */
RigTraceWriter *rig_trace_writer_new(const char *path, const RigTraceHead *head, GError **error);
/* Closes it as it is; NULL is allowed. */
void rig_trace_writer_free(RigTraceWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigTraceWriter, rig_trace_writer_free)

/* The next samples, of which the first began at host_us (RIG_LEDGER_UNKNOWN_US: not known). */
void rig_trace_writer_samples(RigTraceWriter *writer, const RigSample *samples, gsize count,
                              gint64 host_us);
/* Entries `first`.. of the ledger, in place of what was said of them before. */
void rig_trace_writer_gaps(RigTraceWriter *writer, const RigGap *gaps, guint first, guint count);
/* Samples that are waiting for the rest of their record are written without it. */
void rig_trace_writer_flush(RigTraceWriter *writer);
/* The index, and everything on the disk. */
gboolean rig_trace_writer_finish(RigTraceWriter *writer, GError **error);
/* FALSE with the first failure. */
gboolean rig_trace_writer_check(const RigTraceWriter *writer, GError **error);

#endif
