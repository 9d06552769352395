/* SPDX-License-Identifier: Apache-2.0 */
#include "tty_bed.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BED_LIBRARY  "libumockdev-preload.so.0"
#define BED_PASS     (-100) /* as the library's own protocol: the real ioctl is done */
#define BED_PCI      "/devices/pci0000:00/0000:00:14.0"
#define BED_NOBODY   65534
#define BED_TTY_LINE (TIOCM_RTS | TIOCM_DTR)

void tty_bed_preload(char **argv)
{
	if (g_strcmp0(g_getenv("LD_PRELOAD"), BED_LIBRARY) == 0)
		return;
	const char *options = g_getenv("ASAN_OPTIONS");
	/* ASan wants to be the first library; it works as the second one too. */
	g_autofree char *with = g_strdup_printf(
	    "%s%sverify_asan_link_order=0", options != NULL ? options : "", options != NULL ? ":" : "");
	g_setenv("ASAN_OPTIONS", with, TRUE);
	g_setenv("LD_PRELOAD", BED_LIBRARY, TRUE);
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	execv(program, argv);
	g_error("exec: %s", g_strerror(errno));
}

TtyBed *tty_bed_new(void)
{
	TtyBed *bed = g_new0(TtyBed, 1);
	bed->testbed = umockdev_testbed_new();
	bed->locks = g_dir_make_tmp("tty-bed-XXXXXX", NULL);
	g_assert_nonnull(bed->locks);
	g_setenv("TINYRIG_LOCK_DIR", bed->locks, TRUE);
	bed->ports = g_ptr_array_new();
	g_autofree char *hub = g_strdup_printf("P: %s\nE: SUBSYSTEM=pci\n\n"
	                                       "P: %s/usb1\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n"
	                                       "A: idVendor=1d6b\\n\nA: idProduct=0002\\n\n"
	                                       "A: busnum=1\\n\nA: devnum=1\\n\n\n",
	                                       BED_PCI, BED_PCI);
	g_assert_true(umockdev_testbed_add_from_string(bed->testbed, hub, NULL));
	return bed;
}

void tty_bed_free(TtyBed *bed)
{
	g_assert_cmpint(seteuid(getuid()), ==, 0); /* what was dropped cannot tidy up */
	for (guint i = 0; i < bed->ports->len; i++) {
		TtyPort *port = bed->ports->pdata[i];
		tty_bed_unplug(port);
		g_string_free(port->history, TRUE);
		g_object_unref(port->handler);
		g_free(port->usb_path);
		g_free(port->interface_path);
		g_free(port->tty_path);
		g_mutex_clear(&port->lock);
		g_free(port);
	}
	g_ptr_array_unref(bed->ports);
	g_object_unref(bed->testbed);
	g_autoptr(GDir) folder = g_dir_open(bed->locks, 0, NULL);
	for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
		g_autofree char *path = g_build_filename(bed->locks, name, NULL);
		g_unlink(path);
	}
	g_rmdir(bed->locks);
	g_free(bed->locks);
	g_free(bed);
}

static void bed_log(TtyPort *port, int modem)
{
	static const struct {
		int bit;
		const char *name;
	} lines[] = {{TIOCM_DTR, "dtr"}, {TIOCM_RTS, "rts"}};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		if (((port->modem ^ modem) & lines[i].bit) != 0)
			g_string_append_printf(port->history, "%c%s ", (modem & lines[i].bit) != 0 ? '+' : '-',
			                       lines[i].name);
	}
	port->modem = modem;
	if (port->changed != NULL)
		port->changed(port->user);
}

static void bed_latency(TtyPort *port, guint value_ms)
{
	g_autofree char *text = g_strdup_printf("%u\n", value_ms);
	umockdev_testbed_set_attribute(port->bed->testbed, port->interface_path, "latency_timer", text);
}

static int bed_set_serial(TtyPort *port, int flags)
{
	if (port->adapter.no_flags)
		return EPERM;
	port->flags = flags;
	if ((flags & (int)ASYNC_LOW_LATENCY) != 0 && port->adapter.latency_ms > 0)
		bed_latency(port, 1); /* as ftdi_sio does */
	return 0;
}

