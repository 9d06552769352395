/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values in text are handed out as they come, since each is framed by its line. Binary values are
 * framed by nothing: a lost byte turns all that follow it into others, which look as good. So they
 * are kept until the next time stamp shows that there are as many as there should be, 10 or 20 ms;
 * where there are not, none of them is handed out.
 */
#include "lpm01a_stream.h"

#include <math.h>
#include <string.h>

#define STREAM_EXPONENT_LAST 14u /* 15 marks a message */
#define STREAM_MESSAGE       0xf0
#define STREAM_GAIN          0.02 /* UM2243: better than 2 % (static); taken for one sigma of both */
#define STREAM_STAMP_WRAP    (G_GINT64_CONSTANT(1) << 31)
#define STREAM_SPAN_MS       10000

/* Binary messages: byte behind F0, and how long it is in all; 0: text up to FF FF. */
enum {
	MESSAGE_ERROR = 0xf1,
	MESSAGE_INFO = 0xf2,
	MESSAGE_STAMP = 0xf3,
	MESSAGE_END = 0xf4,
	MESSAGE_OVERCURRENT = 0xf5,
	MESSAGE_RESET = 0xf6,
	MESSAGE_VOLTAGE = 0xf7,
	MESSAGE_TEMPERATURE = 0xf8,
	MESSAGE_SUPPLY = 0xf9,
};
static const guint8 stream_bytes[] = {
    [MESSAGE_STAMP] = 9,  [MESSAGE_END] = 4,     [MESSAGE_OVERCURRENT] = 4,
    [MESSAGE_RESET] = 4,  [MESSAGE_VOLTAGE] = 6, [MESSAGE_TEMPERATURE] = 6,
    [MESSAGE_SUPPLY] = 5,
};

void lpm01a_stream_begin(Lpm01aStream *stream, guint rate_hz, gboolean is_binary,
                         const RigSampleSink *sink)
{
	*stream = (Lpm01aStream){.sink = sink,
	                         .rate_hz = rate_hz,
	                         .is_binary = is_binary,
	                         .is_streaming = !is_binary,
	                         .stamp_ms = is_binary ? -1 : 0,
	                         .supply = -1};
}

void lpm01a_transfer(RigTransfer *transfer, gboolean is_binary)
{
	*transfer = (RigTransfer){0};
	for (guint range = 0; range < RIG_SAMPLE_RANGES; range++) {
		gboolean is_there = !is_binary || range <= STREAM_EXPONENT_LAST;
		transfer->c[range][0] = is_there ? 0 : (double)NAN;
		transfer->c[range][1] = pow(is_binary ? 16 : 10, -(double)range);
		transfer->last[range] = is_binary ? 4096 : 10000; /* none: it tells an overcurrent */
		transfer->gain[range] = STREAM_GAIN;
	}
}

/* So many values there are from one time stamp to the next. */
static gint64 stream_expected(Lpm01aStream *stream, gint64 now_ms)
{
	gint64 span_ms = (now_ms - stream->stamp_ms) & (STREAM_STAMP_WRAP - 1);
	gint64 values = span_ms * (gint64)stream->rate_hz / 1000;
	/* Nobody is silent for so long: the stamp is damaged, or the instrument has begun anew. */
	if (span_ms > STREAM_SPAN_MS) {
		values = (gint64)stream->since;
		stream->rest_bytes++;
	}
	return (values + LPM01A_STAMP_SAMPLES / 2) / LPM01A_STAMP_SAMPLES * LPM01A_STAMP_SAMPLES;
}

/* Hands out what came since the last time stamp, or says what became of it. */
static void stream_close_block(Lpm01aStream *stream, gint64 expected)
{
	const RigSampleSink *sink = stream->sink;
	gint64 missing = expected - (gint64)stream->since;
	guint32 within = (guint32)MIN(stream->since, G_MAXUINT32);
	gboolean is_whole = missing == 0 && stream->rest_bytes == 0;
	if (stream->is_binary && is_whole && stream->block_count > 0)
		sink->samples(sink->user, stream->block, stream->block_count);
	else if (stream->is_binary && !is_whole)
		sink->gap(sink->user, expected, 0, 0, stream->rest_bytes + 2 * (gsize)stream->since);
	else if (!is_whole)
		sink->gap(sink->user, missing, 0, within, stream->rest_bytes);
	stream->since = 0;
	stream->block_count = 0;
	stream->rest_bytes = 0;
}

static void stream_stamp(Lpm01aStream *stream, gint64 now_ms)
{
	if (stream->stamp_ms >= 0)
		stream_close_block(stream, stream_expected(stream, now_ms));
	stream->stamp_ms = now_ms;
}

