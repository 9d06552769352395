/* SPDX-License-Identifier: Apache-2.0 */
#include "power/words.h"

#include "config/measure.h"

static char *words_amperes(double amperes)
{
	return rig_measure_format("current", amperes * 1e9);
}

static char *words_charge(double pc)
{
	static const char *const units[] = {"pC", "nC", "uC", "mC", "C"};
	guint scale = 0;
	while (scale + 1 < G_N_ELEMENTS(units) && fabs(pc) >= 1000) {
		pc /= 1000;
		scale++;
	}
	return g_strdup_printf("%.4g %s", pc, units[scale]);
}

char *rig_gap_words(const RigTrace *trace, const RigGap *gap)
{
	double begin = rig_trace_seconds(trace, (double)rig_trace_place(trace, gap->from));
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%s at %.6f s", rig_gap_names[gap->kind], begin);
	if (gap->to == G_MAXUINT64)
		g_string_append(text, " to the end");
	else if (gap->to > gap->from)
		g_string_append_printf(text, " to %.6f s, somewhere",
		                       rig_trace_seconds(trace, (double)rig_trace_place(trace, gap->to)));
	if (gap->missing != 0)
		g_string_append_printf(text, ": %" G_GINT64_FORMAT " samples %s", ABS(gap->missing),
		                       gap->missing > 0 ? "missing" : "twice");
	return g_string_free(text, FALSE);
}

char *rig_figures_words(const RigTrace *trace, const RigFigures *figures)
{
	if (!figures->is_known)
		return g_strdup_printf("unknown (%s)", figures->why);
	g_autofree char *average = words_amperes(figures->average);
	g_autofree char *charge = words_charge((double)figures->charge_pc);
	g_autofree char *spread = words_charge((double)figures->charge_uncertainty_pc);
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%.6f s, average %s, charge %s ± %s", figures->seconds, average,
	                       charge, spread);
	if (figures->energy_pj != G_MININT64) {
		g_autofree char *energy = rig_measure_format("energy", (double)figures->energy_pj);
		g_autofree char *off = rig_measure_format("energy", (double)figures->uncertainty_pj);
		g_string_append_printf(text, ", energy %s ± %s at %.2f V", energy, off,
		                       (double)rig_trace_head(trace)->voltage_uv / 1e6);
	}
	if (figures->charge_pc != 0)
		g_string_append_printf(text, ", and ± %.0f%% by the meter's accuracy",
		                       100.0 * (double)figures->charge_gain_pc /
		                           fabs((double)figures->charge_pc));
	return g_string_free(text, FALSE);
}

char *rig_trace_words(RigTrace *trace, GError **error)
{
	guint64 count = rig_trace_count(trace);
	RigTraceSummary summary;
	if (!rig_trace_summarise(trace, 0, count, TRUE, &summary, error))
		return NULL;
	gint64 missing = count == 0 ? 0 : rig_trace_place(trace, count) - (gint64)count;
	double seconds = rig_trace_seconds(trace, (double)(count + (guint64)missing));
	g_autofree char *average = words_amperes(rig_trace_summary_mean(&summary));
	g_autofree char *least = words_amperes(summary.min);
	g_autofree char *most = words_amperes(summary.max);
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%.3f s, %" G_GUINT64_FORMAT " samples, ", seconds, count);
	if (rig_trace_gaps(trace)->len == 0)
		g_string_append(text, "none missing");
	else
		g_string_append_printf(text, "%" G_GINT64_FORMAT " missing in %u gaps", missing,
		                       rig_trace_gaps(trace)->len);
	g_string_append_printf(text, "; average %s, min %s, max %s", average, least, most);
	if (!rig_trace_is_whole(trace))
		g_string_append_printf(text,
		                       "; its capture did not end in order (%" G_GUINT64_FORMAT
		                       " bytes at its end are passed over)",
		                       rig_trace_damaged_bytes(trace));
	return g_string_free(text, FALSE);
}
