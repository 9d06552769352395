/* SPDX-License-Identifier: Apache-2.0 */
/* Looks into power traces. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "power/export.h"
#include "power/plot.h"
#include "power/words.h"
#include "run/program.h"

#define TRACE_PNG_US (30 * G_USEC_PER_SEC)

typedef struct {
	char *output, *channel, *from, *to;
} TraceOptions;

#define TRACE_AT(member) offsetof(TraceOptions, member)

static const RigOption trace_options[] = {
    {"output", 'o', RIG_OPTION_FILE, TRACE_AT(output), "FILE",
     "what to write: .csv, .sr or .vcd; .svg or .png"},
    {"channel", 'c', RIG_OPTION_TEXT, TRACE_AT(channel), "D0",
     "digital channel that marks the windows; else the trace's marker"},
    {"from", 0, RIG_OPTION_TEXT, TRACE_AT(from), "SECONDS", "begin there (0)"},
    {"to", 0, RIG_OPTION_TEXT, TRACE_AT(to), "SECONDS", "end there (the end)"},
    {0},
};

/* One call, checked. */
typedef struct TraceJob {
	RigTrace *trace;
	const char *output;
	gint channel; /* -1: none */
	RigSpan span;
} TraceJob;

static gboolean trace_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean trace_refuse(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, text);
	return FALSE;
}

/* Only windows that lie in the span. Owned by the caller. */
static GArray *trace_windows(const TraceJob *job, GError **error)
{
	GArray *spans = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	if (job->channel < 0 ||
	    rig_spans_find(job->trace, (guint)job->channel, TRUE, job->span, spans, error))
		return spans;
	g_array_unref(spans);
	return NULL;
}

static gboolean trace_show(const TraceJob *job, GError **error)
{
	const RigTraceHead *head = rig_trace_head(job->trace);
	g_autofree char *told = rig_trace_words(job->trace, error);
	if (told == NULL)
		return FALSE;
	printf("Board %s, meter %s, %g kS/s%s\n", head->board, head->meter,
	       (double)head->rate_mhz / 1e6, head->is_supply ? ", which supplies it" : "");
	if (head->voltage_uv > 0)
		printf("Supply %.3f V\n", (double)head->voltage_uv / 1e6);
	printf("%s\n", told);
	const GArray *gaps = rig_trace_gaps(job->trace);
	for (guint i = 0; i < gaps->len; i++) {
		g_autofree char *words = rig_gap_words(job->trace, &g_array_index(gaps, RigGap, i));
		printf("  gap %u: %s\n", i + 1, words);
	}
	return TRUE;
}

static gboolean trace_stats(const TraceJob *job, GError **error)
{
	RigFigures figures;
	/* What lies in front has no witness, and so no figures. */
	double rate = (double)rig_trace_head(job->trace)->rate_mhz / 1000;
	guint64 settled =
	    rig_trace_at_place(job->trace, (gint64)(RIG_LEDGER_SETTLE_US * 1e-6 * rate) + 1);
	const RigSpan span = {CLAMP(settled, job->span.first, job->span.end), job->span.end};
	if (!rig_figures_of(job->trace, span, &figures, error))
		return FALSE;
	g_autofree char *all = rig_figures_words(job->trace, &figures);
	printf("from %.6f s: %s\n",
	       rig_trace_seconds(job->trace, (double)rig_trace_place(job->trace, span.first)), all);
	g_autoptr(GArray) windows = trace_windows(job, error);
	if (windows == NULL)
		return FALSE;
	for (guint i = 0; i < windows->len; i++) {
		if (!rig_figures_of(job->trace, g_array_index(windows, RigSpan, i), &figures, error))
			return FALSE;
		g_autofree char *words = rig_figures_words(job->trace, &figures);
		printf(
		    "window %u at %.6f s: %s\n", i + 1,
		    rig_trace_seconds(job->trace, (double)rig_trace_place(job->trace, figures.span.first)),
		    words);
	}
	return TRUE;
}

static gboolean trace_export(const TraceJob *job, GError **error)
{
	if (job->output == NULL)
		return trace_refuse(error, "say with -o what to write: a name that ends in .csv, .sr or "
		                           ".vcd");
	return rig_trace_export(job->trace, job->span, job->output, error);
}

/* A picture of points, by librsvg's own program. */
static gboolean trace_rasterise(const char *svg, const char *path, GError **error)
{
	g_autofree char *scratch = NULL;
	int fd = g_file_open_tmp("tinyrig-plot-XXXXXX", &scratch, error);
	if (fd < 0)
		return FALSE;
	close(fd);
	char *argv[] = {(char *)(guintptr) "rsvg-convert",
	                (char *)(guintptr) "--zoom=2",
	                (char *)(guintptr) "--output",
	                (char *)(guintptr)path,
	                scratch,
	                NULL};
	RigProgram program = {.argv = argv,
	                      .deadline_us = rig_clock_after(&rig_clock_monotonic, TRACE_PNG_US),
	                      .clock = &rig_clock_monotonic,
	                      .stop_fd = -1};
	RigProgramResult result = {0};
	gboolean good =
	    g_file_set_contents(scratch, svg, -1, error) && rig_program_run(&program, &result, error);
	rig_program_result_clear(&result);
	(void)unlink(scratch);
	if (!good)
		g_prefix_error(error,
		               "%s: a PNG is made by rsvg-convert (Debian: librsvg2-bin), an .svg "
		               "needs nothing: ",
		               path);
	return good;
}

