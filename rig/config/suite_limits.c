/* SPDX-License-Identifier: Apache-2.0 */
/* The map `judge` of a case: which step and measure a limit names, and what fits them. */
#include "config/suite_parts.h"

#include <jansson.h>
#include <string.h>

static gboolean limits_lists(const RigBound *bound, const char *target)
{
	return bound->targets != NULL &&
	       g_ptr_array_find_with_equal_func(bound->targets, target, g_str_equal, NULL);
}

/* `target` NULL: all that neither bound names. */
static void limits_check_target(RigBinder *binder, const RigNode *node, const RigLimit *limit,
                                const char *target)
{
	double low, high;
	if (!rig_bound_for(&limit->min, target, &low) || !rig_bound_for(&limit->max, target, &high) ||
	    low <= high)
		return;
	if (target == NULL)
		rig_binder_issue(binder, node, "impossible range: min is over max");
	else
		rig_binder_issue(binder, node, "impossible range for %s: min is over max", target);
}

static void limits_check_range(RigBinder *binder, const RigNode *node, const RigLimit *limit)
{
	const GPtrArray *low = limit->min.targets, *high = limit->max.targets;
	limits_check_target(binder, node, limit, NULL);
	for (guint i = 0; low != NULL && i < low->len; i++)
		limits_check_target(binder, node, limit, low->pdata[i]);
	for (guint i = 0; high != NULL && i < high->len; i++) {
		if (!limits_lists(&limit->min, high->pdata[i]))
			limits_check_target(binder, node, limit, high->pdata[i]);
	}
}

/* Without either key a battery's life is not known; elsewhere they have no meaning. */
static void limits_check_battery(RigBinder *binder, const RigNode *node, const RigLimit *limit)
{
	static const char *const keys[] = {"capacity", "inferences_per_hour"};
	gboolean is_life = limit->measure.kind == RIG_MEASURE_BATTERY_LIFE;
	for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
		const RigNode *value = rig_node_get(node, keys[i]);
		if (is_life && value == NULL)
			rig_binder_issue(binder, node,
			                 "battery_life needs `%s`, as in capacity: 220mAh, "
			                 "inferences_per_hour: 60, min: 1y",
			                 keys[i]);
		else if (!is_life && value != NULL)
			rig_binder_issue(binder, value, "`%s` goes with battery_life", keys[i]);
	}
}

/* Which keys go with which measures. */
static void limits_check_keys(RigBinder *binder, const RigNode *node, const RigLimit *limit)
{
	RigLimitUnit unit = rig_limit_unit(&limit->measure);
	gboolean has_bound = limit->min.set || limit->max.set;
	gboolean has_text = limit->equals != NULL || limit->matches != NULL;
	gboolean is_outputs = limit->measure.kind == RIG_MEASURE_OUTPUTS;
	gboolean is_free = limit->measure.row == NULL;
	gboolean has_baseline = rig_limit_has_baseline(limit);
	if (limit->command != NULL && (has_bound || has_text || has_baseline || limit->golden != NULL))
		rig_binder_issue(binder, node, "`command` judges alone; take the other bounds away");
	else if (limit->command != NULL)
		return;
	else if (!has_bound && !has_text && limit->golden == NULL && !limit->has_integrity &&
	         !has_baseline)
		rig_binder_issue(binder, node, "a limit without a bound; give one of: %s",
		                 is_outputs     ? "golden, command"
		                 : unit.is_text ? "equals, matches, command"
		                                : "min, max, baseline, command");
	else if (is_outputs && limit->golden == NULL)
		rig_binder_issue(binder, node, "outputs are compared with `golden: FILE.csv`");
	else if (!is_outputs && limit->golden != NULL)
		rig_binder_issue(binder, node, "`golden` goes with outputs, not with %s", limit->name);
	else if (unit.is_text && has_bound)
		rig_binder_issue(binder, node, "%s is a text; use equals or matches", limit->name);
	else if (has_baseline && (unit.is_text || is_outputs))
		rig_binder_issue(binder, node, "`baseline` compares numbers, and %s is none", limit->name);
	else if (is_outputs && (has_bound || has_text))
		rig_binder_issue(binder, node, "outputs take `golden` and `tolerance` only");
	else if (!unit.is_text && !is_free && has_text)
		rig_binder_issue(binder, node, "%s is a number; use min and max", limit->name);
	if (limit->golden == NULL && rig_node_get(node, "tolerance") != NULL)
		rig_binder_issue(binder, rig_node_get(node, "tolerance"), "`tolerance` goes with `golden`");
}

