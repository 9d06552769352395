/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_lines.h"

#include <math.h>
#include <string.h>

void stream_lines_begin(StreamLines *lines, double scale, const RigSampleSink *sink)
{
	*lines = (StreamLines){.scale = scale, .sink = sink};
}

static double lines_step(guint range)
{
	return ldexp(STREAM_FULL_A, -2 * (int)range) / STREAM_CODE_SPAN;
}

void stream_lines_transfer(RigTransfer *transfer, double accuracy)
{
	*transfer = (RigTransfer){0};
	for (guint range = 0; range < RIG_SAMPLE_RANGES; range++) {
		transfer->c[range][0] = -(double)STREAM_CODE_ZERO * lines_step(range);
		transfer->c[range][1] = lines_step(range);
		transfer->last[range] = G_MAXUINT16; /* of the range 0 only, by lines_sample */
		transfer->gain[range] = accuracy;
	}
}

/* In the least range that holds it. */
static RigSample lines_sample(double amperes, guint8 logic)
{
	guint range = RIG_SAMPLE_RANGES - 1;
	if (isnan(amperes))
		return (RigSample){.range = RIG_SAMPLE_NONE, .logic = logic};
	while (range > 0 && fabs(amperes) > (STREAM_CODE_SPAN - 1) * lines_step(range))
		range--;
	double code = rint(amperes / lines_step(range)) + STREAM_CODE_ZERO;
	return (RigSample){
	    .code = (guint16)CLAMP(code, 0, G_MAXUINT16), .range = (guint8)range, .logic = logic};
}

/* "mA", "uV", "µA", "A", "V" or nothing; returns what is behind it, NULL: another unit. */
static const char *lines_unit(const char *at, double scale, double *factor)
{
	static const struct {
		const char *text;
		double factor;
	} prefixes[] = {{"m", 1e-3},  {"u", 1e-6}, {"\xc2\xb5", 1e-6}, {"\xce\xbc", 1e-6}, {"n", 1e-9},
	                {"p", 1e-12}, {"", 1}};
	const char *behind_space = at + (*at == ' ' ? 1 : 0);
	*factor = scale;
	for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		gsize length = strlen(prefixes[i].text);
		char unit = strncmp(behind_space, prefixes[i].text, length) == 0 ? behind_space[length] : 0;
		if (unit != 'A' && unit != 'V')
			continue;
		*factor = prefixes[i].factor * (unit == 'V' ? scale : 1);
		at = behind_space + length + 1;
		return g_str_has_prefix(at, " DC") ? at + 3 : at;
	}
	return at;
}

/* ",3", " 3" or nothing. FALSE: it is none. */
static gboolean lines_logic(const char *at, guint8 *logic)
{
	*logic = 0;
	at += strspn(at, " \t,;");
	if (*at == '\0')
		return TRUE;
	char *end = NULL;
	guint64 number = g_ascii_isdigit(*at) ? g_ascii_strtoull(at, &end, 10) : G_MAXUINT64;
	if (number > 255 || *end != '\0')
		return FALSE;
	*logic = (guint8)number;
	return TRUE;
}

/* A number as it stands, none of the words that C takes for one. */
static gboolean lines_number(const char *at, const char **behind, double *number)
{
	if (strncmp(at, "nan", 3) == 0) {
		*number = (double)NAN;
		*behind = at + 3;
		return TRUE;
	}
	gsize sign = *at == '-' || *at == '+' ? 1 : 0;
	if (!g_ascii_isdigit(at[sign]) && at[sign] != '.')
		return FALSE;
	if (at[sign] == '0' && (at[sign + 1] == 'x' || at[sign + 1] == 'X'))
		return FALSE;
	char *end = NULL;
	*number = g_ascii_strtod(at, &end);
	*behind = end;
	return end != at && isfinite(*number);
}

static gboolean lines_take_gap(StreamLines *lines, const char *line)
{
	char *end = NULL;
	if (strncmp(line, "gap ", 4) != 0 || !g_ascii_isdigit(line[4]))
		return FALSE;
	guint64 missing = g_ascii_strtoull(line + 4, &end, 10);
	if (*end != '\0' || missing == 0 || missing > STREAM_GAP_MAX)
		return FALSE;
	lines->sink->gap(lines->sink->user, (gint64)missing, 0, 0, 0);
	return TRUE;
}

static gboolean lines_take_sample(StreamLines *lines, const char *line)
{
	const char *colon = strstr(line, ": ");
	const char *at = colon != NULL ? colon + 2 : line;
	double number, factor;
	guint8 logic;
	if (!lines_number(at, &at, &number) ||
	    !lines_logic(lines_unit(at, lines->scale, &factor), &logic))
		return FALSE;
	const RigSample sample = lines_sample(number * factor, logic);
	lines->sink->samples(lines->sink->user, &sample, 1);
	lines->samples++;
	return TRUE;
}

static void lines_keep_wrong(StreamLines *lines)
{
	gsize length = 0;
	for (const char *at = lines->line; *at != '\0' && length + 1 < sizeof lines->wrong; at++)
		lines->wrong[length++] = g_ascii_isprint(*at) ? *at : '?';
	lines->wrong[length] = '\0';
}

static void lines_end_line(StreamLines *lines)
{
	gsize size = lines->line_bytes;
	while (size > 0 && g_ascii_isspace(lines->line[size - 1]))
		size--;
	lines->line[size] = '\0';
	const char *line = lines->line + strspn(lines->line, " \t");
	gboolean is_remark = *line == '\0' || *line == '#' || *line == ';';
	if (!lines->is_too_long &&
	    (is_remark || lines_take_gap(lines, line) || lines_take_sample(lines, line)))
		return;
	if (lines->bad++ == 0)
		lines_keep_wrong(lines);
	lines->sink->gap(lines->sink->user, 0, 0, 0, lines->line_bytes);
}

void stream_lines_take(StreamLines *lines, const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		if (data[i] == '\n') {
			lines_end_line(lines);
			lines->line_bytes = 0;
			lines->is_too_long = FALSE;
		} else if (data[i] == '\0') {
			/* Some devices send it in front of a line. */
		} else if (lines->line_bytes + 1 < sizeof lines->line) {
			lines->line[lines->line_bytes++] = (char)data[i];
		} else {
			lines->is_too_long = TRUE;
		}
	}
}
