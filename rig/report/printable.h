/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of others made fit for a report: boards, programs and file names hold what they like,
 * and neither a terminal nor an XML reader may take it for orders. Pure functions.
 */
#ifndef RIG_REPORT_PRINTABLE_H
#define RIG_REPORT_PRINTABLE_H

#include "report/report.h"

enum {
	RIG_PRINTABLE_LINES = 1 << 0, /* keep line ends; without it they become spaces */
	RIG_PRINTABLE_ASCII = 1 << 1, /* for a terminal that knows no UTF-8 */
	RIG_PRINTABLE_BYTES = 1 << 2, /* keep control characters, mend wrong UTF-8 only (JSON) */
};

/*
 * Valid UTF-8 (or ASCII) of at most about `max_bytes`; what was cut is said at the end. Control
 * characters and wrong bytes show as \xNN, invisible or direction-changing ones as \uNNNN.
 * NULL gives "". Caller frees.
 */
char *rig_printable(const char *text, gsize max_bytes, guint flags);

/*
 * Where the last `lines` lines of `text` begin, or its last `max_bytes` where they are longer.
 * A line end at the very end begins no line.
 */
const char *rig_printable_tail(const char *text, guint lines, gsize max_bytes);

/* Columns that clean text takes: wide characters two, combining ones none. */
guint rig_printable_columns(const char *text);

/* Cut to `columns`, with `ellipsis` as its end where something was cut. Caller frees. */
char *rig_printable_clip(const char *text, guint columns, const char *ellipsis);

/*
 * Lines (char *) of at most `columns` each, broken at spaces, or anywhere in a word that is
 * longer than a line. At least one line. Caller unrefs.
 */
GPtrArray *rig_printable_wrap(const char *text, guint columns);

/* "0.41 s", "75.2 s", "12 min 05 s". Negative spans count as 0. Caller frees. */
char *rig_printable_duration(gint64 span_us);

/* `path` relative to the working folder where it lies beneath it. Caller frees. */
char *rig_printable_path(const char *path);

/* Unit of the numbers of a dimension of field.h: "us" for "time"; NULL for numbers without one. */
const char *rig_printable_unit(const char *dimension);

/* The dimension whose numbers have that unit; what is no unit is given back. Borrowed. */
const char *rig_printable_dimension(const char *unit);

/* Who is at fault, in words: "the board is wrong". Static. */
const char *rig_printable_fault(RigVerdict verdict);

#endif
