/* SPDX-License-Identifier: Apache-2.0 */
/* What a board draws, as it goes, and as a trace. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/held_board.h"
#include "config/measure.h"
#include "power/words.h"

#define POWER_OPEN_US (10 * G_USEC_PER_SEC)
#define POWER_TELL_US (200 * 1000)

typedef struct {
	char *bench, *output;
	char **images;
	gint64 duration_us, wait_us;
} PowerOptions;

#define POWER_AT(member) offsetof(PowerOptions, member)

static const RigOption power_options[] = {
    {"bench", 'b', RIG_OPTION_FILE, POWER_AT(bench), "FILE", "the bench; else $TINYRIG_BENCH"},
    {"duration", 'd', RIG_OPTION_SPAN, POWER_AT(duration_us), "TIME",
     "measure so long (until Ctrl-C)"},
    {"output", 'o', RIG_OPTION_FILE, POWER_AT(output), "FILE", "keep the trace there"},
    {"image", 'i', RIG_OPTION_TEXTS, POWER_AT(images), "TARGET=FILE", "flash that first"},
    {"wait", 'w', RIG_OPTION_SPAN, POWER_AT(wait_us), "TIME", "wait for a busy board (not at all)"},
    {0},
};

/* What was seen in all, and how it is told. */
typedef struct Power {
	RigHeldBoard *held;
	gint64 begin_us;
	gboolean is_live; /* a line on the terminal that is written over */
} Power;

static char *power_amperes(double amperes)
{
	return rig_measure_format("current", amperes * 1e9);
}

static void power_levels(const RigTraceSummary *summary, guint channels, char text[9])
{
	for (guint i = 0; i < channels; i++) {
		gboolean any = (summary->logic_or >> i & 1) != 0, all = (summary->logic_and >> i & 1) != 0;
		text[i] = (char)(!any ? '0' : all ? '1' : 'x');
	}
	text[channels] = '\0';
}

/* 80 columns at most. */
static void power_tell(Power *power, const RigCaptureState *state, gint64 span_us)
{
	g_autofree char *average = power_amperes(rig_trace_summary_mean(&state->recent));
	g_autofree char *least = power_amperes(state->recent.min);
	g_autofree char *most = power_amperes(state->recent.max);
	double rate = (double)state->recent_count / ((double)MAX(span_us, 1) / 1e6);
	char levels[9];
	const RigMeter *meter = power->held->wiring->meter;
	power_levels(&state->recent, rig_meter_inputs(meter->driver, meter->options), levels);
	printf("\r\033[K%6.1f s  avg %s  min %s  max %s  %s  %.1f kS/s%s",
	       (double)(g_get_monotonic_time() - power->begin_us) / 1e6, average, least, most, levels,
	       rate / 1e3, state->gaps > 0 ? "  GAPS" : "");
	fflush(stdout);
}

/* Until the time is over, Ctrl-C, or the capture's end. */
static void power_watch(Power *power, gint64 end_us)
{
	RigWiring *wiring = power->held->wiring;
	gint64 told_us = g_get_monotonic_time();
	RigCaptureState state = {0};
	gboolean goes_on = TRUE;
	while (goes_on && !state.has_ended) {
		gint64 until_us = MIN(rig_clock_after(wiring->clock, POWER_TELL_US), end_us);
		goes_on = rig_wait_until(wiring->clock, power->held->stop_fd, until_us, NULL) &&
		          rig_clock_now(wiring->clock) < end_us;
		gint64 now_us = g_get_monotonic_time();
		rig_capture_state(wiring->capture, &state);
		if (power->is_live)
			power_tell(power, &state, now_us - told_us);
		told_us = now_us;
	}
}

static gboolean power_measure(Power *power, const char *path, gint64 duration_us, GError **error)
{
	RigWiring *wiring = power->held->wiring;
	gint64 deadline_us = rig_clock_after(wiring->clock, POWER_OPEN_US);
	if (wiring->meter != NULL && rig_wiring_is_switched(wiring) &&
	    !rig_wiring_supply(wiring, TRUE, deadline_us, error))
		return FALSE;
	if (!rig_wiring_measure(wiring, path, deadline_us, error))
		return FALSE;
	power->begin_us = rig_clock_now(wiring->clock);
	power_watch(power, duration_us == 0 ? RIG_FOREVER : power->begin_us + duration_us);
	if (power->is_live)
		printf("\r\033[K");
	return rig_wiring_measure_end(wiring, FALSE, error);
}

/* From the trace itself: what is kept is what is told. */
static gboolean power_result(const Power *power, const char *path, const char *kept, GError **error)
{
	g_autoptr(RigTrace) trace = rig_trace_open(path, error);
	if (trace == NULL)
		return FALSE;
	g_autofree char *told = rig_trace_words(trace, error);
	if (told == NULL)
		return FALSE;
	printf("Board %s, %s: %s\n", power->held->board->name, rig_trace_head(trace)->meter, told);
	if (kept != NULL)
		printf("  %s\n", kept);
	return TRUE;
}

static gboolean power_do(Power *power, const PowerOptions *options, GError **error)
{
	g_autofree char *scratch = NULL;
	const char *path = options->output;
	if (path == NULL) {
		int fd = g_file_open_tmp("tinyrig-power-XXXXXX", &scratch, error);
		if (fd < 0)
			return FALSE;
		close(fd);
		(void)unlink(scratch);
		path = scratch;
	}
	gboolean good =
	    (options->images == NULL || rig_held_board_bring_up(power->held, TRUE, error)) &&
	    power_measure(power, path, options->duration_us, error) &&
	    power_result(power, path, options->output, error);
	if (scratch != NULL)
		(void)unlink(scratch);
	return good;
}

static int power_command(const RigInvocation *invocation)
{
	const PowerOptions *options = invocation->options;
	g_autoptr(GError) error = NULL, unsafe = NULL;
	RigHoldRequest request = {.board = invocation->words[0],
	                          .bench = options->bench,
	                          .images = options->images,
	                          .image_address = -1,
	                          .purpose = "tinyrig power",
	                          .wait_us = options->wait_us};
	g_autoptr(RigHeldBoard) held = rig_held_board_take(&request, &error);
	if (held == NULL)
		return rig_command_error(invocation->command, error);
	Power power = {.held = held, .is_live = isatty(STDOUT_FILENO) == 1};
	gboolean good = power_do(&power, options, &error);
	gboolean is_safe = rig_held_board_make_safe(held, &unsafe);
	if (!good)
		return rig_command_error(invocation->command, error);
	return is_safe ? RIG_EXIT_PASSED : rig_command_error(invocation->command, unsafe);
}

const RigCommand rig_command_power = {
    .name = "power",
    .arguments = "BOARD",
    .about = "watch what a board draws, through its meter",
    .details =
        "Supplies the board where its meter does, and shows average, least and most current,\n"
        "the digital channels (x: both levels) and the rate. At the end it tells what the trace\n"
        "holds; -o keeps it for `tinyrig trace`. The debug probe's pins are let go meanwhile.",
    .options = power_options,
    .options_size = sizeof(PowerOptions),
    .least = 1,
    .most = 1,
    .run = power_command,
};
