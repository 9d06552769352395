/* SPDX-License-Identifier: Apache-2.0 */
/* Which tty a bench means. Never "the first one found": one fits, or the error lists them. */
#include "serial_internal.h"

#include <errno.h>
#include <rig/sysfs.h>
#include <string.h>
#include <unistd.h>

#define FIND_LISTED_MAX 16u
#define FIND_LINKS_MAX  8u
#define FIND_NAME_BYTES 512u

void serial_port_free(SerialPort *port)
{
	if (port == NULL)
		return;
	sp_free_port(port->port);
	g_free(port->tty);
	g_free(port->usb_serial);
	g_free(port->path);
	g_free(port);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SerialPort, serial_port_free)

static void find_free(gpointer port)
{
	serial_port_free(port);
}

/* Takes `port`. */
static SerialPort *find_describe(struct sp_port *port)
{
	SerialPort *described = g_new0(SerialPort, 1);
	const char *name = sp_get_port_name(port);
	described->port = port;
	described->tty = g_path_get_basename(name);
	described->vendor = described->product = -1;
	if (sp_get_port_transport(port) == SP_TRANSPORT_USB) {
		(void)sp_get_port_usb_vid_pid(port, &described->vendor, &described->product);
		const char *serial = sp_get_port_usb_serial(port);
		if (serial != NULL && *serial != '\0')
			described->usb_serial = g_utf8_make_valid(serial, -1);
	}
	serial_sysfs_complete(described);
	return described;
}

/* All serial ports of the host; SerialPort. */
static GPtrArray *find_all(GError **error)
{
	struct sp_port **list = NULL;
	if (sp_list_ports(&list) != SP_OK) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "the serial ports of this host cannot be listed: %s; is /sys mounted?",
		            g_strerror(sp_last_error_code()));
		return NULL;
	}
	GPtrArray *ports = g_ptr_array_new_with_free_func(find_free);
	for (guint i = 0; list[i] != NULL; i++) {
		struct sp_port *copy = NULL;
		if (sp_copy_port(list[i], &copy) == SP_OK)
			g_ptr_array_add(ports, find_describe(copy));
	}
	sp_free_port_list(list);
	return ports;
}

static void find_append(GString *text, const SerialPort *port)
{
	g_string_append(text, port->tty);
	const char *before = " (";
	if (port->vendor >= 0) {
		g_string_append_printf(text, "%s%04x:%04x", before, (guint)port->vendor,
		                       (guint)port->product);
		before = ", ";
		g_autofree char *serial =
		    port->usb_serial == NULL ? NULL : g_strescape(port->usb_serial, NULL);
		g_string_append_printf(text, ", %s%.64s", serial == NULL ? "no serial number" : "serial ",
		                       serial == NULL ? "" : serial);
	}
	if (port->usb_interface >= 0)
		g_string_append_printf(text, ", interface %d", port->usb_interface);
	if (port->path != NULL) {
		g_string_append_printf(text, "%spath %s", before, port->path);
		before = ", ";
		if (port->number > 0)
			g_string_append_printf(text, "-port%d", port->number);
	}
	if (*before == ',')
		g_string_append_c(text, ')');
}

/* Caller frees. */
static char *find_list(const GPtrArray *ports)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < ports->len && i < FIND_LISTED_MAX; i++) {
		if (i > 0)
			g_string_append(text, "; ");
		find_append(text, ports->pdata[i]);
	}
	if (ports->len > FIND_LISTED_MAX)
		g_string_append_printf(text, "; and %u more", ports->len - FIND_LISTED_MAX);
	return g_string_free(text, FALSE);
}

/* ", there is: …": what to choose from; caller frees. */
static char *find_what_is_there(const GPtrArray *ports)
{
	if (ports == NULL || ports->len == 0)
		return g_strdup("this host has no serial port now; plug the adapter in, and see with dmesg "
		                "that its driver took it");
	g_autofree char *list = find_list(ports);
	return g_strdup_printf("plug it in, or name one of those that are there: %s", list);
}

/* `wanted`: the whole path, with or without -portN, or its end from usb- on. */
static gboolean find_path_fits(const SerialPort *port, const char *wanted)
{
	if (port->path == NULL)
		return FALSE;
	g_autofree char *whole = g_strdup_printf("%s-port%d", port->path, MAX(port->number, 0));
	return rig_sysfs_path_fits(port->path, wanted) || rig_sysfs_path_fits(whole, wanted);
}

