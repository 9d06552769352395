/* SPDX-License-Identifier: Apache-2.0 */
/* The line itself: opening, termios, DTR and RTS. */
#include "serial_internal.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#define LINE_GROUP        "dialout" /* Debian's; what the node says wins */
#define LINE_DRAIN_US     200000
#define LINE_DRAIN_LOOK   2 /* ms; the kernel has no event for an empty buffer */
#define LINE_BAUD_PERCENT 3 /* a UART resynchronises at each start bit: 5 % off is garbage */

static const enum sp_parity line_parities[] = {SP_PARITY_NONE, SP_PARITY_EVEN, SP_PARITY_ODD,
                                               SP_PARITY_MARK, SP_PARITY_SPACE};

/* Who may open the node; caller frees. */
static char *line_group(const char *name)
{
	struct stat node;
	const struct group *group =
	    stat(name, &node) == 0 && node.st_gid != 0 ? getgrgid(node.st_gid) : NULL;
	return g_strdup(group != NULL ? group->gr_name : LINE_GROUP);
}

static gboolean line_held(const char *tty, const char *how, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
	            "%s is held by another program (%s); `fuser -v /dev/%s` names it", tty, how, tty);
	return FALSE;
}

static gboolean line_failed_open(const SerialPort *port, int number, GError **error)
{
	if (number == EBUSY)
		return line_held(port->tty, "TIOCEXCL", error);
	if (number == EACCES || number == EPERM) {
		const char *name = sp_get_port_name(port->port);
		g_autofree char *group = line_group(name);
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s: %s; the user must be in the group %s: `sudo adduser %s %s`, then log in "
		            "anew",
		            name, g_strerror(number), group, g_get_user_name(), group);
		return FALSE;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s cannot be opened as a serial port: %s",
	            port->tty, g_strerror(number));
	return FALSE;
}

/* So that programs that know flock, and those that know nothing, stay out. */
static gboolean line_claim(const SerialPort *port, int fd, GError **error)
{
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return line_held(port->tty, "flock", error);
	if (ioctl(fd, TIOCEXCL) == 0)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: TIOCEXCL: %s", port->tty,
	            g_strerror(errno));
	return FALSE;
}

/*
 * libserialport makes it raw, but leaves HUPCL on, by which closing drops DTR and resets many a
 * board, and VMIN 0, by which "no bytes" and "unplugged" read the same.
 */
static gboolean line_tune(const SerialPort *port, int fd, GError **error)
{
	struct termios settings;
	if (tcgetattr(fd, &settings) == 0) {
		settings.c_cflag &= ~(tcflag_t)HUPCL;
		settings.c_cc[VMIN] = 1;
		settings.c_cc[VTIME] = 0;
		if (tcsetattr(fd, TCSANOW, &settings) == 0)
			return TRUE;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: termios: %s", port->tty, g_strerror(errno));
	return FALSE;
}

static gboolean line_configure(const SerialPort *port, struct sp_port_config *config,
                               const RigSerialOptions *options, GError **error)
{
	gboolean by_rts = options->flow == RIG_SERIAL_FLOW_RTS_CTS;
	enum sp_rts rts = options->rts == RIG_SERIAL_ASSERTED ? SP_RTS_ON : SP_RTS_OFF;
	gboolean good =
	    sp_set_config_baudrate(config, (int)options->baud) == SP_OK &&
	    sp_set_config_bits(config, 8) == SP_OK &&
	    sp_set_config_parity(config, line_parities[options->parity]) == SP_OK &&
	    sp_set_config_stopbits(config, (int)options->stop_bits) == SP_OK &&
	    sp_set_config_rts(config, by_rts ? SP_RTS_FLOW_CONTROL : rts) == SP_OK &&
	    sp_set_config_cts(config, by_rts ? SP_CTS_FLOW_CONTROL : SP_CTS_IGNORE) == SP_OK &&
	    sp_set_config_dtr(config, options->dtr == RIG_SERIAL_ASSERTED ? SP_DTR_ON : SP_DTR_OFF) ==
	        SP_OK &&
	    sp_set_config_dsr(config, SP_DSR_IGNORE) == SP_OK &&
	    sp_set_config_xon_xoff(config, options->flow == RIG_SERIAL_FLOW_XON_XOFF
	                                       ? SP_XONXOFF_INOUT
	                                       : SP_XONXOFF_DISABLED) == SP_OK &&
	    sp_set_config(port->port, config) == SP_OK;
	if (!good) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s does not take %d baud with this parity, stop and flow: %s", port->tty,
		            (int)options->baud, g_strerror(sp_last_error_code()));
		return FALSE;
	}
	int baud = 0;
	/* A chip divides a clock: it takes a near rate in silence, or one that is far off. */
	if (sp_get_config(port->port, config) == SP_OK &&
	    sp_get_config_baudrate(config, &baud) == SP_OK && baud > 0 &&
	    ABS(baud - options->baud) * 100 > options->baud * LINE_BAUD_PERCENT) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s cannot do %d baud; the nearest it has is %d", port->tty, (int)options->baud,
		            baud);
		return FALSE;
	}
	return TRUE;
}

