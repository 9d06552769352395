/* SPDX-License-Identifier: Apache-2.0 */
/* latency_*: limits on the time of one inference by the board's clock. */
#include "judge/limits.h"
#include "judge/measures.h"
#include "judge/percentile.h"

/* The distribution, as far as the number of records carries it. Caller frees. */
static char *latency_detail(const RigLatencies *latencies)
{
	static const double percents[] = {50.0, 90.0, 99.0};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *min = rig_measure_format("time", latencies->sorted_us[0]);
	g_autofree char *max = rig_measure_format("time", latencies->sorted_us[latencies->count - 1]);
	g_autofree char *mean = rig_measure_format("time", latencies->mean_us);

	g_string_append_printf(text, "min %s, avg %s", min, mean);
	for (gsize i = 0; i < G_N_ELEMENTS(percents); i++) {
		RigMeasureRef ref = {.kind = RIG_MEASURE_LATENCY_PERCENTILE, .number = percents[i]};
		if (latencies->count < rig_measure_needs(&ref))
			continue;
		g_autofree char *value = rig_measure_format(
		    "time", rig_percentile(latencies->sorted_us, latencies->count, percents[i]));
		g_string_append_printf(text, ", p%g %s", percents[i], value);
	}
	g_string_append_printf(text, ", max %s (input %u)\n", max, latencies->slowest_input);
	if (latencies->batches > 0)
		g_string_append_printf(text,
		                       "%u of %u records are means over several inferences: what lies "
		                       "within them is unknown\n",
		                       latencies->batches, latencies->count);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static double latency_value(const RigLatencies *latencies, const RigMeasureRef *measure)
{
	const double *sorted_us = latencies->sorted_us;
	double min_us = sorted_us[0], max_us = sorted_us[latencies->count - 1];

	if (measure->kind == RIG_MEASURE_LATENCY_PERCENTILE)
		return rig_percentile(sorted_us, latencies->count, measure->number);
	if (measure->kind == RIG_MEASURE_LATENCY_AVG)
		return latencies->mean_us;
	if (measure->kind == RIG_MEASURE_LATENCY_MIN)
		return min_us;
	return measure->kind == RIG_MEASURE_LATENCY_MAX ? max_us : max_us - min_us;
}

void rig_judge_latency(RigJudging *judging)
{
	const RigMeasureRef *measure = &judging->limit->measure;
	const GPtrArray *records = judging->records.list;
	RigFinding *finding = judging->finding;
	guint needs = rig_measure_needs(measure);
	g_auto(RigLatencies) latencies;

	rig_latencies_of(&latencies, records, judging->limit->integrity);
	judging->below = latencies.below;
	finding->integrity = latencies.integrity;
	if (latencies.count > 0)
		finding->detail = latency_detail(&latencies);
	if (latencies.unknown > 0) {
		rig_limit_unknown(finding, "%u of %u records have no lap", latencies.unknown, records->len);
		return;
	}
	if (latencies.count < needs) {
		rig_limit_unknown(finding, "%u records, p%g needs %u", latencies.count, measure->number,
		                  needs);
		return;
	}
	g_autofree char *note = g_strdup_printf("%u records", latencies.count);
	rig_limit_number(finding, latency_value(&latencies, measure), note);
}
