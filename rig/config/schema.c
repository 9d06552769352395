/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include "config/bench_parts.h"
#include "config/suite_parts.h"
#include "yaml/quantity.h"

#include <jansson.h>
#include <string.h>

/* A text with a placeholder in it: what it becomes is not the schema's to know. */
#define SCHEMA_HOLE ".*\\$\\{.*"

static json_t *schema_typed(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

/* A text of this pattern, or one with a placeholder. */
static json_t *schema_pattern(const char *pattern)
{
	g_autofree char *both = g_strdup_printf("^(?:%s|" SCHEMA_HOLE ")$", pattern);
	return json_pack("{s:s, s:s}", "type", "string", "pattern", both);
}

/* What is no text may come from a variable: "${inputs}". */
static json_t *schema_or_hole(json_t *schema)
{
	return json_pack("{s:[o, {s:s, s:s}]}", "anyOf", schema, "type", "string", "pattern",
	                 "^" SCHEMA_HOLE "$");
}

static gboolean schema_has_range(const RigField *field)
{
	return field->min < 0 || field->min > 0 || field->max < 0 || field->max > 0;
}

static json_t *schema_bound(double value, gboolean is_integer)
{
	return is_integer ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *schema_number(const RigField *field, const char *type)
{
	gboolean is_integer = strcmp(type, "integer") == 0;
	json_t *schema = schema_typed(type);
	if (schema_has_range(field)) {
		json_object_set_new(schema, "minimum", schema_bound(field->min, is_integer));
		json_object_set_new(schema, "maximum", schema_bound(field->max, is_integer));
	}
	return schema_or_hole(schema);
}

static json_t *schema_quantity(const RigField *field)
{
	const RigDimension *dimension = rig_dimension_find(field->unit);
	g_autofree char *pattern = rig_quantity_pattern(dimension);
	if (dimension->units->name == NULL)
		return schema_number(field, "integer");
	return schema_pattern(pattern);
}

static json_t *schema_choices(const RigField *field)
{
	json_t *list = json_array();
	for (guint i = 0; field->choices[i] != NULL; i++)
		json_array_append_new(list, json_string(field->choices[i]));
	return json_pack("{s:o}", "enum", list);
}

static json_t *schema_name(void)
{
	return schema_pattern("[a-z0-9-]{1,64}");
}

/* A list of texts, or one text for a list of one. */
static json_t *schema_texts(json_t *item, gboolean may_be_empty)
{
	return json_pack("{s:[O, {s:s, s:o, s:i}]}", "anyOf", item, "type", "array", "items", item,
	                 "minItems", may_be_empty ? 0 : 1);
}

/* NOLINTBEGIN(misc-no-recursion): over rows, which are ours and end, not over what was read */
static json_t *schema_list(const RigField *field)
{
	json_t *items = rig_schema_of_rows(field->rows);
	return json_pack("{s:s, s:o, s:i}", "type", "array", "items", items, "minItems",
	                 field->required ? 1 : 0);
}

static json_t *schema_custom(const RigField *field)
{
	const RigFieldCustom *custom = field->custom;
	return custom->schema == NULL ? json_object() : custom->schema(field);
}

static json_t *schema_of_type(const RigField *field)
{
	switch (field->type) {
	case RIG_FIELD_STRING:
		return schema_typed("string");
	case RIG_FIELD_PATH:
	case RIG_FIELD_REGEX:
		return json_pack("{s:s, s:i}", "type", "string", "minLength",
		                 field->type == RIG_FIELD_PATH ? 1 : 0);
	case RIG_FIELD_NAME:
		return schema_name();
	case RIG_FIELD_BOOL:
		return schema_or_hole(schema_typed("boolean"));
	case RIG_FIELD_INTEGER:
		return schema_number(field, "integer");
	case RIG_FIELD_NUMBER:
		return schema_number(field, "number");
	case RIG_FIELD_QUANTITY:
		return schema_quantity(field);
	case RIG_FIELD_CHOICE:
		return schema_or_hole(schema_choices(field));
	case RIG_FIELD_STRINGS:
		return schema_texts(schema_typed("string"), TRUE);
	case RIG_FIELD_ARGV:
		return schema_texts(schema_typed("string"), FALSE);
	case RIG_FIELD_NAMES:
		return schema_texts(
		    field->choices == NULL ? schema_name() : schema_or_hole(schema_choices(field)), TRUE);
	case RIG_FIELD_STRUCT:
		return rig_schema_of_rows(field->rows);
	case RIG_FIELD_LIST:
		return schema_list(field);
	case RIG_FIELD_CUSTOM:
		return schema_custom(field);
	case RIG_FIELD_REFUSED:
		return json_false();
	}
	return json_false();
}

/* The default as a value of the type, for editors; NULL: none worth showing. */
static json_t *schema_default(const RigField *field)
{
	if (field->fallback == NULL || strcmp(field->fallback, "-1") == 0)
		return NULL;
	if (field->type == RIG_FIELD_INTEGER || field->type == RIG_FIELD_NUMBER ||
	    field->type == RIG_FIELD_BOOL)
		return json_loads(field->fallback, JSON_DECODE_ANY, NULL);
	return json_string(field->fallback);
}

json_t *rig_schema_of_field(const RigField *field)
{
	json_t *schema = schema_of_type(field);
	json_t *fallback = schema_default(field);
	if (!json_is_object(schema))
		return schema;
	/* Beside $ref draft-07 ignores everything. */
	if (json_object_get(schema, "$ref") != NULL)
		schema = json_pack("{s:[o]}", "allOf", schema);
	if (field->help != NULL)
		json_object_set_new(schema, "description", json_string(field->help));
	if (fallback != NULL)
		json_object_set_new(schema, "default", fallback);
	return schema;
}

/* The key that a scalar or list may stand for; NULL: only maps. */
static const RigField *schema_shorthand(const RigField *rows)
{
	for (const RigField *row = rows; row->key != NULL; row++) {
		if (row->shorthand)
			return row;
	}
	return NULL;
}

json_t *rig_schema_of_rows(const RigField *rows)
{
	json_t *properties = json_object(), *required = json_array();
	for (const RigField *row = rows; row->key != NULL; row++) {
		if (row->type == RIG_FIELD_REFUSED)
			continue;
		json_object_set_new(properties, row->key, rig_schema_of_field(row));
		if (row->required)
			json_array_append_new(required, json_string(row->key));
	}
	json_t *schema = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
	                           "additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	const RigField *shorthand = schema_shorthand(rows);
	if (shorthand == NULL)
		return schema;
	return json_pack("{s:[o, o]}", "anyOf", rig_schema_of_field(shorthand), schema);
}
/* NOLINTEND(misc-no-recursion) */

/* The options of a verb. */
static json_t *schema_options(const RigStepRow *row)
{
	static const RigField none[] = {{.key = NULL}};
	const RigFieldCustom *custom = row->custom;
	json_t *schema = custom != NULL ? custom->schema(NULL)
	                                : rig_schema_of_rows(row->fields == NULL ? none : row->fields);
	json_object_set_new(schema, "description", json_string(row->about));
	return schema;
}

/* Every key of the options may be left out, and they are a map: the verb may stand alone. */
static gboolean schema_verb_alone(const RigStepRow *row)
{
	for (const RigField *field = row->fields; field != NULL && field->key != NULL; field++) {
		if (field->required)
			return FALSE;
	}
	return row->custom == NULL;
}

/* A verb alone, or a map with one verb. */
static json_t *schema_step(void)
{
	json_t *words = json_array(), *one_of = json_array();
	json_t *common = rig_schema_of_rows(rig_step_rows_common);
	json_t *properties = json_incref(json_object_get(common, "properties"));
	json_decref(common);
	for (guint i = 0; i < RIG_STEP_KINDS; i++) {
		const RigStepRow *row = &rig_step_rows[i];
		json_object_set_new(properties, row->verb, schema_options(row));
		json_array_append_new(one_of, json_pack("{s:[s]}", "required", row->verb));
		if (schema_verb_alone(row))
			json_array_append_new(words, json_string(row->verb));
	}
	return json_pack("{s:[{s:o}, {s:s, s:o, s:b, s:o}]}", "anyOf", "enum", words, "type", "object",
	                 "properties", properties, "additionalProperties", 0, "oneOf", one_of);
}

/* The values of a bound; `unit` as in a row of measures, NULL: any of them. */
static json_t *schema_value(const char *unit)
{
	const RigDimension *dimension = unit == NULL ? NULL : rig_dimension_find(unit);
	if (dimension != NULL) {
		g_autofree char *pattern = rig_quantity_pattern(dimension);
		return schema_pattern(pattern);
	}
	json_t *text = schema_pattern("-?[0-9]+(?:\\.[0-9]+)?%");
	if (unit != NULL && strcmp(unit, "ratio") == 0)
		return json_pack("{s:[{s:s, s:i, s:i}, o]}", "anyOf", "type", "number", "minimum", 0,
		                 "maximum", 1, text);
	json_decref(text);
	if (unit != NULL && strcmp(unit, "count") == 0)
		return schema_or_hole(json_pack("{s:s, s:i}", "type", "number", "minimum", 0));
	return schema_or_hole(schema_typed("number"));
}

/* One value, or one per target. */
static json_t *schema_bound_of(const char *unit)
{
	json_t *value = schema_value(unit);
	return json_pack("{s:[O, {s:s, s:i, s:{s:s}, s:o}]}", "anyOf", value, "type", "object",
	                 "minProperties", 1, "propertyNames", "pattern", "^[a-z0-9-]{1,64}$",
	                 "additionalProperties", value);
}

/* `tolerance` needs `golden`; `command` judges alone. */
static json_t *schema_limit_dependencies(void)
{
	static const char *const others[] = {"min", "max", "equals", "matches", "golden", NULL};
	json_t *list = json_array();
	for (guint i = 0; others[i] != NULL; i++)
		json_array_append_new(list, json_pack("{s:[s]}", "required", others[i]));
	return json_pack("{s:[s], s:{s:{s:o}}}", "tolerance", "golden", "command", "not", "anyOf",
	                 list);
}

static void schema_drop_battery(json_t *properties)
{
	json_object_del(properties, "capacity");
	json_object_del(properties, "inferences_per_hour");
}

/* A limit on a measure of this unit. */
static json_t *schema_limit(const RigMeasureRow *row)
{
	json_t *schema = rig_schema_of_rows(rig_limit_rows);
	json_t *properties = json_object_get(schema, "properties");
	json_t *bound = schema_bound_of(row == NULL ? NULL : row->unit);
	json_object_set(properties, "min", bound);
	json_object_set(properties, "max", bound);
	json_decref(bound);
	json_object_set_new(schema, "minProperties", json_integer(1));
	json_object_set_new(schema, "dependencies", schema_limit_dependencies());
	if (row == NULL) {
		schema_drop_battery(properties);
		return schema;
	}
	json_object_set_new(schema, "description", json_string(row->help));
	const char *const text[] = {"min", "max", "golden", "tolerance", NULL};
	const char *const outputs[] = {"min", "max", "equals", "matches", NULL};
	const char *const numbers[] = {"equals", "matches", "golden", "tolerance", NULL};
	const char *const *refused = strcmp(row->unit, "text") == 0     ? text
	                             : row->kind == RIG_MEASURE_OUTPUTS ? outputs
	                                                                : numbers;
	for (guint i = 0; refused[i] != NULL; i++)
		json_object_del(properties, refused[i]);
	if (row->kind == RIG_MEASURE_BATTERY_LIFE)
		json_object_set_new(schema, "required",
		                    json_pack("[s, s]", "capacity", "inferences_per_hour"));
	else
		schema_drop_battery(properties);
	return schema;
}

/* A number in a measure's name, as measure.c reads it. */
static char *schema_measure_pattern(const RigMeasureRow *row)
{
	g_autofree char *stem = g_strndup(row->name, strcspn(row->name, "#"));
	const char *number = strchr(row->name, '#') == NULL ? ""
	                     : row->kind == RIG_MEASURE_LATENCY_PERCENTILE
	                         ? "(?:0|[1-9][0-9]?)(?:\\.[0-9]*[1-9])?"
	                         : "[0-9]{1,4}";
	return g_strdup_printf("^[a-z0-9-]+\\.%s%s$", stem, number);
}

/*
 * Measures of the rig have limits of their own; a name that several steps yield has one row's,
 * they all have the same unit. Further names are captures and commands.
 */
static json_t *schema_judge(void)
{
	json_t *patterns = json_object();
	for (const RigMeasureRow *row = rig_measure_rows; row->name != NULL; row++) {
		g_autofree char *pattern = schema_measure_pattern(row);
		if (json_object_get(patterns, pattern) == NULL)
			json_object_set_new(patterns, pattern, schema_limit(row));
	}
	return json_pack("{s:s, s:o, s:o}", "type", "object", "patternProperties", patterns,
	                 "additionalProperties", schema_limit(NULL));
}

/* One of some keys; the last is NULL. For `oneOf`: never two of them. */
static json_t *schema_one_of(const char *const *keys)
{
	json_t *choices = json_array();
	for (; *keys != NULL; keys++)
		json_array_append_new(choices, json_pack("{s:[s]}", "required", *keys));
	return choices;
}

static void schema_add_bench(json_t *schema)
{
	static const char *const flashers[] = {"link", "argv", "target", NULL};
	static const char *const resets[] = {"link", "argv", "probe", NULL};
	json_t *properties = json_object_get(schema, "properties");
	json_t *board = json_object_get(json_object_get(properties, "boards"), "items");
	json_t *keys = json_object_get(board, "properties");
	json_t *reset = json_object_get(json_object_get(keys, "reset"), "items");
	json_object_set_new(json_object_get(keys, "flasher"), "oneOf", schema_one_of(flashers));
	json_object_set_new(reset, "oneOf", schema_one_of(resets));
}

static void schema_add_suite(json_t *schema)
{
	static const char *const contents[] = {"cases", "include", NULL};
	json_object_set_new(schema, "anyOf", schema_one_of(contents));
	json_object_set_new(schema, "definitions",
	                    json_pack("{s:o, s:o, s:o}", "step", schema_step(), "judge", schema_judge(),
	                              "bound", schema_bound_of(NULL)));
}

char *rig_schema_json(const RigFileKind *kind)
{
	json_t *schema = rig_schema_of_rows(kind->rows);
	json_object_set_new(schema, "$schema", json_string("http://json-schema.org/draft-07/schema#"));
	json_object_set_new(schema, "title", json_string(kind->name));
	json_object_set_new(schema, "description", json_string(kind->about));
	if (kind->rows == rig_suite_rows)
		schema_add_suite(schema);
	if (kind->rows == rig_bench_rows)
		schema_add_bench(schema);
	char *text = json_dumps(schema, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(schema);
	char *result = g_strdup(text);
	free(text);
	return result;
}
