/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/golden.h"

#include "judge/records.h"
#include <float.h>
#include <math.h>
#include <string.h>

/* One line: its outputs are values[at .. at + count). */
typedef struct GoldenLine {
	guint32 input, count;
	guint at;
} GoldenLine;

struct RigGolden {
	GArray *lines;        /* GoldenLine, as read */
	GArray *values;       /* double */
	GHashTable *by_input; /* input -> index of its line + 1 */
};

typedef struct GoldenReader {
	const char *name;
	char *at; /* begin of the line that comes; owned by the caller, NUL-terminated */
	guint line;
	guint columns; /* outputs that the header names */
} GoldenReader;

static gboolean golden_error(GError **error, const GoldenReader *reader, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static gboolean golden_error(GError **error, const GoldenReader *reader, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_autofree char *what = g_strdup_vprintf(format, args);
	va_end(args);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s:%u: %s", reader->name, reader->line, what);
	return FALSE;
}

/* The next line without its end; NULL at the end of the text. */
static char *golden_next(GoldenReader *reader)
{
	char *line = reader->at;

	if (*line == '\0')
		return NULL;
	gsize length = strcspn(line, "\n");
	reader->at = line + length + (line[length] == '\n' ? 1 : 0);
	line[length] = '\0';
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	reader->line++;
	return line;
}

static gboolean golden_header(GoldenReader *reader, GError **error)
{
	const char *line = golden_next(reader);

	if (line == NULL || !g_str_has_prefix(line, "input,"))
		return golden_error(error, reader,
		                    "the first line is not \"input,o0,o1,…\"; "
		                    "--update-golden writes such a file");
	for (; *line; line++)
		reader->columns += *line == ',' ? 1 : 0;
	if (reader->columns > RIG_OUTPUTS_MAX)
		return golden_error(error, reader, "%u outputs, at most %u are allowed", reader->columns,
		                    RIG_OUTPUTS_MAX);
	return TRUE;
}

static gboolean golden_read_input(GoldenReader *reader, char **at, guint32 *input, GError **error)
{
	gsize digits = strspn(*at, "0123456789");
	guint64 number = digits > 0 && digits <= 10 ? g_ascii_strtoull(*at, NULL, 10) : G_MAXUINT64;

	if (number > G_MAXUINT32 || (*at)[digits] != ',')
		return golden_error(error, reader,
		                    "\"%.20s\" does not begin with the index of an input and a comma", *at);
	*input = (guint32)number;
	*at += digits + 1;
	return TRUE;
}

static gboolean golden_read_output(GoldenReader *reader, char **at, double *value, GError **error)
{
	char *end = *at;

	/* strtod would skip space and take hexadecimal. */
	if (strchr("+-.0123456789nNiI", **at) && **at)
		*value = g_ascii_strtod(*at, &end);
	if (end == *at || (*end != ',' && *end != '\0') || strcspn(*at, "xX") < (gsize)(end - *at))
		return golden_error(error, reader, "\"%.*s\" is not a number",
		                    (int)MIN(strcspn(*at, ","), 20), *at);
	*at = end + (*end == ',' ? 1 : 0);
	if (*end == ',' && **at == '\0')
		return golden_error(error, reader, "the line ends with a comma");
	return TRUE;
}

static gboolean golden_read_line(GoldenReader *reader, RigGolden *golden, char *at, GError **error)
{
	GoldenLine line = {.at = golden->values->len};

	if (!golden_read_input(reader, &at, &line.input, error))
		return FALSE;
	if (g_hash_table_contains(golden->by_input, GUINT_TO_POINTER(line.input)))
		return golden_error(error, reader, "input %u is here a second time", line.input);
	do {
		double value = 0.0;
		if (!golden_read_output(reader, &at, &value, error))
			return FALSE;
		if (++line.count > reader->columns)
			return golden_error(error, reader, "more outputs than the %u of the first line",
			                    reader->columns);
		g_array_append_val(golden->values, value);
	} while (*at);
	g_array_append_val(golden->lines, line);
	g_hash_table_insert(golden->by_input, GUINT_TO_POINTER(line.input),
	                    GUINT_TO_POINTER(golden->lines->len));
	return TRUE;
}

RigGolden *rig_golden_parse(const char *name, const char *data, gsize size, GError **error)
{
	g_autoptr(RigGolden) golden = g_new0(RigGolden, 1);
	g_autofree char *text = g_malloc(size + 1);
	GoldenReader reader = {.name = name, .at = text};

	golden->lines = g_array_new(FALSE, FALSE, sizeof(GoldenLine));
	golden->values = g_array_new(FALSE, FALSE, sizeof(double));
	golden->by_input = g_hash_table_new(g_direct_hash, g_direct_equal);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (strlen(text) != size) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: a NUL byte at offset %" G_GSIZE_FORMAT "; this is no CSV file", name,
		            strlen(text));
		return NULL;
	}
	if (!golden_header(&reader, error))
		return NULL;
	for (char *line = golden_next(&reader); line; line = golden_next(&reader)) {
		if (*line && !golden_read_line(&reader, golden, line, error))
			return NULL;
	}
	return g_steal_pointer(&golden);
}

