/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nordic's Power Profiler Kit II, over its USB serial port. Commands are an opcode and a fixed
 * number of bytes, none is acknowledged; the instrument speaks in two cases only: its metadata, and
 * the stream. Facts are from Nordic's application and IRNAS's interface, which are public.
 */
#include "ppk2_metadata.h"
#include "ppk2_words.h"
#include <rig/meter.h>
#include <rig/serial.h>

#include <string.h>

enum {
	PPK2_START = 0x06,
	PPK2_STOP = 0x07,
	PPK2_SUPPLY = 0x0c,    /* 1: on */
	PPK2_REGULATOR = 0x0d, /* millivolts, big endian */
	PPK2_MODE = 0x11,      /* 1: ampere meter, 2: source */
	PPK2_METADATA = 0x19,
};
enum { PPK2_AMPERE_METER = 1, PPK2_SOURCE = 2 };

#define PPK2_BAUD        115200 /* of no meaning on USB */
#define PPK2_QUIET_US    50000  /* after a stop what is still queued comes */
#define PPK2_ANSWER_US   500000
#define PPK2_ANSWER_MAX  8192u
#define PPK2_ASKS        3u
#define PPK2_BLOCK_BYTES 65536u

/* Nordic's product specification: 10 % typical, 15 % from 50 mA on; taken for one sigma. */
#define PPK2_GAIN      0.10
#define PPK2_GAIN_HIGH 0.15

typedef struct Ppk2Options {
	RigSerialOptions serial; /* first: the rows of its place fill it */
} Ppk2Options;

typedef struct Ppk2 {
	RigSerialOptions serial; /* texts are borrowed from the options */
	RigLink *link;
	Ppk2Metadata metadata;
	Ppk2Words words;
	guint8 *block;
} Ppk2;

static const RigField ppk2_fields[] = {RIG_SERIAL_PLACE_ROWS, {.key = NULL}};

static gboolean ppk2_check(gconstpointer data, GError **error)
{
	return rig_serial_check_place(&((const Ppk2Options *)data)->serial, error);
}

static gboolean ppk2_send(RigMeter *meter, const guint8 *command, gsize size, gint64 deadline_us,
                          GError **error)
{
	const Ppk2 *ppk2 = meter->priv;
	return rig_link_serial.write(ppk2->link, command, size, deadline_us, error);
}

static gboolean ppk2_command(RigMeter *meter, guint8 command, gint64 deadline_us, GError **error)
{
	return ppk2_send(meter, &command, 1, deadline_us, error);
}

/* Bytes that are there, at most a block; waits for the deadline where there are none. */
static gssize ppk2_take(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	return rig_link_serial.read(ppk2->link, ppk2->block, PPK2_BLOCK_BYTES, deadline_us, error);
}

/* Stops the stream that this or an earlier process began; the rest of it goes to `heard`. */
static gboolean ppk2_quiet(RigMeter *meter, gboolean heard, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	if (!ppk2_command(meter, PPK2_STOP, deadline_us, error))
		return FALSE;
	for (;;) {
		gint64 now_us = rig_clock_now(meter->clock);
		gssize got = ppk2_take(meter, MIN(now_us + PPK2_QUIET_US, deadline_us), error);
		if (got < 0)
			return FALSE;
		if (got > 0 && heard)
			ppk2_words_take(&ppk2->words, ppk2->block, (gsize)got, &meter->sink);
		if (got == 0 && rig_clock_now(meter->clock) >= now_us + PPK2_QUIET_US)
			return TRUE;
		if (rig_clock_now(meter->clock) >= deadline_us) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
			                    "it goes on sending after a stop: is it a PPK2? unplug it and "
			                    "plug it in again");
			return FALSE;
		}
	}
}

static gboolean ppk2_ask_once(RigMeter *meter, GString *answer, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	gint64 until_us = MIN(rig_clock_after(meter->clock, PPK2_ANSWER_US), deadline_us);
	g_string_truncate(answer, 0);
	if (!ppk2_command(meter, PPK2_METADATA, deadline_us, error))
		return FALSE;
	while (!ppk2_metadata_is_whole(answer->str, answer->len) && answer->len < PPK2_ANSWER_MAX &&
	       rig_clock_now(meter->clock) < until_us) {
		gssize got = ppk2_take(meter, until_us, error);
		if (got < 0)
			return FALSE;
		g_string_append_len(answer, (const char *)ppk2->block, got);
	}
	return TRUE;
}

