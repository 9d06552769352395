/* SPDX-License-Identifier: Apache-2.0 */
/* What did not pass last time, first or alone. */
#include "run/plan.h"

static gboolean prefer_has(GHashTable *failed, const RigPlannedRun *run, const RigCase *test)
{
	g_autofree char *key = g_strconcat(run->board->name, "/", test->name, NULL);
	return g_hash_table_contains(failed, key);
}

static gboolean prefer_case(const RigPlan *plan, GHashTable *failed, const RigCase *test)
{
	for (guint i = 0; i < plan->runs->len; i++) {
		if (prefer_has(failed, g_ptr_array_index(plan->runs, i), test))
			return TRUE;
	}
	return FALSE;
}

static gboolean prefer_run(const RigPlan *plan, GHashTable *failed, const RigPlannedRun *run)
{
	for (guint i = 0; i < plan->cases->len; i++) {
		if (prefer_has(failed, run, g_ptr_array_index(plan->cases, i)))
			return TRUE;
	}
	return FALSE;
}

gboolean rig_plan_prefer(RigPlan *plan, GHashTable *failed, gboolean only)
{
	g_autoptr(GPtrArray) first = g_ptr_array_new();
	g_autoptr(GPtrArray) others = g_ptr_array_new();
	for (guint i = 0; i < plan->cases->len; i++) {
		gpointer test = g_ptr_array_index(plan->cases, i);
		g_ptr_array_add(prefer_case(plan, failed, test) ? first : others, test);
	}
	if (first->len == 0)
		return FALSE;
	for (guint i = plan->runs->len; i > 0 && only; i--) {
		if (!prefer_run(plan, failed, g_ptr_array_index(plan->runs, i - 1)))
			g_ptr_array_remove_index(plan->runs, i - 1);
	}
	g_ptr_array_set_size(plan->cases, 0);
	g_ptr_array_extend(plan->cases, first, NULL, NULL);
	if (!only)
		g_ptr_array_extend(plan->cases, others, NULL, NULL);
	return TRUE;
}
