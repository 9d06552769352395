/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a trace file: magic, kind, sizes, and a CRC of header and payload each. */
#include "power/trace.h"

#include <rig/bytes.h>
#include <zlib.h>

#define RECORD_CHECKED_BYTES (RIG_TRACE_HEADER_BYTES - 4)

void rig_trace_record_put(guint8 *header, const RigTraceRecord *record)
{
	rig_put_le32(header, RIG_TRACE_MAGIC);
	rig_put_le32(header + 4, record->kind);
	rig_put_le32(header + 8, record->payload_bytes);
	rig_put_le32(header + 12, record->count);
	rig_put_le64(header + 16, record->first);
	rig_put_le32(header + 24, record->crc);
	rig_put_le32(header + 28, (guint32)crc32(0, header, RECORD_CHECKED_BYTES));
}

gboolean rig_trace_record_get(const guint8 *header, RigTraceRecord *record)
{
	*record = (RigTraceRecord){.kind = rig_get_le32(header + 4),
	                           .payload_bytes = rig_get_le32(header + 8),
	                           .count = rig_get_le32(header + 12),
	                           .first = rig_get_le64(header + 16),
	                           .crc = rig_get_le32(header + 24)};
	return rig_get_le32(header) == RIG_TRACE_MAGIC &&
	       rig_get_le32(header + 28) == (guint32)crc32(0, header, RECORD_CHECKED_BYTES) &&
	       record->payload_bytes <= RIG_TRACE_RECORD_MAX;
}

void rig_trace_gap_put(guint8 *at, const RigGap *gap)
{
	rig_put_le64(at, (guint64)gap->kind);
	rig_put_le64(at + 8, gap->from);
	rig_put_le64(at + 16, gap->to);
	rig_put_le64(at + 24, (guint64)gap->missing);
}

gboolean rig_trace_gap_get(const guint8 *at, RigGap *gap)
{
	guint64 kind = rig_get_le64(at);
	*gap = (RigGap){.from = rig_get_le64(at + 8),
	                .to = rig_get_le64(at + 16),
	                .missing = (gint64)rig_get_le64(at + 24)};
	if (kind >= RIG_GAP_KINDS)
		return FALSE;
	gap->kind = (RigGapKind)kind;
	return TRUE;
}
