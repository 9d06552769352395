/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a tty is plugged in, read from /sys. The path is spelled as udev's builtin path_id
 * spells ID_PATH (systemd, src/udev/udev-builtin-path_id.c), for it is what `udevadm info` and
 * /dev/serial/by-path show; udev itself need not run.
 */
#include "serial_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSFS_ROOT       "/sys/devices/"
#define SYSFS_ATTRIBUTE  64u
#define SYSFS_NAME_BYTES 256u

/* The subsystem of a device's folder; "" for a folder that is no device. */
static void sysfs_subsystem(const char *folder, char *name, gsize size)
{
	g_autofree char *link = g_build_filename(folder, "subsystem", NULL);
	char target[SYSFS_NAME_BYTES];
	ssize_t length = readlink(link, target, sizeof target - 1);
	target[MAX(length, 0)] = '\0';
	const char *slash = strrchr(target, '/');
	g_strlcpy(name, slash != NULL ? slash + 1 : target, size);
}

/* A number that the kernel writes in `base`; -1: no such attribute. */
static int sysfs_number(const char *folder, const char *attribute, guint base)
{
	g_autofree char *path = g_build_filename(folder, attribute, NULL);
	g_autofree char *text = NULL;
	gsize size = 0;
	guint64 number = 0;
	if (!g_file_get_contents(path, &text, &size, NULL) || size > SYSFS_ATTRIBUTE ||
	    !g_ascii_string_to_unsigned(g_strstrip(text), base, 0, 255, &number, NULL))
		return -1;
	return (int)number;
}

static void sysfs_prepend(GString *path, const char *kind, const char *name)
{
	g_autofree char *part = g_strdup_printf("%s%s%s", kind, name, path->len > 0 ? "-" : "");
	g_string_prepend(path, part);
}

/* Adds what the device `folder` gives to the path; TRUE: its subsystem is to be skipped now. */
static gboolean sysfs_add(GString *path, const char *subsystem, const char *name)
{
	static const char *const kinds[][2] = {
	    {"pci", "pci-"}, {"platform", "platform-"}, {"amba", "amba-"}, {"acpi", "acpi-"}};
	if (strcmp(subsystem, "usb") == 0) {
		/* 1-2.3:1.0 is interface 0 of the device at port 3 of the hub at port 2 of bus 1. */
		const char *port = strchr(name, '-');
		if (port != NULL)
			sysfs_prepend(path, "usb-0:", port + 1);
		return port != NULL;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(subsystem, kinds[i][0]) == 0) {
			sysfs_prepend(path, kinds[i][1], name);
			return TRUE;
		}
	}
	return FALSE;
}

void serial_sysfs_complete(SerialPort *port)
{
	g_autofree char *link = g_build_filename("/sys/class/tty", port->tty, "device", NULL);
	char *folder = realpath(link, NULL);
	g_autoptr(GString) path = g_string_new(NULL);
	char skipped[SYSFS_NAME_BYTES] = "", subsystem[SYSFS_NAME_BYTES];
	port->usb_interface = port->number = -1;
	while (folder != NULL && g_str_has_prefix(folder, SYSFS_ROOT)) {
		char *name = strrchr(folder, '/') + 1;
		sysfs_subsystem(folder, subsystem, sizeof subsystem);
		if (port->usb_interface < 0)
			port->usb_interface = sysfs_number(folder, "bInterfaceNumber", 16);
		if (port->number < 0)
			port->number = sysfs_number(folder, "port_number", 10);
		/* Of devices of one kind in a row (hubs, bridges) the nearest has the whole place. */
		if (strcmp(subsystem, skipped) != 0) {
			skipped[0] = '\0';
			if (sysfs_add(path, subsystem, name))
				g_strlcpy(skipped, subsystem, sizeof skipped);
		}
		name[-1] = '\0';
	}
	free(folder);
	port->path = path->len > 0 ? g_strdup(path->str) : NULL;
}
