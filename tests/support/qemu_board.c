/* SPDX-License-Identifier: Apache-2.0 */
#include "qemu_board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define QEMU_PINS         32u
#define QEMU_ANSWER_MS    20000
#define QEMU_KEEP_US      10000 /* the CMSDK UART's model takes a byte only when QEMU wakes up */
#define QEMU_CHILD_SERIAL 3
#define QEMU_CHILD_QTEST  4

struct QemuBoard {
	GPid pid;
	int serial, qtest;
	RigLink *link;
	GThread *keeper;
	GMutex lock; /* of all below: one request at a time */
	GCond wake;
	gboolean ending, gone;
	GString *received; /* from qtest, not yet a whole line */
	guint raised[QEMU_PINS], lowered[QEMU_PINS];
};

static gboolean qemu_link_open(RigLink *link, gint64 deadline_us, GError **error)
{
	(void)link;
	(void)deadline_us;
	(void)error;
	return TRUE;
}

static void qemu_link_close(RigLink *link)
{
	(void)link;
}

static gssize qemu_link_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us,
                             GError **error)
{
	const QemuBoard *board = link->options;
	return rig_fd_read(board->serial, link->stop_fd, link->clock, data, size, deadline_us, error);
}

static gboolean qemu_link_write(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                                GError **error)
{
	const QemuBoard *board = link->options;
	return rig_fd_write(board->serial, link->stop_fd, link->clock, data, size, deadline_us, error);
}

static const RigLinkDriver qemu_link_driver = {
    .name = "qemu",
    .open = qemu_link_open,
    .close = qemu_link_close,
    .read = qemu_link_read,
    .write = qemu_link_write,
};

static void qemu_note_edge(QemuBoard *board, const char *line)
{
	char what[8];
	guint pin;

	if (sscanf(line, "IRQ %7s %u", what, &pin) != 2 || pin >= QEMU_PINS)
		return;
	if (strcmp(what, "raise") == 0)
		board->raised[pin]++;
	else
		board->lowered[pin]++;
}

/* The next line from qtest; NULL: QEMU is gone or says nothing. Caller frees. */
static char *qemu_line(QemuBoard *board)
{
	char *feed;

	while ((feed = strchr(board->received->str, '\n')) == NULL) {
		struct pollfd polled = {.fd = board->qtest, .events = POLLIN};
		char data[4096];
		if (poll(&polled, 1, QEMU_ANSWER_MS) != 1)
			return NULL;
		ssize_t got = recv(board->qtest, data, sizeof data, 0);
		if (got <= 0)
			return NULL;
		g_string_append_len(board->received, data, got);
	}
	gssize size = feed - board->received->str;
	char *line = g_strndup(board->received->str, (gsize)size);
	g_string_erase(board->received, 0, size + 1);
	return line;
}

/* Under the lock. Edges of pins may come before the answer. */
static char *qemu_exchange(QemuBoard *board, const char *request)
{
	g_autofree char *line = g_strdup_printf("%s\n", request);
	gsize size = strlen(line);

	board->gone = board->gone || send(board->qtest, line, size, MSG_NOSIGNAL) != (gssize)size;
	while (!board->gone) {
		char *answer = qemu_line(board);
		if (answer != NULL && !g_str_has_prefix(answer, "IRQ "))
			return answer;
		if (answer != NULL)
			qemu_note_edge(board, answer);
		else
			board->gone = TRUE;
		g_free(answer);
	}
	return NULL;
}

static gpointer qemu_keep_awake(gpointer user)
{
	QemuBoard *board = user;

	g_mutex_lock(&board->lock);
	while (!board->ending && !board->gone) {
		gint64 until_us = g_get_monotonic_time() + QEMU_KEEP_US;
		while (!board->ending && g_cond_wait_until(&board->wake, &board->lock, until_us))
			;
		if (!board->ending)
			g_free(qemu_exchange(board, "endianness"));
	}
	g_mutex_unlock(&board->lock);
	return NULL;
}

