/* SPDX-License-Identifier: Apache-2.0 */
#include "power/export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "power/export_parts.h"

static const struct {
	const char *suffix;
	RigExporter write;
} export_formats[] = {{".csv", rig_export_csv}, {".sr", rig_export_sr}, {".vcd", rig_export_vcd}};

gboolean rig_export_csv(RigTrace *trace, RigSpan span, FILE *file, GError **error)
{
	const RigTraceHead *head = rig_trace_head(trace);
	RigSample block[RIG_EXPORT_BLOCK];
	fputs("seconds,amperes", file);
	for (guint i = 0; i < head->channels; i++)
		fprintf(file, ",D%u", i);
	fputc('\n', file);
	for (guint64 at = span.first; at < span.end; at += RIG_EXPORT_BLOCK) {
		gsize part = (gsize)MIN(span.end - at, RIG_EXPORT_BLOCK);
		if (!rig_trace_samples(trace, at, part, block, error))
			return FALSE;
		for (gsize i = 0; i < part; i++) {
			double seconds = rig_trace_seconds(trace, (double)rig_trace_place(trace, at + i));
			gint64 pa = rig_current_pa(rig_trace_currents(trace), &block[i]);
			fprintf(file, "%.6f,", seconds);
			if (pa != RIG_CURRENT_UNKNOWN)
				fprintf(file, "%.9g", (double)pa * 1e-12);
			for (guint k = 0; k < head->channels; k++)
				fprintf(file, ",%u", (guint)block[i].logic >> k & 1U);
			fputc('\n', file);
		}
	}
	return TRUE;
}

static gboolean export_fail(const char *path, GError **error)
{
	g_set_error(error, RIG_ERROR, errno == EEXIST ? RIG_ERROR_USAGE : RIG_ERROR_BENCH, "%s: %s",
	            path, g_strerror(errno));
	return FALSE;
}

/* A file that is not whole does not stay. */
static gboolean export_with(RigExporter write, RigTrace *trace, RigSpan span, const char *path,
                            GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return export_fail(path, error);
	FILE *file = fdopen(fd, "w");
	if (file == NULL) {
		(void)export_fail(path, error);
		close(fd);
		return FALSE;
	}
	gboolean good = write(trace, span, file, error);
	gboolean written = fflush(file) == 0 && !ferror(file);
	if (good && !written)
		good = export_fail(path, error);
	fclose(file);
	if (!good)
		(void)unlink(path);
	return good;
}

gboolean rig_trace_export(RigTrace *trace, RigSpan span, const char *path, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(export_formats); i++)
		if (g_str_has_suffix(path, export_formats[i].suffix))
			return export_with(export_formats[i].write, trace, span, path, error);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "%s: its name says no format; it ends in .csv, .sr or .vcd", path);
	return FALSE;
}
