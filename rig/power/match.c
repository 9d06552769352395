/* SPDX-License-Identifier: Apache-2.0 */
#include "power/match.h"

#define MATCH_SLACK    0.01 /* both clocks, and what the firmware does beside */
#define MATCH_LEAST    0.5  /* of the lap the marker is high for so much at least */
#define MATCH_SLACK_US 50.0

static double match_us(const GArray *windows, guint first, guint last, double sample_us)
{
	double samples = 0;
	for (guint i = first; i <= last; i++) {
		const RigSpan *span = &g_array_index(windows, RigSpan, i);
		samples += (double)(span->end - span->first);
	}
	return samples * sample_us;
}

static gboolean match_lasts(const GArray *windows, double sample_us, const RigMatch *match,
                            char **why)
{
	if (match->lap_us < 0)
		return TRUE;
	double high_us = match_us(windows, match->first, match->last, sample_us);
	double lap_us = (double)match->lap_us;
	double slack_us = MATCH_SLACK_US + sample_us * 2 * match->iterations;
	if (high_us <= lap_us * (1 + MATCH_SLACK) + slack_us &&
	    high_us >= lap_us * MATCH_LEAST - slack_us)
		return TRUE;
	*why = g_strdup_printf("the marker was high for %.0f us in window%s %u to %u, but the board "
	                       "tells of %.0f us for these inferences",
	                       high_us, match->first == match->last ? "" : "s", match->first + 1,
	                       match->last + 1, lap_us);
	return FALSE;
}

gboolean rig_match_windows(const GArray *windows, double sample_us, RigMatch *matches, guint count,
                           char **why)
{
	guint64 wanted = 0;
	guint at = 0;
	for (guint i = 0; i < count; i++)
		wanted += (guint64)matches[i].warmups + matches[i].iterations;
	if (wanted != windows->len) {
		*why = g_strdup_printf("the marker was high %u times, but %" G_GUINT64_FORMAT
		                       " inferences were asked for",
		                       windows->len, wanted);
		return FALSE;
	}
	for (guint i = 0; i < count; i++) {
		matches[i].first = at + matches[i].warmups;
		at = matches[i].first + matches[i].iterations;
		matches[i].last = at - 1;
		if (!match_lasts(windows, sample_us, &matches[i], why))
			return FALSE;
	}
	return TRUE;
}
