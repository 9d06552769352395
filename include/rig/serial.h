/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial port of this host, for drivers whose device is behind one: the options of the link
 * driver `serial`, and the rows by which a bench file says which port is meant.
 */
#ifndef RIG_SERIAL_H
#define RIG_SERIAL_H

#include <rig/link.h>

typedef enum {
	RIG_SERIAL_FLOW_NONE,
	RIG_SERIAL_FLOW_RTS_CTS,
	RIG_SERIAL_FLOW_XON_XOFF
} RigSerialFlow;
typedef enum { RIG_SERIAL_RELEASED, RIG_SERIAL_ASSERTED } RigSerialLevel;

/* One of usb_serial, path and port is set. */
typedef struct RigSerialOptions {
	char *usb_serial;
	gint64 usb_interface; /* -1: any */
	char *path;           /* as udev's ID_PATH, or its end from `usb-` on */
	char *port;           /* /dev/… */
	gint64 baud;
	int parity; /* index into the choices of its row */
	gint64 stop_bits;
	int flow;     /* RigSerialFlow */
	int dtr, rts; /* RigSerialLevel while nothing is pulsed */
	gint64 latency_us;
} RigSerialOptions;

extern const RigLinkDriver rig_link_serial;

/* The rows of `usb`; they fill a struct that begins with RigSerialOptions. */
extern const RigField rig_serial_usb_rows[];

/* Which port is meant, in a table for a struct that begins with RigSerialOptions. */
#define RIG_SERIAL_PLACE_ROWS                                                                      \
	{.key = "usb",                                                                                 \
	 .type = RIG_FIELD_STRUCT,                                                                     \
	 .rows = rig_serial_usb_rows,                                                                  \
	 .help = "the port by the USB serial number; or `path`, or `port`"},                           \
	    {.key = "path",                                                                            \
	     .type = RIG_FIELD_STRING,                                                                 \
	     .offset = offsetof(RigSerialOptions, path),                                               \
	     .help = "the port by where it is plugged in, as udev's ID_PATH: "                         \
	             "pci-0000:00:14.0-usb-0:2:1.0, or usb-0:2:1.0 where that is enough"},             \
	{                                                                                              \
		.key = "port", .type = RIG_FIELD_STRING, .offset = offsetof(RigSerialOptions, port),       \
		.help = "the port by name: /dev/ttyUSB0; names change when adapters are plugged anew"      \
	}

/* What names the port in the bench file. */
static inline const char *rig_serial_place(const RigSerialOptions *options)
{
	return options->usb_serial != NULL ? options->usb_serial
	       : options->path != NULL     ? options->path
	                                   : options->port;
}

/* RIG_ERROR_USAGE: not exactly one way of saying which port is meant, or an impossible one. */
gboolean rig_serial_check_place(const RigSerialOptions *options, GError **error);

#endif
