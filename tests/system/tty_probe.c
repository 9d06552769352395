/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program sees of a virtual board's serial port, as text: run on the virtual bench's own tty
 * and on Linux's ftdi_sio, the texts are to be the same (tests/system/vm/check.sh).
 * usage: tty_probe BOARD SERIAL_NUMBER   inside the bench; the board runs the digit firmware
 */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/serial.h>
#include <linux/tty_flags.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PROBE_ANSWER_MS    3000
#define PROBE_GONE_MS      100 /* how soon an unplugged port is to be seen */
#define PROBE_PRESENT_MS   5000
#define PROBE_INTERFACE    "01"
#define PROBE_ANSWER_BYTES 4096

typedef struct {
	const char *board, *serial;
	char *tty; /* ttyUSB1 */
	int fd;
} Probe;

static const char *probe_errno(int result)
{
	return result < 0 ? strerrorname_np(errno) : "done";
}

/* A file of sysfs below the tty's device, without its line end. NULL: there is none. */
static char *probe_attribute(const char *tty, const char *name)
{
	g_autofree char *path = g_build_filename("/sys/class/tty", tty, "device", name, NULL);
	char *text = NULL;
	return g_file_get_contents(path, &text, NULL, NULL) ? g_strchomp(text) : NULL;
}

static gboolean probe_find(Probe *probe)
{
	g_autoptr(GDir) folder = g_dir_open("/sys/class/tty", 0, NULL);
	const char *name;
	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		g_autofree char *serial = probe_attribute(name, "../../serial");
		g_autofree char *interface = probe_attribute(name, "../bInterfaceNumber");
		if (g_strcmp0(serial, probe->serial) != 0 || g_strcmp0(interface, PROBE_INTERFACE) != 0)
			continue;
		g_free(probe->tty);
		probe->tty = g_strdup(name);
		return TRUE;
	}
	return FALSE;
}

static void probe_open(Probe *probe)
{
	g_autofree char *path = g_strconcat("/dev/", probe->tty, NULL);
	probe->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (probe->fd >= 0)
		return;
	g_printerr("tty_probe: %s: %s\n", path, g_strerror(errno));
	exit(1);
}

/* Waits until a port with the serial number is there, or is not. */
static gboolean probe_wait(Probe *probe, gboolean present)
{
	gint64 end_us = g_get_monotonic_time() + PROBE_PRESENT_MS * 1000;
	while (probe_find(probe) != present) {
		if (g_get_monotonic_time() > end_us)
			return FALSE;
		(void)poll(NULL, 0, 10);
	}
	return TRUE;
}

static gboolean probe_ctl(const Probe *probe, const char *verb, const char *first, const char *next)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	g_strv_builder_add_many(words, "virtual-bench", "ctl", verb, probe->board, first, next, NULL);
	g_auto(GStrv) command = g_strv_builder_end(words);
	int status = 0;
	return g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
	                    NULL, NULL, NULL, &status, NULL) &&
	       status == 0;
}

/* 8N1, raw, as tinyrig and most others have it. */
static int probe_set(const Probe *probe, guint baud)
{
	struct termios2 raw;
	memset(&raw, 0, sizeof raw);
	raw.c_cflag = CS8 | CREAD | CLOCAL | HUPCL | BOTHER;
	raw.c_ispeed = raw.c_ospeed = baud;
	return ioctl(probe->fd, TCSETS2, &raw);
}

static void probe_print_bytes(const char *what, const GByteArray *bytes)
{
	g_print("%s:", what);
	for (guint i = 0; i < bytes->len; i++) {
		guint8 c = bytes->data[i];
		if (c == '\n')
			g_print("\n  ");
		else if (c >= ' ' && c <= '~')
			g_print("%c", c);
		else if (c != '\r')
			g_print("\\x%02x", c);
	}
	g_print("\n");
}

