/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of one limit and the values of its bounds. */
#include "config/suite_parts.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define AT(member)         G_STRUCT_OFFSET(RigLimit, member)
#define BOUNDS_PERCENT_MAX 1e6

RigLimitUnit rig_limit_unit(const RigMeasureRef *ref)
{
	const char *unit = ref->row == NULL ? "value" : ref->row->unit;
	RigLimitUnit result = {.dimension = rig_dimension_find(unit), .least = -G_MAXDOUBLE};
	result.is_ratio = strcmp(unit, "ratio") == 0;
	result.is_text = strcmp(unit, "text") == 0;
	if (result.is_ratio || strcmp(unit, "count") == 0)
		result.least = 0;
	return result;
}

static gboolean bounds_parse_number(const char *text, const RigLimitUnit *unit, double *value)
{
	char *end = NULL;
	gsize length = strspn(text, "+-0123456789.eE");
	if (length == 0 || (text[length] != '\0' && strcmp(text + length, "%") != 0))
		return FALSE;
	*value = g_ascii_strtod(text, &end);
	if (end != text + length || !isfinite(*value) || (*end == '%' && !unit->is_ratio))
		return FALSE;
	*value = *end == '%' ? *value / 100 : *value;
	return TRUE;
}

/* One value of a bound, in the base unit of the measure. */
static gboolean bounds_value(RigBinder *binder, const RigNode *node, const RigLimitUnit *unit,
                             double *value)
{
	g_autofree char *text = rig_bind_text(binder, node, FALSE, TRUE);
	gint64 quantity = 0;
	if (text == NULL)
		return FALSE;
	if (unit->dimension != NULL) {
		char *why = NULL;
		if (!rig_quantity_parse(unit->dimension, text, &quantity, &why)) {
			rig_binder_issue(binder, node, "%s", why);
			g_free(why);
			return FALSE;
		}
		*value = (double)quantity;
		return TRUE;
	}
	if (!bounds_parse_number(text, unit, value)) {
		rig_binder_issue(binder, node, "found \"%.40s\", expected %s", text,
		                 unit->is_ratio ? "a share such as 0.94 or 94%"
		                                : "a number without a unit");
		return FALSE;
	}
	if (*value < unit->least || (unit->is_ratio && *value > 1)) {
		rig_binder_issue(binder, node, "found %.40s, allowed is %s", text,
		                 unit->is_ratio ? "0 to 1 (0% to 100%)" : "0 and more");
		return FALSE;
	}
	return TRUE;
}

static void bounds_bind_targets(RigBinder *binder, const RigNode *node, const RigLimitUnit *unit,
                                RigBound *bound)
{
	bound->targets = g_ptr_array_new_with_free_func(g_free);
	bound->values = g_array_new(FALSE, TRUE, sizeof(double));
	if (node->items->len == 0)
		rig_binder_issue(binder, node, "a map of values per target names at least one");
	for (guint i = 0; i < node->items->len; i++) {
		const RigNode *key = node->keys->pdata[i];
		double value = 0;
		gsize mark = rig_binder_enter(binder, key->text);
		gboolean is_default = strcmp(key->text, "default") == 0;
		if (!rig_name_is_valid(key->text)) {
			rig_binder_issue(binder, key, "\"%.40s\" is no target's name, nor `default`",
			                 key->text);
		} else if (bounds_value(binder, node->items->pdata[i], unit, &value) && is_default) {
			bound->has_default = TRUE;
			bound->fallback = value;
		} else if (!is_default) {
			g_ptr_array_add(bound->targets, g_strdup(key->text));
			g_array_append_val(bound->values, value);
		}
		rig_binder_leave(binder, mark);
	}
}

