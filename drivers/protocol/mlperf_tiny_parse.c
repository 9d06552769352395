/* SPDX-License-Identifier: Apache-2.0 */
#include "mlperf_tiny_parse.h"

#include <math.h>
#include <string.h>

#define PARSE_REAL_CHARS   64u
#define PARSE_EXACT_DIGITS 15  /* decimal digits that a double holds exactly */
#define PARSE_LINE_LEAST   80u /* what every monitor takes */

gboolean tiny_parse_unsigned(TinyText *text, guint64 max, guint64 *value)
{
	guint64 sum = 0;
	gsize i = 0;
	for (; i < text->size && g_ascii_isdigit(text->at[i]); i++) {
		guint64 digit = (guint64)(text->at[i] - '0');
		if (sum > (max - digit) / 10 || digit > max)
			return FALSE;
		sum = sum * 10 + digit;
	}
	if (i == 0)
		return FALSE;
	text->at += i;
	text->size -= i;
	*value = sum;
	return TRUE;
}

gboolean tiny_parse_signed(TinyText *text, gint64 *value)
{
	TinyText rest = *text;
	gboolean negative = tiny_text_skip(&rest, TINY_TEXT("-"));
	guint64 size = 0;
	if (!tiny_parse_unsigned(&rest, G_MAXINT64, &size))
		return FALSE;
	*value = negative ? -(gint64)size : (gint64)size;
	*text = rest;
	return TRUE;
}

gboolean tiny_parse_hex32(TinyText *text, guint32 *value)
{
	guint32 sum = 0;
	if (text->size < 8)
		return FALSE;
	for (gsize i = 0; i < 8; i++) {
		int digit = g_ascii_xdigit_value(text->at[i]);
		if (digit < 0)
			return FALSE;
		sum = sum << 4 | (guint32)digit;
	}
	text->at += 8;
	text->size -= 8;
	*value = sum;
	return TRUE;
}

static gboolean parse_special(TinyText *text, gboolean negative, double *value)
{
	double found = NAN;
	if (tiny_text_skip(text, TINY_TEXT("inf")))
		found = INFINITY;
	else if (!tiny_text_skip(text, TINY_TEXT("nan")))
		return FALSE;
	*value = negative ? -found : found;
	return TRUE;
}

/* Long mantissas and exponents: the slow way, over a copy. */
static gboolean parse_real_slowly(TinyText *text, double *value)
{
	char copy[PARSE_REAL_CHARS];
	gsize size = 0;
	while (size < text->size && size < sizeof copy &&
	       (g_ascii_isdigit(text->at[size]) || strchr("+-.eE", text->at[size]) != NULL))
		size++;
	if (size == 0 || size == sizeof copy)
		return FALSE;
	memcpy(copy, text->at, size);
	copy[size] = '\0';
	char *end = NULL;
	*value = g_ascii_strtod(copy, &end);
	if (end != copy + size)
		return FALSE;
	text->at += size;
	text->size -= size;
	return TRUE;
}

gboolean tiny_parse_real(TinyText *text, double *value)
{
	static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
	                                1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	TinyText rest = *text;
	gboolean negative = tiny_text_skip(&rest, TINY_TEXT("-"));
	if (parse_special(&rest, negative, value)) {
		*text = rest;
		return TRUE;
	}
	gint64 mantissa = 0;
	guint digits = 0, decimals = 0;
	gboolean point = FALSE;
	gsize i = 0;
	for (; i < rest.size && digits <= PARSE_EXACT_DIGITS; i++) {
		char c = rest.at[i];
		if (c == '.' && !point) {
			point = TRUE;
		} else if (g_ascii_isdigit(c)) {
			mantissa = mantissa * 10 + (c - '0');
			digits++;
			decimals += point ? 1 : 0;
		} else {
			break;
		}
	}
	gboolean more = i < rest.size && (g_ascii_isdigit(rest.at[i]) || rest.at[i] == 'e' ||
	                                  rest.at[i] == 'E' || rest.at[i] == '.');
	if (digits == 0)
		return FALSE;
	if (more || digits > PARSE_EXACT_DIGITS)
		return parse_real_slowly(text, value);
	/* Both are exact, so one division rounds as strtod does. */
	double size = (double)mantissa / powers[decimals];
	*value = negative ? -size : size;
	text->at = rest.at + i;
	text->size = rest.size - i;
	return TRUE;
}

