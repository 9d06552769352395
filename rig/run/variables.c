/* SPDX-License-Identifier: Apache-2.0 */
#include "run/variables.h"

void rig_run_variables(GHashTable *variables, const RigSuite *suite, const RigBench *bench,
                       const RigRunHeader *header)
{
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, suite->variables);
	while (g_hash_table_iter_next(&iter, &name, &value))
		g_hash_table_insert(variables, g_strdup(name), g_strdup(value));
	const RigBoard *board = rig_bench_board(bench, header->board);
	const char *known[][2] = {{"board", header->board},
	                          {"target", header->target},
	                          {"image", header->image},
	                          {"unit", board == NULL ? NULL : board->unit_serial}};
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (known[i][1] != NULL)
			g_hash_table_insert(variables, g_strdup(known[i][0]), g_strdup(known[i][1]));
	}
}