/* What bounds_parse_bound needs to know of its limit, handed down by the binder's rows. */
static gboolean bounds_parse_bound(RigBinder *binder, const RigField *field, const RigNode *node,
                                   gpointer member)
{
	RigBound *bound = member;
	const RigLimit *limit = (const RigLimit *)(gpointer)((char *)member - field->offset);
	RigLimitUnit unit = rig_limit_unit(&limit->measure);
	bound->set = TRUE;
	if (node->kind == RIG_NODE_MAP)
		bounds_bind_targets(binder, node, &unit, bound);
	else
		bound->has_default = bounds_value(binder, node, &unit, &bound->fallback);
	return bound->has_default;
}

static json_t *bounds_schema_bound(const RigField *field)
{
	(void)field;
	return json_pack("{s:s}", "$ref", "#/definitions/bound");
}

static void bounds_free_bound(gpointer member)
{
	RigBound *bound = member;
	g_clear_pointer(&bound->targets, g_ptr_array_unref);
	g_clear_pointer(&bound->values, g_array_unref);
}

static const RigFieldCustom bounds_bound = {
    .type = "value, or map of values per target with `default`",
    .parse = bounds_parse_bound,
    .schema = bounds_schema_bound,
    .free = bounds_free_bound,
};

/* A text that may look like a number: it is compared as it is written. */
static gboolean bounds_parse_equals(RigBinder *binder, const RigField *field, const RigNode *node,
                                    gpointer member)
{
	*(char **)member = rig_bind_text(binder, node, field->late, TRUE);
	return *(char **)member != NULL;
}

static json_t *bounds_schema_equals(const RigField *field)
{
	(void)field;
	return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
}

static void bounds_free_text(gpointer member)
{
	g_clear_pointer((char **)member, g_free);
}

static const RigFieldCustom bounds_equals = {
    .type = "text",
    .parse = bounds_parse_equals,
    .schema = bounds_schema_equals,
    .free = bounds_free_text,
};

static const char *const bounds_integrities[] = {"unknown", "plausible", "checked", NULL};

static gboolean bounds_parse_integrity(RigBinder *binder, const RigField *field,
                                       const RigNode *node, gpointer member)
{
	RigLimit *limit = (RigLimit *)(gpointer)((char *)member - field->offset);
	int choice = -1;
	RigField row = {.key = field->key, .type = RIG_FIELD_CHOICE, .choices = bounds_integrities};
	rig_bind_field(binder, &row, node, &choice);
	limit->has_integrity = choice >= 0;
	limit->integrity = choice >= 0 ? (RigIntegrity)choice : RIG_INTEGRITY_UNKNOWN;
	return choice >= 0;
}

static json_t *bounds_schema_integrity(const RigField *field)
{
	(void)field;
	return json_pack("{s:[s,s,s]}", "enum", bounds_integrities[0], bounds_integrities[1],
	                 bounds_integrities[2]);
}

static const RigFieldCustom bounds_integrity = {
    .type = "unknown, plausible or checked",
    .parse = bounds_parse_integrity,
    .schema = bounds_schema_integrity,
};

/* "+3%", "-0.5%"; a bare 3% is +3%, where that is what `max` means. */
static gboolean bounds_parse_relative(RigBinder *binder, const RigField *field, const RigNode *node,
                                      gpointer member)
{
	RigRelative *relative = member;
	const char *text = node->kind == RIG_NODE_SCALAR ? node->text : "";
	gboolean has_sign = *text == '+' || *text == '-';
	char *end = NULL;
	double percent = g_ascii_isdigit(text[has_sign]) ? g_ascii_strtod(text, &end) : 0.0;
	if (end == NULL || strcmp(end, "%") != 0 || fabs(percent) > BOUNDS_PERCENT_MAX) {
		rig_binder_issue(binder, node, "expected a part of the baseline, as %s",
		                 strcmp(field->key, "max") == 0 ? "+3%" : "-3%");
		return FALSE;
	}
	if (!has_sign && strcmp(text, "0%") != 0 && strcmp(field->key, "min") == 0) {
		rig_binder_issue(binder, node, "write -%s for a number that may sink so far, or +%s", text,
		                 text);
		return FALSE;
	}
	*relative = (RigRelative){.set = TRUE, .ratio = percent / 100.0};
	return TRUE;
}