/* Printable text of a message, without its prompt. */
static void stream_keep_words(char words[LPM01A_LINE_MAX], const char *text, gsize size)
{
	static const char prompt[] = "PowerShield > ";
	if (size >= sizeof prompt - 1 && memcmp(text, prompt, sizeof prompt - 1) == 0) {
		text += sizeof prompt - 1;
		size -= sizeof prompt - 1;
	}
	gsize length = 0;
	for (gsize i = 0; i < size && length + 1 < LPM01A_LINE_MAX; i++)
		if (g_ascii_isprint(text[i]))
			words[length++] = text[i];
	words[length] = '\0';
	g_strstrip(words);
}

static void stream_message(Lpm01aStream *stream, const char *text, gsize size)
{
	char words[LPM01A_LINE_MAX];
	stream_keep_words(words, text, size);
	if (words[0] == '\0')
		return;
	g_strlcpy(stream->answer, words, sizeof stream->answer);
	if (g_ascii_strncasecmp(words, "err", 3) == 0)
		g_strlcpy(stream->error, words, sizeof stream->error);
}

/* "TimeStamp: 001s 000ms, buff 02%", whatever stands in front of the digits. FALSE: it is none. */
static gboolean stream_text_stamp(Lpm01aStream *stream, const char *line)
{
	static const char name[] = "TimeStamp:";
	const char *at = strstr(line, name);
	if (at == NULL)
		return FALSE;
	at += sizeof name - 1;
	at += strspn(at, " <>");
	char *end = NULL;
	guint64 seconds = g_ascii_strtoull(at, &end, 10);
	if (end == at || *end != 's' || seconds > G_MAXINT32)
		return FALSE;
	at = end + 1 + strspn(end + 1, " ");
	guint64 ms = g_ascii_strtoull(at, &end, 10);
	if (end == at || !g_str_has_prefix(end, "ms") || ms > 999)
		return FALSE;
	const char *load = strstr(end, "buff");
	stream->load_percent = load == NULL ? 0 : (guint)MIN(g_ascii_strtoull(load + 4, NULL, 10), 100);
	stream_stamp(stream, (gint64)(seconds * 1000 + ms) & (STREAM_STAMP_WRAP - 1));
	return TRUE;
}

/* An event of the trigger input: the level that its edges toggle. */
static gboolean stream_event(Lpm01aStream *stream, const char *line)
{
	if (!g_str_has_prefix(line, "event "))
		return FALSE;
	stream->logic ^= 1;
	return TRUE;
}

/* "6409-07". FALSE: it is not a value. */
static gboolean stream_text_value(const char *line, gsize size, RigSample *sample)
{
	if (size != 7 || (line[4] != '-' && line[4] != '+'))
		return FALSE;
	for (guint i = 0; i < 7; i++)
		if (i != 4 && !g_ascii_isdigit(line[i]))
			return FALSE;
	guint digits = (guint)g_ascii_strtoull(line, NULL, 10);
	guint exponent = (guint)(line[5] - '0') * 10 + (guint)(line[6] - '0');
	gboolean is_known = exponent == 0 || (line[4] == '-' && exponent < RIG_SAMPLE_RANGES);
	sample->code = (guint16)digits;
	sample->range = is_known ? (guint8)exponent : (guint8)RIG_SAMPLE_NONE;
	return TRUE;
}

static void stream_line(Lpm01aStream *stream)
{
	const char *line = stream->line;
	gsize size = stream->line_bytes;
	RigSample sample = {.logic = stream->logic};
	if (size == 0)
		return;
	if (!stream->is_binary && g_ascii_isdigit(line[0])) {
		if (!stream->is_too_long && stream_text_value(line, size, &sample)) {
			stream->sink->samples(stream->sink->user, &sample, 1);
			stream->since++;
		} else {
			stream->rest_bytes += size;
		}
		return;
	}
	if (stream_text_stamp(stream, line) || stream_event(stream, line))
		return;
	if (g_str_has_prefix(line, "pwr on") || g_str_has_prefix(line, "pwr off"))
		stream->supply = line[5] == 'n';
	else if (strcmp(line, "end") == 0 || strstr(line, "Acquisition completed") != NULL)
		stream->has_ended = TRUE;
	else
		stream_message(stream, line, size);
}

static void stream_text(Lpm01aStream *stream, guint8 byte)
{
	if (byte == '\n') {
		stream->line[stream->line_bytes] = '\0';
		stream_line(stream);
		stream->line_bytes = 0;
		stream->is_too_long = FALSE;
	} else if (byte == '\0' || byte == '\r') {
		/* One of them can stand in front of a value. */
	} else if (stream->line_bytes + 1 < sizeof stream->line) {
		stream->line[stream->line_bytes++] = (char)byte;
	} else {
		stream->is_too_long = TRUE;
	}
}