/* Metadata; a port that is none of a PPK2's answers nothing of the kind. */
static gboolean ppk2_ask(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	g_autoptr(GString) answer = g_string_new(NULL);
	for (guint i = 0; i < PPK2_ASKS; i++) {
		if (!ppk2_quiet(meter, FALSE, deadline_us, error) ||
		    !ppk2_ask_once(meter, answer, deadline_us, error))
			return FALSE;
		if (ppk2_metadata_is_whole(answer->str, answer->len) ||
		    rig_clock_now(meter->clock) >= deadline_us)
			break;
	}
	if (!ppk2_metadata_parse(answer->str, answer->len, &ppk2->metadata, error))
		return FALSE;
	const char *begin = strstr(answer->str, "Calibrated");
	g_free(meter->constants);
	meter->constants = g_strdup(begin != NULL ? begin : answer->str);
	return TRUE;
}

static gboolean ppk2_open_port(RigMeter *meter, gint64 interface, gint64 deadline_us,
                               GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	ppk2->serial = ((const Ppk2Options *)meter->options)->serial;
	ppk2->serial.usb_interface = interface;
	ppk2->serial.baud = PPK2_BAUD;
	ppk2->serial.stop_bits = 1;
	ppk2->serial.dtr = RIG_SERIAL_ASSERTED;
	ppk2->serial.latency_us = 1000;
	if (ppk2->link == NULL)
		ppk2->link =
		    rig_link_new(&rig_link_serial, &ppk2->serial, meter->board, "meter", meter->clock);
	ppk2->link->stop_fd = meter->stop_fd;
	if (rig_link_serial.open(ppk2->link, deadline_us, error))
		return TRUE;
	rig_link_serial.close(ppk2->link);
	return FALSE;
}

/*
 * Firmware from 1.2.0 on has a second port, a shell for its debugging. Where the bench file does
 * not say which interface is meant, the one that tells metadata is.
 */
static gboolean ppk2_find(RigMeter *meter, gint64 deadline_us, GError **error)
{
	static const gint64 interfaces[] = {1, 0, 2, 3};
	const RigSerialOptions *wanted = &((const Ppk2Options *)meter->options)->serial;
	g_autoptr(GError) first = NULL;
	Ppk2 *ppk2 = meter->priv;
	if (ppk2_open_port(meter, wanted->usb_interface, deadline_us, &first))
		return ppk2_ask(meter, deadline_us, error);
	for (guint i = 0;
	     i < G_N_ELEMENTS(interfaces) && wanted->usb_serial != NULL && wanted->usb_interface < 0 &&
	     !g_error_matches(first, RIG_ERROR, RIG_ERROR_BUSY);
	     i++) {
		if (!ppk2_open_port(meter, interfaces[i], deadline_us, NULL))
			continue;
		if (ppk2_ask(meter, deadline_us, NULL))
			return TRUE;
		rig_link_serial.close(ppk2->link);
	}
	g_propagate_error(error, g_steal_pointer(&first));
	return FALSE;
}

/*
 * The regulator and the mode are set in both modes: the voltage is part of the conversion, and an
 * ampere meter lets no current pass before it has one. The supply goes off first where it changes.
 */
static gboolean ppk2_set_mode(RigMeter *meter, gint64 deadline_us, GError **error)
{
	guint mv = (guint)(meter->voltage_uv / 1000);
	const guint8 regulator[] = {PPK2_REGULATOR, (guint8)(mv >> 8), (guint8)mv};
	const guint8 source[] = {PPK2_SUPPLY, 0, PPK2_MODE, PPK2_SOURCE};
	const guint8 meters[] = {PPK2_MODE, PPK2_AMPERE_METER, PPK2_SUPPLY, 1};
	return (mv == 0 || ppk2_send(meter, regulator, sizeof regulator, deadline_us, error)) &&
	       (meter->supply_uv > 0 ? ppk2_send(meter, source, sizeof source, deadline_us, error)
	                             : ppk2_send(meter, meters, sizeof meters, deadline_us, error));
}

