/* SPDX-License-Identifier: Apache-2.0 */
/* An input into the board's buffer, in chunks of hex digits; the whole again on any doubt. */
#include "mlperf_tiny_parse.h"

#include <rig/bytes.h>
#include <string.h>

#define LOAD_CHUNK_DIRECT 38u /* `db ` and 76 digits: the most that fits 80 characters */
#define LOAD_CHUNK_DUT    26u /* keeps `dut db …%` under the interface board's 64 bytes */
#define LOAD_LINE_BYTES   8u  /* that `db print` puts on a line */

typedef struct Load {
	gsize size;
	gboolean expecting; /* m-[Expecting N bytes] came */
	guint done;         /* m-load-done so many times */
	gboolean last;      /* this chunk completes the buffer */
	const guint8 *data; /* what is read back */
	gsize compared;
} Load;

static void load_begin(gpointer state)
{
	Load *load = state;
	load->expecting = FALSE;
	load->done = 0;
	load->compared = 0;
}

static TinyTake load_expecting_line(gpointer state, TinyText line)
{
	Load *load = state;
	guint64 size = 0;
	if (!tiny_text_skip(&line, TINY_TEXT("m-[Expecting ")))
		return TINY_FOREIGN;
	if (load->expecting || !tiny_parse_unsigned(&line, G_MAXUINT32, &size) || size != load->size ||
	    !tiny_text_is(line, TINY_TEXT(" bytes]")))
		return TINY_WRONG;
	load->expecting = TRUE;
	return TINY_TAKEN;
}

static const char *load_expecting_missing(gpointer state)
{
	const Load *load = state;
	return load->expecting ? NULL : "m-[Expecting N bytes]";
}

static TinyTake load_chunk_line(gpointer state, TinyText line)
{
	Load *load = state;
	if (!tiny_text_is(line, TINY_TEXT("m-load-done")))
		return TINY_FOREIGN;
	load->done++;
	return load->last && load->done == 1 ? TINY_TAKEN : TINY_WRONG;
}

static const char *load_chunk_missing(gpointer state)
{
	const Load *load = state;
	return load->last && load->done == 0 ? "m-load-done after the last byte" : NULL;
}

static TinyTake load_print_line(gpointer state, TinyText line)
{
	Load *load = state;
	if (!tiny_text_skip(&line, TINY_TEXT("m-buffer")))
		return TINY_FOREIGN;
	gsize left = load->size - load->compared;
	gsize count = MIN(left, LOAD_LINE_BYTES);
	if (count == 0 || line.size != 3 * count)
		return TINY_WRONG;
	for (gsize i = 0; i < count; i++) {
		guint8 byte = 0;
		if (line.at[3 * i] != '-' || !rig_hex_decode(&byte, line.at + 3 * i + 1, 1) ||
		    byte != load->data[load->compared + i])
			return TINY_WRONG;
	}
	load->compared += count;
	return TINY_TAKEN;
}

static const char *load_print_missing(gpointer state)
{
	const Load *load = state;
	return load->compared == load->size ? NULL : "m-buffer-… with the rest of the input";
}

static gsize load_chunk_bytes(const Tiny *t, guint try)
{
	const TinyOptions *options = tiny_options(t);
	gsize safe = options->framing == TINY_FRAMING_DUT ? LOAD_CHUNK_DUT : LOAD_CHUNK_DIRECT;
	/* The size that `help` stated may be what went wrong. */
	if (try > 0)
		return options->chunk_bytes > 0 ? MIN((gsize)options->chunk_bytes, safe) : safe;
	if (options->chunk_bytes > 0)
		return MIN((gsize)options->chunk_bytes, TINY_CHUNK_MAX);
	if (t->extended && options->framing == TINY_FRAMING_DIRECT)
		return CLAMP((t->extension.line - 3) / 2, safe, TINY_CHUNK_MAX);
	return safe;
}

/* Reads the buffer back and compares it. */
static TinyOutcome load_readback(Tiny *t, TinyAsk *ask, gint64 deadline_us, GError **error)
{
	*ask = (TinyAsk){.command = "db print",
	                 .length = 8,
	                 .state = ask->state,
	                 .begin = load_begin,
	                 .line = load_print_line,
	                 .missing = load_print_missing};
	return tiny_exchange(t, ask, deadline_us, error);
}

/* One try of the whole load; *ask is left at the exchange that went wrong. */
static TinyOutcome load_once(Tiny *t, const RigInferRequest *request, guint try, TinyAsk *ask,
                             gint64 deadline_us, GError **error)
{
	Load *load = ask->state;
	int length = g_snprintf(t->chunk, sizeof t->chunk, "db load %" G_GSIZE_FORMAT, load->size);
	*ask = (TinyAsk){.command = t->chunk,
	                 .length = (gsize)length,
	                 .state = load,
	                 .begin = load_begin,
	                 .line = load_expecting_line,
	                 .missing = load_expecting_missing};
	TinyOutcome outcome = tiny_exchange(t, ask, deadline_us, error);
	gsize most = load_chunk_bytes(t, try);
	ask->line = load_chunk_line;
	ask->missing = load_chunk_missing;
	memcpy(t->chunk, "db ", 3);
	for (gsize sent = 0; sent < load->size && outcome == TINY_WHOLE;) {
		gsize count = MIN(most, load->size - sent);
		ask->length =
		    (gsize)(rig_hex_encode(t->chunk + 3, request->input + sent, count) - t->chunk);
		sent += count;
		load->last = sent == load->size;
		outcome = tiny_exchange(t, ask, deadline_us, error);
	}
	/* A CRC of the buffer makes reading it back pointless. */
	if (outcome == TINY_WHOLE && tiny_options(t)->readback && !t->extended)
		outcome = load_readback(t, ask, deadline_us, error);
	return outcome;
}

gboolean tiny_load(Tiny *t, const RigInferRequest *request, gint64 deadline_us, GError **error)
{
	Load load = {.size = request->input_bytes, .data = request->input};
	TinyAsk ask = {.state = &load};
	TinyTries tries = {0};
	gint64 span_us = TINY_COMMAND_US + (gint64)load.size * TINY_LOAD_BYTE_US;
	for (;;) {
		load.last = FALSE;
		gint64 until_us = tiny_until(t, span_us, deadline_us);
		TinyOutcome outcome = load_once(t, request, tries.count, &ask, until_us, error);
		if (outcome == TINY_WHOLE)
			return TRUE;
		if (!tiny_recover(t, &ask, outcome, &tries, deadline_us, error))
			return FALSE;
	}
}