/* A message is whole. */
static void stream_binary_message(Lpm01aStream *stream)
{
	const guint8 *bytes = (const guint8 *)stream->line;
	switch (bytes[1]) {
	case MESSAGE_ERROR:
		stream_message(stream, stream->line + 2, stream->line_bytes - 4);
		if (stream->error[0] == '\0')
			g_strlcpy(stream->error, stream->answer, sizeof stream->error);
		break;
	case MESSAGE_INFO:
		stream_message(stream, stream->line + 2, stream->line_bytes - 4);
		break;
	case MESSAGE_STAMP:
		stream->load_percent = bytes[6];
		stream->is_streaming = TRUE;
		stream_stamp(stream, (gint64)(bytes[2] & 0x7f) << 24 | (gint64)bytes[3] << 16 |
		                         (gint64)bytes[4] << 8 | bytes[5]);
		break;
	case MESSAGE_END:
		stream->has_ended = TRUE;
		stream->is_streaming = FALSE;
		/* No time tells of the last ones: they are as whole as a block without damage is. */
		if (stream->stamp_ms >= 0)
			stream_close_block(stream, (gint64)stream->since);
		break;
	case MESSAGE_OVERCURRENT:
		g_strlcpy(stream->error, "overcurrent: the board draws more than it can supply",
		          sizeof stream->error);
		break;
	case MESSAGE_RESET:
		stream->supply = 0;
		break;
	case MESSAGE_SUPPLY:
		stream->supply = bytes[2] != 0;
		break;
	default:
		break; /* asked for by nobody */
	}
}

/* Behind each byte of a message. */
static void stream_binary_go_on(Lpm01aStream *stream)
{
	const guint8 *bytes = (const guint8 *)stream->line;
	gsize size = stream->line_bytes, whole = 0;
	if (size < 2)
		return;
	gboolean is_known = bytes[1] >= MESSAGE_ERROR && bytes[1] <= MESSAGE_SUPPLY;
	gboolean ends = size >= 4 && bytes[size - 1] == 0xff && bytes[size - 2] == 0xff;
	if (is_known)
		whole = stream_bytes[bytes[1]];
	if (is_known && (whole == 0 ? !ends && size + 1 < sizeof stream->line : size < whole))
		return;
	if (is_known && ends)
		stream_binary_message(stream);
	else
		stream->rest_bytes += size;
	stream->line_bytes = 0;
	stream->is_message = FALSE;
}

static void stream_binary_begin(Lpm01aStream *stream, guint8 byte)
{
	stream->is_message = TRUE;
	stream->has_half = FALSE;
	stream->line[0] = (char)byte;
	stream->line_bytes = 1;
}

static void stream_binary_value(Lpm01aStream *stream, guint8 high, guint8 low)
{
	const RigSample sample = {.code = (guint16)((high & 0xf) << 8 | low),
	                          .range = (guint8)(high >> 4),
	                          .logic = stream->logic};
	if (stream->block_count < LPM01A_STAMP_SAMPLES)
		stream->block[stream->block_count++] = sample;
	stream->since++;
	stream->has_half = FALSE;
	stream->ends_with_mark = low == STREAM_MESSAGE;
}

/* A byte where a value or a message begins. */
static void stream_binary_first(Lpm01aStream *stream, guint8 byte)
{
	gboolean is_behind_mark = stream->ends_with_mark;
	stream->ends_with_mark = FALSE;
	if (byte == STREAM_MESSAGE) {
		stream_binary_begin(stream, byte);
	} else if (byte > STREAM_MESSAGE && is_behind_mark) {
		/* F0 Fx is in no values, however they are cut: the mark was no end of one. */
		stream->since--;
		stream->block_count -= stream->block_count > 0;
		stream->rest_bytes++;
		stream_binary_begin(stream, STREAM_MESSAGE);
		stream->line[stream->line_bytes++] = (char)byte;
		stream_binary_go_on(stream);
	} else if (byte > STREAM_MESSAGE) {
		stream->rest_bytes++;
	} else {
		stream->half = byte;
		stream->has_half = TRUE;
	}
}

static void stream_binary(Lpm01aStream *stream, guint8 byte)
{
	if (stream->is_message) {
		stream->line[stream->line_bytes++] = (char)byte;
		stream_binary_go_on(stream);
	} else if (!stream->is_streaming && byte != STREAM_MESSAGE) {
		stream_text(stream, byte);
	} else if (stream->has_half) {
		stream_binary_value(stream, stream->half, byte);
	} else {
		stream_binary_first(stream, byte);
	}
}

void lpm01a_stream_take(Lpm01aStream *stream, const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (stream->is_binary)
			stream_binary(stream, data[i]);
		else
			stream_text(stream, data[i]);
	}
}
