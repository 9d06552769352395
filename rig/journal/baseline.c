/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/baseline.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void baseline_free_number(gpointer data)
{
	RigBaselineNumber *number = data;
	g_free(number->unit);
	g_free(number);
}

static void baseline_free_run(gpointer data)
{
	RigBaselineRun *run = data;
	g_free(run->run);
	g_free(run->unit);
	g_hash_table_unref(run->numbers);
	g_free(run);
}

RigBaseline *rig_baseline_new(void)
{
	RigBaseline *baseline = g_new0(RigBaseline, 1);
	baseline->runs = g_ptr_array_new_with_free_func(baseline_free_run);
	return baseline;
}

void rig_baseline_free(RigBaseline *baseline)
{
	if (baseline == NULL)
		return;
	g_ptr_array_unref(baseline->runs);
	g_free(baseline);
}

char *rig_baseline_unit(const char *bench, const char *board, const char *serial)
{
	return serial != NULL ? g_strdup_printf("unit %s", serial)
	                      : g_strdup_printf("board %s of bench %s", board, bench);
}

RigBaselineRun *rig_baseline_add(RigBaseline *baseline, const char *run, const char *unit)
{
	RigBaselineRun *added = g_new0(RigBaselineRun, 1);
	added->run = g_strdup(run);
	added->unit = g_strdup(unit);
	added->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, baseline_free_number);
	g_ptr_array_add(baseline->runs, added);
	return added;
}

void rig_baseline_put(RigBaselineRun *run, const char *key, double value, const char *unit)
{
	if (!isfinite(value))
		return;
	RigBaselineNumber *number = g_new0(RigBaselineNumber, 1);
	number->value = value;
	number->unit = g_strdup(unit);
	g_hash_table_insert(run->numbers, g_strdup(key), number);
}

const RigBaselineRun *rig_baseline_find(const RigBaseline *baseline, const char *unit)
{
	for (guint i = 0; baseline != NULL && i < baseline->runs->len; i++) {
		const RigBaselineRun *run = g_ptr_array_index(baseline->runs, i);
		if (strcmp(run->unit, unit) == 0)
			return run;
	}
	return NULL;
}

static json_t *baseline_json_run(const RigBaselineRun *run)
{
	json_t *numbers = json_object();
	g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(run->numbers), (GCompareFunc)strcmp);
	for (const GList *at = keys; at != NULL; at = at->next) {
		const RigBaselineNumber *number = g_hash_table_lookup(run->numbers, at->data);
		json_object_set_new(numbers, at->data,
		                    json_pack("{sf ss?}", "value", number->value, "unit", number->unit));
	}
	return json_pack("{ss ss so}", "run", run->run, "unit", run->unit, "numbers", numbers);
}

void rig_baseline_store(const RigBaseline *baseline, RigSources *sources)
{
	json_t *runs = json_array();
	for (guint i = 0; i < baseline->runs->len; i++)
		json_array_append_new(runs, baseline_json_run(g_ptr_array_index(baseline->runs, i)));
	json_t *root = json_pack("{so}", "baseline", runs);
	char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(sources, RIG_BASELINE_SOURCE, bytes);
	free(text);
	json_decref(root);
}

static void baseline_read_run(RigBaseline *baseline, json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "run"));
	const char *unit = json_string_value(json_object_get(object, "unit"));
	json_t *numbers = json_object_get(object, "numbers");
	if (name == NULL || unit == NULL)
		return;
	RigBaselineRun *run = rig_baseline_add(baseline, name, unit);
	const char *key;
	json_t *number;
	json_object_foreach(numbers, key, number)
	{
		const json_t *value = json_object_get(number, "value");
		if (json_is_number(value))
			rig_baseline_put(run, key, json_number_value(value),
			                 json_string_value(json_object_get(number, "unit")));
	}
}

static const RigSource *baseline_source(const RigSources *sources)
{
	const GPtrArray *all = rig_sources_list(sources);
	for (guint i = 0; i < all->len; i++) {
		const RigSource *source = g_ptr_array_index(all, i);
		if (strcmp(source->path, RIG_BASELINE_SOURCE) == 0)
			return source;
	}
	return NULL;
}

RigBaseline *rig_baseline_load(const RigSources *sources, GError **error)
{
	const RigSource *source = baseline_source(sources);
	if (source == NULL)
		return NULL;
	gsize size;
	const char *text = g_bytes_get_data(source->bytes, &size);
	json_error_t problem;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
	const json_t *runs = json_object_get(root, "baseline");
	RigBaseline *baseline = NULL;
	if (json_is_array(runs)) {
		baseline = rig_baseline_new();
		for (gsize i = 0; i < json_array_size(runs); i++)
			baseline_read_run(baseline, json_array_get(runs, i));
	} else {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "the run's baseline cannot be read: %s",
		            root == NULL ? problem.text : "it holds no runs");
	}
	json_decref(root);
	return baseline;
}
