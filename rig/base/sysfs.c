/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/sysfs.h>

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

/* -1: no such attribute. */
static int sysfs_attribute(const char *folder, const char *attribute, guint base)
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

/* The device's folder, to be walked up; NULL: it has none. Free with free. */
static char *sysfs_begin(const char *device)
{
	char *folder = realpath(device, NULL);
	if (folder != NULL && g_str_has_prefix(folder, SYSFS_ROOT))
		return folder;
	free(folder);
	return NULL;
}

/* Cuts the last name off, and returns it; NULL: the walk is over. */
static const char *sysfs_up(char *folder)
{
	if (!g_str_has_prefix(folder, SYSFS_ROOT))
		return NULL;
	char *name = strrchr(folder, '/');
	*name = '\0';
	return name + 1;
}

int rig_sysfs_number(const char *device, const char *attribute, guint base)
{
	char *folder = sysfs_begin(device);
	int number = -1;
	while (folder != NULL && number < 0) {
		number = sysfs_attribute(folder, attribute, base);
		if (sysfs_up(folder) == NULL)
			break;
	}
	free(folder);
	return number;
}

char *rig_sysfs_id_path(const char *device)
{
	char *folder = sysfs_begin(device);
	g_autoptr(GString) path = g_string_new(NULL);
	char skipped[SYSFS_NAME_BYTES] = "", subsystem[SYSFS_NAME_BYTES] = "";
	const char *name = "";
	while (folder != NULL && name != NULL) {
		sysfs_subsystem(folder, subsystem, sizeof subsystem);
		name = sysfs_up(folder);
		/* Of devices of one kind in a row (hubs, bridges) the nearest has the whole place. */
		if (name != NULL && strcmp(subsystem, skipped) != 0) {
			skipped[0] = '\0';
			if (sysfs_add(path, subsystem, name))
				g_strlcpy(skipped, subsystem, sizeof skipped);
		}
	}
	free(folder);
	return path->len > 0 ? g_string_free(g_steal_pointer(&path), FALSE) : NULL;
}

gboolean rig_sysfs_path_fits(const char *path, const char *wanted)
{
	const char *usb = path == NULL ? NULL : strstr(path, "usb-0:");
	return path != NULL && (strcmp(path, wanted) == 0 || g_strcmp0(usb, wanted) == 0);
}
