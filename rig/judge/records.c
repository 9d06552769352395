/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/records.h"

static gboolean records_unpassed(const RigStepRecord *step)
{
	return step->outcome != RIG_VERDICT_PASS || step->end_us == 0;
}

void rig_records_select(RigRecords *records, const RigAttempt *attempt, const char *as)
{
	g_autoptr(GHashTable) steps = g_hash_table_new(g_direct_hash, g_direct_equal);

	*records = (RigRecords){.list = g_ptr_array_new()};
	for (guint i = 0; i < attempt->steps->len; i++) {
		const RigStepRecord *step = g_ptr_array_index(attempt->steps, i);
		if (g_strcmp0(step->as, as) != 0)
			continue;
		g_hash_table_add(steps, GUINT_TO_POINTER(step->index));
		records->ran = TRUE;
		if (records->unpassed == NULL && records_unpassed(step))
			records->unpassed = step;
	}
	for (guint i = 0; records->ran && i < attempt->inferences->len; i++) {
		RigInference *record = g_ptr_array_index(attempt->inferences, i);
		if (g_hash_table_contains(steps, GUINT_TO_POINTER(record->step)))
			g_ptr_array_add(records->list, record);
	}
}

void rig_records_clear(RigRecords *records)
{
	g_clear_pointer(&records->list, g_ptr_array_unref);
}

RigIntegrity rig_records_integrity(const GPtrArray *records, RigIntegrity wanted, guint *below)
{
	RigIntegrity least = records->len == 0 ? RIG_INTEGRITY_UNKNOWN : RIG_INTEGRITY_CHECKED;

	*below = 0;
	for (guint i = 0; i < records->len; i++) {
		RigIntegrity integrity = rig_records_at(records, i)->integrity;
		least = MIN(least, integrity);
		*below += integrity < wanted ? 1 : 0;
	}
	return least;
}
