/* SPDX-License-Identifier: Apache-2.0 */
#include "ftdi_find.h"

#include <libusb.h>
#include <rig/error.h>
#include <rig/sysfs.h>
#include <string.h>

#define FIND_FTDI       0x0403
#define FIND_SYSFS      "/sys/bus/usb/devices"
#define FIND_LISTED_MAX 16u
#define FIND_SERIAL_MAX 128u
#define FIND_CHANNELS   4u

static void find_clear(gpointer data)
{
	FtdiFound *found = data;
	ftdi_found_clear(found);
	g_free(found);
}

void ftdi_found_clear(FtdiFound *found)
{
	libusb_unref_device(g_steal_pointer(&found->device));
	g_clear_pointer(&found->serial, g_free);
	g_clear_pointer(&found->path, g_free);
}

/* /sys/bus/usb/devices/1-2.3; NULL: sysfs does not show it. Caller frees. */
static char *find_folder(libusb_device *device)
{
	g_autoptr(GDir) all = g_dir_open(FIND_SYSFS, 0, NULL);
	const char *name = NULL;
	while (all != NULL && (name = g_dir_read_name(all)) != NULL) {
		if (strchr(name, ':') != NULL) /* an interface */
			continue;
		g_autofree char *folder = g_build_filename(FIND_SYSFS, name, NULL);
		if (rig_sysfs_number(folder, "busnum", 10) == libusb_get_bus_number(device) &&
		    rig_sysfs_number(folder, "devnum", 10) == libusb_get_device_address(device))
			return g_steal_pointer(&folder);
	}
	return NULL;
}

/* NULL: none. sysfs has it from when the device came, so nobody need open it. Caller frees. */
static char *find_serial(const char *folder)
{
	g_autofree char *file = g_build_filename(folder, "serial", NULL);
	g_autofree char *text = NULL;
	gsize size = 0;
	if (!g_file_get_contents(file, &text, &size, NULL) || size > FIND_SERIAL_MAX)
		return NULL;
	g_strstrip(text);
	return *text == '\0' ? NULL : g_utf8_make_valid(text, -1);
}

/* Its channel `channel`. Caller frees with find_clear. */
static FtdiFound *find_describe(libusb_device *device, const char *folder, guint channel)
{
	FtdiFound *found = g_new0(FtdiFound, 1);
	g_autofree char *interface = g_strdup_printf("%s:1.%u", folder, channel);
	found->device = libusb_ref_device(device);
	found->channel = channel;
	found->serial = find_serial(folder);
	found->path = rig_sysfs_id_path(interface);
	return found;
}

static gboolean find_fits(const FtdiFound *found, const FtdiOptions *options)
{
	if (options->path != NULL)
		return rig_sysfs_path_fits(found->path, options->path);
	return found->channel == (guint)options->usb_interface &&
	       g_strcmp0(found->serial, options->usb_serial) == 0;
}

static char *find_text(const GPtrArray *list)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < list->len && i < FIND_LISTED_MAX; i++) {
		const FtdiFound *found = list->pdata[i];
		g_autofree char *serial = found->serial == NULL ? NULL : g_strescape(found->serial, NULL);
		g_string_append_printf(text, "%s%s%s, interface %u%s%s", i > 0 ? "; " : "",
		                       serial == NULL ? "no serial number" : "serial ",
		                       serial == NULL ? "" : serial, found->channel,
		                       found->path == NULL ? "" : ", path ",
		                       found->path == NULL ? "" : found->path);
	}
	if (list->len > FIND_LISTED_MAX)
		g_string_append_printf(text, "; and %u more", list->len - FIND_LISTED_MAX);
	return g_string_free(text, FALSE);
}

static void find_failed(const FtdiOptions *options, const GPtrArray *fitting,
                        const GPtrArray *others, GError **error)
{
	g_autofree char *wanted =
	    options->path != NULL ? g_strdup_printf("path %s", options->path)
	                          : g_strdup_printf("USB serial number %s, interface %d",
	                                            options->usb_serial, (int)options->usb_interface);
	g_autofree char *list = find_text(fitting->len > 0 ? fitting : others);
	if (fitting->len > 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%u adapters have %s: %s; name the one that is meant by its whole `path`",
		            fitting->len, wanted, list);
	else if (others->len > 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "no adapter has %s; plug it in, or name one of those that are there: %s",
		            wanted, list);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "no adapter has %s: this host has no FTDI chip now; plug it in, and see with "
		            "lsusb that it is there",
		            wanted);
}

/* Every vendor's devices may be meant by serial number; only FTDI's own are listed as others. */
static void find_look_at(libusb_device *device, const FtdiOptions *options, GPtrArray *fitting,
                         GPtrArray *others)
{
	struct libusb_device_descriptor descriptor;
	struct libusb_config_descriptor *config = NULL;
	if (libusb_get_device_descriptor(device, &descriptor) != 0 ||
	    libusb_get_active_config_descriptor(device, &config) != 0)
		return;
	guint channels = MIN(config->bNumInterfaces, FIND_CHANNELS);
	libusb_free_config_descriptor(config);
	g_autofree char *folder = find_folder(device);
	for (guint channel = 0; folder != NULL && channel < channels; channel++) {
		FtdiFound *found = find_describe(device, folder, channel);
		if (find_fits(found, options))
			g_ptr_array_add(fitting, found);
		else if (descriptor.idVendor == FIND_FTDI)
			g_ptr_array_add(others, found);
		else
			find_clear(found);
	}
}

gboolean ftdi_find(struct libusb_context *usb, const FtdiOptions *options, FtdiFound *found,
                   GError **error)
{
	libusb_device **list = NULL;
	gssize count = libusb_get_device_list(usb, &list);
	if (count < 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "the USB devices of this host cannot be listed: %s; is /dev/bus/usb there?",
		            libusb_strerror((int)count));
		return FALSE;
	}
	g_autoptr(GPtrArray) fitting = g_ptr_array_new_with_free_func(find_clear);
	g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(find_clear);
	for (gssize i = 0; i < count; i++)
		find_look_at(list[i], options, fitting, others);
	libusb_free_device_list(list, 1);
	if (fitting->len != 1) {
		find_failed(options, fitting, others, error);
		return FALSE;
	}
	FtdiFound *only = g_ptr_array_steal_index_fast(fitting, 0);
	*found = *only;
	g_free(only);
	return TRUE;
}
