/* SPDX-License-Identifier: Apache-2.0 */
/* What flows when the supply comes on: the board's capacitors first, then its start. */
#include "run/measure.h"

/* The switching is known to some milliseconds: what the order and the samples took to come. */
#define INRUSH_BEFORE_US 50000
#define INRUSH_AFTER_US  100000

/*
 * The greatest of a switching-on. The sample in which a meter changes its range has no value, and
 * that is the first of a rise: what it may have been is what the next ones fall by.
 */
static gboolean inrush_of(RigTrace *trace, gint64 on_us, RigFigures *figures, double *off_na,
                          GError **error)
{
	const RigSpan span = {rig_trace_at_host(trace, on_us - INRUSH_BEFORE_US),
	                      rig_trace_at_host(trace, on_us + INRUSH_AFTER_US)};
	RigSample pair[2];
	guint64 most = span.first;
	double most_a = 0;
	if (!rig_figures_of(trace, span, figures, error) || !figures->is_known)
		return figures->is_known || error == NULL || *error == NULL;
	for (guint64 i = span.first; i + 1 < span.end; i++) {
		if (!rig_trace_samples(trace, i, 1, pair, error))
			return FALSE;
		double amperes = rig_sample_amperes(&rig_trace_head(trace)->transfer, pair);
		if (amperes > most_a) {
			most_a = amperes;
			most = i;
		}
	}
	if (!rig_trace_samples(trace, most, 2, pair, error))
		return FALSE;
	double next_a = rig_sample_amperes(&rig_trace_head(trace)->transfer, &pair[1]);
	*off_na = next_a < most_a ? (most_a - next_a) * 1e9 : 0;
	return TRUE;
}

gboolean rig_measure_inrush(RigStation *station, RigTrace *trace, const char *as, GError **error)
{
	double most_na = -1, most_off_na = 0, share = 0;
	for (guint i = 0; i < station->switched->len; i++) {
		RigFigures figures;
		double off_na = 0;
		if (!inrush_of(trace, g_array_index(station->switched, gint64, i), &figures, &off_na,
		               error))
			return FALSE;
		if (!figures.is_known) {
			rig_station_note(station, "measure %s: no inrush is known: %s", as, figures.why);
			return TRUE;
		}
		if (figures.max * 1e9 <= most_na)
			continue;
		most_na = figures.max * 1e9;
		most_off_na = off_na;
		share =
		    figures.charge_pc > 0 ? (double)figures.charge_gain_pc / (double)figures.charge_pc : 0;
	}
	if (most_na >= 0)
		rig_measure_leave(station, as, "inrush", most_na, "current", most_off_na, most_na * share);
	return TRUE;
}