/* `data`: what the argument points to, of `size` bytes. 0, an errno, or BED_PASS. */
static int bed_ioctl(TtyPort *port, gulong request, guint8 *data)
{
	int bits = 0;
	struct serial_struct serial = {0};
	if (port->master < 0)
		return EIO;
	memcpy(&bits, data, sizeof bits);
	switch (request) {
	case TIOCMGET:
		bits = port->modem;
		memcpy(data, &bits, sizeof bits);
		return 0;
	case TIOCMSET:
		bed_log(port, bits & BED_TTY_LINE);
		return 0;
	case TIOCMBIS:
		bed_log(port, port->modem | (bits & BED_TTY_LINE));
		return 0;
	case TIOCMBIC:
		bed_log(port, port->modem & ~bits);
		return 0;
	case TIOCGSERIAL:
		serial.flags = port->flags;
		memcpy(data, &serial, sizeof serial);
		return 0;
	case TIOCSSERIAL:
		memcpy(&serial, data, sizeof serial);
		return bed_set_serial(port, serial.flags);
	case TIOCGICOUNT:
		memcpy(data, &port->counters, sizeof port->counters);
		return port->adapter.counts ? 0 : ENOTTY;
	default:
		return BED_PASS;
	}
}

static gsize bed_size(gulong request)
{
	if (request == TIOCGSERIAL || request == TIOCSSERIAL)
		return sizeof(struct serial_struct);
	if (request == TIOCGICOUNT)
		return sizeof(struct serial_icounter_struct);
	return request == TIOCMGET || request == TIOCMSET || request == TIOCMBIS || request == TIOCMBIC
	           ? sizeof(int)
	           : 0;
}

static gboolean bed_handle(UMockdevIoctlBase *handler, UMockdevIoctlClient *client, gpointer user)
{
	(void)handler;
	TtyPort *port = user;
	gulong request = umockdev_ioctl_client_get_request(client);
	gsize size = bed_size(request);
	guint8 data[256] = {0};
	int result = port->master < 0 ? EIO : BED_PASS;
	if (size > 0) {
		/* The argument stays the client's; what it points to is ours to give back. */
		UMockdevIoctlData *bytes =
		    umockdev_ioctl_data_resolve(umockdev_ioctl_client_get_arg(client), 0, size, NULL);
		if (bytes == NULL)
			return FALSE;
		memcpy(data, bytes->data, size);
		g_mutex_lock(&port->lock);
		result = bed_ioctl(port, request, data);
		g_mutex_unlock(&port->lock);
		umockdev_ioctl_data_update(bytes, 0, data, (int)size);
		g_object_unref(bytes);
	}
	if (result == BED_PASS)
		umockdev_ioctl_client_complete(client, BED_PASS, 0);
	else
		umockdev_ioctl_client_complete(client, result == 0 ? 0 : -1, result);
	return TRUE;
}

/* Adds the device at `path` (/sys/…) unless it is there already, of an adapter's other port. */
static void bed_add(TtyBed *bed, const char *path, const char *lines)
{
	g_autofree char *root = umockdev_testbed_get_root_dir(bed->testbed);
	g_autofree char *folder = g_strconcat(root, path, NULL);
	if (g_file_test(folder, G_FILE_TEST_IS_DIR))
		return;
	g_autofree char *text = g_strdup_printf("P: %s\n%s\n", path + strlen("/sys"), lines);
	GError *error = NULL;
	umockdev_testbed_add_from_string(bed->testbed, text, &error);
	g_assert_no_error(error);
}

static void bed_add_usb(TtyBed *bed, const TtyPort *port)
{
	const TtyAdapter *adapter = &port->adapter;
	g_autofree char *serial = adapter->serial == NULL
	                              ? g_strdup("")
	                              : g_strdup_printf("A: serial=%s\\n\n", adapter->serial);
	g_autofree char *device =
	    g_strdup_printf("E: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nA: idVendor=0403\\n\n"
	                    "A: idProduct=6010\\n\nA: busnum=1\\n\nA: devnum=2\\n\n%s",
	                    serial);
	bed_add(bed, port->usb_path, device);
	g_autofree char *path = g_path_get_dirname(port->interface_path);
	g_autofree char *lines =
	    g_strdup_printf("E: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\nA: bInterfaceNumber=%02x\\n\n",
	                    adapter->interface);
	bed_add(bed, path, lines);
}