/* Until a line with m-ready, or for `patience_ms` without a byte. Caller frees. */
static GByteArray *probe_listen(const Probe *probe, int patience_ms)
{
	GByteArray *bytes = g_byte_array_new();
	struct pollfd wait = {.fd = probe->fd, .events = POLLIN};
	guint8 some[256];
	while (bytes->len < PROBE_ANSWER_BYTES && poll(&wait, 1, patience_ms) > 0) {
		ssize_t got = read(probe->fd, some, sizeof some);
		if (got <= 0)
			break;
		g_byte_array_append(bytes, some, (guint)got);
		if (bytes->len >= 9 && memcmp(bytes->data + bytes->len - 9, "m-ready\r\n", 9) == 0)
			break;
	}
	return bytes;
}

static void probe_ask(const Probe *probe, const char *what)
{
	static const char command[] = "name%";
	if (write(probe->fd, command, strlen(command)) < 0)
		g_print("%s: cannot write: %s\n", what, strerrorname_np(errno));
	g_autoptr(GByteArray) answer = probe_listen(probe, PROBE_ANSWER_MS);
	probe_print_bytes(what, answer);
}

static void probe_identity(const Probe *probe)
{
	static const char *const names[] = {
	    "../../idVendor",      "../../idProduct",  "../../bcdDevice", "../../manufacturer",
	    "../../product",       "../../serial",     "../../speed",     "../../bNumInterfaces",
	    "../bInterfaceNumber", "../bNumEndpoints", "../interface",    "../bInterfaceClass",
	    "latency_timer",       "port_number",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = probe_attribute(probe->tty, names[i]);
		g_print("sysfs %s: %s\n", names[i], text == NULL ? "none" : g_strstrip(text));
	}
}

static void probe_lines(const Probe *probe, const char *what)
{
	int lines = 0;
	int result = ioctl(probe->fd, TIOCMGET, &lines);
	g_print("lines %s: %s%s%s%s%s%s%s\n", what, probe_errno(result),
	        (lines & TIOCM_DTR) != 0 ? " DTR" : "", (lines & TIOCM_RTS) != 0 ? " RTS" : "",
	        (lines & TIOCM_CTS) != 0 ? " CTS" : "", (lines & TIOCM_DSR) != 0 ? " DSR" : "",
	        (lines & TIOCM_CAR) != 0 ? " DCD" : "", (lines & TIOCM_RI) != 0 ? " RI" : "");
}

/* Without the code for the rate, for which a pty keeps BOTHER where a driver says which it is. */
static void probe_termios(const Probe *probe, const char *what)
{
	struct termios2 is;
	memset(&is, 0, sizeof is);
	int result = ioctl(probe->fd, TCGETS2, &is);
	g_print("termios %s: %s in %u out %u i %#o o %#o c %#o l %#o\n", what, probe_errno(result),
	        is.c_ispeed, is.c_ospeed, is.c_iflag, is.c_oflag, is.c_cflag & ~(tcflag_t)CBAUD,
	        is.c_lflag);
}

static void probe_modem(const Probe *probe)
{
	static const struct {
		const char *what;
		gulong request;
		int lines;
	} steps[] = {
	    {"without DTR", TIOCMBIC, TIOCM_DTR},   {"with DTR", TIOCMBIS, TIOCM_DTR},
	    {"set RTS alone", TIOCMSET, TIOCM_RTS}, {"none", TIOCMSET, 0},
	    {"DTR alone", TIOCMSET, TIOCM_DTR},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		int lines = steps[i].lines;
		g_print("%s: %s\n", steps[i].what, probe_errno(ioctl(probe->fd, steps[i].request, &lines)));
		probe_lines(probe, steps[i].what);
	}
}

/* RTS is wired to the board's reset: letting go of it makes the board say hello. */
static void probe_reset(const Probe *probe)
{
	int rts = TIOCM_RTS;
	g_print("reset: %s\n", probe_errno(ioctl(probe->fd, TIOCMBIS, &rts)));
	/* What the chip still holds comes within its latency. */
	g_byte_array_unref(probe_listen(probe, 50));
	(void)ioctl(probe->fd, TCFLSH, TCIOFLUSH);
	g_print("go: %s\n", probe_errno(ioctl(probe->fd, TIOCMBIC, &rts)));
	g_autoptr(GByteArray) hello = probe_listen(probe, PROBE_ANSWER_MS);
	probe_print_bytes("hello", hello);
}

