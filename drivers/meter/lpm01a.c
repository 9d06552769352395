/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ST's X-NUCLEO-LPM01A ("PowerShield"), over its USB serial port: commands in lines, which it
 * answers with "ack …" or "error …" (UM2269). It measures only what it supplies. While it measures,
 * answers come among the values, so that all that comes goes through one reader.
 */
#include "lpm01a_stream.h"
#include <rig/meter.h>
#include <rig/serial.h>

#include <string.h>

#define LPM01A_BAUD        3686400 /* as the manual has it; of no meaning on USB */
#define LPM01A_ANSWER_US   1000000
#define LPM01A_QUIET_US    100000
#define LPM01A_BLOCK_BYTES 65536u
#define LPM01A_LOAD_MAX    95u /* percent of its buffer: it is about to stop by itself */

typedef struct Lpm01aOptions {
	RigSerialOptions serial; /* first: the rows of its place fill it */
	int rate;                /* index into lpm01a_rates */
	int function;            /* Lpm01aFunction */
	int event;               /* Lpm01aEvent */
} Lpm01aOptions;

static const char *const lpm01a_functions[] = {"optim", "high", NULL};
static const char *const lpm01a_events[] = {"falling", "rising", NULL};

/* Between 5 and 50 kHz its text is limited in time, and its binary format looked at too rarely. */
typedef struct Lpm01aRate {
	const char *command;
	guint hz;
	gboolean is_binary;
} Lpm01aRate;
static const char *const lpm01a_rate_names[] = {"100kHz", "50kHz", "5kHz", "2kHz", "1kHz", NULL};
static const Lpm01aRate lpm01a_rates[] = {
    {"100k", 100000, TRUE}, {"50k", 50000, TRUE}, {"5k", 5000, FALSE},
    {"2k", 2000, FALSE},    {"1k", 1000, FALSE},
};

typedef struct Lpm01a {
	RigSerialOptions serial; /* texts are borrowed from the options */
	RigLink *link;
	Lpm01aStream stream;
	guint8 *block;
} Lpm01a;

static const RigField lpm01a_fields[] = {
    RIG_SERIAL_PLACE_ROWS,
    {.key = "rate",
     .type = RIG_FIELD_CHOICE,
     .offset = offsetof(Lpm01aOptions, rate),
     .choices = lpm01a_rate_names,
     .fallback = "100kHz",
     .help = "samples a second; from 50 kHz on it sends binary values, and no events"},
    {.key = "function",
     .type = RIG_FIELD_CHOICE,
     .offset = offsetof(Lpm01aOptions, function),
     .choices = lpm01a_functions,
     .fallback = "optim",
     .help = "`high`: from 30 uA on, without what a switch of its range leaves for some ms"},
    {.key = "event",
     .type = RIG_FIELD_CHOICE,
     .offset = offsetof(Lpm01aOptions, event),
     .choices = lpm01a_events,
     .fallback = "falling",
     .help = "edge of its input D7 at which the level of D0 changes, as the marker"},
    {.key = NULL},
};

static gboolean lpm01a_check(gconstpointer data, GError **error)
{
	return rig_serial_check_place(&((const Lpm01aOptions *)data)->serial, error);
}

static const Lpm01aRate *lpm01a_rate(const RigMeter *meter)
{
	return &lpm01a_rates[((const Lpm01aOptions *)meter->options)->rate];
}

static guint lpm01a_inputs(gconstpointer options)
{
	return lpm01a_rates[((const Lpm01aOptions *)options)->rate].is_binary ? 0 : 1;
}

/* Bytes that are there go through the reader; waits for the deadline where there are none. */
static gssize lpm01a_take(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	gssize got =
	    rig_link_serial.read(lpm01a->link, lpm01a->block, LPM01A_BLOCK_BYTES, deadline_us, error);
	if (got > 0)
		lpm01a_stream_take(&lpm01a->stream, lpm01a->block, (gsize)got);
	return got;
}

static gboolean lpm01a_send(RigMeter *meter, const char *command, gint64 deadline_us,
                            GError **error)
{
	const Lpm01a *lpm01a = meter->priv;
	g_autofree char *line = g_strconcat(command, "\n", NULL);
	return rig_link_serial.write(lpm01a->link, (const guint8 *)line, strlen(line), deadline_us,
	                             error);
}

