/* SPDX-License-Identifier: Apache-2.0 */
#include "report/printable.h"

#include <string.h>

/* Signs that the rig itself writes, as a terminal without UTF-8 gets them. */
static const struct {
	gunichar sign;
	const char *ascii;
} printable_signs[] = {
    {0x00b1, "+-"}, {0x00b5, "u"},   {0x00b7, "|"},  {0x00d7, "x"},  {0x03bc, "u"},  {0x2013, "-"},
    {0x2014, "-"},  {0x2026, "..."}, {0x2192, "->"}, {0x2264, "<="}, {0x2265, ">="},
};

static const struct {
	const char *dimension, *unit;
} printable_units[] = {
    {"time", "us"},     {"frequency", "mHz"}, {"voltage", "uV"}, {"current", "nA"},
    {"energy", "pJ"},   {"size", "bytes"},    {"baud", "bit/s"}, {"ratio", "ratio"},
    {"count", "count"}, {"text", NULL},       {"value", NULL},
};

static const char *const printable_faults[] = {
    [RIG_VERDICT_SKIP] = "not run",
    [RIG_VERDICT_PASS] = "the board is right",
    [RIG_VERDICT_INCONCLUSIVE] = "measured, but too little or too unsure to decide",
    [RIG_VERDICT_FAIL] = "the board is wrong",
    [RIG_VERDICT_ERROR] = "the rig or bench is wrong, the board was not judged",
};

/* g_utf8_next_char would cast the const away. */
static const char *printable_next(const char *at)
{
	return at + g_utf8_skip[(guchar)*at];
}

static gboolean printable_is_visible(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);
	if (type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
	    type == G_UNICODE_PRIVATE_USE)
		return FALSE;
	return g_unichar_isprint(c);
}

static void printable_escape(GString *out, gunichar c)
{
	if (c < 0x80)
		g_string_append_printf(out, "\\x%02x", c);
	else if (c <= 0xffff)
		g_string_append_printf(out, "\\u%04x", c);
	else
		g_string_append_printf(out, "\\U%08x", c);
}

static void printable_append(GString *out, gunichar c, guint flags)
{
	if ((flags & RIG_PRINTABLE_BYTES) != 0) {
		g_string_append_unichar(out, c);
		return;
	}
	if (c == '\n' || c == '\t') {
		gboolean keep = c == '\n' && (flags & RIG_PRINTABLE_LINES) != 0;
		g_string_append_c(out, keep ? '\n' : ' ');
		return;
	}
	if (!printable_is_visible(c)) {
		printable_escape(out, c);
		return;
	}
	if (c < 0x80 || (flags & RIG_PRINTABLE_ASCII) == 0) {
		g_string_append_unichar(out, c);
		return;
	}
	for (guint i = 0; i < G_N_ELEMENTS(printable_signs); i++) {
		if (printable_signs[i].sign == c) {
			g_string_append(out, printable_signs[i].ascii);
			return;
		}
	}
	printable_escape(out, c);
}

char *rig_printable(const char *text, gsize max_bytes, guint flags)
{
	GString *out = g_string_new(NULL);
	const char *at = text == NULL ? "" : text;
	gboolean bytes = (flags & RIG_PRINTABLE_BYTES) != 0;

	while (*at != '\0' && out->len < max_bytes) {
		if (!bytes && at[0] == '\r' && at[1] == '\n')
			at++;
		gunichar c = g_utf8_get_char_validated(at, -1);
		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (guint)(guchar)*at++);
			continue;
		}
		printable_append(out, c, flags);
		at = printable_next(at);
	}
	if (*at != '\0')
		g_string_append_printf(out, " [%" G_GSIZE_FORMAT " bytes left out]", strlen(at));
	return g_string_free(out, FALSE);
}

const char *rig_printable_tail(const char *text, guint lines, gsize max_bytes)
{
	const char *end = text + strlen(text);
	const char *at = end;
	if (at > text && at[-1] == '\n')
		at--;
	for (guint left = lines; at > text && (gsize)(end - at) < max_bytes; at--) {
		if (at[-1] == '\n' && --left == 0)
			break;
	}
	/* Not in the middle of a character. */
	while (at > text && ((guchar)*at & 0xc0) == 0x80)
		at++;
	return at;
}

