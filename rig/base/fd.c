/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing a non-blocking descriptor against a deadline and a stop signal. */
#include <rig/link.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define FD_NO_TIME ((struct timespec){0, 0})

static struct timespec fd_span(const RigClock *clock, gint64 deadline_us)
{
	gint64 left_us = deadline_us - rig_clock_now(clock);
	if (left_us <= 0)
		return FD_NO_TIME;
	return (struct timespec){.tv_sec = left_us / G_USEC_PER_SEC,
	                         .tv_nsec = left_us % G_USEC_PER_SEC * 1000};
}

static gboolean fd_failed(GError **error, const char *what, int number)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s", what, g_strerror(number));
	return FALSE;
}

/* Waits for `events`. 1: they are there, 0: deadline, -1: error or stop. */
static int fd_wait(int fd, short events, int stop_fd, const RigClock *clock, gint64 deadline_us,
                   GError **error)
{
	for (;;) {
		struct pollfd polled[2] = {{.fd = fd, .events = events}, {.fd = stop_fd, .events = POLLIN}};
		struct timespec span = fd_span(clock, deadline_us);
		int ready =
		    ppoll(polled, stop_fd >= 0 ? 2 : 1, deadline_us == RIG_FOREVER ? NULL : &span, NULL);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0) {
			fd_failed(error, "poll", errno);
			return -1;
		}
		if (stop_fd >= 0 && polled[1].revents != 0) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
			return -1;
		}
		return ready > 0 ? 1 : 0;
	}
}

gboolean rig_wait_until(const RigClock *clock, int stop_fd, gint64 until_us, GError **error)
{
	return fd_wait(-1, 0, stop_fd, clock, until_us, error) == 0;
}

gssize rig_fd_read(int fd, int stop_fd, const RigClock *clock, guint8 *data, gsize size,
                   gint64 deadline_us, GError **error)
{
	for (;;) {
		int ready = fd_wait(fd, POLLIN, stop_fd, clock, deadline_us, error);
		if (ready <= 0)
			return ready;
		ssize_t got = read(fd, data, size);
		if (got > 0)
			return got;
		if (got == 0) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "closed by the other side");
			return -1;
		}
		if (errno != EAGAIN && errno != EINTR) {
			fd_failed(error, "read", errno);
			return -1;
		}
	}
}

gboolean rig_fd_write(int fd, int stop_fd, const RigClock *clock, const guint8 *data, gsize size,
                      gint64 deadline_us, GError **error)
{
	while (size > 0) {
		ssize_t put = write(fd, data, size);
		if (put > 0) {
			data += put;
			size -= (gsize)put;
			continue;
		}
		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return fd_failed(error, "write", errno);
		int ready = fd_wait(fd, POLLOUT, stop_fd, clock, deadline_us, error);
		if (ready < 0)
			return FALSE;
		if (ready == 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
			            "write: the other side takes no bytes; %" G_GSIZE_FORMAT
			            " left at the deadline",
			            size);
			return FALSE;
		}
	}
	return TRUE;
}
