/* SPDX-License-Identifier: Apache-2.0 */
#include "power/plot.h"

#define PLOT_WIDTH   960
#define PLOT_HEIGHT  420
#define PLOT_LEFT    78
#define PLOT_TOP     44
#define PLOT_COLUMNS (PLOT_WIDTH - PLOT_LEFT - 16)
#define PLOT_BODY    280
#define PLOT_MARKER  18 /* height of the marker's lane */
#define PLOT_TICKS   6
#define PLOT_WINDOWS 400 /* more are not told apart */

/* One column of the picture; NaN: nothing is known. */
typedef struct Column {
	double min, max, average;
	gboolean is_gap;
	guint8 logic_or, logic_and;
} Column;

typedef struct Plot {
	RigTrace *trace;
	gint64 begin, end; /* places */
	Column columns[PLOT_COLUMNS];
	double least, most; /* of the axis, amperes */
	GString *out;
} Plot;

/* A decimal point whatever the locale. */
static void plot_put(Plot *plot, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void plot_put(Plot *plot, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_string_append_vprintf(plot->out, format, arguments);
	va_end(arguments);
}

static gint64 plot_place(const Plot *plot, guint column)
{
	return plot->begin + (gint64)((double)(plot->end - plot->begin) * column / PLOT_COLUMNS);
}

static gboolean plot_is_gap(const Plot *plot, gint64 from, gint64 to)
{
	const GArray *gaps = rig_trace_gaps(plot->trace);
	for (guint i = 0; i < gaps->len; i++) {
		const RigGap *gap = &g_array_index(gaps, RigGap, i);
		gint64 end = rig_trace_place(plot->trace, MIN(gap->to, rig_trace_count(plot->trace)));
		gint64 begin = gap->from == 0 ? 0 : rig_trace_place(plot->trace, gap->from - 1);
		if (begin < to && end > from && end - begin >= (to - from) / 2)
			return TRUE;
	}
	return FALSE;
}

static gboolean plot_column(Plot *plot, guint i, GError **error)
{
	gint64 from = plot_place(plot, i), to = MAX(plot_place(plot, i + 1), from + 1);
	guint64 first = rig_trace_at_place(plot->trace, from);
	guint64 end = rig_trace_at_place(plot->trace, to);
	Column *column = &plot->columns[i];
	*column = (Column){.min = (double)NAN, .max = (double)NAN, .average = (double)NAN};
	column->is_gap = end <= first || plot_is_gap(plot, from, to);
	if (end <= first)
		return TRUE;
	RigTraceSummary summary;
	if (!rig_trace_summarise(plot->trace, first, end - first, TRUE, &summary, error))
		return FALSE;
	column->logic_or = summary.logic_or;
	column->logic_and = summary.logic_and;
	if (summary.known == 0)
		return TRUE;
	column->min = summary.min;
	column->max = summary.max;
	column->average = rig_trace_summary_mean(&summary);
	plot->most = fmax(plot->most, summary.max);
	plot->least = fmin(plot->least, summary.min);
	return TRUE;
}

static double plot_x(const Plot *plot, double place)
{
	double share = (place - (double)plot->begin) / (double)MAX(plot->end - plot->begin, 1);
	return PLOT_LEFT + PLOT_COLUMNS * CLAMP(share, 0, 1);
}

static double plot_y(const Plot *plot, double amperes)
{
	return PLOT_TOP + PLOT_BODY * (plot->most - amperes) / (plot->most - plot->least);
}

/* 1, 2 or 5 times a power of ten, so that some PLOT_TICKS fit. */
static double plot_step(double span)
{
	double raw = span / PLOT_TICKS, power = pow(10, floor(log10(raw)));
	double digit = raw / power;
	return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static const struct {
	double least;
	double factor;
	const char *unit;
} plot_units[] = {{1, 1, "A"}, {1e-3, 1e3, "mA"}, {1e-6, 1e6, "µA"}, {0, 1e9, "nA"}},
  plot_times[] = {{1, 1, "s"}, {1e-3, 1e3, "ms"}, {0, 1e6, "µs"}};

static void plot_current_axis(Plot *plot)
{
	double top = fmax(fabs(plot->most), fabs(plot->least)),
	       step = plot_step(plot->most - plot->least);
	guint unit = 0;
	while (top < plot_units[unit].least)
		unit++;
	for (gint64 tick = (gint64)ceil(plot->least / step); (double)tick * step <= plot->most;
	     tick++) {
		double at = (double)tick * step;
		double y = plot_y(plot, at);
		plot_put(plot, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", PLOT_LEFT, y,
		         PLOT_LEFT + PLOT_COLUMNS);
		plot_put(plot, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%.4g</text>\n", PLOT_LEFT - 8,
		         y + 4, at * plot_units[unit].factor);
	}
	plot_put(plot,
	         "<text class=\"axis\" transform=\"translate(18 %d) rotate(-90)\">current, %s</text>\n",
	         PLOT_TOP + PLOT_BODY / 2, plot_units[unit].unit);
}

static void plot_time_axis(Plot *plot)
{
	double begin = rig_trace_seconds(plot->trace, (double)plot->begin);
	double end = rig_trace_seconds(plot->trace, (double)plot->end);
	double step = plot_step(end - begin);
	int bottom = PLOT_TOP + PLOT_BODY + PLOT_MARKER + 8;
	guint unit = 0;
	while (end < plot_times[unit].least)
		unit++;
	for (gint64 tick = (gint64)ceil(begin / step); (double)tick * step <= end; tick++) {
		double at = (double)tick * step;
		double x = PLOT_LEFT + PLOT_COLUMNS * (at - begin) / (end - begin);
		plot_put(plot, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, PLOT_TOP, bottom);
		plot_put(plot, "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%.6g</text>\n", x, bottom + 16,
		         at * plot_times[unit].factor);
	}
	plot_put(plot, "<text class=\"axis\" x=\"%d\" y=\"%d\">time, %s</text>\n",
	         PLOT_LEFT + PLOT_COLUMNS / 2, bottom + 38, plot_times[unit].unit);
}

static void plot_windows(Plot *plot, const GArray *windows)
{
	for (guint i = 0; i < MIN(windows->len, PLOT_WINDOWS); i++) {
		const RigSpan *span = &g_array_index(windows, RigSpan, i);
		double x = plot_x(plot, (double)rig_trace_place(plot->trace, span->first) - 0.5);
		double end = plot_x(plot, (double)rig_trace_place(plot->trace, span->end) - 0.5);
		plot_put(plot,
		         "<rect class=\"window\" x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\"/>\n", x,
		         PLOT_TOP, fmax(end - x, 0.5), PLOT_BODY);
	}
}

/* Hatched, so that they are seen in print, too. */
static void plot_gaps(Plot *plot)
{
	for (guint i = 0; i < PLOT_COLUMNS; i++) {
		guint begin = i;
		while (i < PLOT_COLUMNS && plot->columns[i].is_gap)
			i++;
		if (i > begin)
			plot_put(plot, "<rect class=\"gap\" x=\"%u\" y=\"%d\" width=\"%u\" height=\"%d\"/>\n",
			         PLOT_LEFT + begin, PLOT_TOP, i - begin, PLOT_BODY + PLOT_MARKER + 8);
	}
}

static void plot_curves(Plot *plot)
{
	g_autoptr(GString) band = g_string_new(NULL);
	g_autoptr(GString) line = g_string_new(NULL);
	gboolean is_down = FALSE;
	for (guint i = 0; i < PLOT_COLUMNS; i++) {
		const Column *column = &plot->columns[i];
		double x = PLOT_LEFT + i + 0.5;
		if (isnan(column->average)) {
			is_down = FALSE;
			continue;
		}
		g_string_append_printf(band, "M%.1f %.2fV%.2f", x, plot_y(plot, column->min) + 0.4,
		                       plot_y(plot, column->max) - 0.4);
		g_string_append_printf(line, "%c%.1f %.2f", is_down ? 'L' : 'M', x,
		                       plot_y(plot, column->average));
		is_down = TRUE;
	}
	plot_put(plot, "<path class=\"band\" d=\"%s\"/>\n<path class=\"line\" d=\"%s\"/>\n", band->str,
	         line->str);
}

static void plot_marker(Plot *plot, gint channel)
{
	int low = PLOT_TOP + PLOT_BODY + PLOT_MARKER + 4, high = low - PLOT_MARKER + 4;
	g_autoptr(GString) both = g_string_new(NULL);
	if (channel < 0)
		return;
	for (guint i = 0; i < PLOT_COLUMNS; i++) {
		gboolean any = (plot->columns[i].logic_or >> channel & 1) != 0;
		gboolean all = (plot->columns[i].logic_and >> channel & 1) != 0;
		if (isnan(plot->columns[i].average))
			continue;
		if (any && !all)
			g_string_append_printf(both, "M%.1f %dV%d", PLOT_LEFT + i + 0.5, low, high);
		else
			g_string_append_printf(both, "M%u %dh1", PLOT_LEFT + i, any ? high : low);
	}
	plot_put(plot, "<path class=\"marker\" d=\"%s\"/>\n", both->str);
	plot_put(plot, "<text class=\"end\" x=\"%d\" y=\"%d\">D%d</text>\n", PLOT_LEFT - 8, low - 2,
	         channel);
}

static void plot_begin(Plot *plot, gint channel, const GArray *windows)
{
	const RigTraceHead *head = rig_trace_head(plot->trace);
	g_autofree char *title = g_markup_printf_escaped(
	    "%s, %s", head->board != NULL ? head->board : "", head->meter != NULL ? head->meter : "");
	plot_put(plot,
	         "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
	         "height=\"%d\">\n",
	         PLOT_WIDTH, PLOT_HEIGHT, PLOT_WIDTH, PLOT_HEIGHT);
	g_string_append(
	    plot->out,
	    "<style>svg{--ink:#1d2430;--soft:#5b6573;--paper:#fff;--rule:#dfe3e8;--data:#0b66c3;"
	    "--shade:#f0a400;--gap:#c23030}@media (prefers-color-scheme:dark){svg{--ink:#e8ecf2;"
	    "--soft:#a0aab8;--paper:#14181f;--rule:#2e3641;--data:#6cb3ff;--shade:#ffc247;"
	    "--gap:#ff7a70}}"
	    ".paper{fill:#fff;fill:var(--paper)}text{font:12px sans-serif;fill:#5b6573;"
	    "fill:var(--soft)}.title{font-size:14px;fill:#1d2430;fill:var(--ink)}"
	    ".end{text-anchor:end}.mid,.axis{text-anchor:middle}"
	    ".grid{stroke:#dfe3e8;stroke:var(--rule);fill:none}"
	    ".band{stroke:#0b66c3;stroke:var(--data);stroke-opacity:.35;fill:none}"
	    ".line{stroke:#0b66c3;stroke:var(--data);stroke-width:1.3;fill:none}"
	    ".marker{stroke:#1d2430;stroke:var(--ink);fill:none}"
	    ".window{fill:#f0a400;fill:var(--shade);fill-opacity:.22}"
	    ".gap{fill:url(#hatch)}.hatch{stroke:#c23030;stroke:var(--gap)}</style>\n"
	    "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
	    "patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V6\"/></pattern>\n");
	plot_put(plot, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", PLOT_WIDTH, PLOT_HEIGHT);
	plot_put(plot, "<text class=\"title\" x=\"%d\" y=\"24\">%s", PLOT_LEFT, title);
	if (head->voltage_uv > 0)
		plot_put(plot, ", %.2f V", (double)head->voltage_uv / 1e6);
	plot_put(plot, "</text>\n<text class=\"end\" x=\"%d\" y=\"24\">", PLOT_LEFT + PLOT_COLUMNS);
	if (channel >= 0)
		plot_put(plot, "%u windows, ", windows->len);
	plot_put(plot, "%u gaps</text>\n", rig_trace_gaps(plot->trace)->len);
}

static gboolean plot_render(Plot *plot, gint channel, const GArray *windows, GError **error)
{
	plot->least = 0;
	plot->most = -INFINITY;
	for (guint i = 0; i < PLOT_COLUMNS; i++)
		if (!plot_column(plot, i, error))
			return FALSE;
	if (!(plot->most > plot->least))
		plot->most = plot->least + 1e-6;
	plot->most += 0.04 * (plot->most - plot->least);
	plot_begin(plot, channel, windows);
	plot_current_axis(plot);
	plot_time_axis(plot);
	plot_windows(plot, windows);
	plot_gaps(plot);
	plot_curves(plot);
	plot_marker(plot, channel);
	g_string_append(plot->out, "</svg>\n");
	return TRUE;
}

char *rig_trace_plot(RigTrace *trace, RigSpan span, gint channel, const GArray *windows,
                     GError **error)
{
	g_autofree Plot *plot = g_new0(Plot, 1);
	g_autoptr(GString) out = g_string_new(NULL);
	if (span.end <= span.first) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, "there is no sample to show");
		return NULL;
	}
	plot->trace = trace;
	plot->begin = rig_trace_place(trace, span.first);
	plot->end = rig_trace_place(trace, span.end);
	plot->out = out;
	return plot_render(plot, channel, windows, error) ? g_strdup(out->str) : NULL;
}
