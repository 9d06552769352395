/* SPDX-License-Identifier: Apache-2.0 */
/* The digital channels as a value change dump (IEEE 1364-2005, 18). */
#include "power/export_parts.h"

static void vcd_change(FILE *file, guint channel, gboolean level)
{
	fprintf(file, "%d%c\n", level ? 1 : 0, (char)('!' + channel));
}

static void vcd_sample(FILE *file, guint channels, gint64 time_ns, guint8 logic, guint8 changed)
{
	fprintf(file, "#%" G_GINT64_FORMAT "\n", time_ns);
	for (guint k = 0; k < channels; k++)
		if (((guint)changed >> k & 1U) != 0)
			vcd_change(file, k, ((guint)logic >> k & 1U) != 0);
}

gboolean rig_export_vcd(RigTrace *trace, RigSpan span, FILE *file, GError **error)
{
	const RigTraceHead *head = rig_trace_head(trace);
	RigSample block[RIG_EXPORT_BLOCK];
	guint8 last = 0;
	fputs("$timescale 1 ns $end\n$scope module meter $end\n", file);
	for (guint i = 0; i < head->channels; i++)
		fprintf(file, "$var wire 1 %c D%u $end\n", (char)('!' + i), i);
	fputs("$upscope $end\n$enddefinitions $end\n", file);
	for (guint64 at = span.first; at < span.end; at += RIG_EXPORT_BLOCK) {
		gsize part = (gsize)MIN(span.end - at, RIG_EXPORT_BLOCK);
		if (!rig_trace_samples(trace, at, part, block, error))
			return FALSE;
		for (gsize i = 0; i < part; i++) {
			guint8 changed = at + i == span.first ? 0xff : (guint8)(block[i].logic ^ last);
			last = block[i].logic;
			double seconds = rig_trace_seconds(trace, (double)rig_trace_place(trace, at + i));
			if (changed != 0)
				vcd_sample(file, head->channels, (gint64)llrint(seconds * 1e9), last, changed);
		}
	}
	return TRUE;
}