static gboolean trace_plot(const TraceJob *job, GError **error)
{
	const char *path = job->output;
	gboolean is_png = path != NULL && g_str_has_suffix(path, ".png");
	if (path == NULL || (!is_png && !g_str_has_suffix(path, ".svg")))
		return trace_refuse(error, "say with -o what to write: a name that ends in .svg or .png");
	if (access(path, F_OK) == 0)
		return trace_refuse(error, "%s is there already", path);
	g_autoptr(GArray) windows = trace_windows(job, error);
	g_autofree char *svg =
	    windows == NULL ? NULL
	                    : rig_trace_plot(job->trace, job->span, job->channel, windows, error);
	return svg != NULL &&
	       (is_png ? trace_rasterise(svg, path, error) : g_file_set_contents(path, svg, -1, error));
}

static const struct {
	const char *name;
	gboolean (*run)(const TraceJob *job, GError **error);
} trace_actions[] = {
    {"show", trace_show},
    {"stats", trace_stats},
    {"export", trace_export},
    {"plot", trace_plot},
};

static gboolean trace_seconds(const char *text, const char *name, double fallback, double *seconds,
                              GError **error)
{
	char *end = NULL;
	*seconds = text == NULL ? fallback : g_ascii_strtod(text, &end);
	if (text == NULL || (*text != '\0' && *end == '\0' && *seconds >= 0))
		return TRUE;
	return trace_refuse(error, "--%s: \"%s\" is no number of seconds", name, text);
}

static gboolean trace_prepare(TraceJob *job, const TraceOptions *options, GError **error)
{
	const RigTraceHead *head = rig_trace_head(job->trace);
	double rate = (double)head->rate_mhz / 1000, from, to, all;
	guint64 count = rig_trace_count(job->trace);
	all = rig_trace_seconds(job->trace, (double)rig_trace_place(job->trace, count));
	job->output = options->output;
	job->channel = head->marker;
	if (options->channel != NULL && head->channels == 0)
		return trace_refuse(error, "--channel: the trace has no digital inputs");
	if (options->channel != NULL) {
		if (options->channel[0] != 'D' || options->channel[1] < '0' ||
		    options->channel[1] >= '0' + (int)head->channels || options->channel[2] != '\0')
			return trace_refuse(error, "--channel: the trace has no \"%s\"; it has D0 to D%u",
			                    options->channel, head->channels - 1);
		job->channel = options->channel[1] - '0';
	}
	if (!trace_seconds(options->from, "from", 0, &from, error) ||
	    !trace_seconds(options->to, "to", all, &to, error))
		return FALSE;
	if (from >= to && count > 0)
		return trace_refuse(error, "nothing lies between %g and %g s; the trace has %g s", from, to,
		                    all);
	job->span.first = rig_trace_at_place(job->trace, (gint64)(MIN(from, all) * rate));
	job->span.end = rig_trace_at_place(job->trace, (gint64)(MIN(to, all) * rate + 0.5));
	return TRUE;
}

static int trace_command(const RigInvocation *invocation)
{
	g_autoptr(GError) error = NULL;
	TraceJob job = {0};
	gsize i = 0;
	while (i < G_N_ELEMENTS(trace_actions) &&
	       strcmp(trace_actions[i].name, invocation->words[0]) != 0)
		i++;
	if (i == G_N_ELEMENTS(trace_actions))
		return rig_command_usage(invocation->command,
		                         "\"%s\" is nothing to do with a trace: show, stats, export or "
		                         "plot",
		                         invocation->words[0]);
	g_autoptr(RigTrace) trace = rig_trace_open(invocation->words[1], &error);
	job.trace = trace;
	if (trace == NULL || !trace_prepare(&job, invocation->options, &error) ||
	    !trace_actions[i].run(&job, &error))
		return rig_command_error(invocation->command, error);
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_trace = {
    .name = "trace",
    .arguments = "show|stats|export|plot FILE",
    .about = "look into a power trace",
    .details = "show tells what it is and its gap ledger; stats charge and energy, of all and of\n"
               "each window that the marker cuts; export writes CSV, sigrok's .sr or VCD; plot a\n"
               "picture.",
    .options = trace_options,
    .options_size = sizeof(TraceOptions),
    .least = 2,
    .most = 2,
    .run = trace_command,
};