static void bed_add_tty(TtyBed *bed, const TtyPort *port)
{
	const TtyAdapter *adapter = &port->adapter;
	g_autofree char *latency =
	    adapter->latency_ms == 0 ? g_strdup("")
	                             : g_strdup_printf("A: latency_timer=%u\\n\n", adapter->latency_ms);
	g_autofree char *device = g_strdup_printf("E: SUBSYSTEM=usb-serial\nA: port_number=%u\\n\n%s",
	                                          adapter->number, latency);
	bed_add(bed, port->interface_path, device);
	g_autofree char *lines =
	    g_strdup_printf("N: %s\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/%s\n"
	                    "A: dev=188:%u\\n\nL: device=../../../%s\n",
	                    adapter->tty, adapter->tty, bed->ports->len, adapter->tty);
	bed_add(bed, port->tty_path, lines);
}

/* The library's map of pseudo terminals keeps one that is gone; its number comes again. */
static void bed_forget_node(const TtyPort *port)
{
	g_autofree char *root = umockdev_testbed_get_root_dir(port->bed->testbed);
	g_autofree char *node = tty_port_node(port);
	g_autofree char *name = g_strdelimit(g_strdup(node), "/", '_');
	g_autofree char *path = g_build_filename(root, "dev", ".ptymap", name, NULL);
	g_unlink(path);
}

TtyPort *tty_bed_plug(TtyBed *bed, const TtyAdapter *adapter)
{
	TtyPort *port = g_new0(TtyPort, 1);
	port->adapter = *adapter;
	port->bed = bed;
	port->history = g_string_new(NULL);
	g_mutex_init(&port->lock);
	port->usb_path = g_strdup_printf("/sys%s/usb1/1-%s", BED_PCI, adapter->place);
	port->interface_path = g_strdup_printf("%s/1-%s:1.%u/%s", port->usb_path, adapter->place,
	                                       adapter->interface, adapter->tty);
	port->tty_path = g_strdup_printf("%s/tty/%s", port->interface_path, adapter->tty);
	port->modem = BED_TTY_LINE; /* as a driver raises both when the port is opened */
	port->handler = umockdev_ioctl_base_new();
	g_signal_connect(port->handler, "handle-ioctl", G_CALLBACK(bed_handle), port);
	g_autofree char *node = g_strdup_printf("/dev/%s", adapter->tty);
	GError *error = NULL;
	umockdev_testbed_attach_ioctl(bed->testbed, node, port->handler, &error);
	g_assert_no_error(error);
	bed_add_usb(bed, port);
	bed_add_tty(bed, port);
	port->master = umockdev_testbed_get_dev_fd(bed->testbed, node);
	g_assert_cmpint(port->master, >=, 0);
	fcntl(port->master, F_SETFD, FD_CLOEXEC);
	g_ptr_array_add(bed->ports, port);
	return port;
}

void tty_bed_unplug(TtyPort *port)
{
	if (port->master < 0)
		return;
	bed_forget_node(port);
	g_mutex_lock(&port->lock);
	int master = port->master;
	port->master = -1;
	g_mutex_unlock(&port->lock);
	umockdev_testbed_remove_device(port->bed->testbed, port->tty_path);
	close(master);
}

char *tty_port_node(const TtyPort *port)
{
	char name[64];
	g_assert_cmpint(ptsname_r(port->master, name, sizeof name), ==, 0);
	return g_strdup(name);
}

void tty_bed_drop_rights(TtyBed *bed)
{
	g_autofree char *root = umockdev_testbed_get_root_dir(bed->testbed);
	g_assert_cmpint(chmod(root, 0755), ==, 0);
	g_assert_cmpint(chmod(bed->locks, 0777), ==, 0);
	for (guint i = 0; i < bed->ports->len; i++) {
		const TtyPort *port = bed->ports->pdata[i];
		g_autofree char *socket = g_build_filename(root, "ioctl", "dev", port->adapter.tty, NULL);
		g_assert_cmpint(chmod(socket, 0666), ==, 0);
	}
	if (geteuid() == 0)
		g_assert_cmpint(seteuid(BED_NOBODY), ==, 0);
}