static json_t *bounds_schema_relative(const RigField *field)
{
	gboolean is_max = strcmp(field->key, "max") == 0;
	return json_pack("{s:s,s:s}", "type", "string", "pattern",
	                 is_max ? "^[+-]?[0-9]+([.][0-9]+)?%$" : "^[+-][0-9]+([.][0-9]+)?%$|^0%$");
}

static const RigFieldCustom bounds_relative = {
    .type = "percentage with its sign",
    .parse = bounds_parse_relative,
    .schema = bounds_schema_relative,
};

static const RigField bounds_baseline_rows[] = {
    {.key = "min",
     .type = RIG_FIELD_CUSTOM,
     .offset = AT(baseline.min),
     .custom = &bounds_relative,
     .help = "how far it may sink: -3%"},
    {.key = "max",
     .type = RIG_FIELD_CUSTOM,
     .offset = AT(baseline.max),
     .custom = &bounds_relative,
     .help = "how far it may rise: +3%"},
    {.key = NULL},
};

gboolean rig_limit_has_baseline(const RigLimit *limit)
{
	return limit->baseline.min.set || limit->baseline.max.set;
}

const RigField rig_limit_rows[] = {
    {.key = "min",
     .type = RIG_FIELD_CUSTOM,
     .offset = AT(min),
     .custom = &bounds_bound,
     .help = "least value that passes"},
    {.key = "max",
     .type = RIG_FIELD_CUSTOM,
     .offset = AT(max),
     .custom = &bounds_bound,
     .help = "greatest value that passes"},
    {.key = "equals",
     .type = RIG_FIELD_CUSTOM,
     .offset = AT(equals),
     .late = TRUE,
     .custom = &bounds_equals,
     .help = "text that the value must be"},
    {.key = "matches",
     .type = RIG_FIELD_REGEX,
     .offset = AT(matches),
     .late = TRUE,
     .help = "regular expression that the text must match"},
    {.key = "golden",
     .type = RIG_FIELD_STRING,
     .offset = AT(golden),
     .help = "CSV of the outputs as they must be; `run --update-golden` writes it"},
    {.key = "tolerance",
     .type = RIG_FIELD_NUMBER,
     .offset = AT(tolerance),
     .max = G_MAXDOUBLE,
     .fallback = "0",
     .help = "how far each output may be from the golden one; 0: exactly as printed"},
    {.key = "capacity",
     .type = RIG_FIELD_QUANTITY,
     .offset = AT(capacity_uc),
     .unit = "charge",
     .min = 1,
     .max = 1e15,
     .help = "of the battery; for battery_life"},
    {.key = "inferences_per_hour",
     .type = RIG_FIELD_NUMBER,
     .offset = AT(per_hour),
     .min = 1e-6,
     .max = 1e9,
     .help = "how often it infers; for battery_life"},
    {.key = "command",
     .type = RIG_FIELD_ARGV,
     .offset = AT(command),
     .late = TRUE,
     .help = "judge of one's own: gets the attempt as JSON, answers {verdict, message, values}"},
    {.key = "integrity",
     .type = RIG_FIELD_CUSTOM,
     .offset = AT(integrity),
     .custom = &bounds_integrity,
     .help = "least integrity that the values must have"},
    {.key = "baseline",
     .type = RIG_FIELD_STRUCT,
     .rows = bounds_baseline_rows,
     .help = "how far the number may be from that of `run --baseline RUN` on the same unit"},
    {.key = NULL},
};

gboolean rig_bound_for(const RigBound *bound, const char *target, double *value)
{
	for (guint i = 0; bound->targets != NULL && target != NULL && i < bound->targets->len; i++) {
		if (strcmp(bound->targets->pdata[i], target) == 0) {
			*value = g_array_index(bound->values, double, i);
			return TRUE;
		}
	}
	if (bound->has_default)
		*value = bound->fallback;
	return bound->has_default;
}
