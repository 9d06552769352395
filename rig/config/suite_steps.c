/* SPDX-License-Identifier: Apache-2.0 */
/* Steps as they are written: a verb, or a map of one verb and its options. */
#include "config/suite_parts.h"

#include <jansson.h>
#include <string.h>

/* The keys of a step beside its verb. */
const RigField rig_step_rows_common[] = {
    {.key = "timeout",
     .type = RIG_FIELD_QUANTITY,
     .offset = G_STRUCT_OFFSET(RigStep, timeout_us),
     .unit = "time",
     .min = 1,
     .max = RIG_STEP_SPAN_MAX_US,
     .help = "time limit of the step; default: the verb's"},
    {.key = "on", .type = RIG_FIELD_REFUSED, .help = "reserved for suites over several boards"},
    {.key = NULL},
};

const char *rig_step_as(const RigStep *step)
{
	const RigStepRow *row = &rig_step_rows[step->kind];
	if (step->kind == RIG_STEP_FLASH)
		return "image";
	for (const RigField *field = row->fields; field != NULL && field->key != NULL; field++) {
		if (strcmp(field->key, "as") != 0)
			continue;
		const char *as = *(char *const *)((const char *)step->options + field->offset);
		gboolean needs_name = step->kind == RIG_STEP_EXPECT || step->kind == RIG_STEP_RUN;
		return as != NULL || needs_name ? as : row->verb;
	}
	return NULL;
}

static void steps_free_one(gpointer data)
{
	RigStep *step = data;
	const RigStepRow *row = &rig_step_rows[step->kind];
	const RigFieldCustom *custom = row->custom;
	if (custom != NULL)
		custom->free(step->options);
	rig_fields_free(row->fields, step->options);
	g_free(step->options);
	g_free(step);
}

/* RIG_STEP_KINDS: no such verb. */
static RigStepKind steps_find(const char *verb)
{
	guint kind = 0;
	while (kind < RIG_STEP_KINDS && strcmp(rig_step_rows[kind].verb, verb) != 0)
		kind++;
	return (RigStepKind)kind;
}

static void steps_unknown_verb(RigBinder *binder, const RigNode *node)
{
	const char *verbs[RIG_STEP_KINDS + 1] = {NULL};
	for (guint i = 0; i < RIG_STEP_KINDS; i++)
		verbs[i] = rig_step_rows[i].verb;
	const char *nearest = rig_nearest(node->text, verbs);
	g_autofree char *list = g_strjoinv(", ", (char **)(gintptr)verbs);
	if (nearest != NULL)
		rig_binder_issue(binder, node, "unknown step \"%.64s\"; did you mean \"%s\"?", node->text,
		                 nearest);
	else
		rig_binder_issue(binder, node, "unknown step \"%.64s\"; known are: %s", node->text, list);
}

/* The key that is the step's verb; -1 with an issue. */
static gint steps_verb_index(RigBinder *binder, const RigNode *node)
{
	gint found = -1;
	for (guint i = 0; i < node->keys->len; i++) {
		const RigNode *key = node->keys->pdata[i];
		if (steps_find(key->text) == RIG_STEP_KINDS)
			continue;
		if (found >= 0) {
			const RigNode *first = node->keys->pdata[found];
			rig_binder_issue(binder, key, "a step has one verb; this one has \"%s\" and \"%s\"",
			                 first->text, key->text);
			return -1;
		}
		found = (gint)i;
	}
	for (guint i = 0; i < node->keys->len && found < 0; i++) {
		const RigNode *key = node->keys->pdata[i];
		gsize mark = rig_binder_enter(binder, key->text);
		gboolean is_common = strcmp(key->text, "timeout") == 0 || strcmp(key->text, "on") == 0;
		if (!is_common)
			steps_unknown_verb(binder, key);
		rig_binder_leave(binder, mark);
		if (!is_common)
			return -1;
	}
	if (found < 0)
		rig_binder_issue(binder, node, "a step needs a verb, as in `- reset`");
	return found;
}

static RigStep *steps_new(GPtrArray *steps, RigStepKind kind, const RigPlace *place)
{
	RigStep *step = g_new0(RigStep, 1);
	step->kind = kind;
	step->place = *place;
	step->options = g_malloc0(rig_step_rows[kind].options_size);
	g_ptr_array_add(steps, step);
	return step;
}

