/* SPDX-License-Identifier: Apache-2.0 */
/* The energy of each inference of a measure: its window by marker, stamps or host clock. */
#include "run/measure.h"

#include "run/measure_idle.h"

#include "power/match.h"
#include "power/stamps.h"
#include "run/mlperf_rules.h"
#include <string.h>

typedef struct Measured {
	RigStation *station;
	RigTrace *trace;
	const RigMeasuredRecord *told; /* shape (count), as the next */
	RigInference *records;
	guint count;
	double gain;        /* share of the energy, of the last */
	gboolean is_common; /* what may be wrong with one is wrong with all */
	RigIdle idle;
	char *why; /* why there is no energy; NULL: there is */
	GError *error;
} Measured;

void rig_measure_leave(RigStation *station, const char *as, const char *name, double number,
                       const char *unit, double uncertainty, double gain)
{
	g_autofree char *whole = g_strdup_printf("%s.%s", as, name);
	const RigValue value = {.name = whole,
	                        .number = number,
	                        .unit = (char *)(guintptr)unit,
	                        .integrity = RIG_INTEGRITY_PLAUSIBLE,
	                        .uncertainty = uncertainty,
	                        .gain = gain};
	rig_journal_value(station->journal, &value);
}

/* A window of the record; FALSE: it is not known, and `why` says so. */
static gboolean measured_add(Measured *measured, RigInference *record, const RigFigures *figures,
                             double *gain_pj)
{
	if (!figures->is_known || figures->energy_pj == G_MININT64) {
		measured->why =
		    g_strdup(figures->is_known ? "nobody says what voltage supplies the board: give "
		                                 "the meter a `supply` or a `voltage`"
		                               : figures->why);
		return FALSE;
	}
	double before = (double)record->uncertainty_pj, more = (double)figures->uncertainty_pj;
	record->charge_pc += figures->charge_pc;
	record->energy_pj += figures->energy_pj;
	record->uncertainty_pj = (gint64)ceil(sqrt(before * before + more * more));
	*gain_pj += (double)figures->gain_pj;
	return TRUE;
}

static void measured_end(Measured *measured, const RigInference *record, double gain_pj)
{
	measured->gain = record->energy_pj == 0 ? 0 : gain_pj / fabs((double)record->energy_pj);
}

/* The sum of the windows in which the marker was high for it. */
static gboolean measured_of_marker(Measured *measured, const GArray *windows, const RigMatch *match,
                                   RigInference *record)
{
	double gain_pj = 0;
	record->marker_first = match->first;
	record->marker_last = match->last;
	for (guint i = match->first; i <= match->last; i++) {
		RigFigures figures;
		if (!rig_figures_of(measured->trace, g_array_index(windows, RigSpan, i), &figures,
		                    &measured->error) ||
		    !measured_add(measured, record, &figures, &gain_pj))
			return FALSE;
	}
	measured_end(measured, record, gain_pj);
	return TRUE;
}

static gboolean measured_by_marker(Measured *measured, const char *as, RigSpan span)
{
	g_autoptr(GArray) windows = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	g_autofree RigMatch *matches = g_new0(RigMatch, measured->count + 1);
	gint marker = rig_trace_head(measured->trace)->marker;
	double sample_us = rig_trace_seconds(measured->trace, 1) * 1e6;
	if (marker < 0) {
		measured->why = g_strdup("the bench file names no `marker` of the meter's digital inputs");
		return FALSE;
	}
	if (!rig_spans_find(measured->trace, (guint)marker, TRUE, span, windows, &measured->error))
		return FALSE;
	rig_measure_leave(measured->station, as, "windows", windows->len, "count", 0, 0);
	for (guint i = 0; i < measured->count; i++)
		matches[i] = (RigMatch){.warmups = measured->told[i].warmups,
		                        .iterations = measured->told[i].iterations,
		                        .lap_us = measured->told[i].lap_us};
	gboolean good = rig_match_windows(windows, sample_us, matches, measured->count, &measured->why);
	for (guint i = 0; good && i < measured->count; i++)
		good = measured_of_marker(measured, windows, &matches[i], &measured->records[i]);
	return good;
}

/* One place for each record. */
static gboolean measured_of_places(Measured *measured, const RigHostSpan *places)
{
	gint64 moved = 0;
	gboolean good =
	    rig_places_move(measured->trace, places, measured->count, &moved, &measured->error);
	for (guint i = 0; good && i < measured->count; i++) {
		RigFigures figures;
		double gain_pj = 0;
		good = rig_figures_at(measured->trace, &places[i], moved, &figures, &measured->error) &&
		       measured_add(measured, &measured->records[i], &figures, &gain_pj);
		if (good)
			measured_end(measured, &measured->records[i], gain_pj);
	}
	return good;
}

static guint measured_request_end(const Measured *measured, guint first)
{
	guint end = first + 1;
	while (end < measured->count && !measured->told[end].is_first)
		end++;
	return end;
}

/* Records of one request follow each other; what the board does between them is shared out. */
static void measured_place(const Measured *measured, guint first, guint end, gint64 end_us,
                           RigHostSpan *places)
{
	double laps_us = 0, before_us = 0;
	const RigMeasuredRecord *told = measured->told;
	for (guint i = first; i < end; i++)
		laps_us += (double)told[i].lap_us;
	double share = laps_us > 0 ? (double)told[first].request_us / laps_us : 1;
	gint64 begin_us = end_us - told[first].request_us;
	for (guint i = first; i < end; i++) {
		double span_us = (double)told[i].lap_us * share;
		places[i] = (RigHostSpan){begin_us + (gint64)before_us, (gint64)span_us};
		before_us += span_us;
	}
}

