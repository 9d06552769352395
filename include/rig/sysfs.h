/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a device is plugged in, read from /sys. The path is spelled as udev's builtin path_id
 * spells ID_PATH (systemd, src/udev/udev-builtin-path_id.c), for it is what `udevadm info` and
 * /dev/serial/by-path show; udev itself need not run.
 */
#ifndef RIG_SYSFS_H
#define RIG_SYSFS_H

#include <glib.h>

/* `device`: a folder of /sys or a link to one. NULL: not known. Caller frees. */
char *rig_sysfs_id_path(const char *device);
/* A number from 0 to 255 that the device or one above it has, written in `base`; -1: none has. */
int rig_sysfs_number(const char *device, const char *attribute, guint base);
/* `wanted` is this path, or its end from usb- on. NULL fits nothing. */
gboolean rig_sysfs_path_fits(const char *path, const char *wanted);

#endif
