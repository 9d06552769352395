/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/remember.h"

gboolean rig_remember_asks(const RigRemember *remember)
{
	return remember->last_failed || remember->failed_first || remember->baselines != NULL;
}

static gboolean remember_failed(const RigRemember *remember, RigStore *store, RigPlan *plan,
                                char **told, GError **error)
{
	g_autoptr(GPtrArray) list =
	    rig_store_failed(store, plan->suite->name, plan->bench->name, error);
	g_autoptr(GHashTable) failed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (list == NULL)
		return FALSE;
	for (guint i = 0; i < list->len; i++) {
		const RigFailedCase *one = g_ptr_array_index(list, i);
		g_hash_table_add(failed, g_strconcat(one->board, "/", one->name, NULL));
	}
	guint all = plan->cases->len;
	if (!rig_plan_prefer(plan, failed, remember->last_failed))
		*told = g_strdup("nothing failed last time: all that is selected runs");
	else if (remember->last_failed)
		*told = g_strdup_printf("%u of %u cases did not pass last time: only they run",
		                        plan->cases->len, all);
	return TRUE;
}

static gboolean remember_baseline(RigStore *store, RigBaseline *baseline, const char *word,
                                  GError **error)
{
	g_autofree char *name = rig_store_find(store, word, error);
	if (name == NULL)
		return FALSE;
	const RigRunFilter filter = {.name = name, .most = 1};
	g_autoptr(GPtrArray) runs = rig_store_runs(store, &filter, error);
	g_autoptr(GHashTable) numbers = runs == NULL ? NULL : rig_store_numbers(store, name, error);
	if (numbers == NULL || runs->len == 0)
		return FALSE;
	const RigStoredRun *stored = g_ptr_array_index(runs, 0);
	g_autofree char *unit = rig_baseline_unit(stored->bench, stored->board, stored->unit);
	if (rig_baseline_find(baseline, unit) != NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "--baseline %s: another one of %s is named already", word, unit);
		return FALSE;
	}
	RigBaselineRun *run = rig_baseline_add(baseline, name, unit);
	GHashTableIter iter;
	gpointer key, value;
	g_hash_table_iter_init(&iter, numbers);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const RigStoredNumber *number = value;
		rig_baseline_put(run, key, number->value, number->unit);
	}
	return TRUE;
}

gboolean rig_remember_plan(const RigRemember *remember, RigStore *store, RigPlan *plan, char **told,
                           GError **error)
{
	*told = NULL;
	if ((remember->last_failed || remember->failed_first) &&
	    !remember_failed(remember, store, plan, told, error))
		return FALSE;
	if (remember->baselines == NULL)
		return TRUE;
	g_autoptr(RigBaseline) baseline = rig_baseline_new();
	for (guint i = 0; remember->baselines[i] != NULL; i++) {
		if (!remember_baseline(store, baseline, remember->baselines[i], error))
			return FALSE;
	}
	rig_baseline_store(baseline, plan->sources);
	plan->baseline = g_steal_pointer(&baseline);
	return TRUE;
}

void rig_remember_run(RigStore *store, RigRunReport *run)
{
	g_autofree char *verdicts = g_build_filename(run->folder, "verdicts.jsonl", NULL);
	g_autoptr(GError) error = NULL;
	if (!g_file_test(verdicts, G_FILE_TEST_EXISTS))
		return; /* it never began, and says so */
	if (rig_store_import(store, run, &error)) {
		g_clear_pointer(&run->folder, g_free);
		return;
	}
	run->verdict = RIG_VERDICT_ERROR;
	g_autofree char *more = run->message == NULL ? NULL : g_strconcat("; ", run->message, NULL);
	g_free(run->message);
	run->message = g_strdup_printf("the run is not in the store yet: %s (its files stay in %s, and "
	                               "the next tinyrig that can takes them in)%s",
	                               error->message, run->folder, more == NULL ? "" : more);
}