/* A percentile of a few records is the record of one outlier. */
static void limits_check_count(RigBinder *binder, const RigNode *key, const RigLimit *limit,
                               const RigStep *step)
{
	if (step->kind != RIG_STEP_INFER)
		return;
	const RigStepInfer *infer = step->options;
	guint needs = rig_measure_needs(&limit->measure);
	gint64 planned = infer->inputs * infer->iterations;
	if (planned == 0 || planned >= (gint64)needs) /* 0: all inputs, or a number that was wrong */
		return;
	rig_binder_issue(binder, key,
	                 "%s needs at least %u inferences, but its step has %" G_GINT64_FORMAT
	                 "; set `inputs: %u` or more, or judge a lower percentile",
	                 limit->name, needs, planned,
	                 (guint)((needs + infer->iterations - 1) / infer->iterations));
}

typedef struct {
	const RigStep *step;
	guint count; /* steps that carry the name and yield measures of their own */
	GPtrArray *names;
} LimitSearch;

static void limits_search(LimitSearch *search, const GPtrArray *steps, const char *subject)
{
	for (guint i = 0; steps != NULL && i < steps->len; i++) {
		const RigStep *step = steps->pdata[i];
		const char *as = rig_step_as(step);
		if (as == NULL)
			continue;
		g_ptr_array_add(search->names, (gpointer)(gintptr)as);
		if (strcmp(as, subject) != 0)
			continue;
		search->step = step;
		search->count += step->kind == RIG_STEP_INFER || step->kind == RIG_STEP_MEASURE ||
		                 step->kind == RIG_STEP_SENSOR || step->kind == RIG_STEP_DATA;
	}
}

/* Measures of a step of `kind` as they may be written: latency_p90 for latency_p#. */
static char **limits_measure_names(RigStepKind kind)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	for (const RigMeasureRow *row = rig_measure_rows; row->name != NULL; row++) {
		g_autofree char *stem = g_strndup(row->name, strcspn(row->name, "#"));
		gboolean has_number = strchr(row->name, '#') != NULL;
		const char *number = !has_number ? ""
		                     : row->kind == RIG_MEASURE_LATENCY_PERCENTILE ||
		                             row->kind == RIG_MEASURE_ENERGY_PERCENTILE
		                         ? "90"
		                         : "1";
		g_autofree char *name = g_strconcat(stem, number, NULL);
		if (row->step == (int)kind)
			g_strv_builder_add(builder, name);
	}
	return g_strv_builder_end(builder);
}

static void limits_unknown_measure(RigBinder *binder, const RigNode *key, const char *name,
                                   const RigStep *step)
{
	const char *verb = rig_step_rows[step->kind].verb;
	g_auto(GStrv) names = limits_measure_names(step->kind);
	const char *nearest = rig_nearest(name, (const char *const *)names);
	g_autofree char *list = g_strjoinv(", ", names);
	RigMeasureRef other;
	if (rig_measure_find(name, &other))
		rig_binder_issue(binder, key, "\"%.64s\" is a measure of %s, but this is %s; it has: %s",
		                 name, rig_step_rows[other.row->step].verb, verb, list);
	else if (nearest != NULL)
		rig_binder_issue(binder, key, "unknown measure \"%.64s\"; did you mean \"%s\"?", name,
		                 nearest);
	else
		rig_binder_issue(binder, key, "unknown measure \"%.64s\"; %s has: %s", name, verb, list);
}

/* Finds the step and the measure that a key with a dot names. NULL with an issue: none. */
static const RigStep *limits_resolve(RigBinder *binder, const RigNode *key, const GPtrArray *setup,
                                     const RigCase *test, gboolean has_command, RigLimit *limit)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	LimitSearch search = {.names = names};
	const char *name = limit->name + strlen(limit->subject) + 1;
	limits_search(&search, setup, limit->subject);
	limits_search(&search, test->steps, limit->subject);
	g_ptr_array_add(names, NULL);
	if (search.step == NULL) {
		const char *nearest = rig_nearest(limit->subject, (const char *const *)names->pdata);
		g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
		if (nearest != NULL)
			rig_binder_issue(binder, key,
			                 "no step carries the name \"%.64s\"; did you mean \"%s\"?",
			                 limit->subject, nearest);
		else
			rig_binder_issue(binder, key, "no step carries the name \"%.64s\" (`as: %.64s`); %s%s",
			                 limit->subject, limit->subject,
			                 names->len > 1 ? "there are: " : "none does", list);
		return NULL;
	}
	if (search.count > 1) {
		rig_binder_issue(binder, key, "%u steps carry the name \"%s\"; give each its own `as`",
		                 search.count, limit->subject);
		return NULL;
	}
	gboolean is_free = search.step->kind == RIG_STEP_EXPECT || search.step->kind == RIG_STEP_RUN;
	if (is_free || has_command ||
	    rig_measure_find_step(name, (int)search.step->kind, &limit->measure))
		return search.step;
	limits_unknown_measure(binder, key, name, search.step);
	return NULL;
}

