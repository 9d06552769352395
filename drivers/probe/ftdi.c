/* SPDX-License-Identifier: Apache-2.0 */
/* SWD through the MPSSE of an FTDI chip. */
#include "ftdi_adapter.h"
#include "ftdi_chip.h"
#include "ftdi_options.h"
#include "swd_frame.h"
#include <rig/probe.h>

#define FTDI_CLOCK_MIN_MHZ 100e3 /* 100 Hz: what the divider reaches */
#define FTDI_CLOCK_MAX_MHZ 30e9
#define FTDI_ANSWER_US     (5 * G_USEC_PER_SEC) /* what a busy USB may add to the clocks */
#define FTDI_LET_GO_US     (500 * 1000)

static const char *const ftdi_wirings[] = {"direct", "resistor", NULL};

#define FTDI(member) offsetof(FtdiOptions, member)
static const RigField ftdi_usb_fields[] = {
    {.key = "serial",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = FTDI(usb_serial),
     .help = "serial number of the USB adapter; in quotes where it looks like a number"},
    {.key = "interface",
     .type = RIG_FIELD_INTEGER,
     .offset = FTDI(usb_interface),
     .max = 1,
     .fallback = "0",
     .help = "which of its channels: 0 is A, 1 is B"},
    {0},
};

static const RigField ftdi_fields[] = {
    {.key = "usb",
     .type = RIG_FIELD_STRUCT,
     .rows = ftdi_usb_fields,
     .help = "the adapter by its serial number; or `path`"},
    {.key = "path",
     .type = RIG_FIELD_STRING,
     .offset = FTDI(path),
     .help = "the channel by where the adapter is plugged in, as udev's ID_PATH: "
             "pci-0000:00:14.0-usb-0:2:1.0, or usb-0:2:1.0 where that is enough"},
    {.key = "adapter",
     .type = RIG_FIELD_NAME,
     .offset = FTDI(adapter),
     .fallback = "plain",
     .help = "what its pins are wired to: `plain`, or a name from docs/probe.md"},
    {.key = "wiring",
     .type = RIG_FIELD_CHOICE,
     .offset = FTDI(wiring),
     .choices = ftdi_wirings,
     .fallback = "direct",
     .help = "how TDI gets to SWDIO: through a resistor (faster), or directly; an adapter with a "
             "buffer has its own way"},
    {.key = "clock",
     .type = RIG_FIELD_QUANTITY,
     .offset = FTDI(clock_mhz),
     .unit = "frequency",
     .min = FTDI_CLOCK_MIN_MHZ,
     .max = FTDI_CLOCK_MAX_MHZ,
     .fallback = "4MHz",
     .help = "SWCLK, at most"},
    {0},
};

static gboolean ftdi_check_adapter(const FtdiOptions *options, GError **error)
{
	const FtdiAdapter *adapter = ftdi_adapter_find(options->adapter);
	g_autoptr(GString) names = g_string_new(NULL);
	for (const FtdiAdapter *each = ftdi_adapters; each->name != NULL; each++)
		g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "", each->name);
	if (adapter == NULL)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "unknown adapter \"%s\"; known are: %s",
		            options->adapter, names->str);
	else if (options->wiring == FTDI_WIRING_RESISTOR && ftdi_signal_is_wired(&adapter->output))
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "the adapter %s drives SWDIO by a buffer; leave `wiring` out", adapter->name);
	else
		return TRUE;
	return FALSE;
}

static gboolean ftdi_check(gconstpointer data, GError **error)
{
	const FtdiOptions *options = data;
	const char *wrong = NULL;
	if ((options->usb_serial != NULL) == (options->path != NULL))
		wrong = "give one of `usb` and `path`: it says which adapter is meant";
	else if (options->usb_serial != NULL && *options->usb_serial == '\0')
		wrong = "the USB serial number is empty: name an adapter without one by `path`";
	if (wrong != NULL)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, wrong);
	return wrong == NULL && ftdi_check_adapter(options, error);
}

typedef struct FtdiProbe {
	FtdiChip chip;
	const FtdiAdapter *adapter;
	SwdWires wires;
	MpsseQueue queue;
	GByteArray *replies;
} FtdiProbe;

static void ftdi_note(gpointer user, char *text)
{
	rig_probe_note(user, text);
}