static struct serial_icounter_struct probe_counts(const Probe *probe)
{
	struct serial_icounter_struct counts;
	memset(&counts, 0, sizeof counts);
	if (ioctl(probe->fd, TIOCGICOUNT, &counts) != 0)
		g_print("TIOCGICOUNT: %s\n", strerrorname_np(errno));
	return counts;
}

static void probe_bauds(const Probe *probe)
{
	static const guint bauds[] = {300,    1200,   9600,    57600,   123456,   230400,   250000,
	                              460800, 921600, 1000000, 3000000, 12000000, 13000000, 115200};
	for (gsize i = 0; i < G_N_ELEMENTS(bauds); i++) {
		g_autofree char *what = g_strdup_printf("at %u", bauds[i]);
		g_print("baud %u: %s\n", bauds[i], probe_errno(probe_set(probe, bauds[i])));
		probe_termios(probe, what);
	}
	probe_ask(probe, "answer at 115200");
}

/* The board talks at 115200 whatever we do; how much we misread depends on packets' borders. */
static void probe_mismatch(const Probe *probe, guint baud)
{
	int rts = TIOCM_RTS;
	struct serial_icounter_struct before = probe_counts(probe);
	(void)probe_set(probe, baud);
	(void)ioctl(probe->fd, TIOCMBIS, &rts);
	(void)ioctl(probe->fd, TIOCMBIC, &rts);
	g_autoptr(GByteArray) hello = probe_listen(probe, 500);
	struct serial_icounter_struct after = probe_counts(probe);
	g_print("reads 115200 at %u: %s, frame errors %s, parity errors %d\n", baud,
	        hello->len == 0 ? "nothing" : "something",
	        after.frame + after.brk > before.frame + before.brk ? "counted" : "none",
	        after.parity - before.parity);
	(void)probe_set(probe, 115200);
}

static void probe_fault(const Probe *probe, const char *fault, const char *at)
{
	struct serial_icounter_struct before = probe_counts(probe);
	if (!probe_ctl(probe, "fault", fault, at))
		g_print("the fault was not set\n");
	g_autofree char *what = g_strconcat("answer with ", fault, NULL);
	probe_ask(probe, what);
	struct serial_icounter_struct after = probe_counts(probe);
	g_print("counts after %s: rx %d tx %d frame %d overrun %d parity %d brk %d buf %d\n", fault,
	        after.rx - before.rx, after.tx - before.tx, after.frame - before.frame,
	        after.overrun - before.overrun, after.parity - before.parity, after.brk - before.brk,
	        after.buf_overrun - before.buf_overrun);
	(void)probe_ctl(probe, "fault", "none", NULL);
}

static void probe_break(const Probe *probe)
{
	g_print("break on: %s\n", probe_errno(ioctl(probe->fd, TIOCSBRK, NULL)));
	g_print("break off: %s\n", probe_errno(ioctl(probe->fd, TIOCCBRK, NULL)));
	g_print("break: %s\n", probe_errno(ioctl(probe->fd, TCSBRK, 0)));
	g_print("drain: %s\n", probe_errno(ioctl(probe->fd, TCSBRK, 1)));
	/* What the board made of the breaks ends with this command. */
	(void)!write(probe->fd, "%", 1);
	g_byte_array_unref(probe_listen(probe, 300));
	probe_ask(probe, "answer after breaks");
}

static void probe_latency(const Probe *probe)
{
	static const char *const values[] = {"1", "255", "0", "256", "junk", "16"};
	g_autofree char *path =
	    g_build_filename("/sys/class/tty", probe->tty, "device/latency_timer", NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
		int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		ssize_t put = fd < 0 ? -1 : write(fd, values[i], strlen(values[i]));
		int reason = errno;
		if (fd >= 0)
			close(fd);
		(void)poll(NULL, 0, 20);
		g_autofree char *now = probe_attribute(probe->tty, "latency_timer");
		g_print("latency_timer = %s: %s, then reads %s\n", values[i],
		        put < 0 ? strerrorname_np(reason) : "done", now);
	}
}