/* Steps that wait by themselves get a second more than that, unless the suite says otherwise. */
static void steps_set_timeout(RigStep *step)
{
	if (step->timeout_us != 0)
		return;
	if (step->kind == RIG_STEP_EXPECT)
		step->timeout_us = ((const RigStepExpect *)step->options)->within_us + G_USEC_PER_SEC;
	else if (step->kind == RIG_STEP_WAIT)
		step->timeout_us = ((const RigStepWait *)step->options)->span_us + G_USEC_PER_SEC;
}

static void steps_bind_options(RigBinder *binder, const RigNode *node, RigStep *step)
{
	const RigStepRow *row = &rig_step_rows[step->kind];
	static const RigField none[] = {{.key = NULL}};
	const RigFieldCustom *custom = row->custom;
	if (custom != NULL)
		custom->parse(binder, NULL, node, step->options);
	else
		rig_bind(binder, row->fields == NULL ? none : row->fields, node, step->options, NULL);
	steps_set_timeout(step);
}

/* The steps of a measure follow it in the list, and its end follows them. */
static void steps_unfold(RigBinder *binder, const RigNode *node, RigStep *step, GPtrArray *steps)
{
	RigStepMeasure *options = step->options;
	GPtrArray *inner = g_steal_pointer(&options->steps);
	for (guint i = 0; inner != NULL && i < inner->len; i++) {
		const RigStep *one = g_ptr_array_index(inner, i);
		if (one->kind == RIG_STEP_MEASURE)
			rig_binder_issue(binder, node, "a `measure` inside a `measure`");
		if (one->kind == RIG_STEP_POWER && ((const RigStepPower *)one->options)->voltage_uv > 0)
			rig_binder_issue(binder, node,
			                 "`voltage` does not change within a measure: set it in front");
	}
	if (inner != NULL)
		g_ptr_array_extend_and_steal(steps, inner);
	RigPlace place = step->place;
	steps_new(steps, RIG_STEP_MEASURED, &place);
}

static void steps_bind_map(RigBinder *binder, const RigNode *node, GPtrArray *steps)
{
	gint index = steps_verb_index(binder, node);
	if (index < 0)
		return;
	const RigNode *key = node->keys->pdata[index];
	RigStep *step = steps_new(steps, steps_find(key->text), &key->place);
	const char *const verb[] = {key->text, NULL};
	rig_bind(binder, rig_step_rows_common, node, step, verb);
	gsize mark = rig_binder_enter(binder, key->text);
	steps_bind_options(binder, node->items->pdata[index], step);
	if (step->kind == RIG_STEP_MEASURE)
		steps_unfold(binder, node->items->pdata[index], step, steps);
	rig_binder_leave(binder, mark);
}

/* `- reset`: a verb alone is a verb with an empty map. */
static void steps_bind_word(RigBinder *binder, const RigNode *node, GPtrArray *steps)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	RigNode empty = {.kind = RIG_NODE_MAP, .place = node->place, .keys = none, .items = none};
	RigStepKind kind = steps_find(node->text);
	if (kind == RIG_STEP_KINDS) {
		steps_unknown_verb(binder, node);
		return;
	}
	steps_bind_options(binder, &empty, steps_new(steps, kind, &node->place));
}

static gboolean steps_parse(RigBinder *binder, const RigField *field, const RigNode *node,
                            gpointer member)
{
	GPtrArray **steps = member;
	*steps = g_ptr_array_new_with_free_func(steps_free_one);
	if (!rig_bind_expect(binder, node, RIG_NODE_LIST, "a list of steps"))
		return FALSE;
	if (node->items->len == 0 && field->required)
		rig_binder_issue(binder, node, "a case needs at least one step");
	for (guint i = 0; i < node->items->len; i++) {
		const RigNode *item = node->items->pdata[i];
		gsize mark = rig_binder_enter_index(binder, i);
		if (item->kind == RIG_NODE_SCALAR && *item->text != '\0')
			steps_bind_word(binder, item, *steps);
		else if (rig_bind_expect(binder, item, RIG_NODE_MAP, "a step: a verb, or a map of one"))
			steps_bind_map(binder, item, *steps);
		rig_binder_leave(binder, mark);
	}
	return TRUE;
}

static void steps_free(gpointer member)
{
	g_clear_pointer((GPtrArray **)member, g_ptr_array_unref);
}

static json_t *steps_schema(const RigField *field)
{
	return json_pack("{s:s, s:i, s:{s:s}}", "type", "array", "minItems", field->required ? 1 : 0,
	                 "items", "$ref", "#/definitions/step");
}

const RigFieldCustom rig_custom_steps = {
    .type = "list of steps",
    .parse = steps_parse,
    .schema = steps_schema,
    .free = steps_free,
};
