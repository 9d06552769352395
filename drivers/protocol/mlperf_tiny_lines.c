/* SPDX-License-Identifier: Apache-2.0 */
#include "mlperf_tiny_lines.h"

#include <rig/bytes.h>
#include <string.h>

#define LINES_FIRST_BYTES 4096u
#define LINES_SEAL_BYTES  9u /* `*` and 8 hex digits */

void tiny_reader_clear(TinyReader *reader)
{
	g_free(reader->data);
	*reader = (TinyReader){0};
}

void tiny_reader_drop(TinyReader *reader)
{
	reader->begin = reader->end = reader->scanned = 0;
}

/* Makes room behind `end`: moves what is left to the front, grows, or drops an endless line. */
static void lines_make_room(TinyReader *reader)
{
	if (reader->begin == reader->end)
		tiny_reader_drop(reader);
	if (reader->end < reader->capacity)
		return;
	if (reader->begin > 0) {
		reader->end -= reader->begin;
		memmove(reader->data, reader->data + reader->begin, reader->end);
		reader->begin = 0;
	} else if (reader->capacity < TINY_LINE_BYTES_MAX) {
		reader->capacity = MAX(reader->capacity * 2, LINES_FIRST_BYTES);
		reader->data = g_realloc(reader->data, reader->capacity);
	} else {
		tiny_reader_drop(reader);
	}
}

/* Takes a line that is already here. */
static gboolean lines_take(TinyReader *reader, TinyText *line)
{
	gsize size = reader->end - reader->begin;
	if (size == reader->scanned)
		return FALSE;
	const char *start = reader->data + reader->begin;
	const char *feed = memchr(start + reader->scanned, '\n', size - reader->scanned);
	if (feed == NULL) {
		reader->scanned = size;
		return FALSE;
	}
	gsize length = (gsize)(feed - start);
	reader->begin += length + 1;
	reader->scanned = 0;
	while (length > 0 && (start[length - 1] == '\r' || start[length - 1] == '\0'))
		length--;
	while (length > 0 && (*start == '\r' || *start == '\0')) {
		start++;
		length--;
	}
	*line = (TinyText){start, length};
	return TRUE;
}

int tiny_reader_next(TinyReader *reader, RigLink *link, TinyText *line, gint64 deadline_us,
                     GError **error)
{
	while (!lines_take(reader, line)) {
		lines_make_room(reader);
		guint8 *room = (guint8 *)reader->data + reader->end;
		gssize got = rig_link_read(link, room, reader->capacity - reader->end, deadline_us, error);
		if (got <= 0)
			return (int)got;
		if (reader->first_size < sizeof reader->first) {
			gsize kept = MIN((gsize)got, sizeof reader->first - reader->first_size);
			memcpy(reader->first + reader->first_size, room, kept);
			reader->first_size += kept;
		}
		reader->end += (gsize)got;
	}
	return 1;
}

gboolean tiny_text_is(TinyText text, TinyText other)
{
	return text.size == other.size && memcmp(text.at, other.at, other.size) == 0;
}

gboolean tiny_text_skip(TinyText *text, TinyText prefix)
{
	if (text->size < prefix.size || memcmp(text->at, prefix.at, prefix.size) != 0)
		return FALSE;
	text->at += prefix.size;
	text->size -= prefix.size;
	return TRUE;
}

gboolean tiny_seal_looks(TinyText text)
{
	if (text.size < LINES_SEAL_BYTES || text.at[text.size - LINES_SEAL_BYTES] != '*')
		return FALSE;
	const char *digit = text.at + text.size - LINES_SEAL_BYTES + 1;
	for (gsize i = 0; i < LINES_SEAL_BYTES - 1; i++) {
		if (!g_ascii_isxdigit(digit[i]) || g_ascii_isupper(digit[i]))
			return FALSE;
	}
	return TRUE;
}

gboolean tiny_seal_open(TinyText *text, guint32 *chain)
{
	if (!tiny_seal_looks(*text))
		return FALSE;
	gsize size = text->size - LINES_SEAL_BYTES;
	guint32 stated = 0;
	for (gsize i = size + 1; i < text->size; i++)
		stated = stated << 4 | (guint32)g_ascii_xdigit_value(text->at[i]);
	guint32 crc = rig_crc32(*chain, text->at, size);
	if (crc != stated)
		return FALSE;
	*chain = crc;
	text->size = size;
	return TRUE;
}
