/* SPDX-License-Identifier: Apache-2.0 */
/* The first record of a trace: what it is of, as JSON. */
#include "power/trace.h"

#include <jansson.h>

void rig_trace_head_clear(RigTraceHead *head)
{
	g_free(head->board);
	g_free(head->meter);
	g_free(head->constants);
	*head = (RigTraceHead){.marker = -1};
}

static json_t *head_ranges(const RigTransfer *transfer)
{
	json_t *ranges = json_array();
	for (guint i = 0; i < RIG_SAMPLE_RANGES; i++) {
		const double *c = transfer->c[i];
		if (isnan(c[0]))
			continue;
		json_array_append_new(ranges, json_pack("{s:i, s:[f,f,f], s:i, s:f}", "range", (int)i,
		                                        "amperes", c[0], c[1], c[2], "last",
		                                        (int)transfer->last[i], "gain", transfer->gain[i]));
	}
	return ranges;
}

char *rig_trace_head_write(const RigTraceHead *head)
{
	json_t *root = json_pack("{s:s, s:i, s:s*, s:s*, s:I, s:I, s:b, s:i, s:i, s:I, s:I, s:s*}",
	                         "schema", "tinyrig-trace", "version", RIG_TRACE_VERSION, "board",
	                         head->board, "meter", head->meter, "rate_mhz",
	                         (json_int_t)head->rate_mhz, "voltage_uv", (json_int_t)head->voltage_uv,
	                         "supplies", head->is_supply, "channels", (int)head->channels, "marker",
	                         head->marker, "begin_us", (json_int_t)head->begin_us, "begin_unix_us",
	                         (json_int_t)head->begin_unix_us, "constants", head->constants);
	json_object_set_new(root, "ranges", head_ranges(&head->transfer));
	char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
	char *copy = g_strdup(text);
	free(text);
	json_decref(root);
	return copy;
}

static gboolean head_take_range(RigTransfer *transfer, json_t *item)
{
	int range = -1, last = -1;
	double c[3], gain = 0;
	if (json_unpack(item, "{s:i, s:[F,F,F], s:i, s?F}", "range", &range, "amperes", &c[0], &c[1],
	                &c[2], "last", &last, "gain", &gain) != 0 ||
	    range < 0 || range >= (int)RIG_SAMPLE_RANGES || last < 0 || last > G_MAXUINT16)
		return FALSE;
	for (guint i = 0; i < 3; i++)
		transfer->c[range][i] = c[i];
	transfer->last[range] = (guint16)last;
	transfer->gain[range] = gain;
	return TRUE;
}

static gboolean head_take_ranges(RigTransfer *transfer, json_t *ranges)
{
	for (guint i = 0; i < RIG_SAMPLE_RANGES; i++)
		transfer->c[i][0] = (double)NAN;
	gboolean good = json_is_array(ranges);
	for (size_t i = 0; good && i < json_array_size(ranges); i++)
		good = head_take_range(transfer, json_array_get(ranges, i));
	return good;
}

/* Of sane size, so that what is reckoned from them stays so. */
static gboolean head_is_sane(const RigTraceHead *head)
{
	return head->rate_mhz > 0 && head->rate_mhz <= (gint64)1000 * 1000 * 1000 * 1000 &&
	       head->voltage_uv >= 0 && head->voltage_uv <= (gint64)1000 * 1000 * 1000 &&
	       head->channels <= 8 && head->marker >= -1 && head->marker < (gint)head->channels;
}

gboolean rig_trace_head_read(RigTraceHead *head, const char *text, gsize size, GError **error)
{
	*head = (RigTraceHead){.marker = -1};
	json_error_t why;
	json_t *root = json_loadb(text, size, 0, &why), *ranges = NULL;
	const char *schema = NULL, *board = NULL, *meter = NULL, *constants = NULL;
	int version = 0, supplies = 0, channels = 0, marker = -1;
	json_int_t rate = 0, voltage = 0, begin = 0, begin_unix = 0;
	gboolean good =
	    root != NULL &&
	    json_unpack(root, "{s:s, s:i, s?s, s?s, s:I, s:I, s:b, s:i, s:i, s:I, s:I, s?s, s:o}",
	                "schema", &schema, "version", &version, "board", &board, "meter", &meter,
	                "rate_mhz", &rate, "voltage_uv", &voltage, "supplies", &supplies, "channels",
	                &channels, "marker", &marker, "begin_us", &begin, "begin_unix_us", &begin_unix,
	                "constants", &constants, "ranges", &ranges) == 0 &&
	    g_strcmp0(schema, "tinyrig-trace") == 0 && version == RIG_TRACE_VERSION && channels >= 0 &&
	    head_take_ranges(&head->transfer, ranges);
	if (good) {
		head->rate_mhz = rate;
		head->voltage_uv = voltage;
		head->is_supply = supplies;
		head->channels = (guint)channels;
		head->marker = marker;
		head->begin_us = begin;
		head->begin_unix_us = begin_unix;
		good = head_is_sane(head);
	}
	if (good) {
		head->board = g_strdup(board);
		head->meter = g_strdup(meter);
		head->constants = g_strdup(constants);
	} else if (version > RIG_TRACE_VERSION) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "is a trace of version %d; this tinyrig reads %d", version, RIG_TRACE_VERSION);
	} else {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
		                    "its first record is not that of a power trace");
	}
	json_decref(root);
	return good;
}