static void probe_low_latency(const Probe *probe)
{
	for (int on = 1; on >= 0; on--) {
		struct serial_struct serial;
		memset(&serial, 0, sizeof serial);
		g_print("TIOCGSERIAL: %s\n", probe_errno(ioctl(probe->fd, TIOCGSERIAL, &serial)));
		guint others = (guint)serial.flags & ~ASYNC_LOW_LATENCY;
		serial.flags = (int)(others | (on != 0 ? ASYNC_LOW_LATENCY : 0U));
		g_print("low latency %d: %s\n", on, probe_errno(ioctl(probe->fd, TIOCSSERIAL, &serial)));
		(void)ioctl(probe->fd, TIOCGSERIAL, &serial);
		g_autofree char *now = probe_attribute(probe->tty, "latency_timer");
		g_print("flags %#x, latency_timer %s\n", (guint)serial.flags & ASYNC_LOW_LATENCY, now);
	}
}

/* A second opener raises the lines again, so it resets the board; closing it changes nothing. */
static void probe_second(const Probe *probe)
{
	Probe second = *probe;
	probe_open(&second);
	probe_lines(&second, "of a second opener");
	close(second.fd);
	probe_lines(probe, "after it closed");
	probe_reset(probe);
}

static void probe_unplug(Probe *probe)
{
	struct pollfd wait = {.fd = probe->fd, .events = POLLIN};
	guint8 byte = 'x';
	int lines = 0;
	struct termios2 is;
	g_print("unplug: %s\n", probe_ctl(probe, "unplug", NULL, NULL) ? "done" : "failed");
	int seen = poll(&wait, 1, PROBE_GONE_MS);
	g_print("poll: %s%s%s%s\n", seen == 0 ? "nothing" : "something",
	        (wait.revents & POLLIN) != 0 ? " IN" : "", (wait.revents & POLLHUP) != 0 ? " HUP" : "",
	        (wait.revents & POLLERR) != 0 ? " ERR" : "");
	g_print("read: %s\n", probe_errno((int)read(probe->fd, &byte, 1)));
	g_print("write: %s\n", probe_errno((int)write(probe->fd, &byte, 1)));
	g_print("TIOCMGET: %s\n", probe_errno(ioctl(probe->fd, TIOCMGET, &lines)));
	g_print("TCGETS2: %s\n", probe_errno(ioctl(probe->fd, TCGETS2, &is)));
	g_print("sysfs: %s\n", probe_wait(probe, FALSE) ? "gone" : "still there");
	close(probe->fd);
	g_print("replug: %s\n", probe_ctl(probe, "replug", NULL, NULL) ? "done" : "failed");
	g_print("sysfs: %s\n", probe_wait(probe, TRUE) ? "there again" : "still gone");
}

int main(int argc, char **argv)
{
	Probe probe = {.fd = -1};
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 3) {
		g_printerr("usage: tty_probe BOARD SERIAL_NUMBER\n");
		return 4;
	}
	probe.board = argv[1];
	probe.serial = argv[2];
	if (!probe_wait(&probe, TRUE)) {
		g_printerr("tty_probe: there is no port with the serial number %s\n", argv[2]);
		return 1;
	}
	probe_identity(&probe);
	probe_open(&probe);
	probe_lines(&probe, "after open");
	probe_termios(&probe, "after open");
	(void)probe_set(&probe, 115200);
	probe_modem(&probe);
	probe_reset(&probe);
	probe_second(&probe);
	probe_bauds(&probe);
	probe_break(&probe);
	probe_fault(&probe, "do=framing", "at=3");
	probe_fault(&probe, "do=overrun", "at=3");
	probe_fault(&probe, "do=break", "at=3");
	probe_fault(&probe, "do=break", "at=31"); /* the last */
	probe_fault(&probe, "do=drop", "at=3");
	probe_mismatch(&probe, 921600);
	probe_mismatch(&probe, 9600);
	probe_reset(&probe);
	probe_latency(&probe);
	probe_low_latency(&probe);
	probe_ask(&probe, "answer before unplug");
	probe_unplug(&probe);
	probe_open(&probe);
	(void)probe_set(&probe, 115200);
	probe_reset(&probe);
	probe_ask(&probe, "answer after replug");
	close(probe.fd);
	g_free(probe.tty);
	return 0;
}