/* One command and its answer, while nothing is measured. */
static gboolean lpm01a_command(RigMeter *meter, const char *command, gint64 deadline_us,
                               GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	Lpm01aStream *stream = &lpm01a->stream;
	g_autofree char *wanted = g_strconcat("ack ", command, NULL);
	gint64 until_us = MIN(rig_clock_after(meter->clock, LPM01A_ANSWER_US), deadline_us);
	stream->answer[0] = stream->error[0] = '\0';
	if (!lpm01a_send(meter, command, deadline_us, error))
		return FALSE;
	do {
		if (lpm01a_take(meter, until_us, error) < 0)
			return FALSE;
		if (strstr(stream->answer, wanted) != NULL)
			return TRUE;
	} while (stream->error[0] == '\0' && rig_clock_now(meter->clock) < until_us);
	if (stream->error[0] != '\0')
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "it answers `%s` to `%s`", stream->error,
		            command);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "it does not answer to `%s`: is it an X-NUCLEO-LPM01A with firmware 1.0.6 or "
		            "later, in none of its menus?",
		            command);
	return FALSE;
}

static void lpm01a_hear_samples(gpointer user, const RigSample *samples, gsize count)
{
	(void)user, (void)samples, (void)count;
}

static void lpm01a_hear_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                            gsize rest_bytes)
{
	(void)user, (void)missing, (void)modulus, (void)within, (void)rest_bytes;
}

/* Values that belong to no measurement are of no use. */
static const RigSampleSink lpm01a_deaf = {lpm01a_hear_samples, lpm01a_hear_gap, NULL};

/* Ends what this or an earlier process began: what is under way comes, then nothing. */
static gboolean lpm01a_quiet(RigMeter *meter, gint64 deadline_us, GError **error)
{
	if (!lpm01a_send(meter, "stop", deadline_us, error))
		return FALSE;
	for (;;) {
		gint64 now_us = rig_clock_now(meter->clock);
		gssize got = lpm01a_take(meter, MIN(now_us + LPM01A_QUIET_US, deadline_us), error);
		if (got < 0)
			return FALSE;
		if (got == 0 && rig_clock_now(meter->clock) >= now_us + LPM01A_QUIET_US)
			return TRUE;
		if (rig_clock_now(meter->clock) >= deadline_us) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
			                    "it goes on sending after a stop: is it an X-NUCLEO-LPM01A? unplug "
			                    "it and plug it in again");
			return FALSE;
		}
	}
}

static gboolean lpm01a_open_port(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	lpm01a->serial = ((const Lpm01aOptions *)meter->options)->serial;
	lpm01a->serial.baud = LPM01A_BAUD;
	lpm01a->serial.stop_bits = 1;
	lpm01a->serial.dtr = RIG_SERIAL_ASSERTED;
	lpm01a->serial.latency_us = 1000;
	lpm01a->link =
	    rig_link_new(&rig_link_serial, &lpm01a->serial, meter->board, "meter", meter->clock);
	lpm01a->link->stop_fd = meter->stop_fd;
	return rig_link_serial.open(lpm01a->link, deadline_us, error);
}

/* All that is the same for each measurement. */
static gboolean lpm01a_configure(RigMeter *meter, gint64 deadline_us, GError **error)
{
	const Lpm01aOptions *options = meter->options;
	const Lpm01aRate *rate = lpm01a_rate(meter);
	g_autofree char *volt = g_strdup_printf("volt %dm", (int)(meter->supply_uv / 1000));
	g_autofree char *freq = g_strconcat("freq ", rate->command, NULL);
	g_autofree char *function = g_strconcat("funcmode ", lpm01a_functions[options->function], NULL);
	const char *const commands[] = {"htc",
	                                "pwr off nostatus",
	                                "acqmode dyn",
	                                function,
	                                "volt",
	                                "output current",
	                                rate->is_binary ? "format bin_hexa" : "format ascii_dec",
	                                freq,
	                                "acqtime inf",
	                                "trigsrc sw",
	                                "trigdelay 0",
	                                "pwrend on",
	                                NULL};
	for (guint i = 0; commands[i] != NULL; i++) {
		const char *command = strcmp(commands[i], "volt") == 0 ? volt : commands[i];
		if (!lpm01a_command(meter, command, deadline_us, error))
			return FALSE;
	}
	g_autofree char *event = g_strdup_printf("eventsrc d7 %s", options->event == 0 ? "fal" : "ris");
	return rate->is_binary || lpm01a_command(meter, event, deadline_us, error);
}

static gboolean lpm01a_open(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	const Lpm01aOptions *options = meter->options;
	if (!lpm01a_check(options, error))
		return FALSE;
	lpm01a->block = g_malloc(LPM01A_BLOCK_BYTES);
	lpm01a_stream_begin(&lpm01a->stream, lpm01a_rate(meter)->hz, FALSE, &lpm01a_deaf);
	if (!lpm01a_open_port(meter, deadline_us, error) || !lpm01a_quiet(meter, deadline_us, error) ||
	    !lpm01a_command(meter, "version", deadline_us, error))
		return FALSE;
	g_free(meter->constants);
	meter->constants = g_strdup(lpm01a->stream.answer + strlen("ack "));
	if (!lpm01a_configure(meter, deadline_us, error))
		return FALSE;
	g_free(meter->identity);
	meter->identity = g_strdup_printf("lpm01a %s", rig_serial_place(&options->serial));
	lpm01a_transfer(&meter->transfer, lpm01a_rate(meter)->is_binary);
	meter->rate_mhz = (gint64)lpm01a_rate(meter)->hz * 1000;
	return TRUE;
}