static guint printable_width(gunichar c)
{
	if (g_unichar_iszerowidth(c))
		return 0;
	return g_unichar_iswide(c) ? 2 : 1;
}

guint rig_printable_columns(const char *text)
{
	guint columns = 0;
	for (const char *at = text; *at != '\0'; at = printable_next(at))
		columns += printable_width(g_utf8_get_char(at));
	return columns;
}

/* How many bytes of `text` fit into `columns`; at least one character where `text` has one. */
static gsize printable_fit(const char *text, guint columns)
{
	guint used = 0;
	const char *at = text;
	while (*at != '\0') {
		used += printable_width(g_utf8_get_char(at));
		if (used > columns && at > text)
			break;
		at = printable_next(at);
	}
	return (gsize)(at - text);
}

char *rig_printable_clip(const char *text, guint columns, const char *ellipsis)
{
	if (rig_printable_columns(text) <= columns)
		return g_strdup(text);
	guint end = rig_printable_columns(ellipsis);
	if (columns <= end)
		return g_strndup("........", MIN(columns, 8));
	gsize kept = printable_fit(text, columns - end);
	while (kept > 0 && text[kept - 1] == ' ')
		kept--;
	return g_strdup_printf("%.*s%s", (int)kept, text, ellipsis);
}

/* Breaks one paragraph, which holds no line end. */
static void printable_wrap_line(GPtrArray *lines, const char *text, guint columns)
{
	do {
		gsize fits = printable_fit(text, columns);
		gsize cut = fits;
		if (text[fits] != '\0') {
			while (cut > 0 && text[cut] != ' ')
				cut--;
			if (cut == 0)
				cut = fits;
		}
		gsize end = cut;
		while (end > 0 && text[end - 1] == ' ')
			end--;
		g_ptr_array_add(lines, g_strndup(text, end));
		text += cut;
		while (*text == ' ')
			text++;
	} while (*text != '\0');
}

GPtrArray *rig_printable_wrap(const char *text, guint columns)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) paragraphs = g_strsplit(text, "\n", -1);
	for (char **paragraph = paragraphs; *paragraph != NULL; paragraph++) {
		if (**paragraph != '\0' || paragraph[1] != NULL)
			printable_wrap_line(lines, *paragraph, MAX(columns, 8));
	}
	if (lines->len == 0)
		g_ptr_array_add(lines, g_strdup(""));
	return lines;
}

char *rig_printable_duration(gint64 span_us)
{
	double seconds = (double)MAX(span_us, 0) / 1e6;
	if (seconds < 9.995)
		return g_strdup_printf("%.2f s", seconds);
	if (seconds < 119.95)
		return g_strdup_printf("%.1f s", seconds);
	gint64 whole = (gint64)(seconds + 0.5);
	return g_strdup_printf("%" G_GINT64_FORMAT " min %02d s", whole / 60, (int)(whole % 60));
}

char *rig_printable_path(const char *path)
{
	g_autofree char *here = g_get_current_dir();
	gsize size = strlen(here);
	if (size > 1 && g_str_has_prefix(path, here) && path[size] == '/' && path[size + 1] != '\0')
		return g_strdup(path + size + 1);
	return g_strdup(path);
}

const char *rig_printable_unit(const char *dimension)
{
	for (guint i = 0; dimension != NULL && i < G_N_ELEMENTS(printable_units); i++) {
		if (strcmp(printable_units[i].dimension, dimension) == 0)
			return printable_units[i].unit;
	}
	return dimension;
}

const char *rig_printable_dimension(const char *unit)
{
	for (guint i = 0; unit != NULL && i < G_N_ELEMENTS(printable_units); i++) {
		if (g_strcmp0(printable_units[i].unit, unit) == 0)
			return printable_units[i].dimension;
	}
	return unit;
}

const char *rig_printable_fault(RigVerdict verdict)
{
	return printable_faults[verdict];
}