static FtdiWait ftdi_wait(const RigProbe *probe, gint64 deadline_us)
{
	return (FtdiWait){.clock = probe->clock, .stop_fd = probe->stop_fd, .deadline_us = deadline_us};
}

/* Pins for the host's turn and for the target's. */
static SwdWires ftdi_wire(const FtdiAdapter *adapter, FtdiWiringOption option, const FtdiKind *kind)
{
	SwdWires wires = {.drive = adapter->initial, .can_idle = kind->is_high_speed};
	(void)ftdi_signal_set(&adapter->nsrst, FTDI_LET_GO, &wires.drive);
	(void)ftdi_signal_set(&adapter->enable, FTDI_HIGH, &wires.drive);
	wires.drive.value &= (guint16) ~(MPSSE_PIN_TCK | MPSSE_PIN_TDI);
	wires.drive.direction |= MPSSE_PIN_TCK | MPSSE_PIN_TDI;
	gboolean is_buffered = ftdi_signal_is_wired(&adapter->output);
	wires.is_streaming = option == FTDI_WIRING_RESISTOR && !is_buffered;
	if (is_buffered)
		(void)ftdi_signal_set(&adapter->output, FTDI_HIGH, &wires.drive);
	wires.release = wires.drive;
	if (is_buffered)
		(void)ftdi_signal_set(&adapter->output, FTDI_LOW, &wires.release);
	else
		wires.release.direction &= (guint16)~MPSSE_PIN_TDI;
	return wires;
}

/* Goes out before the first batch; the engine has no answer to it. */
static gboolean ftdi_configure(RigProbe *probe, const FtdiWait *wait, GError **error)
{
	FtdiProbe *ftdi = probe->priv;
	const FtdiOptions *options = probe->options;
	MpsseQueue *queue = &ftdi->queue;
	FtdiClock clock = ftdi_chip_clock(ftdi->chip.kind, options->clock_mhz);
	probe->clock_hz = clock.hz;
	mpsse_queue_reset(queue);
	mpsse_queue_plain(queue, MPSSE_LOOPBACK_OFF);
	if (ftdi->chip.kind->is_high_speed) { /* bad commands to an FT2232D */
		mpsse_queue_plain(queue, clock.is_slow_base ? MPSSE_DIVIDE_BY_5_ON : MPSSE_DIVIDE_BY_5_OFF);
		mpsse_queue_plain(queue, MPSSE_THREE_PHASE_OFF);
		mpsse_queue_plain(queue, MPSSE_ADAPTIVE_OFF);
	}
	mpsse_queue_divisor(queue, clock.divisor);
	queue->are_pins_known = FALSE;
	mpsse_queue_pins(queue, ftdi->wires.drive);
	return ftdi_stream_run(&ftdi->chip.stream, queue->commands->data, queue->commands->len, NULL, 0,
	                       wait, NULL, error);
}

static gboolean ftdi_open(RigProbe *probe, gint64 deadline_us, GError **error)
{
	FtdiProbe *ftdi = probe->priv;
	const FtdiOptions *options = probe->options;
	FtdiWait wait = ftdi_wait(probe, deadline_us);
	g_autofree char *name = NULL;
	*ftdi =
	    (FtdiProbe){.adapter = ftdi_adapter_find(options->adapter), .replies = g_byte_array_new()};
	mpsse_queue_init(&ftdi->queue);
	g_return_val_if_fail(ftdi->adapter != NULL, FALSE); /* `check` has found it */
	gboolean good = ftdi_chip_open(&ftdi->chip, options, &name, error);
	g_free(probe->identity);
	probe->identity =
	    name == NULL ? NULL
	                 : g_strdup_printf(
	                       "%s %s", ftdi->chip.kind == NULL ? "ftdi" : ftdi->chip.kind->name, name);
	if (!good || !ftdi_chip_start(&ftdi->chip, &wait, ftdi_note, probe, error))
		return FALSE;
	ftdi->wires = ftdi_wire(ftdi->adapter, (FtdiWiringOption)options->wiring, ftdi->chip.kind);
	return ftdi_configure(probe, &wait, error);
}

