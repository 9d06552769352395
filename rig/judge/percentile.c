/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/percentile.h"

#include "judge/records.h"
#include <math.h>
#include <stdlib.h>

#define PERCENTILE_SLACK 1e-9 /* 99.9 * 1000 / 100 may come out just above 999 */

double rig_percentile(const double *sorted, guint count, double percent)
{
	if (count == 0)
		return (double)NAN;
	double rank = ceil(percent * count / 100.0 - PERCENTILE_SLACK);
	return sorted[(guint)CLAMP(rank, 1.0, (double)count) - 1];
}

static int percentile_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void rig_latencies_of(RigLatencies *latencies, const GPtrArray *records, RigIntegrity wanted)
{
	double sum_us = 0.0, inferences = 0.0, longest_us = -1.0;

	*latencies = (RigLatencies){.sorted_us = g_new(double, MAX(records->len, 1)),
	                            .integrity = RIG_INTEGRITY_CHECKED};
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if (record->lap_us < 0 || record->iterations == 0) {
			latencies->unknown++;
			continue;
		}
		double each_us = (double)record->lap_us / record->iterations;
		latencies->sorted_us[latencies->count++] = each_us;
		sum_us += (double)record->lap_us;
		inferences += record->iterations;
		latencies->batches += record->iterations > 1 ? 1 : 0;
		latencies->below += record->lap_integrity < wanted ? 1 : 0;
		latencies->integrity = MIN(latencies->integrity, record->lap_integrity);
		if (each_us > longest_us ||
		    (each_us == longest_us && record->input < latencies->slowest_input)) {
			longest_us = each_us;
			latencies->slowest_input = record->input;
		}
	}
	latencies->mean_us = inferences > 0.0 ? sum_us / inferences : (double)NAN;
	if (latencies->count == 0)
		latencies->integrity = RIG_INTEGRITY_UNKNOWN;
	qsort(latencies->sorted_us, latencies->count, sizeof(double), percentile_compare);
}

void rig_latencies_clear(RigLatencies *latencies)
{
	g_clear_pointer(&latencies->sorted_us, g_free);
}
