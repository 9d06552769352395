/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of earlier runs in a run's folder. What is taken is written and taken again. */
#include <stdint.h>
#include <stdlib.h>

#include "journal/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	rig_sources_put(sources, RIG_BASELINE_SOURCE, bytes);
	g_autoptr(RigBaseline) baseline = rig_baseline_load(sources, &error);
	if ((baseline == NULL) != (error != NULL))
		abort();
	if (baseline == NULL)
		return 0;
	g_autoptr(RigSources) others = rig_sources_new();
	rig_baseline_store(baseline, others);
	g_autoptr(RigBaseline) again = rig_baseline_load(others, NULL);
	if (again == NULL || again->runs->len != baseline->runs->len)
		abort();
	for (guint i = 0; i < again->runs->len; i++) {
		const RigBaselineRun *before = g_ptr_array_index(baseline->runs, i);
		const RigBaselineRun *after = g_ptr_array_index(again->runs, i);
		if (g_hash_table_size(before->numbers) != g_hash_table_size(after->numbers))
			abort();
	}
	return 0;
}