static gboolean measured_by_stamps(Measured *measured)
{
	g_autofree RigStamp *stamps = g_new0(RigStamp, measured->count + 1);
	g_autofree RigHostSpan *places = g_new0(RigHostSpan, measured->count + 1);
	for (guint i = 0; i < measured->count; i++) {
		const RigMeasuredRecord *told = &measured->told[i];
		stamps[i] = (RigStamp){told->told_us, told->board_us};
		if (told->told_us == 0 || told->request_us < 0 || told->lap_us < 0) {
			measured->why = g_strdup("the firmware told no times of its inferences; a `marker` "
			                         "shows where they are, or `windows: host`");
			return FALSE;
		}
	}
	if (!rig_stamps_agree(stamps, measured->count, &measured->why))
		return FALSE;
	for (guint first = 0, end; first < measured->count; first = end) {
		end = measured_request_end(measured, first);
		measured_place(measured, first, end, rig_stamp_end_us(stamps, measured->count, first),
		               places);
	}
	return measured_of_places(measured, places);
}

/* From the command to its reply: what it takes to send them is in it. */
static gboolean measured_by_host(Measured *measured)
{
	g_autofree RigHostSpan *places = g_new0(RigHostSpan, measured->count + 1);
	for (guint i = 0; i < measured->count; i++) {
		const RigMeasuredRecord *told = &measured->told[i];
		if (!told->is_first || measured_request_end(measured, i) != i + 1) {
			measured->why = g_strdup("the host's clock does not tell the inferences of one request "
			                         "apart: use `iterations: 1`, or `windows: stamps`");
			return FALSE;
		}
		places[i] = (RigHostSpan){told->sent_us, told->done_us - told->sent_us};
	}
	return measured_of_places(measured, places);
}

/* Says of each step of inferences why it has no energy. */
static void measured_none(const Measured *measured)
{
	const char *told = NULL;
	for (guint i = 0; i < measured->count; i++) {
		const char *as = measured->told[i].as;
		if (told == NULL || strcmp(told, as) != 0)
			rig_station_text(measured->station, as, "energy_unknown", measured->why,
			                 RIG_INTEGRITY_CHECKED);
		told = as;
	}
}

static void measured_leave_idle(const Measured *measured, const char *as, const char *name)
{
	const RigIdle *idle = &measured->idle;
	double na = 1e-3 / idle->seconds; /* of a pC */
	if (idle->seconds > 0)
		rig_measure_leave(measured->station, as, name, idle->charge_pc * na, "current",
		                  idle->off_pc * na, idle->gain_pc * na);
}

static void measured_leave_beside(const Measured *measured, const char *as)
{
	rig_measure_leave(measured->station, as, "energy_gain", measured->gain, "ratio", 0, 0);
	measured_leave_idle(measured, as, "energy_idle");
	if (measured->is_common)
		rig_measure_leave(measured->station, as, "energy_common", 1, "count", 0, 0);
}

static void measured_leave(const Measured *measured)
{
	const char *told = NULL;
	for (guint i = 0; i < measured->count; i++) {
		const char *as = measured->told[i].as;
		rig_journal_energy(measured->station->journal, &measured->records[i]);
		if (told == NULL || strcmp(told, as) != 0)
			measured_leave_beside(measured, as);
		told = as;
	}
}

static gboolean measured_find(Measured *measured, int windows, const char *as, RigSpan span)
{
	gboolean has_marker = rig_trace_head(measured->trace)->marker >= 0;
	if (windows == RIG_WINDOWS_MARKER || (windows == RIG_WINDOWS_AUTO && has_marker))
		return measured_by_marker(measured, as, span);
	measured->is_common = TRUE;
	return windows == RIG_WINDOWS_HOST ? measured_by_host(measured) : measured_by_stamps(measured);
}

/* Warm-ups are no idling, and not told apart without a marker. */
static gboolean measured_find_idle(Measured *measured, const RigFigures *all, gboolean are_known)
{
	gint marker = rig_trace_head(measured->trace)->marker;
	double seconds = 0;
	if (marker >= 0)
		return rig_idle_by_marker(measured->trace, (guint)marker, all->span, &measured->idle,
		                          &measured->error);
	for (guint i = 0; i < measured->count; i++) {
		are_known = are_known && measured->told[i].warmups == 0 && measured->told[i].lap_us >= 0;
		seconds += (double)measured->told[i].lap_us * 1e-6;
	}
	if (are_known)
		rig_idle_by_rest(all, measured->records, measured->count, seconds, &measured->idle);
	return TRUE;
}

gboolean rig_measure_records(RigStation *station, const RigStepMeasure *options, RigTrace *trace,
                             const char *as, const RigFigures *all, GError **error)
{
	guint count = station->measured->len;
	g_autofree RigInference *records = g_new0(RigInference, count + 1);
	Measured measured = {.station = station,
	                     .trace = trace,
	                     .told = (const RigMeasuredRecord *)(gconstpointer)station->measured->data,
	                     .records = records,
	                     .count = count};
	for (guint i = 0; i < count; i++) {
		records[i] = (RigInference)RIG_INFERENCE_INIT;
		records[i].seq = measured.told[i].seq;
		records[i].charge_pc = records[i].energy_pj = records[i].uncertainty_pj = 0;
	}
	gboolean good = measured_find(&measured, options->windows, as, all->span);
	if (measured.error == NULL)
		(void)measured_find_idle(&measured, all, good);
	if (measured.error != NULL) {
		g_propagate_error(error, measured.error);
		return FALSE;
	}
	measured_leave_idle(&measured, as, "idle_current");
	if (good)
		measured_leave(&measured);
	else
		measured_none(&measured);
	if (options->rules == RIG_RULES_MLPERF_TINY)
		rig_mlperf_rules(station, as, good ? records : NULL, measured.gain);
	g_free(measured.why);
	return TRUE;
}
