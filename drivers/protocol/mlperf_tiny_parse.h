/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of reply lines. Pure; every function consumes from the front of *text, or leaves it. */
#ifndef DRIVERS_PROTOCOL_MLPERF_TINY_PARSE_H
#define DRIVERS_PROTOCOL_MLPERF_TINY_PARSE_H

#include "mlperf_tiny.h"

/* Decimal digits up to `max`, no sign, no space. */
gboolean tiny_parse_unsigned(TinyText *text, guint64 max, guint64 *value);
/* Decimal digits with an optional `-`. */
gboolean tiny_parse_signed(TinyText *text, gint64 *value);
/* Exactly 8 hex digits. */
gboolean tiny_parse_hex32(TinyText *text, guint32 *value);
/*
 * One number as printf writes it: 0.123, -1.5e-3, 7, nan, -nan, inf, -inf. Reads what strtod
 * would read, without the locale.
 */
gboolean tiny_parse_real(TinyText *text, double *value);
/*
 * `[a,b,c]` and nothing behind it; empty fields, as a trailing comma makes, are skipped. Appends
 * to `values`; FALSE for anything else, for no value at all and for more than `max`.
 */
gboolean tiny_parse_reals(TinyText text, GArray *values, guint max);
/* `[1,2,3]` of unsigned decimals, appended as gint64; the same rules. */
gboolean tiny_parse_laps(TinyText text, GArray *laps, guint max);
/* The text inside `[…]`, which must be all there is. */
gboolean tiny_parse_bracketed(TinyText text, TinyText *inside);
/* The next word up to a space; FALSE at the end. */
gboolean tiny_parse_word(TinyText *text, TinyText *word);
/* `m-x-tinyrig-[1 line=N all=K words…]`. FALSE: not version 1 or malformed. */
gboolean tiny_parse_extension(TinyText line, TinyExtension *extension);
/* Only printable ASCII? */
gboolean tiny_parse_printable(TinyText text);

#endif
