/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/console_session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/console_terminal.h"

#define CONSOLE_QUIT_KEY   0x1d /* Ctrl-] */
#define CONSOLE_NO_KEY     (-1)
#define CONSOLE_LINGER_US  (200 * G_TIME_SPAN_MILLISECOND)
#define CONSOLE_OPEN_US    (30 * G_USEC_PER_SEC)
#define CONSOLE_WRITE_US   (30 * G_USEC_PER_SEC) /* over RTT a search of all RAM may come first */
#define CONSOLE_BLOCK_SIZE 4096u

typedef struct {
	const RigConsoleRequest *request;
	RigHeldBoard *held;
	RigLink *link;
	RigConsoleScreen screen;
	gboolean keyboard;   /* the input is a terminal */
	gboolean shown_safe; /* the output is a terminal */
	gboolean input_open;
	gboolean input_file; /* always ready, as a file is */
	gint64 input_ended_us;
	RigEol eol;
	int wake_fd; /* readable when there is input or a signal */
	GString *buffer;
} Console;

static gboolean console_fail(GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s: %s", what, g_strerror(errno));
	return FALSE;
}

static gboolean console_put(Console *console, GError **error)
{
	if (fwrite(console->buffer->str, 1, console->buffer->len, stdout) != console->buffer->len ||
	    fflush(stdout) != 0)
		return console_fail(error, "standard output");
	return TRUE;
}

static gboolean console_show(Console *console, const guint8 *data, gsize size, GError **error)
{
	g_string_truncate(console->buffer, 0);
	if (console->shown_safe)
		rig_console_screen_show(&console->screen, console->buffer, data, size);
	else
		g_string_append_len(console->buffer, (const char *)data, (gssize)size);
	return console_put(console, error) && rig_console_check(console->held->console, error);
}

static void console_end_input(Console *console)
{
	console->input_open = FALSE;
	console->input_ended_us = rig_clock_now(&rig_clock_monotonic);
	if (!console->input_file)
		(void)epoll_ctl(console->wake_fd, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
}

static gboolean console_send(Console *console, const guint8 *data, gsize size, GError **error)
{
	g_autoptr(GString) sent = g_string_sized_new(size);
	gboolean go_on = TRUE;
	if (console->keyboard)
		go_on = rig_console_keys(sent, data, size, '\r', console->eol, CONSOLE_QUIT_KEY);
	else if (console->request->eol != NULL)
		rig_console_keys(sent, data, size, '\n', console->eol, CONSOLE_NO_KEY);
	else
		g_string_append_len(sent, (const char *)data, (gssize)size);
	if (!go_on)
		console_end_input(console);
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, CONSOLE_WRITE_US);
	if (sent->len > 0 && !rig_link_write(console->link, sent->str, sent->len, deadline_us, error))
		return FALSE;
	return !console->request->echo ||
	       console_show(console, (const guint8 *)sent->str, sent->len, error);
}

/* Takes what input there is. */
static gboolean console_take_input(Console *console, GError **error)
{
	guint8 data[CONSOLE_BLOCK_SIZE];
	ssize_t got = read(STDIN_FILENO, data, sizeof data);
	if (got > 0)
		return console_send(console, data, (gsize)got, error);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return TRUE;
	console_end_input(console); /* an error, too: a terminal that went away says EIO */
	return TRUE;
}

static gboolean console_is_stopped(const Console *console, GError **error)
{
	struct pollfd polled = {.fd = console->held->stop_fd, .events = POLLIN};
	if (poll(&polled, 1, 0) <= 0)
		return FALSE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
	return TRUE;
}

/*
 * Reads the link until the deadline and shows what came: 1 something, 0 nothing, -1 error. With
 * `wake`, input ends the wait, too.
 */
static int console_take_output(Console *console, gboolean wake, gint64 deadline_us, GError **error)
{
	guint8 data[CONSOLE_BLOCK_SIZE];
	g_autoptr(GError) failure = NULL;
	console->link->stop_fd = wake ? console->wake_fd : console->held->stop_fd;
	gssize got = rig_link_read(console->link, data, sizeof data, deadline_us, &failure);
	console->link->stop_fd = console->held->stop_fd;
	if (got > 0)
		return console_show(console, data, (gsize)got, error) ? 1 : -1;
	if (got == 0)
		return 0;
	if (wake && g_error_matches(failure, RIG_ERROR, RIG_ERROR_STOPPED))
		return console_is_stopped(console, error) ? -1 : 0;
	g_propagate_error(error, g_steal_pointer(&failure));
	return -1;
}

/* TRUE: input can be read without waiting. */
static gboolean console_has_input(const Console *console)
{
	struct pollfd polled = {.fd = STDIN_FILENO, .events = POLLIN};
	return console->input_open && poll(&polled, 1, 0) > 0;
}

/* Once the input has ended: when the silence has been long enough. */
static gint64 console_silence_us(const Console *console)
{
	gint64 linger_us = console->request->linger_us;
	gint64 since_us = MAX(console->input_ended_us, console->link->last_received_us);
	return since_us + (linger_us > 0 ? linger_us : CONSOLE_LINGER_US);
}