/* Best effort: an adapter that is gone drives nothing. */
static void ftdi_let_go(RigProbe *probe)
{
	FtdiProbe *ftdi = probe->priv;
	MpssePins pins = ftdi->wires.release;
	pins.direction &= (guint16) ~(MPSSE_PIN_TCK | MPSSE_PIN_TDI | MPSSE_PIN_TMS);
	FtdiWait wait = {probe->clock, -1, rig_clock_after(probe->clock, FTDI_LET_GO_US)};
	mpsse_queue_reset(&ftdi->queue);
	mpsse_queue_pins(&ftdi->queue, pins);
	(void)ftdi_stream_run(&ftdi->chip.stream, ftdi->queue.commands->data, ftdi->queue.commands->len,
	                      NULL, 0, &wait, NULL, NULL);
}

static void ftdi_close(RigProbe *probe)
{
	FtdiProbe *ftdi = probe->priv;
	if (ftdi->replies == NULL)
		return;
	if (ftdi->queue.are_pins_known)
		ftdi_let_go(probe);
	ftdi_chip_close(&ftdi->chip);
	mpsse_queue_clear(&ftdi->queue);
	g_clear_pointer(&ftdi->replies, g_byte_array_unref);
}

/* Sends what is queued; the answer is in `replies`. */
static gboolean ftdi_send(RigProbe *probe, gint64 deadline_us, GError **error)
{
	FtdiProbe *ftdi = probe->priv;
	MpsseQueue *queue = &ftdi->queue;
	gint64 clocked_us = (gint64)(queue->clocks * G_USEC_PER_SEC / probe->clock_hz);
	gint64 late_us = rig_clock_after(probe->clock, FTDI_ANSWER_US + 2 * clocked_us);
	FtdiWait wait = ftdi_wait(probe, MIN(deadline_us, late_us));
	g_byte_array_set_size(ftdi->replies, (guint)queue->reply_bytes);
	GError *trouble = NULL;
	if (ftdi_stream_run(&ftdi->chip.stream, queue->commands->data, queue->commands->len,
	                    ftdi->replies->data, queue->reply_bytes, &wait, NULL, &trouble))
		return TRUE;
	/* Not the adapter's fault. */
	if (deadline_us < late_us && rig_clock_now(probe->clock) >= deadline_us &&
	    g_error_matches(trouble, RIG_ERROR, RIG_ERROR_BENCH)) {
		g_clear_error(&trouble);
		trouble = g_error_new_literal(RIG_ERROR, RIG_ERROR_BENCH,
		                              "the time for this step was over before all had answered");
	}
	g_propagate_error(error, trouble);
	return FALSE;
}

static gboolean ftdi_run(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us,
                         GError **error)
{
	FtdiProbe *ftdi = probe->priv;
	mpsse_queue_reset(&ftdi->queue);
	swd_frame_encode(&ftdi->queue, &ftdi->wires, batch);
	return ftdi_send(probe, deadline_us, error) &&
	       swd_frame_decode(&ftdi->wires, batch, ftdi->replies->data, ftdi->replies->len, error);
}

static gboolean ftdi_set_reset(RigProbe *probe, gboolean asserted, gint64 deadline_us,
                               GError **error)
{
	FtdiProbe *ftdi = probe->priv;
	const FtdiSignal *nsrst = &ftdi->adapter->nsrst;
	MpssePins *both[] = {&ftdi->wires.drive, &ftdi->wires.release};
	for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
		gboolean good = ftdi_signal_set(nsrst, asserted ? FTDI_LOW : FTDI_LET_GO, both[i]) ||
		                (!asserted && ftdi_signal_set(nsrst, FTDI_HIGH, both[i]));
		if (good)
			continue;
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "nSRST is not wired on the adapter %s; use {probe: system}, or another line",
		            ftdi->adapter->name);
		return FALSE;
	}
	mpsse_queue_reset(&ftdi->queue);
	mpsse_queue_pins(&ftdi->queue, ftdi->wires.drive);
	mpsse_queue_read_pins(&ftdi->queue); /* an answer: the line has moved */
	mpsse_queue_plain(&ftdi->queue, MPSSE_FLUSH);
	return ftdi_send(probe, deadline_us, error);
}

extern const RigProbeDriver rig_probe_ftdi;
const RigProbeDriver rig_probe_ftdi = {
    .name = "ftdi",
    .about = "an FTDI chip with an MPSSE: FT2232H, FT4232H, FT232H, FT2232D",
    .fields = ftdi_fields,
    .options_size = sizeof(FtdiOptions),
    .check = ftdi_check,
    .priv_size = sizeof(FtdiProbe),
    .open = ftdi_open,
    .close = ftdi_close,
    .run = ftdi_run,
    .set_reset = ftdi_set_reset,
};
