/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever measures a current and has a program that prints it: samples as lines (stream_lines.h)
 * from the program's standard output, which is a pseudo terminal, so that lines come when they are
 * written. A preset knows how a program is to be called.
 */
#include "stream_lines.h"
#include <rig/meter.h>
#include <rig/process.h>

#include <string.h>

#define STREAM_BLOCK_BYTES 65536u
#define STREAM_WRONG_LINES 20u /* and no sample: that is no such program */

typedef enum { STREAM_PRESET_NONE, STREAM_PRESET_SIGROK_CLI } StreamPreset;
static const char *const stream_presets[] = {"none", "sigrok-cli", NULL};

typedef struct StreamOptions {
	char **argv;
	int preset; /* StreamPreset */
	char *device, *channel;
	gint64 rate_mhz;
	double scale, accuracy;
	gint64 inputs, burst_us;
} StreamOptions;

typedef struct Stream {
	RigProcessOptions process;
	RigLink *link;
	StreamLines lines;
	guint8 *block;
} Stream;

static const RigField stream_fields[] = {
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .offset = offsetof(StreamOptions, argv),
     .help = "program that prints a sample a line, and its arguments; or `preset`"},
    {.key = "preset",
     .type = RIG_FIELD_CHOICE,
     .offset = offsetof(StreamOptions, preset),
     .choices = stream_presets,
     .fallback = "none",
     .help = "a program that is known, for `device` and `channel`"},
    {.key = "device",
     .type = RIG_FIELD_STRING,
     .offset = offsetof(StreamOptions, device),
     .help = "of the preset, as sigrok-cli's -d: fx2lafw, scpi-dmm:conn=usbtmc/1.5"},
    {.key = "channel",
     .type = RIG_FIELD_STRING,
     .offset = offsetof(StreamOptions, channel),
     .help = "of the preset, as sigrok-cli's -C: the one that measures the current"},
    {.key = "rate",
     .type = RIG_FIELD_QUANTITY,
     .required = TRUE,
     .offset = offsetof(StreamOptions, rate_mhz),
     .unit = "frequency",
     .min = 1e3,
     .max = 1e9,
     .help = "samples a second that it prints; 1Hz to 1MHz"},
    {.key = "scale",
     .type = RIG_FIELD_NUMBER,
     .offset = offsetof(StreamOptions, scale),
     .min = 1e-12,
     .max = 1e12,
     .fallback = "1",
     .help = "amperes of a volt (a shunt of 10 ohms: 0.1), or of a number without a unit"},
    {.key = "accuracy",
     .type = RIG_FIELD_NUMBER,
     .offset = offsetof(StreamOptions, accuracy),
     .max = 1,
     .fallback = "0",
     .help = "of the instrument, as a share of the value, one sigma: 0.02"},
    {.key = "inputs",
     .type = RIG_FIELD_INTEGER,
     .offset = offsetof(StreamOptions, inputs),
     .max = 8,
     .fallback = "0",
     .help = "digital inputs that its lines tell beside the current"},
    {.key = "burst",
     .type = RIG_FIELD_QUANTITY,
     .offset = offsetof(StreamOptions, burst_us),
     .unit = "time",
     .min = 1000,
     .max = 2e6,
     .fallback = "300ms",
     .help = "so long it may be silent, and then print all at once; more is told as a stall"},
    {.key = NULL},
};

static gboolean stream_check(gconstpointer data, GError **error)
{
	const StreamOptions *options = data;
	gboolean has_preset = options->preset != STREAM_PRESET_NONE;
	const char *wrong = NULL;
	if (has_preset == (options->argv != NULL))
		wrong = "give either `argv` or `preset`";
	else if (has_preset && (options->device == NULL || options->channel == NULL))
		wrong = "the preset sigrok-cli needs `device` and `channel`";
	else if (!has_preset && (options->device != NULL || options->channel != NULL))
		wrong = "`device` and `channel` go with `preset`";
	if (wrong != NULL)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, wrong);
	return wrong == NULL;
}