static void qemu_child_setup(gpointer user)
{
	(void)user;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void qemu_spawn(QemuBoard *board, const char *machine, guint shift, const char *image,
                       const int fds[2])
{
	g_autofree char *icount = g_strdup_printf("shift=%u,sleep=on", shift);
	const char *argv[] = {
	    "qemu-system-arm",
	    "-M",
	    machine,
	    "-nodefaults",
	    "-display",
	    "none",
	    "-accel",
	    "tcg",
	    "-icount",
	    icount,
	    "-chardev",
	    "socket,id=serial,fd=3",
	    "-serial",
	    "chardev:serial",
	    "-chardev",
	    "socket,id=qtest,fd=4",
	    "-qtest",
	    "chardev:qtest",
	    "-qtest-log",
	    "none",
	    "-kernel",
	    image,
	    NULL,
	};
	const int targets[2] = {QEMU_CHILD_SERIAL, QEMU_CHILD_QTEST};
	g_autoptr(GError) error = NULL;

	if (!g_spawn_async_with_pipes_and_fds(
	        NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, qemu_child_setup,
	        NULL, -1, -1, -1, fds, targets, 2, &board->pid, NULL, NULL, NULL, &error))
		g_error("%s; is the package qemu-system-arm installed?", error->message);
}

QemuBoard *qemu_board_start(const char *machine, guint shift, const char *image)
{
	QemuBoard *board = g_new0(QemuBoard, 1);
	int serial[2], qtest[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, serial) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qtest) != 0 ||
	    fcntl(serial[0], F_SETFL, O_NONBLOCK) != 0)
		g_error("socketpair: %s", g_strerror(errno));
	qemu_spawn(board, machine, shift, image, (const int[]){serial[1], qtest[1]});
	close(serial[1]);
	close(qtest[1]);
	board->serial = serial[0];
	board->qtest = qtest[0];
	board->received = g_string_new(NULL);
	g_mutex_init(&board->lock);
	g_cond_init(&board->wake);
	board->link = rig_link_new(&qemu_link_driver, board, machine, "console", &rig_clock_monotonic);
	if (!rig_link_open(board->link, RIG_FOREVER, NULL))
		g_error("the link to %s does not open", machine);
	board->keeper = g_thread_new("keeper", qemu_keep_awake, board);
	return board;
}

void qemu_board_free(QemuBoard *board)
{
	if (board == NULL)
		return;
	g_mutex_lock(&board->lock);
	board->ending = TRUE;
	g_cond_signal(&board->wake);
	g_mutex_unlock(&board->lock);
	kill(board->pid, SIGKILL);
	g_thread_join(board->keeper);
	waitpid(board->pid, NULL, 0);
	g_spawn_close_pid(board->pid);
	rig_link_free(board->link);
	close(board->serial);
	close(board->qtest);
	g_string_free(board->received, TRUE);
	g_mutex_clear(&board->lock);
	g_cond_clear(&board->wake);
	g_free(board);
}

RigLink *qemu_board_link(QemuBoard *board)
{
	return board->link;
}

char *qemu_board_ask(QemuBoard *board, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *request = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_mutex_lock(&board->lock);
	char *answer = qemu_exchange(board, request);
	g_mutex_unlock(&board->lock);
	return answer;
}

guint32 qemu_board_word(QemuBoard *board, guint32 address)
{
	g_autofree char *answer = qemu_board_ask(board, "readl 0x%x", address);

	if (answer == NULL || !g_str_has_prefix(answer, "OK 0x"))
		g_error("QEMU answers `%s` when memory is read", answer != NULL ? answer : "nothing");
	return (guint32)g_ascii_strtoull(answer + strlen("OK "), NULL, 16);
}

void qemu_board_edges(QemuBoard *board, guint pin, guint *raised, guint *lowered)
{
	g_mutex_lock(&board->lock);
	*raised = board->raised[pin];
	*lowered = board->lowered[pin];
	g_mutex_unlock(&board->lock);
}