static gboolean find_fits(const SerialPort *port, const RigSerialOptions *options)
{
	if (options->path != NULL)
		return find_path_fits(port, options->path);
	return g_strcmp0(port->usb_serial, options->usb_serial) == 0 &&
	       (options->usb_interface < 0 || port->usb_interface == options->usb_interface);
}

/* What was asked for, in words; caller frees. */
static char *find_wanted(const RigSerialOptions *options)
{
	if (options->path != NULL)
		return g_strdup_printf("path %s", options->path);
	if (options->usb_interface < 0)
		return g_strdup_printf("USB serial number %s", options->usb_serial);
	return g_strdup_printf("USB serial number %s, interface %d", options->usb_serial,
	                       (int)options->usb_interface);
}

/* TRUE: no two of the ports are the same interface of their devices. */
static gboolean find_interfaces_differ(const GPtrArray *ports)
{
	guint8 seen[256] = {0};
	for (guint i = 0; i < ports->len; i++) {
		int number = ((const SerialPort *)ports->pdata[i])->usb_interface;
		if (number < 0 || seen[number]++ > 0)
			return FALSE;
	}
	return TRUE;
}

static void find_ambiguous(const RigSerialOptions *options, const GPtrArray *fitting,
                           GError **error)
{
	g_autofree char *list = find_list(fitting);
	g_autofree char *wanted = find_wanted(options);
	const char *remedy = options->path != NULL ? "give the whole path of the one that is meant"
	                     : options->usb_interface < 0 && find_interfaces_differ(fitting)
	                         ? "add `interface` of the one that is meant"
	                         : "name the one that is meant by `path` in place of `usb`";
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%u serial ports have %s: %s; %s", fitting->len,
	            wanted, list, remedy);
}

static SerialPort *find_by_identity(const RigSerialOptions *options, GError **error)
{
	g_autoptr(GPtrArray) ports = find_all(error);
	if (ports == NULL)
		return NULL;
	g_autoptr(GPtrArray) fitting = g_ptr_array_new();
	for (guint i = 0; i < ports->len; i++) {
		if (find_fits(ports->pdata[i], options))
			g_ptr_array_add(fitting, ports->pdata[i]);
	}
	if (fitting->len == 1) {
		guint index = 0;
		(void)g_ptr_array_find(ports, fitting->pdata[0], &index);
		return g_ptr_array_steal_index_fast(ports, index);
	}
	if (fitting->len > 1) {
		find_ambiguous(options, fitting, error);
		return NULL;
	}
	g_autofree char *wanted = find_wanted(options);
	g_autofree char *there = find_what_is_there(ports);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "no serial port has %s; %s", wanted, there);
	return NULL;
}

static gboolean find_is_tty(const char *name)
{
	g_autofree char *tty = g_path_get_basename(name);
	g_autofree char *class = g_build_filename("/sys/class/tty", tty, NULL);
	return strlen(name) == strlen("/dev/") + strlen(tty) && access(class, F_OK) == 0;
}

/*
 * A name that is in sysfs is a tty; another may be a link to one, as in /dev/serial/by-id.
 * NULL with errno: there is no such file. Caller frees.
 */
static char *find_resolve(const char *name)
{
	g_autofree char *at = g_canonicalize_filename(name, NULL);
	for (guint i = 0; i < FIND_LINKS_MAX && !find_is_tty(at); i++) {
		char target[FIND_NAME_BYTES];
		ssize_t length = readlink(at, target, sizeof target - 1);
		if (length < 0)
			return errno == EINVAL ? g_steal_pointer(&at) : NULL;
		target[length] = '\0';
		g_autofree char *folder = g_path_get_dirname(at);
		g_free(at);
		at = g_canonicalize_filename(target, folder);
	}
	return g_steal_pointer(&at);
}

static SerialPort *find_by_name(const char *name, GError **error)
{
	g_autofree char *resolved = find_resolve(name);
	if (resolved == NULL) {
		int number = errno;
		g_autoptr(GPtrArray) ports = find_all(NULL);
		g_autofree char *there = find_what_is_there(ports);
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s; %s", name, g_strerror(number),
		            there);
		return NULL;
	}
	struct sp_port *port = NULL;
	if (sp_get_port_by_name(resolved, &port) != SP_OK) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s is no serial port: it is not in /sys/class/tty; for a pseudo terminal let "
		            "a server offer it as a socket, or use the driver process with pty: true",
		            name);
		return NULL;
	}
	return find_describe(port);
}

SerialPort *serial_find(const RigSerialOptions *options, GError **error)
{
	if (options->port != NULL)
		return find_by_name(options->port, error);
	return find_by_identity(options, error);
}
