/* SPDX-License-Identifier: Apache-2.0 */
#include "config/reference.h"

#include "config/bench_parts.h"
#include "config/measure.h"
#include "config/schema.h"
#include "config/suite_parts.h"
#include "yaml/bind.h"
#include "yaml/quantity.h"

#include <rig/drivers.h>
#include <string.h>

/* Text of a table's cell: | would end it. */
static void reference_cell(GString *page, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			g_string_append_c(page, '\\');
		g_string_append_c(page, *text);
	}
}

/* What a value is, without its range. Caller frees. */
static char *reference_type(const RigField *field)
{
	const RigFieldCustom *custom = field->custom;
	switch (field->type) {
	case RIG_FIELD_STRING:
		return g_strdup("text");
	case RIG_FIELD_NAME:
		return g_strdup("name");
	case RIG_FIELD_PATH:
		return g_strdup("path");
	case RIG_FIELD_REGEX:
		return g_strdup("regular expression");
	case RIG_FIELD_BOOL:
		return g_strdup("true or false");
	case RIG_FIELD_INTEGER:
		return g_strdup("whole number");
	case RIG_FIELD_NUMBER:
		return g_strdup("number");
	case RIG_FIELD_QUANTITY:
		return g_strdup_printf("%s, as %s", field->unit, rig_dimension_find(field->unit)->example);
	case RIG_FIELD_CHOICE:
		return g_strjoinv(" or ", (char **)(gintptr)field->choices);
	case RIG_FIELD_STRINGS:
		return g_strdup("list of texts");
	case RIG_FIELD_NAMES:
		if (field->choices != NULL) {
			g_autofree char *choices = g_strjoinv(", ", (char **)(gintptr)field->choices);
			return g_strdup_printf("list of: %s", choices);
		}
		return g_strdup("list of names");
	case RIG_FIELD_ARGV:
		return g_strdup("argument list");
	case RIG_FIELD_STRUCT:
		return g_strdup("map");
	case RIG_FIELD_LIST:
		return g_strdup("list of maps");
	case RIG_FIELD_CUSTOM:
		return g_strdup(custom->type);
	case RIG_FIELD_REFUSED:
		break;
	}
	return g_strdup("not in this version");
}

/* " (1 to 1000)", or nothing. Caller frees. */
static char *reference_range(const RigField *field)
{
	gboolean has_range = field->min < 0 || field->min > 0 || field->max < 0 || field->max > 0;
	const RigDimension *dimension =
	    field->type == RIG_FIELD_QUANTITY ? rig_dimension_find(field->unit) : NULL;
	if (!has_range)
		return g_strdup("");
	if (dimension == NULL)
		return g_strdup_printf(" (%.15g to %.15g)", field->min, field->max);
	g_autofree char *low = rig_quantity_format(dimension, (gint64)field->min);
	g_autofree char *high = rig_quantity_format(dimension, (gint64)field->max);
	return g_strdup_printf(" (%s to %s)", low, high);
}

static void reference_row(GString *page, const char *prefix, const RigField *field)
{
	g_autofree char *type = reference_type(field), *range = reference_range(field);
	const char *fallback = field->fallback;
	gboolean shows = fallback != NULL && strcmp(fallback, "-1") != 0;
	g_string_append_printf(page, "| `%s%s` | ", prefix, field->key);
	reference_cell(page, type);
	g_string_append_printf(page, "%s | %s%s%s | ", range,
	                       field->required ? "required"
	                       : shows         ? "`"
	                                       : "",
	                       !field->required && shows ? fallback : "",
	                       !field->required && shows ? "`" : "");
	reference_cell(page, field->help == NULL ? "" : field->help);
	g_string_append(page, " |\n");
}

static void reference_head(GString *page)
{
	g_string_append(page, "| key | value | default | meaning |\n|---|---|---|---|\n");
}

/* Rows of tables still to be written, with the keys that lead to them. */
typedef struct {
	char *prefix;
	const RigField *rows;
} ReferenceTable;

static void reference_free_table(gpointer data)
{
	ReferenceTable *table = data;
	g_free(table->prefix);
	g_free(table);
}

