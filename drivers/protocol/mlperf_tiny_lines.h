/* SPDX-License-Identifier: Apache-2.0 */
/* Lines out of a byte stream, and their seals. */
#ifndef DRIVERS_PROTOCOL_MLPERF_TINY_LINES_H
#define DRIVERS_PROTOCOL_MLPERF_TINY_LINES_H

#include <rig/link.h>

#define TINY_LINE_BYTES_MAX (64u << 10)

/* A piece of text, not NUL-terminated; borrowed until the next read. */
typedef struct TinyText {
	const char *at;
	gsize size;
} TinyText;

#define TINY_TEXT(literal) ((TinyText){(literal), sizeof(literal) - 1})

/* Gathers bytes until they make a line. Zeroed is a valid empty reader. */
typedef struct TinyReader {
	char *data;
	gsize capacity, begin, end;
	gsize scanned;  /* bytes from `begin` that are known to hold no LF */
	char first[24]; /* first bytes ever, for an error about garbage */
	gsize first_size;
} TinyReader;

void tiny_reader_clear(TinyReader *reader);
/* Forgets what was read and not yet taken. */
void tiny_reader_drop(TinyReader *reader);

/*
 * The next line, without its end, without NULs around it. 1: a line, 0: the deadline came,
 * -1: error of the link. A line over TINY_LINE_BYTES_MAX is dropped.
 */
int tiny_reader_next(TinyReader *reader, RigLink *link, TinyText *line, gint64 deadline_us,
                     GError **error);

gboolean tiny_text_is(TinyText text, TinyText other);
/* Cuts `prefix` off; FALSE (text untouched) where it does not start so. */
gboolean tiny_text_skip(TinyText *text, TinyText prefix);

/* Does the text end as a sealed line does: `*` and 8 lower-case hex digits? */
gboolean tiny_seal_looks(TinyText text);
/*
 * Checks the seal of a line against the chain so far and cuts it off; *chain goes on over the
 * line. FALSE (nothing changed) when there is no seal or it is wrong.
 */
gboolean tiny_seal_open(TinyText *text, guint32 *chain);

#endif
