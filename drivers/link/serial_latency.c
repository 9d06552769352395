/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a port may keep bytes before it hands them on. An FTDI chip waits 16 ms by default
 * for a full packet (AN232B-04): most of a short exchange. ASYNC_LOW_LATENCY has its driver set
 * 1 ms, and any user of the port may set it; other values need the file in sysfs, root's.
 */
#include "serial_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <linux/tty_flags.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LATENCY_LEAST_MS 1

/* 0, or the errno of setting the flag; 0 too for a tty that has no flags. */
static int latency_set_flag(int fd, gboolean low)
{
	struct serial_struct told = {0};
	if (ioctl(fd, TIOCGSERIAL, &told) != 0)
		return 0;
	int flags = low ? told.flags | (int)ASYNC_LOW_LATENCY : told.flags & ~(int)ASYNC_LOW_LATENCY;
	if (flags == told.flags)
		return 0;
	told.flags = flags;
	if (ioctl(fd, TIOCSSERIAL, &told) == 0)
		return 0;
	return errno == EPERM || errno == EACCES ? errno : 0;
}

/* -1: the port has no such timer. */
static int latency_read_ms(const char *path)
{
	g_autofree char *text = NULL;
	guint64 value_ms = 0;
	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    !g_ascii_string_to_unsigned(g_strstrip(text), 10, 0, 255, &value_ms, NULL))
		return -1;
	return (int)value_ms;
}

/* 0 or an errno. */
static int latency_write_ms(const char *path, int value_ms)
{
	char text[8];
	int length = g_snprintf(text, sizeof text, "%d", value_ms);
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	if (fd < 0)
		return errno;
	int number = write(fd, text, (gsize)length) == length ? 0 : errno;
	close(fd);
	return number;
}

char *serial_latency_set(int fd, const char *tty, gint64 latency_us)
{
	int wanted_ms = (int)((latency_us + 999) / 1000);
	int number = latency_set_flag(fd, wanted_ms <= LATENCY_LEAST_MS);
	g_autofree char *path =
	    g_build_filename("/sys/class/tty", tty, "device", "latency_timer", NULL);
	int value_ms = latency_read_ms(path);
	if (value_ms < 0 && number == 0)
		return NULL;
	if (value_ms < 0)
		return g_strdup_printf("serial: %s cannot be set to low latency: %s", tty,
		                       g_strerror(number));
	if (value_ms != wanted_ms) {
		number = latency_write_ms(path, wanted_ms);
		value_ms = latency_read_ms(path);
	}
	if (value_ms <= wanted_ms)
		return NULL;
	return g_strdup_printf(
	    "serial: the latency timer of %s is %d ms, not %d ms (%s): each answer may come that much "
	    "later. Remedy, a udev rule: ACTION==\"add|bind\", SUBSYSTEM==\"usb-serial\", "
	    "DRIVER==\"ftdi_sio\", ATTR{latency_timer}=\"%d\"",
	    tty, value_ms, wanted_ms, number != 0 ? g_strerror(number) : "the driver did not take it",
	    wanted_ms);
}
