/* SPDX-License-Identifier: Apache-2.0 */
#include "power/stamps.h"

#define STAMPS_SLACK_US 100000 /* the host may be so late for one and not for another */
#define PLACES_FINE_US  10000
#define PLACES_PEAK     0.1 /* of its charge: what a window must gain where the inference is */

/* From i to j by the board's clock. */
static gint64 stamps_apart_us(const RigStamp *stamps, guint i, guint j)
{
	return (gint32)((guint32)stamps[j].board_us - (guint32)stamps[i].board_us);
}

static gboolean stamps_are_near(const RigStamp *stamps, guint i, guint j)
{
	return stamps[j].told_us > 0 && stamps[j].board_us >= 0 &&
	       ABS(stamps[j].told_us - stamps[i].told_us) <= RIG_STAMP_NEAR_US;
}

gint64 rig_stamp_end_us(const RigStamp *stamps, guint count, guint i)
{
	gint64 end_us = stamps[i].told_us;
	if (stamps[i].board_us < 0)
		return end_us;
	for (guint j = i; j > 0 && stamps_are_near(stamps, i, j - 1); j--)
		end_us = MIN(end_us, stamps[j - 1].told_us - stamps_apart_us(stamps, i, j - 1));
	for (guint j = i + 1; j < count && stamps_are_near(stamps, i, j); j++)
		end_us = MIN(end_us, stamps[j].told_us - stamps_apart_us(stamps, i, j));
	return end_us;
}

gboolean rig_stamps_agree(const RigStamp *stamps, guint count, char **why)
{
	for (guint i = 0; i + 1 < count; i++) {
		guint j = i + 1;
		if (stamps[i].told_us == 0 || stamps[i].board_us < 0 || stamps[j].told_us == 0 ||
		    stamps[j].board_us < 0)
			continue;
		gint64 told_us = stamps[j].told_us - stamps[i].told_us;
		gint64 board_us = stamps_apart_us(stamps, i, j);
		double slack_us = (double)told_us * RIG_STAMP_CLOCK + STAMPS_SLACK_US;
		if (fabs((double)(told_us - board_us)) <= slack_us)
			continue;
		*why = g_strdup_printf("the board's clock passed %.3f s between two stamps, this host's "
		                       "%.3f s: place the windows by a marker",
		                       (double)board_us / 1e6, (double)told_us / 1e6);
		return FALSE;
	}
	return TRUE;
}

static guint64 places_samples(const RigTrace *trace, gint64 span_us)
{
	return (guint64)llrint((double)span_us * 1e-9 * (double)rig_trace_head(trace)->rate_mhz);
}

/*
 * gains: shape (2 reach + 1), is added to: what a window of `span` samples from `first` on gains
 * when it is moved by -reach..reach samples, in pA of a sample. *is_inside FALSE: it would leave
 * the trace.
 */
static gboolean places_add(RigTrace *trace, guint64 first, guint64 span, guint64 reach,
                           double *gains, gboolean *is_inside, GError **error)
{
	gsize count = (gsize)(2 * reach);
	*is_inside = first > reach && first + span + reach < rig_trace_count(trace);
	if (!*is_inside)
		return TRUE;
	g_autofree RigSample *left = g_new(RigSample, count), *right = g_new(RigSample, count);
	if (!rig_trace_samples(trace, first - reach, count, left, error) ||
	    !rig_trace_samples(trace, first + span - reach, count, right, error))
		return FALSE;
	double gained = 0;
	for (gsize i = 0; i < count; i++) {
		gint64 in_pa = rig_current_pa(rig_trace_currents(trace), &right[i]);
		gint64 out_pa = rig_current_pa(rig_trace_currents(trace), &left[i]);
		if (in_pa != RIG_CURRENT_UNKNOWN && out_pa != RIG_CURRENT_UNKNOWN)
			gained += (double)(in_pa - out_pa);
		gains[i + 1] += gained;
	}
	return TRUE;
}

static guint64 places_most(const double *gains, guint64 count)
{
	guint64 most = 0;
	for (guint64 i = 1; i < count; i++)
		if (gains[i] > gains[most])
			most = i;
	return most;
}