/* Energy is known of what a meter saw. */
static void limits_check_measured(RigBinder *binder, const RigNode *key, const RigLimit *limit,
                                  const GPtrArray *steps, const RigStep *step)
{
	gboolean is_measured = FALSE;
	if (limit->measure.kind != RIG_MEASURE_ENERGY_PERCENTILE &&
	    limit->measure.kind != RIG_MEASURE_ENERGY_AVG &&
	    limit->measure.kind != RIG_MEASURE_BATTERY_LIFE)
		return;
	for (guint i = 0; i < steps->len && steps->pdata[i] != step; i++) {
		RigStepKind kind = ((const RigStep *)steps->pdata[i])->kind;
		is_measured = kind == RIG_STEP_MEASURE || (is_measured && kind != RIG_STEP_MEASURED);
	}
	if (!is_measured)
		rig_binder_issue(binder, key,
		                 "%s is measured: put its step into a `measure: {steps: [...]}`",
		                 limit->name);
}

static void limits_bind_one(RigBinder *binder, const RigNode *key, const RigNode *node,
                            const GPtrArray *setup, RigCase *test)
{
	RigLimit *limit = g_new0(RigLimit, 1);
	const RigNode *command = rig_node_get(node, "command");
	const RigStep *step = NULL;
	const char *dot = strchr(key->text, '.');
	g_ptr_array_add(test->limits, limit);
	limit->place = key->place;
	limit->name = g_strdup(key->text);
	limit->subject =
	    dot == NULL ? g_strdup(key->text) : g_strndup(key->text, (gsize)(dot - key->text));
	limit->measure.kind = command != NULL ? RIG_MEASURE_COMMAND : RIG_MEASURE_VALUE;
	if (dot == key->text || (dot != NULL && dot[1] == '\0') || *key->text == '\0') {
		rig_binder_issue(binder, key, "\"%.64s\" is no measure; write STEP.MEASURE, as in r.top1",
		                 key->text);
		return;
	}
	if (dot != NULL) {
		step = limits_resolve(binder, key, setup, test, command != NULL, limit);
		if (step == NULL)
			return; /* what its values are is not known either */
	}
	if (!rig_bind(binder, rig_limit_rows, node, limit, NULL))
		return;
	if (limit->golden != NULL) {
		g_autofree char *written = g_steal_pointer(&limit->golden);
		limit->golden = rig_path_find(written, node->place.file);
	}
	limits_check_keys(binder, node, limit);
	limits_check_battery(binder, node, limit);
	limits_check_range(binder, node, limit);
	if (step != NULL) {
		limits_check_count(binder, key, limit, step);
		limits_check_measured(binder, key, limit, test->steps, step);
	}
}

static void limits_free_one(gpointer data)
{
	RigLimit *limit = data;
	rig_fields_free(rig_limit_rows, limit);
	g_free(limit->subject);
	g_free(limit->name);
	g_free(limit);
}

void rig_suite_bind_limits(RigBinder *binder, const RigNode *judge, const GPtrArray *setup,
                           RigCase *test)
{
	gsize mark = rig_binder_enter(binder, "judge");
	test->limits = g_ptr_array_new_with_free_func(limits_free_one);
	for (guint i = 0; judge != NULL && judge->kind == RIG_NODE_MAP && i < judge->items->len; i++) {
		const RigNode *key = judge->keys->pdata[i];
		gsize inner = rig_binder_enter(binder, key->text);
		limits_bind_one(binder, key, judge->items->pdata[i], setup, test);
		rig_binder_leave(binder, inner);
	}
	rig_binder_leave(binder, mark);
}

static gboolean limits_parse(RigBinder *binder, const RigField *field, const RigNode *node,
                             gpointer member)
{
	(void)field, (void)member;
	return rig_bind_expect(binder, node, RIG_NODE_MAP, "a map of measures to limits");
}

static json_t *limits_schema(const RigField *field)
{
	(void)field;
	return json_pack("{s:s}", "$ref", "#/definitions/judge");
}

static void limits_free(gpointer member)
{
	g_clear_pointer((GPtrArray **)member, g_ptr_array_unref);
}

const RigFieldCustom rig_custom_limits = {
    .type = "map of measures to limits",
    .parse = limits_parse,
    .schema = limits_schema,
    .free = limits_free,
};
