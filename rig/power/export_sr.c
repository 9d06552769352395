/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigrok's session file, version 2: a ZIP with `version`, `metadata`, and samples in members of a
 * million. Members are stored as they are: the library that reads them takes either, and PulseView
 * opens what is not compressed at once.
 */
#include "power/export_parts.h"

#include <rig/bytes.h>
#include <string.h>
#include <zlib.h>

#define SR_MEMBER_SAMPLES (1u << 20)
#define SR_BYTES_MAX      (G_MAXUINT32 - (64u << 20))
#define SR_LOCAL_BYTES    30u
#define SR_ENTRY_BYTES    46u
#define SR_END_BYTES      22u

/* A ZIP in the making (APPNOTE.TXT, 4.3); stays under 4 GiB. */
typedef struct Zip {
	FILE *file;
	guint64 offset;
	GByteArray *directory;
	guint16 count;
} Zip;

static void zip_put_le16(guint8 *at, guint value)
{
	at[0] = (guint8)value;
	at[1] = (guint8)(value >> 8);
}

static void zip_write(Zip *zip, gconstpointer data, gsize size)
{
	(void)fwrite(data, 1, size, zip->file); /* the caller looks at the file's error */
	zip->offset += size;
}

/* From `version needed` to the sizes, which both headers have. */
static void zip_describe(guint8 *at, guint32 crc, guint32 size, gsize name)
{
	memset(at, 0, 26);
	zip_put_le16(at, 20);
	zip_put_le16(at + 8, 1U << 5 | 1U); /* 1980-01-01 */
	rig_put_le32(at + 10, crc);
	rig_put_le32(at + 14, size);
	rig_put_le32(at + 18, size);
	zip_put_le16(at + 22, (guint)name);
}

static void zip_add(Zip *zip, const char *name, gconstpointer data, gsize size)
{
	guint8 local[SR_LOCAL_BYTES] = {'P', 'K', 3, 4}, entry[SR_ENTRY_BYTES] = {'P', 'K', 1, 2, 20};
	gsize length = strlen(name);
	guint32 crc = (guint32)crc32(0, data, (uInt)size);
	zip_describe(local + 4, crc, (guint32)size, length);
	zip_describe(entry + 6, crc, (guint32)size, length);
	rig_put_le32(entry + 42, (guint32)zip->offset);
	g_byte_array_append(zip->directory, entry, sizeof entry);
	g_byte_array_append(zip->directory, (const guint8 *)name, (guint)length);
	zip_write(zip, local, sizeof local);
	zip_write(zip, name, length);
	zip_write(zip, data, size);
	zip->count++;
}

static void zip_end(Zip *zip)
{
	guint8 end[SR_END_BYTES] = {'P', 'K', 5, 6};
	zip_put_le16(end + 8, zip->count);
	zip_put_le16(end + 10, zip->count);
	rig_put_le32(end + 12, zip->directory->len);
	rig_put_le32(end + 16, (guint32)zip->offset);
	zip_write(zip, zip->directory->data, zip->directory->len);
	zip_write(zip, end, sizeof end);
}

/* A member of each kind that fills. */
typedef struct Sr {
	Zip zip;
	guint channels, filled, number;
	float *amperes;
	guint8 *logic;
} Sr;

static void sr_flush(Sr *sr)
{
	if (sr->filled == 0)
		return;
	sr->number++;
	/* The analogue channel is numbered behind the digital ones. */
	g_autofree char *analog = g_strdup_printf("analog-1-%u-%u", sr->channels + 1, sr->number);
	g_autofree char *logic = g_strdup_printf("logic-1-%u", sr->number);
	if (sr->channels > 0)
		zip_add(&sr->zip, logic, sr->logic, sr->filled);
	zip_add(&sr->zip, analog, sr->amperes, sr->filled * sizeof *sr->amperes);
	sr->filled = 0;
}

static void sr_put(Sr *sr, float amperes, guint8 logic)
{
	sr->amperes[sr->filled] = amperes;
	sr->logic[sr->filled] = logic;
	if (++sr->filled == SR_MEMBER_SAMPLES)
		sr_flush(sr);
}

static void sr_begin(Sr *sr, const RigTraceHead *head)
{
	g_autoptr(GString) text = g_string_new("[global]\nsigrok version=0.5.2\n\n[device 1]\n");
	if (head->channels > 0)
		g_string_append_printf(text, "capturefile=logic-1\ntotal probes=%u\n", head->channels);
	g_string_append_printf(text, "samplerate=%" G_GINT64_FORMAT " Hz\ntotal analog=1\n",
	                       head->rate_mhz / 1000);
	for (guint i = 0; i < head->channels; i++)
		g_string_append_printf(text, "probe%u=D%u\n", i + 1, i);
	g_string_append_printf(text, "analog%u=I\n", head->channels + 1);
	if (head->channels > 0)
		g_string_append(text, "unitsize=1\n");
	zip_add(&sr->zip, "version", "2", 1);
	zip_add(&sr->zip, "metadata", text->str, text->len);
}

/* What is missing is there as NaN, so that the time axis is right. */
static gboolean sr_fill(Sr *sr, RigTrace *trace, RigSpan span, GError **error)
{
	RigSample block[RIG_EXPORT_BLOCK];
	gint64 place = rig_trace_place(trace, span.first);
	guint8 logic = 0;
	for (guint64 at = span.first; at < span.end; at += RIG_EXPORT_BLOCK) {
		gsize part = (gsize)MIN(span.end - at, RIG_EXPORT_BLOCK);
		if (!rig_trace_samples(trace, at, part, block, error))
			return FALSE;
		for (gsize i = 0; i < part; i++, place++) {
			gint64 due = rig_trace_place(trace, at + i);
			for (; place < due; place++)
				sr_put(sr, NAN, logic);
			gint64 pa = rig_current_pa(rig_trace_currents(trace), &block[i]);
			logic = block[i].logic;
			sr_put(sr, pa == RIG_CURRENT_UNKNOWN ? NAN : (float)((double)pa * 1e-12), logic);
		}
	}
	return TRUE;
}

gboolean rig_export_sr(RigTrace *trace, RigSpan span, FILE *file, GError **error)
{
	const RigTraceHead *head = rig_trace_head(trace);
	gint64 places = rig_trace_place(trace, span.end) - rig_trace_place(trace, span.first);
	if (places > (gint64)(SR_BYTES_MAX / 5)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%" G_GINT64_FORMAT " samples are too many for a .sr file, which holds 4 GiB; "
		            "export a part with --from and --to",
		            places);
		return FALSE;
	}
	Sr sr = {.zip = {.file = file, .directory = g_byte_array_new()}, .channels = head->channels};
	sr.amperes = g_new(float, SR_MEMBER_SAMPLES);
	sr.logic = g_new(guint8, SR_MEMBER_SAMPLES);
	sr_begin(&sr, head);
	gboolean good = sr_fill(&sr, trace, span, error);
	sr_flush(&sr);
	zip_end(&sr.zip);
	g_byte_array_unref(sr.zip.directory);
	g_free(sr.amperes);
	g_free(sr.logic);
	return good;
}