/* The voltage is part of the conversion. */
static void ppk2_fill_transfer(RigMeter *meter)
{
	const Ppk2 *ppk2 = meter->priv;
	double supply_mv = (double)meter->voltage_uv / 1000;
	ppk2_metadata_transfer(&ppk2->metadata, supply_mv > 0 ? supply_mv : ppk2->metadata.vdd_mv,
	                       &meter->transfer);
	for (guint range = 0; range < PPK2_RANGES; range++)
		meter->transfer.gain[range] = range + 1 == PPK2_RANGES ? PPK2_GAIN_HIGH : PPK2_GAIN;
}

static gboolean ppk2_open(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	const RigSerialOptions *wanted = &((const Ppk2Options *)meter->options)->serial;
	if (!ppk2_check(meter->options, error))
		return FALSE;
	ppk2->block = g_malloc(PPK2_BLOCK_BYTES);
	if (!ppk2_find(meter, deadline_us, error) || !ppk2_set_mode(meter, deadline_us, error))
		return FALSE;
	g_free(meter->identity);
	meter->identity = g_strdup_printf("ppk2 %s", rig_serial_place(wanted));
	ppk2_fill_transfer(meter);
	meter->rate_mhz = (gint64)PPK2_RATE_HZ * 1000;
	return TRUE;
}

static void ppk2_close(RigMeter *meter)
{
	Ppk2 *ppk2 = meter->priv;
	const guint8 end[] = {PPK2_STOP, PPK2_SUPPLY, 0};
	if (ppk2->link != NULL) {
		ppk2->link->stop_fd = -1; /* being asked to stop must not keep the supply on */
		/* What it cannot be told any more it does by itself, half a second after the port closed.
		 */
		if (meter->is_open)
			(void)ppk2_send(meter, end, meter->supply_uv > 0 ? sizeof end : 1,
			                rig_clock_after(meter->clock, PPK2_QUIET_US), NULL);
		rig_link_serial.close(ppk2->link);
		rig_link_free(ppk2->link);
	}
	g_free(ppk2->block);
	*ppk2 = (Ppk2){0};
}

static gboolean ppk2_set_supply(RigMeter *meter, gboolean on, gint64 deadline_us, GError **error)
{
	guint mv = (guint)(meter->supply_uv / 1000);
	const guint8 command[] = {PPK2_REGULATOR, (guint8)(mv >> 8), (guint8)mv, PPK2_SUPPLY,
	                          on ? 1 : 0};
	ppk2_fill_transfer(meter);
	return ppk2_send(meter, command, sizeof command, deadline_us, error);
}

static gboolean ppk2_start(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	ppk2_words_begin(&ppk2->words);
	return ppk2_command(meter, PPK2_START, deadline_us, error);
}

static gboolean ppk2_read(RigMeter *meter, gint64 deadline_us, GError **error)
{
	Ppk2 *ppk2 = meter->priv;
	gssize got = ppk2_take(meter, deadline_us, error);
	/* A tty hands out 4 KiB at once: on until it is empty. */
	for (guint i = 0; got > 0 && i < 64; i++) {
		ppk2_words_take(&ppk2->words, ppk2->block, (gsize)got, &meter->sink);
		got = ppk2_take(meter, 0, error);
	}
	return got >= 0;
}

static gboolean ppk2_stop(RigMeter *meter, gint64 deadline_us, GError **error)
{
	return ppk2_quiet(meter, TRUE, deadline_us, error);
}

const RigMeterDriver rig_meter_ppk2 = {
    .name = "ppk2",
    .about = "Nordic Power Profiler Kit II: 100,000 samples a second, 8 digital inputs",
    .fields = ppk2_fields,
    .options_size = sizeof(Ppk2Options),
    .channels = 8,
    .counter_modulus = PPK2_COUNTER,
    .supply_min_uv = 800000,
    .supply_max_uv = 5000000,
    .check = ppk2_check,
    .priv_size = sizeof(Ppk2),
    .open = ppk2_open,
    .close = ppk2_close,
    .set_supply = ppk2_set_supply,
    .start = ppk2_start,
    .read = ppk2_read,
    .stop = ppk2_stop,
};