gboolean serial_line_open(const SerialPort *port, const RigSerialOptions *options, int *fd,
                          GError **error)
{
	if (sp_open(port->port, SP_MODE_READ_WRITE) != SP_OK)
		return line_failed_open(port, sp_last_error_code(), error);
	struct sp_port_config *config = NULL;
	if (sp_get_port_handle(port->port, fd) != SP_OK || sp_new_config(&config) != SP_OK) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: libserialport gives no handle",
		            port->tty);
		return FALSE;
	}
	gboolean good = line_claim(port, *fd, error) && line_tune(port, *fd, error) &&
	                line_configure(port, config, options, error);
	sp_free_config(config);
	/* What came at another speed, or was left by another program, is nobody's. */
	if (good)
		(void)tcflush(*fd, TCIOFLUSH);
	return good;
}

gboolean serial_line_is_gone(int fd)
{
	struct pollfd polled = {.fd = fd};
	return poll(&polled, 1, 0) > 0;
}

/* The kernel's own wait in close() lasts up to 30 s where flow control holds the bytes back. */
static void line_drain(int fd)
{
	gint64 deadline_us = g_get_monotonic_time() + LINE_DRAIN_US;
	int left = 0;
	while (ioctl(fd, TIOCOUTQ, &left) == 0 && left > 0 && g_get_monotonic_time() < deadline_us) {
		struct pollfd polled = {.fd = fd};
		if (poll(&polled, 1, LINE_DRAIN_LOOK) > 0)
			return;
	}
	if (left > 0)
		(void)tcflush(fd, TCOFLUSH);
}

void serial_line_close(struct sp_port *port, int fd)
{
	if (fd < 0)
		return;
	line_drain(fd);
	(void)ioctl(fd, TIOCNXCL);
	(void)sp_close(port);
}

/* Waits for the end of the pulse; FALSE: told to stop, or unplugged. */
static gboolean line_hold(const RigLink *link, int fd, gint64 until_us, GError **error)
{
	for (;;) {
		struct pollfd polled[2] = {{.fd = link->stop_fd, .events = POLLIN}, {.fd = fd}};
		gint64 left_us = until_us - rig_clock_now(link->clock);
		if (left_us <= 0)
			return TRUE;
		struct timespec span = {.tv_sec = left_us / G_USEC_PER_SEC,
		                        .tv_nsec = left_us % G_USEC_PER_SEC * 1000};
		int ready = ppoll(polled, G_N_ELEMENTS(polled), &span, NULL);
		if (ready < 0 && errno != EINTR) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "poll: %s", g_strerror(errno));
			return FALSE;
		}
		if (ready > 0 && polled[0].revents != 0) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
			return FALSE;
		}
		if (ready > 0) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "hung up");
			return FALSE;
		}
	}
}

static gboolean line_set(int fd, const char *line, int bit, gboolean asserted, GError **error)
{
	if (ioctl(fd, asserted ? TIOCMBIS : TIOCMBIC, &bit) == 0)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "the line %s cannot be set: %s", line,
	            g_strerror(errno));
	return FALSE;
}

gboolean serial_line_pulse(RigLink *link, int fd, const char *line, gint64 pulse_us,
                           gint64 deadline_us, GError **error)
{
	const RigSerialOptions *options = link->options;
	gboolean is_rts = g_strcmp0(line, "rts") == 0;
	if (!is_rts && g_strcmp0(line, "dtr") != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "a serial link resets by its line rts or dtr, not by %s: set `line` in `reset`",
		            line != NULL ? line : "none");
		return FALSE;
	}
	if (is_rts && options->flow == RIG_SERIAL_FLOW_RTS_CTS) {
		g_set_error_literal(
		    error, RIG_ERROR, RIG_ERROR_BENCH,
		    "rts belongs to the flow control here: reset by dtr, or set flow: none");
		return FALSE;
	}
	int bit = is_rts ? TIOCM_RTS : TIOCM_DTR;
	gboolean idle = (is_rts ? options->rts : options->dtr) == RIG_SERIAL_ASSERTED;
	gint64 until_us = rig_clock_after(link->clock, pulse_us);
	if (until_us > deadline_us) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "a pulse of %" G_GINT64_FORMAT " ms does not end before the deadline",
		            pulse_us / 1000);
		return FALSE;
	}
	if (!line_set(fd, line, bit, !idle, error))
		return FALSE;
	gboolean held = line_hold(link, fd, until_us, error);
	(void)tcflush(fd, TCIFLUSH); /* the last words of the firmware that is gone */
	return line_set(fd, line, bit, idle, held ? error : NULL) && held;
}
