/* SPDX-License-Identifier: Apache-2.0 */
/* measure and power: what a board draws, and its supply. */
#include <string.h>

#include "run/measure.h"
#include "run/steps.h"

#define POWER_RESTORE_US G_USEC_PER_SEC

gboolean rig_step_power(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error)
{
	const RigStepPower *options = step->options;
	RigWiring *wiring = station->wiring;
	g_hash_table_remove_all(station->unread);
	if (options->supply != RIG_SUPPLY_ON && !rig_wiring_supply(wiring, FALSE, deadline_us, error))
		return FALSE;
	if (options->supply == RIG_SUPPLY_CYCLE &&
	    !rig_station_wait(
	        station, MIN(rig_clock_after(station->clock, options->off_us), deadline_us), error))
		return FALSE;
	if (options->supply == RIG_SUPPLY_CUT)
		return TRUE;
	gint64 now_us = rig_clock_now(station->clock);
	g_array_append_val(station->switched, now_us);
	return (options->voltage_uv == 0 ||
	        rig_wiring_set_voltage(wiring, options->voltage_uv, deadline_us, error)) &&
	       rig_wiring_supply(wiring, TRUE, deadline_us, error);
}

/* A probe that stays connected adds current: nothing in a measure may need it. */
static gboolean measure_check(const RigStation *station, GError **error)
{
	const RigBoard *board = station->board;
	const RigBenchLink *link =
	    board->protocol_link == NULL ? NULL : rig_board_link(board, board->protocol_link);
	const char *by = board->protocol != NULL && board->protocol->by_probe ? board->protocol->name
	                 : link != NULL && link->driver->by_probe             ? link->driver->name
	                                                                      : NULL;
	if (by == NULL)
		return TRUE;
	g_set_error(
	    error, RIG_ERROR, RIG_ERROR_USAGE,
	    "board %s is spoken to by %s, through the debug probe, which a measure must let go: "
	    "give it a link of another kind",
	    board->name, by);
	return FALSE;
}

gboolean rig_step_measure(RigStation *station, const RigStep *step, gint64 deadline_us,
                          GError **error)
{
	if (!measure_check(station, error) ||
	    (rig_wiring_is_switched(station->wiring) &&
	     !rig_wiring_supply(station->wiring, TRUE, deadline_us, error)))
		return FALSE;
	g_free(station->trace);
	station->trace = g_strdup_printf("power-%s-%u-%u.trace", station->attempt->case_name,
	                                 station->attempt->number, station->step->index);
	station->measure = rig_step_as(step);
	station->measuring = step->options;
	g_array_set_size(station->measured, 0);
	g_array_set_size(station->switched, 0);
	g_autofree char *path = g_build_filename(station->folder, station->trace, NULL);
	return rig_wiring_measure(station->wiring, path, deadline_us, error);
}

void rig_step_power_restore(RigStation *station)
{
	g_autoptr(GError) error = NULL;
	RigWiring *wiring = station->wiring;
	gint64 deadline_us = rig_clock_after(station->clock, POWER_RESTORE_US);
	if (wiring->meter == NULL || wiring->meter->supply_uv == wiring->board->meter_supply_uv)
		return;
	if (!rig_wiring_set_voltage(wiring, wiring->board->meter_supply_uv, deadline_us, &error))
		rig_station_note(station, "the supply's voltage: %s", error->message);
}

void rig_step_measure_abandon(RigStation *station)
{
	g_autoptr(GError) error = NULL;
	if (station->measure == NULL)
		return;
	station->measure = NULL;
	if (!rig_wiring_measure_end(station->wiring, FALSE, &error))
		rig_station_note(station, "the measure: %s", error->message);
}

static void measure_leave_all(RigStation *station, const char *as, const RigFigures *all)
{
	double seconds = all->seconds;
	if (!all->is_known) {
		rig_station_note(station, "measure %s: nothing is known of it: %s", as, all->why);
		return;
	}
	double off_na = (double)all->charge_uncertainty_pc / seconds * 1e-3;
	double gain_na = (double)all->charge_gain_pc / seconds * 1e-3;
	double share = all->charge_pc == 0 ? 0 : gain_na / fabs(all->average * 1e9);
	rig_measure_leave(station, as, "duration", seconds * 1e6, "time", 0, 0);
	rig_measure_leave(station, as, "current_avg", all->average * 1e9, "current", off_na, gain_na);
	rig_measure_leave(station, as, "current_peak", all->max * 1e9, "current", 0,
	                  fabs(all->max * 1e9) * share);
	if (all->energy_pj != G_MININT64)
		rig_measure_leave(station, as, "energy", (double)all->energy_pj, "energy",
		                  (double)all->uncertainty_pj, (double)all->gain_pj);
}

/* Everything behind the time in which a capture settles, up to as long a time before its end. */
static RigSpan measure_span(const RigTrace *trace)
{
	double rate = (double)rig_trace_head(trace)->rate_mhz / 1000;
	gint64 settle = (gint64)(RIG_LEDGER_SETTLE_US * 1e-6 * rate) + 1;
	guint64 count = rig_trace_count(trace);
	gint64 end = rig_trace_place(trace, count) - settle;
	return (RigSpan){rig_trace_at_place(trace, settle), rig_trace_at_place(trace, MAX(end, 0))};
}

/* Samples that are missing, and that came twice. */
static gint64 measure_lost(const RigTrace *trace)
{
	const GArray *gaps = rig_trace_gaps(trace);
	gint64 lost = 0;
	for (guint i = 0; i < gaps->len; i++)
		lost += ABS(g_array_index(gaps, RigGap, i).missing);
	return lost;
}

static gboolean measure_read(RigStation *station, const RigStepMeasure *options, const char *as,
                             const char *path, GError **error)
{
	g_autoptr(RigTrace) trace = rig_trace_open(path, error);
	RigFigures all;
	if (trace == NULL)
		return FALSE;
	if (!rig_figures_of(trace, measure_span(trace), &all, error))
		return FALSE;
	measure_leave_all(station, as, &all);
	rig_measure_leave(station, as, "lost", (double)measure_lost(trace), "count", 0, 0);
	rig_station_text(station, as, "trace", station->trace, RIG_INTEGRITY_CHECKED);
	return rig_measure_inrush(station, trace, as, error) &&
	       rig_measure_records(station, options, trace, as, &all, error);
}

gboolean rig_step_measured(RigStation *station, const RigStep *step, gint64 deadline_us,
                           GError **error)
{
	(void)step, (void)deadline_us;
	const RigStepMeasure *options = station->measuring;
	const char *as = station->measure;
	g_autofree char *path = g_build_filename(station->folder, station->trace, NULL);
	station->measure = NULL;
	return rig_wiring_measure_end(station->wiring, TRUE, error) &&
	       measure_read(station, options, as, path, error);
}