static void lpm01a_close(RigMeter *meter)
{
	Lpm01a *lpm01a = meter->priv;
	if (lpm01a->link != NULL) {
		lpm01a->link->stop_fd = -1; /* being asked to stop must not keep the supply on */
		if (meter->is_open)
			(void)lpm01a_send(meter, "stop\npwr off nostatus\nhrc",
			                  rig_clock_after(meter->clock, LPM01A_QUIET_US), NULL);
		rig_link_serial.close(lpm01a->link);
		rig_link_free(lpm01a->link);
	}
	g_free(lpm01a->block);
	*lpm01a = (Lpm01a){0};
}

/* While it measures, the state comes as a message of its own among the values. */
static gboolean lpm01a_switch_running(RigMeter *meter, gboolean on, gint64 deadline_us,
                                      GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	gint64 until_us = MIN(rig_clock_after(meter->clock, LPM01A_ANSWER_US), deadline_us);
	lpm01a->stream.supply = -1;
	if (!lpm01a_send(meter, on ? "pwr on status" : "pwr off status", deadline_us, error))
		return FALSE;
	while (lpm01a->stream.supply != on && rig_clock_now(meter->clock) < until_us)
		if (lpm01a_take(meter, until_us, error) < 0)
			return FALSE;
	if (lpm01a->stream.supply == on)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "it does not say that it switched the supply %s",
	            on ? "on" : "off");
	return FALSE;
}

static gboolean lpm01a_set_supply(RigMeter *meter, gboolean on, gint64 deadline_us, GError **error)
{
	if (meter->is_running)
		return lpm01a_switch_running(meter, on, deadline_us, error);
	g_autofree char *volt = g_strdup_printf("volt %dm", (int)(meter->supply_uv / 1000));
	return lpm01a_command(meter, volt, deadline_us, error) &&
	       lpm01a_command(meter, on ? "pwr on nostatus" : "pwr off nostatus", deadline_us, error);
}

static gboolean lpm01a_start(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	lpm01a_stream_begin(&lpm01a->stream, lpm01a_rate(meter)->hz, lpm01a_rate(meter)->is_binary,
	                    &meter->sink);
	return lpm01a_send(meter, "start", deadline_us, error);
}

/* TRUE: it goes on. */
static gboolean lpm01a_goes_on(const Lpm01aStream *stream, GError **error)
{
	const char *why = stream->error[0] != '\0' ? stream->error : "the acquisition is over";
	if (stream->error[0] == '\0' && !stream->has_ended)
		return TRUE;
	if (stream->load_percent >= LPM01A_LOAD_MAX)
		why = "its buffer is full: this host took the samples too slowly";
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "it has ended the measurement: %s", why);
	return FALSE;
}

static gboolean lpm01a_read(RigMeter *meter, gint64 deadline_us, GError **error)
{
	const Lpm01a *lpm01a = meter->priv;
	gssize got = lpm01a_take(meter, deadline_us, error);
	/* A tty hands out 4 KiB at once: on until it is empty. */
	for (guint i = 0; got > 0 && i < 64; i++)
		got = lpm01a_take(meter, 0, error);
	return got >= 0 && lpm01a_goes_on(&lpm01a->stream, error);
}

static gboolean lpm01a_stop(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Lpm01a *lpm01a = meter->priv;
	gboolean good = lpm01a_quiet(meter, deadline_us, error);
	lpm01a_stream_begin(&lpm01a->stream, lpm01a_rate(meter)->hz, FALSE, &lpm01a_deaf);
	return good;
}

const RigMeterDriver rig_meter_lpm01a = {
    .name = "lpm01a",
    .about = "ST X-NUCLEO-LPM01A: up to 100,000 samples a second of what it supplies",
    .fields = lpm01a_fields,
    .options_size = sizeof(Lpm01aOptions),
    .channels = 1,
    .inputs = lpm01a_inputs,
    .supply_min_uv = 1800000,
    .supply_max_uv = 3300000,
    .must_supply = TRUE,
    .check = lpm01a_check,
    .priv_size = sizeof(Lpm01a),
    .open = lpm01a_open,
    .close = lpm01a_close,
    .set_supply = lpm01a_set_supply,
    .start = lpm01a_start,
    .read = lpm01a_read,
    .stop = lpm01a_stop,
};
