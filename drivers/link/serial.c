/* SPDX-License-Identifier: Apache-2.0 */
/* A serial port of this host, by way of libserialport. */
#include "serial_internal.h"

#include <string.h>

#define SERIAL_BAUD_MAX   (12 * 1000 * 1000)
#define SERIAL_LATENCY_US 1000.0

typedef struct Serial {
	gboolean opened;
	SerialPort *port; /* NULL: not found yet */
	SerialLock lock;
	SerialCounters counters;
	int fd; /* -1: not open */
} Serial;

static const char *const serial_parities[] = {"none", "even", "odd", "mark", "space", NULL};
static const char *const serial_flows[] = {"none", "rts-cts", "xon-xoff", NULL};
static const char *const serial_levels[] = {"released", "asserted", NULL};

/* The rows of `usb` fill the options themselves. */
#define SERIAL(member) offsetof(RigSerialOptions, member)
const RigField rig_serial_usb_rows[] = {
    {.key = "serial",
     .type = RIG_FIELD_STRING,
     .required = TRUE,
     .offset = SERIAL(usb_serial),
     .help = "serial number of the USB adapter; in quotes where it looks like a number"},
    {.key = "interface",
     .type = RIG_FIELD_INTEGER,
     .offset = SERIAL(usb_interface),
     .max = 255,
     .fallback = "-1",
     .help = "which interface of an adapter that has several, from 0; default: its only one"},
    {0},
};

static const RigField serial_fields[] = {
    RIG_SERIAL_PLACE_ROWS,
    {.key = "baud",
     .type = RIG_FIELD_QUANTITY,
     .offset = SERIAL(baud),
     .unit = "baud",
     .min = 1,
     .max = SERIAL_BAUD_MAX,
     .fallback = "115200",
     .help = "bits per second; any rate that the adapter can do"},
    {.key = "parity",
     .type = RIG_FIELD_CHOICE,
     .offset = SERIAL(parity),
     .choices = serial_parities,
     .fallback = "none",
     .help = "parity bit"},
    {.key = "stop",
     .type = RIG_FIELD_INTEGER,
     .offset = SERIAL(stop_bits),
     .min = 1,
     .max = 2,
     .fallback = "1",
     .help = "stop bits"},
    {.key = "flow",
     .type = RIG_FIELD_CHOICE,
     .offset = SERIAL(flow),
     .choices = serial_flows,
     .fallback = "none",
     .help = "flow control"},
    {.key = "dtr",
     .type = RIG_FIELD_CHOICE,
     .offset = SERIAL(dtr),
     .choices = serial_levels,
     .fallback = "released",
     .help = "the line DTR while the port is open"},
    {.key = "rts",
     .type = RIG_FIELD_CHOICE,
     .offset = SERIAL(rts),
     .choices = serial_levels,
     .fallback = "released",
     .help = "the line RTS while the port is open; flow: rts-cts drives it itself"},
    {.key = "latency",
     .type = RIG_FIELD_QUANTITY,
     .offset = SERIAL(latency_us),
     .unit = "time",
     .min = SERIAL_LATENCY_US,
     .max = 255 * SERIAL_LATENCY_US,
     .fallback = "1ms",
     .help = "latency timer of an FTDI chip: how long it keeps a short answer"},
    {0},
};

gboolean rig_serial_check_place(const RigSerialOptions *options, GError **error)
{
	int ways = (options->usb_serial != NULL) + (options->path != NULL) + (options->port != NULL);
	const char *wrong = NULL;
	if (ways != 1)
		wrong = "give one of `usb`, `path` and `port`: it says which serial port is meant";
	else if (options->usb_serial != NULL && *options->usb_serial == '\0')
		wrong = "the USB serial number is empty: name an adapter without one by `path`";
	else if (options->port != NULL && !g_str_has_prefix(options->port, "/dev/"))
		wrong = "`port` is the name of a device, as /dev/ttyUSB0";
	if (wrong != NULL)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, wrong);
	return wrong == NULL;
}

