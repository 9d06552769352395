/* SPDX-License-Identifier: Apache-2.0 */
/* What a bench file says of an FTDI probe. */
#ifndef RIG_PROBE_FTDI_OPTIONS_H
#define RIG_PROBE_FTDI_OPTIONS_H

#include <glib.h>

/* In the order of ftdi_wirings: how the engine's output gets to SWDIO. */
typedef enum { FTDI_WIRING_DIRECT, FTDI_WIRING_RESISTOR } FtdiWiringOption;

typedef struct FtdiOptions {
	char *usb_serial;     /* NULL: `path` */
	gint64 usb_interface; /* 0 is channel A */
	char *path;           /* port path: udev's ID_PATH, or its end from usb- on */
	char *adapter;        /* a name of ftdi_adapters; never NULL once bound */
	int wiring;           /* FtdiWiringOption */
	gint64 clock_mhz;     /* millihertz */
} FtdiOptions;

#endif