gboolean rig_places_move(RigTrace *trace, const RigHostSpan *places, guint count, gint64 *samples,
                         GError **error)
{
	guint64 reach = places_samples(trace, RIG_PLACE_SLACK_US);
	g_autofree double *gains = g_new0(double, 2 * reach + 1);
	for (guint i = 0; i < count; i++) {
		gboolean is_inside;
		if (!places_add(trace, rig_trace_at_host(trace, places[i].begin_us),
		                places_samples(trace, places[i].span_us), reach, gains, &is_inside, error))
			return FALSE;
	}
	*samples = (gint64)places_most(gains, 2 * reach + 1) - (gint64)reach;
	return TRUE;
}

static void places_refuse(RigFigures *figures, const char *why)
{
	*figures = (RigFigures){.energy_pj = G_MININT64};
	g_strlcpy(figures->why, why, sizeof figures->why);
}

/* off_pc: how far the charge may be wrong for the place. */
static void places_widen(RigFigures *figures, double off_pc)
{
	if (!figures->is_known)
		return;
	double charge_pc = (double)figures->charge_pc;
	off_pc += RIG_STAMP_CLOCK * fabs(charge_pc);
	figures->charge_uncertainty_pc += (gint64)ceil(off_pc);
	if (figures->energy_pj != G_MININT64 && figures->charge_pc != 0)
		figures->uncertainty_pj +=
		    (gint64)ceil(off_pc * fabs((double)figures->energy_pj / charge_pc));
}

/* What the charge of the window at `best` may be wrong by, for its place: pA of a sample. */
static double places_off(const double *gains, guint64 count, guint64 best)
{
	double off = gains[places_most(gains, count)] - gains[best];
	if (best > 0)
		off = MAX(off, gains[best] - gains[best - 1]);
	if (best + 1 < count)
		off = MAX(off, gains[best] - gains[best + 1]);
	return off;
}

/*
 * Whether an inference is to be seen around the window: it stands out from what surrounds it, and
 * does not lie at the edge of where it is looked for. Else the window may be beside it.
 */
static gboolean places_stand_out(const double *gains, guint64 count, double charge)
{
	guint64 most = places_most(gains, count);
	double least = gains[most];
	for (guint64 i = 0; i < count; i++)
		least = MIN(least, gains[i]);
	return most > 0 && most + 1 < count && gains[most] - least > PLACES_PEAK * fabs(charge);
}

gboolean rig_figures_at(RigTrace *trace, const RigHostSpan *place, gint64 moved,
                        RigFigures *figures, GError **error)
{
	guint64 span = places_samples(trace, place->span_us);
	guint64 reach = places_samples(trace, RIG_PLACE_SLACK_US);
	guint64 fine = MAX(places_samples(trace, PLACES_FINE_US), 1);
	gint64 first = (gint64)rig_trace_at_host(trace, place->begin_us) + moved;
	gboolean is_inside = first > 0 && rig_trace_host_us(trace, 0) != RIG_LEDGER_UNKNOWN_US;
	g_autofree double *gains = g_new0(double, 2 * reach + 1);
	if (is_inside && !places_add(trace, (guint64)first, span, reach, gains, &is_inside, error))
		return FALSE;
	if (!is_inside) {
		places_refuse(figures, "the window is not all in the trace, as far as is known");
		return TRUE;
	}
	guint64 best = reach - fine + places_most(gains + reach - fine, 2 * fine + 1);
	guint64 from = (guint64)first + best - reach;
	if (!rig_figures_of(trace, (RigSpan){from, from + span}, figures, error))
		return FALSE;
	double sample_s = rig_trace_seconds(trace, 1);
	if (figures->is_known &&
	    !places_stand_out(gains, 2 * reach + 1, (double)figures->charge_pc / sample_s))
		places_refuse(figures, "no inference stands out in the trace where it should be: place the "
		                       "windows by a marker");
	else
		places_widen(figures, places_off(gains, 2 * reach + 1, best) * sample_s);
	return TRUE;
}