/* Both directions until the end. Input never keeps the board's bytes waiting, nor they input. */
static gboolean console_talk(Console *console, GError **error)
{
	for (;;) {
		if (console_has_input(console) && !console_take_input(console, error))
			return FALSE;
		if (!console->input_open && console->keyboard)
			return TRUE;
		gint64 deadline_us = RIG_FOREVER;
		if (!console->input_open)
			deadline_us = console_silence_us(console);
		else if (console_has_input(console))
			deadline_us = 0;
		int got = console_take_output(console, deadline_us != 0, deadline_us, error);
		if (got < 0)
			return FALSE;
		if (got == 0 && !console->input_open &&
		    rig_clock_now(&rig_clock_monotonic) >= console_silence_us(console))
			return TRUE;
	}
}

static gboolean console_watch(Console *console, GError **error)
{
	console->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN};
	if (console->wake_fd < 0 ||
	    epoll_ctl(console->wake_fd, EPOLL_CTL_ADD, console->held->stop_fd, &event) != 0)
		return console_fail(error, "epoll");
	console->input_open = TRUE;
	console->input_file =
	    epoll_ctl(console->wake_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0 && errno == EPERM;
	if (fcntl(STDIN_FILENO, F_GETFD) < 0)
		console_end_input(console);
	return TRUE;
}

static gboolean console_run(Console *console, GError **error)
{
	RigHeldBoard *held = console->held;
	if (!rig_held_board_bring_up(held, FALSE, error))
		return FALSE;
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, CONSOLE_OPEN_US);
	console->link = console->request->open(held, console->request->user, deadline_us, error);
	if (console->link == NULL || !console_watch(console, error))
		return FALSE;
	RigRawTerminal raw = {.fd = -1};
	if (console->keyboard) {
		if (!rig_raw_terminal_begin(&raw, STDIN_FILENO, error))
			return FALSE;
		/* Told once it is so: what is typed from here on goes to the board. */
		fprintf(stderr, "Board %s, link %s. Ctrl-] quits. All bytes go to %s.\n", held->board->name,
		        console->link->name, held->log);
	}
	gboolean good = console_talk(console, error);
	g_string_truncate(console->buffer, 0);
	rig_console_screen_end(&console->screen, console->buffer);
	g_autoptr(GError) unshown = NULL;
	(void)console_put(console, &unshown);
	rig_raw_terminal_end(&raw);
	if (console->keyboard)
		fputc('\n', stderr);
	return good;
}

/* The file of --log, or one in the state folder. */
static char *console_log(gpointer user, const RigBoard *board, GError **error)
{
	const RigConsoleRequest *request = user;
	if (request->log != NULL)
		return g_strdup(request->log);
	g_autofree char *folder = g_build_filename(".tinyrig", "console", NULL);
	if (!rig_folder_make(folder, error))
		return NULL;
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");
	return g_strdup_printf("%s/tinyrig-console-%s-%s.%06d.log", folder, board->name, time,
	                       g_date_time_get_microsecond(now));
}

/* The board is made safe in any case; the first error counts. */
static gboolean console_with_board(Console *console, const char *board, GError **error)
{
	const RigConsoleRequest *request = console->request;
	RigHoldRequest hold = {.board = board,
	                       .bench = request->bench,
	                       .images = request->images,
	                       .purpose = request->purpose,
	                       .wait_us = request->wait_us,
	                       .log = console_log,
	                       .user = (gpointer)(guintptr)request};
	g_autoptr(RigHeldBoard) held = rig_held_board_take(&hold, error);
	if (held == NULL)
		return FALSE;
	console->held = held;
	console->wake_fd = -1;
	g_autoptr(GError) failure = NULL;
	gboolean good = console_run(console, &failure);
	if (console->wake_fd >= 0)
		close(console->wake_fd);
	g_autoptr(GError) unsafe = NULL;
	gboolean safe = rig_held_board_make_safe(held, &unsafe);
	if (!good)
		g_propagate_error(error, g_steal_pointer(&failure));
	else if (!safe)
		g_propagate_error(error, g_steal_pointer(&unsafe));
	return good && safe;
}

static gboolean console_eol(const char *word, RigEol *eol)
{
	*eol = RIG_EOL_CR;
	for (guint i = 0; word != NULL && rig_eol_names[i] != NULL; i++) {
		if (strcmp(word, rig_eol_names[i]) == 0) {
			*eol = (RigEol)i;
			return TRUE;
		}
	}
	return word == NULL;
}

int rig_console_session(const RigInvocation *invocation, const RigConsoleRequest *request)
{
	const char *no_colour = g_getenv("NO_COLOR");
	Console console = {.request = request,
	                   .keyboard = isatty(STDIN_FILENO) == 1,
	                   .shown_safe = isatty(STDOUT_FILENO) == 1,
	                   .screen = {.dim = no_colour == NULL || *no_colour == '\0'}};
	if (!console_eol(request->eol, &console.eol))
		return rig_command_usage(invocation->command, "--eol is cr, lf, crlf or none, not %s",
		                         request->eol);
	g_autoptr(GError) error = NULL;
	console.buffer = g_string_new(NULL);
	gboolean good = console_with_board(&console, invocation->words[0], &error);
	g_string_free(console.buffer, TRUE);
	return good ? RIG_EXIT_PASSED : rig_command_error(invocation->command, error);
}