/* One table of all rows; maps and lists in it follow as `key.` and `key[].`. */
static void reference_rows(GString *page, const RigField *rows)
{
	g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(reference_free_table);
	ReferenceTable *first = g_new0(ReferenceTable, 1);
	first->prefix = g_strdup("");
	first->rows = rows;
	g_ptr_array_add(tables, first);
	reference_head(page);
	for (guint i = 0; i < tables->len; i++) {
		const ReferenceTable *table = tables->pdata[i];
		for (const RigField *row = table->rows; row->key != NULL; row++) {
			reference_row(page, table->prefix, row);
			if (row->type != RIG_FIELD_STRUCT && row->type != RIG_FIELD_LIST)
				continue;
			ReferenceTable *inner = g_new0(ReferenceTable, 1);
			inner->prefix = g_strdup_printf("%s%s%s.", table->prefix, row->key,
			                                row->type == RIG_FIELD_LIST ? "[]" : "");
			inner->rows = row->rows;
			g_ptr_array_add(tables, inner);
		}
	}
	g_string_append_c(page, '\n');
}

static void reference_steps(GString *page)
{
	g_string_append(page,
	                "## Steps\n\nA step is a verb (`- reset`) or a map of one verb and its "
	                "options (`- infer: {recording: digits}`), with an optional `timeout`.\n\n");
	for (guint i = 0; i < RIG_STEP_KINDS; i++) {
		const RigStepRow *row = &rig_step_rows[i];
		const RigFieldCustom *custom = row->custom;
		g_autofree char *limit = rig_quantity_format(rig_dimension_find("time"), row->timeout_us);
		g_string_append_printf(page, "### %s\n\n%s. Time limit: %s.\n\n", row->verb, row->about,
		                       limit);
		for (const RigField *field = row->fields; field != NULL && field->key != NULL; field++) {
			if (field->shorthand)
				g_string_append_printf(page, "`%s: VALUE` is short for `%s: {%s: VALUE}`.\n\n",
				                       row->verb, row->verb, field->key);
		}
		if (custom != NULL)
			g_string_append_printf(page, "Takes a %s.\n\n", custom->type);
		if (row->fields != NULL)
			reference_rows(page, row->fields);
	}
}

static void reference_measures(GString *page)
{
	g_string_append(
	    page, "## Measures\n\n`#` stands for a number, as in `top1` and "
	          "`latency_p90`.\n\n| measure | of step | unit | meaning |\n|---|---|---|---|\n");
	for (const RigMeasureRow *row = rig_measure_rows; row->name != NULL; row++) {
		g_string_append_printf(page, "| `%s` | %s | %s | ", row->name,
		                       rig_step_rows[row->step].verb, row->unit);
		reference_cell(page, row->help);
		g_string_append(page, " |\n");
	}
	g_string_append_c(page, '\n');
}

static void reference_driver(GString *page, const char *kind, const char *name, const char *about,
                             const RigField *fields)
{
	g_string_append_printf(page, "### %s driver %s\n\n%s.\n\n", kind, name, about);
	if (fields != NULL && fields->key != NULL)
		reference_rows(page, fields);
}

static void reference_drivers(GString *page)
{
	g_string_append(page, "## Drivers\n\n");
	for (guint i = 0; rig_meter_drivers[i] != NULL; i++)
		reference_driver(page, "Meter", rig_meter_drivers[i]->name, rig_meter_drivers[i]->about,
		                 rig_meter_drivers[i]->fields);
	for (guint i = 0; rig_probe_drivers[i] != NULL; i++)
		reference_driver(page, "Probe", rig_probe_drivers[i]->name, rig_probe_drivers[i]->about,
		                 rig_probe_drivers[i]->fields);
	for (guint i = 0; rig_link_drivers[i] != NULL; i++)
		reference_driver(page, "Link", rig_link_drivers[i]->name, rig_link_drivers[i]->about,
		                 rig_link_drivers[i]->fields);
	for (guint i = 0; rig_protocol_drivers[i] != NULL; i++)
		reference_driver(page, "Protocol", rig_protocol_drivers[i]->name,
		                 rig_protocol_drivers[i]->about, rig_protocol_drivers[i]->fields);
}

char *rig_reference_markdown(const RigFileKind *kind)
{
	GString *page = g_string_new(NULL);
	g_string_append_printf(page,
	                       "# The %s file\n\n%s. Names are 1 to 64 of the characters a-z 0-9 -; "
	                       "paths are relative to the file that names them, then `TINYRIG_PATH`; "
	                       "`${name}` stands for a variable's text, `$${` for the characters "
	                       "`${`.\n\n",
	                       kind->name, kind->about);
	reference_rows(page, kind->rows);
	if (kind->rows == rig_suite_rows) {
		g_string_append(page, "## Limits\n\nWhat a measure in `judge` is held to.\n\n");
		reference_rows(page, rig_limit_rows);
		reference_measures(page);
		reference_steps(page);
	}
	if (kind->rows == rig_bench_rows)
		reference_drivers(page);
	return g_string_free(page, FALSE);
}
