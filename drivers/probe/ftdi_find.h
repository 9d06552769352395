/* SPDX-License-Identifier: Apache-2.0 */
/* Which USB device a bench means. Never "the first one found". */
#ifndef RIG_PROBE_FTDI_FIND_H
#define RIG_PROBE_FTDI_FIND_H

#include "ftdi_options.h"

struct libusb_context;
struct libusb_device;

typedef struct FtdiFound {
	struct libusb_device *device; /* a reference; NULL: none */
	guint channel;                /* 0 is A */
	char *serial;                 /* NULL: it has none */
	char *path;                   /* of the channel, as udev's ID_PATH; NULL: unknown */
} FtdiFound;

/* Reads descriptors and sysfs only: nothing is opened or detached. RIG_ERROR_BENCH lists what is
 * there. */
gboolean ftdi_find(struct libusb_context *usb, const FtdiOptions *options, FtdiFound *found,
                   GError **error);
void ftdi_found_clear(FtdiFound *found);

#endif
