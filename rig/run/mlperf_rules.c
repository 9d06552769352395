/* SPDX-License-Identifier: Apache-2.0 */
#include "run/mlperf_rules.h"

#include "run/measure.h"
#include <stdlib.h>

#define MLPERF_WINDOWS    5u
#define MLPERF_WINDOW_US  (10 * (gint64)G_USEC_PER_SEC)
#define MLPERF_INFERENCES 10u

/* A request; energies are of one inference. */
typedef struct Window {
	double energy_pj, uncertainty_pj;
	guint64 inferences;
	gint64 span_us;
} Window;

static int window_compare(gconstpointer a, gconstpointer b)
{
	double x = ((const Window *)a)->energy_pj, y = ((const Window *)b)->energy_pj;
	return x < y ? -1 : x > y;
}

static GArray *mlperf_windows(const RigStation *station, const RigInference *records)
{
	GArray *windows = g_array_new(FALSE, TRUE, sizeof(Window));
	const GArray *measured = station->measured;
	for (guint i = 0; i < measured->len; i++) {
		const RigMeasuredRecord *told = &g_array_index(measured, RigMeasuredRecord, i);
		if (told->is_first)
			g_array_set_size(windows, windows->len + 1);
		Window *window = &g_array_index(windows, Window, windows->len - 1);
		window->energy_pj += (double)records[i].energy_pj;
		window->uncertainty_pj += (double)records[i].uncertainty_pj;
		window->inferences += told->iterations;
		window->span_us = told->request_us;
	}
	for (guint i = 0; i < windows->len; i++) {
		Window *window = &g_array_index(windows, Window, i);
		window->energy_pj /= (double)window->inferences;
		window->uncertainty_pj /= (double)window->inferences;
	}
	return windows;
}

/* What of the rules the windows break; NULL: nothing. Caller frees. */
static char *mlperf_broken(const GArray *windows)
{
	if (windows->len < MLPERF_WINDOWS)
		return g_strdup_printf("there are %u requests, and the median is of %u or more",
		                       windows->len, MLPERF_WINDOWS);
	for (guint i = 0; i < windows->len; i++) {
		const Window *window = &g_array_index(windows, Window, i);
		if (window->span_us < MLPERF_WINDOW_US || window->inferences < MLPERF_INFERENCES)
			return g_strdup_printf("request %u took %.2f s and %" G_GUINT64_FORMAT
			                       " inferences; 10 s and %u are the least: give `iterations`",
			                       i + 1, (double)MAX(window->span_us, 0) / 1e6, window->inferences,
			                       MLPERF_INFERENCES);
	}
	return NULL;
}

void rig_mlperf_rules(RigStation *station, const char *as, const RigInference *records, double gain)
{
	if (records == NULL || station->measured->len == 0) {
		rig_station_note(station, "measure %s: no energy by MLPerf Tiny's rules: %s", as,
		                 records == NULL ? "that of its inferences is not known"
		                                 : "there are no inferences in it");
		return;
	}
	g_autoptr(GArray) windows = mlperf_windows(station, records);
	g_autofree char *broken = mlperf_broken(windows);
	if (broken != NULL) {
		rig_station_note(station, "measure %s: no energy by MLPerf Tiny's rules: %s", as, broken);
		return;
	}
	g_array_sort(windows, window_compare);
	const Window *low = &g_array_index(windows, Window, (windows->len - 1) / 2);
	const Window *high = &g_array_index(windows, Window, windows->len / 2);
	double median_pj = (low->energy_pj + high->energy_pj) / 2;
	rig_measure_leave(station, as, "mlperf_energy", median_pj, "energy",
	                  MAX(low->uncertainty_pj, high->uncertainty_pj), median_pj * gain);
	/* The line that the benchmark's own runner prints, for those who look for it. */
	rig_station_note(station, "Median energy cost is %.3f uJ/inf.", median_pj * 1e-6);
}