void rig_golden_free(RigGolden *golden)
{
	if (golden == NULL)
		return;
	g_array_unref(golden->lines);
	g_array_unref(golden->values);
	g_hash_table_unref(golden->by_input);
	g_free(golden);
}

guint rig_golden_count(const RigGolden *golden)
{
	return golden->lines->len;
}

static gboolean golden_same_bits(double a, double b)
{
	return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

/* 0 where both are the same; infinite where no number tells how far they are apart. */
static double golden_distance(double a, double b)
{
	if (a == b || golden_same_bits(a, b))
		return 0.0;
	return isfinite(a) && isfinite(b) ? fabs(a - b) : INFINITY;
}

static gboolean golden_allowed(double wanted, double got, double tolerance)
{
	if (tolerance <= 0.0)
		return golden_same_bits(wanted, got);
	/* 0.52 - 0.50 is a little more than 0.02 in binary. */
	double rounding = DBL_EPSILON * (fabs(wanted) + fabs(got) + tolerance);
	double by = golden_distance(wanted, got);
	return by == 0.0 || (isfinite(by) && by <= tolerance + rounding);
}

/* TRUE: `difference` holds the worst output that is not allowed. Raises *worst. */
static gboolean golden_compare_record(const RigGolden *golden, const GoldenLine *line,
                                      const RigInference *record, double tolerance, double *worst,
                                      RigGoldenDifference *difference)
{
	gboolean differs = FALSE;

	*difference = (RigGoldenDifference){
	    .input = record->input, .outputs = record->outputs_count, .wanted_outputs = line->count};
	if (record->outputs_count != line->count) {
		difference->by = *worst = INFINITY;
		return TRUE;
	}
	for (guint i = 0; i < line->count; i++) {
		double wanted = g_array_index(golden->values, double, line->at + i);
		double got = record->outputs[i];
		double by = golden_distance(wanted, got);
		*worst = MAX(*worst, by);
		if (golden_allowed(wanted, got, tolerance) || (differs && by <= difference->by))
			continue;
		differs = TRUE;
		difference->output = i;
		difference->wanted = wanted;
		difference->got = got;
		difference->by = by;
	}
	return differs;
}

static int golden_by_size(gconstpointer a, gconstpointer b)
{
	const RigGoldenDifference *x = a, *y = b;
	if (x->by != y->by)
		return x->by > y->by ? -1 : 1;
	return (x->input > y->input) - (x->input < y->input);
}

void rig_golden_compare(RigGoldenResult *result, const RigGolden *golden, const GPtrArray *records,
                        double tolerance)
{
	g_autofree guint8 *seen = g_new0(guint8, golden->lines->len + 1);

	*result = (RigGoldenResult){.unknown_input = G_MAXUINT32};
	result->differences = g_array_new(FALSE, FALSE, sizeof(RigGoldenDifference));
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		RigGoldenDifference difference;
		guint at = GPOINTER_TO_UINT(
		    g_hash_table_lookup(golden->by_input, GUINT_TO_POINTER(record->input)));
		if (at == 0) {
			result->unknown++;
			result->unknown_input = MIN(result->unknown_input, record->input);
			continue;
		}
		result->compared++;
		result->inputs += seen[at] ? 0 : 1;
		seen[at] = 1;
		if (golden_compare_record(golden, &g_array_index(golden->lines, GoldenLine, at - 1), record,
		                          tolerance, &result->worst, &difference))
			g_array_append_val(result->differences, difference);
	}
	g_array_sort(result->differences, golden_by_size);
}

void rig_golden_result_clear(RigGoldenResult *result)
{
	g_clear_pointer(&result->differences, g_array_unref);
}

char *rig_golden_number(char *buffer, double value)
{
	char format[8];

	if (isnan(value)) { /* printf may write -nan */
		g_strlcpy(buffer, "nan", G_ASCII_DTOSTR_BUF_SIZE);
		return buffer;
	}
	for (int digits = 1; digits <= 17; digits++) {
		g_snprintf(format, sizeof format, "%%.%dg", digits);
		g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, format, value);
		if (g_ascii_strtod(buffer, NULL) == value)
			break;
	}
	return buffer;
}
