/* SPDX-License-Identifier: Apache-2.0 */
/* energy_*: limits on the energy of one inference, as the meter measured it. */
#include <math.h>
#include <stdlib.h>

#include "judge/energy_beside.h"
#include "judge/limits.h"
#include "judge/measures.h"
#include "judge/percentile.h"

static int energy_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

void rig_judge_energy(RigJudging *judging)
{
	const RigMeasureRef *measure = &judging->limit->measure;
	const GPtrArray *records = judging->records.list;
	RigFinding *finding = judging->finding;
	guint needs = rig_measure_needs(measure), known = 0;
	g_autofree double *sorted_pj = g_new(double, records->len + 1);
	double inferences = 0, sum_pj = 0, variance = 0;
	for (guint i = 0; i < records->len; i++) {
		const RigInference *record = rig_records_at(records, i);
		if (record->energy_pj == G_MININT64 || record->uncertainty_pj == G_MININT64)
			continue;
		sorted_pj[known++] = (double)record->energy_pj / record->iterations;
		sum_pj += (double)record->energy_pj;
		inferences += record->iterations;
		variance += (double)record->uncertainty_pj * (double)record->uncertainty_pj;
	}
	finding->integrity = RIG_INTEGRITY_PLAUSIBLE; /* counted, and beside a clock of its own */
	judging->below = finding->integrity < judging->limit->integrity ? records->len : 0;
	if (known < records->len) {
		rig_energy_unknown(judging, records->len - known);
		return;
	}
	if (known < needs) {
		rig_limit_unknown(finding, "%u records, p%g needs %u", known, measure->number, needs);
		return;
	}
	qsort(sorted_pj, known, sizeof *sorted_pj, energy_compare);
	gboolean is_mean = measure->kind == RIG_MEASURE_ENERGY_AVG;
	double value =
	    is_mean ? sum_pj / inferences : rig_percentile(sorted_pj, known, measure->number);
	/*
	 * Of a mean, errors of many records make up for each other, unless they are the same in all;
	 * of one rank they need not.
	 */
	gboolean makes_up = is_mean && !rig_energy_is_common(judging);
	double each = sqrt(variance / known) * known / inferences;
	g_autofree char *note = g_strdup_printf("%u records", known);
	rig_limit_number(finding, value, note);
	rig_limit_uncertain(finding, makes_up ? sqrt(variance) / inferences : each,
	                    rig_energy_beside(judging, "energy_gain")->number * fabs(value));
}