static guint stream_inputs(gconstpointer options)
{
	return (guint)((const StreamOptions *)options)->inputs;
}

/* Caller frees. Its analog output has a unit in each line; its CSV of 0.7.2 drops the last line. */
static char **stream_argv(const StreamOptions *options)
{
	if (options->preset == STREAM_PRESET_NONE)
		return g_strdupv(options->argv);
	g_autofree char *rate =
	    g_strdup_printf("samplerate=%" G_GINT64_FORMAT, options->rate_mhz / 1000);
	g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
	g_strv_builder_add_many(argv, "sigrok-cli", "-d", options->device, "-C", options->channel, "-c",
	                        rate, "--continuous", "-O", "analog:digits=all", NULL);
	return g_strv_builder_end(argv);
}

static gboolean stream_open(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Stream *stream = meter->priv;
	const StreamOptions *options = meter->options;
	(void)deadline_us;
	if (!stream_check(options, error))
		return FALSE;
	stream->block = g_malloc(STREAM_BLOCK_BYTES);
	stream->process =
	    (RigProcessOptions){.argv = stream_argv(options), .pty = TRUE, .is_tool = TRUE};
	g_autofree char *program = g_find_program_in_path(stream->process.argv[0]);
	if (program == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "there is no program %s: install it, or name "
		            "it with its folder",
		            stream->process.argv[0]);
		return FALSE;
	}
	stream->link =
	    rig_link_new(&rig_link_process, &stream->process, meter->board, "meter", meter->clock);
	stream->link->stop_fd = meter->stop_fd;
	g_free(meter->identity);
	meter->identity = g_strdup_printf(
	    "stream %s", options->device != NULL ? options->device : stream->process.argv[0]);
	g_free(meter->constants);
	meter->constants = g_strjoinv(" ", stream->process.argv);
	stream_lines_transfer(&meter->transfer, options->accuracy);
	meter->rate_mhz = options->rate_mhz;
	meter->burst_us = options->burst_us;
	return TRUE;
}

static void stream_close(RigMeter *meter)
{
	Stream *stream = meter->priv;
	if (stream->link != NULL) {
		rig_link_process.close(stream->link);
		rig_link_free(stream->link);
	}
	g_strfreev(stream->process.argv);
	g_free(stream->block);
	*stream = (Stream){0};
}

static gboolean stream_start(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Stream *stream = meter->priv;
	const StreamOptions *options = meter->options;
	stream_lines_begin(&stream->lines, options->scale, &meter->sink);
	return rig_link_process.open(stream->link, deadline_us, error);
}

static gboolean stream_read(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Stream *stream = meter->priv;
	StreamLines *lines = &stream->lines;
	gssize got = 0;
	do {
		got = rig_link_process.read(stream->link, stream->block, STREAM_BLOCK_BYTES, deadline_us,
		                            error);
		if (got > 0)
			stream_lines_take(lines, stream->block, (gsize)got);
		deadline_us = 0; /* on until it is empty */
	} while (got == STREAM_BLOCK_BYTES);
	if (got >= 0 && lines->samples == 0 && lines->bad >= STREAM_WRONG_LINES) {
		g_set_error(
		    error, RIG_ERROR, RIG_ERROR_BENCH,
		    "its program prints no samples, but \"%s\": docs/power.md has the lines that are "
		    "understood",
		    lines->wrong);
		return FALSE;
	}
	return got >= 0;
}

static gboolean stream_stop(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Stream *stream = meter->priv;
	(void)deadline_us, (void)error;
	rig_link_process.close(stream->link);
	return TRUE;
}

const RigMeterDriver rig_meter_stream = {
    .name = "stream",
    .about = "a program that prints samples: sigrok-cli, Joulescope's, any",
    .fields = stream_fields,
    .options_size = sizeof(StreamOptions),
    .channels = 8,
    .inputs = stream_inputs,
    .check = stream_check,
    .priv_size = sizeof(Stream),
    .open = stream_open,
    .close = stream_close,
    .start = stream_start,
    .read = stream_read,
    .stop = stream_stop,
};