static gboolean serial_check(gconstpointer data, GError **error)
{
	const RigSerialOptions *options = data;
	if (options->flow != RIG_SERIAL_FLOW_RTS_CTS || options->rts != RIG_SERIAL_ASSERTED)
		return rig_serial_check_place(options, error);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
	                    "flow: rts-cts drives RTS itself; leave `rts` out");
	return FALSE;
}

/* Takes `text`. */
static void serial_tell(RigLink *link, char *text)
{
	if (text != NULL && link->tap != NULL)
		link->tap->note(link->tap, text);
	g_free(text);
}

static void serial_look_at_counters(RigLink *link)
{
	Serial *serial = link->priv;
	serial_tell(link,
	            serial_counters_read(&serial->counters, serial->fd, rig_clock_now(link->clock)));
}

static gboolean serial_open(RigLink *link, gint64 deadline_us, GError **error)
{
	(void)deadline_us; /* nothing here waits */
	Serial *serial = link->priv;
	const RigSerialOptions *options = link->options;
	*serial = (Serial){.opened = TRUE, .fd = -1};
	if (!serial_check(options, error))
		return FALSE;
	serial->port = serial_find(options, error);
	if (serial->port == NULL)
		return FALSE;
	/* Before the port is opened: that alone raises DTR, which resets boards of other people. */
	char *note = NULL;
	gboolean locked = serial_lock_take(&serial->lock, serial->port->tty, &note, error);
	serial_tell(link, note);
	if (!locked || !serial_line_open(serial->port, options, &serial->fd, error))
		return FALSE;
	serial_tell(link, serial_latency_set(serial->fd, serial->port->tty, options->latency_us));
	serial_look_at_counters(link);
	return TRUE;
}

static void serial_close(RigLink *link)
{
	Serial *serial = link->priv;
	if (!serial->opened)
		return;
	if (serial->fd >= 0) {
		serial_look_at_counters(link);
		serial_line_close(serial->port->port, serial->fd);
	}
	serial_lock_release(&serial->lock);
	serial_port_free(serial->port);
	*serial = (Serial){.fd = -1};
}

/* Hands on `failure` (taken), or says that it was the adapter's going. */
static void serial_failed(const Serial *serial, GError *failure, GError **error)
{
	const SerialPort *port = serial->port;
	if (!g_error_matches(failure, RIG_ERROR, RIG_ERROR_BENCH) || !serial_line_is_gone(serial->fd)) {
		g_propagate_error(error, failure);
		return;
	}
	g_error_free(failure);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "the adapter was unplugged (%s%s%s); plug it in again", port->tty,
	            port->usb_serial != NULL ? ", serial " : "",
	            port->usb_serial != NULL ? port->usb_serial : "");
}

static gssize serial_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us,
                          GError **error)
{
	Serial *serial = link->priv;
	GError *failure = NULL;
	gssize got =
	    rig_fd_read(serial->fd, link->stop_fd, link->clock, data, size, deadline_us, &failure);
	if (got < 0)
		serial_failed(serial, failure, error);
	else if (got == 0)
		serial_look_at_counters(link); /* bytes that did not come may have been damaged */
	return got;
}

static gboolean serial_write(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                             GError **error)
{
	Serial *serial = link->priv;
	GError *failure = NULL;
	if (rig_fd_write(serial->fd, link->stop_fd, link->clock, data, size, deadline_us, &failure))
		return TRUE;
	serial_failed(serial, failure, error);
	return FALSE;
}

static gboolean serial_reset(RigLink *link, const char *line, gint64 pulse_us, gint64 deadline_us,
                             GError **error)
{
	Serial *serial = link->priv;
	GError *failure = NULL;
	gboolean good = serial_line_pulse(link, serial->fd, line, pulse_us, deadline_us, &failure);
	if (!good)
		serial_failed(serial, failure, error);
	else
		serial_look_at_counters(link);
	return good;
}

const RigLinkDriver rig_link_serial = {
    .name = "serial",
    .about = "a serial port of this host",
    .fields = serial_fields,
    .check = serial_check,
    .options_size = sizeof(RigSerialOptions),
    .priv_size = sizeof(Serial),
    .open = serial_open,
    .close = serial_close,
    .read = serial_read,
    .write = serial_write,
    .reset = serial_reset,
};