gboolean tiny_parse_bracketed(TinyText text, TinyText *inside)
{
	if (text.size < 2 || text.at[0] != '[' || text.at[text.size - 1] != ']')
		return FALSE;
	*inside = (TinyText){text.at + 1, text.size - 2};
	return TRUE;
}

/* Skips commas and spaces between the fields of a list. */
static void parse_skip_separators(TinyText *text)
{
	while (text->size > 0 && (*text->at == ',' || *text->at == ' ')) {
		text->at++;
		text->size--;
	}
}

static gboolean parse_at_separator(TinyText text)
{
	return text.size == 0 || *text.at == ',' || *text.at == ' ';
}

gboolean tiny_parse_reals(TinyText text, GArray *values, guint max)
{
	TinyText rest;
	if (!tiny_parse_bracketed(text, &rest))
		return FALSE;
	guint count = 0;
	for (parse_skip_separators(&rest); rest.size > 0; parse_skip_separators(&rest)) {
		double value = 0;
		if (count == max || !tiny_parse_real(&rest, &value) || !parse_at_separator(rest))
			return FALSE;
		g_array_append_val(values, value);
		count++;
	}
	return count > 0;
}

gboolean tiny_parse_laps(TinyText text, GArray *laps, guint max)
{
	TinyText rest;
	if (!tiny_parse_bracketed(text, &rest))
		return FALSE;
	guint count = 0;
	for (parse_skip_separators(&rest); rest.size > 0; parse_skip_separators(&rest)) {
		guint64 lap = 0;
		if (count == max || !tiny_parse_unsigned(&rest, G_MAXINT64, &lap) ||
		    !parse_at_separator(rest))
			return FALSE;
		gint64 lap_us = (gint64)lap;
		g_array_append_val(laps, lap_us);
		count++;
	}
	return count > 0;
}

gboolean tiny_parse_word(TinyText *text, TinyText *word)
{
	while (text->size > 0 && *text->at == ' ') {
		text->at++;
		text->size--;
	}
	gsize size = 0;
	while (size < text->size && text->at[size] != ' ')
		size++;
	*word = (TinyText){text->at, size};
	text->at += size;
	text->size -= size;
	return size > 0;
}

static gboolean parse_setting(TinyText word, TinyText name, guint *value)
{
	guint64 number = 0;
	if (!tiny_text_skip(&word, name) || !tiny_parse_unsigned(&word, G_MAXUINT32, &number) ||
	    word.size > 0)
		return FALSE;
	*value = (guint)number;
	return TRUE;
}

gboolean tiny_parse_extension(TinyText line, TinyExtension *extension)
{
	TinyText inside, word;
	if (!tiny_text_skip(&line, TINY_TEXT("m-x-tinyrig-")) || !tiny_parse_bracketed(line, &inside) ||
	    !tiny_parse_word(&inside, &word) || !tiny_text_is(word, TINY_TEXT("1")))
		return FALSE;
	TinyExtension found = {0};
	while (tiny_parse_word(&inside, &word)) {
		if (parse_setting(word, TINY_TEXT("line="), &found.line) ||
		    parse_setting(word, TINY_TEXT("all="), &found.all))
			continue;
		/* Words that we do not know are abilities that we do not use. */
		found.build |= tiny_text_is(word, TINY_TEXT("build"));
		found.stack |= tiny_text_is(word, TINY_TEXT("stack"));
		found.sensor |= tiny_text_is(word, TINY_TEXT("sensor"));
	}
	if (found.line < PARSE_LINE_LEAST)
		return FALSE;
	*extension = found;
	return TRUE;
}

gboolean tiny_parse_printable(TinyText text)
{
	for (gsize i = 0; i < text.size; i++) {
		if (!g_ascii_isprint(text.at[i]))
			return FALSE;
	}
	return TRUE;
}
