/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board whose firmware is a process of this host: its standard input and output are the byte
 * stream. The child leads a process group of its own and dies with the thread that started it.
 */
#include <rig/process.h>

#include "process_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESS_WORDS_BYTES 4096u  /* of stderr that are kept */
#define PROCESS_LINE_BYTES  200u   /* of its last line, for the error */
#define PROCESS_TERM_US     200000 /* from TERM to KILL, and from end of output to end of child */

typedef struct Process {
	gboolean opened;
	ProcessChild child;              /* child.pid 0: none runs */
	int pidfd;                       /* of the child; readable when it has ended */
	const char *image;               /* borrowed from the caller of load; NULL: none */
	char ended[64];                  /* how the last child ended; "": it did not, or we ended it */
	char words[PROCESS_WORDS_BYTES]; /* ring of its stderr */
	guint64 words_total;
} Process;

static const RigField process_fields[] = {
    {.key = "argv",
     .type = RIG_FIELD_ARGV,
     .required = TRUE,
     .offset = offsetof(RigProcessOptions, argv),
     .help = "program and arguments; ${image} stands for the image that was flashed"},
    {.key = "pty",
     .type = RIG_FIELD_BOOL,
     .offset = offsetof(RigProcessOptions, pty),
     .fallback = "false",
     .help = "give the program a pseudo terminal in raw mode instead of a socket pair"},
    {0},
};

static gboolean process_wants_image(const RigProcessOptions *options)
{
	for (char **arg = options->argv; *arg != NULL; arg++) {
		if (strstr(*arg, "${image}") != NULL)
			return TRUE;
	}
	return FALSE;
}

/* argv with ${image} filled in; caller frees. */
static char **process_argv(const Process *process, const RigProcessOptions *options)
{
	GPtrArray *argv = g_ptr_array_new();
	for (char **arg = options->argv; *arg != NULL; arg++) {
		GString *text = g_string_new(*arg);
		if (process->image != NULL)
			g_string_replace(text, "${image}", process->image, 0);
		g_ptr_array_add(argv, g_string_free(text, FALSE));
	}
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, FALSE);
}

static void process_keep_words(Process *process, const char *text, gsize size)
{
	for (gsize i = 0; i < size; i++)
		process->words[process->words_total++ % PROCESS_WORDS_BYTES] = text[i];
}

/* Takes what is in the stderr pipe; FALSE at its end. */
static gboolean process_drain_stderr(Process *process)
{
	char text[1024];
	for (;;) {
		ssize_t got = read(process->child.stderr_fd, text, sizeof text);
		if (got > 0)
			process_keep_words(process, text, (gsize)got);
		else if (got == 0)
			return FALSE;
		else if (errno != EINTR)
			return TRUE;
		if (got > 0 && (gsize)got < sizeof text)
			return TRUE;
	}
}

/* The words in order, as valid UTF-8; caller frees; NULL: it said nothing. */
static char *process_words(const Process *process)
{
	if (process->words_total == 0)
		return NULL;
	gsize size = (gsize)MIN(process->words_total, PROCESS_WORDS_BYTES);
	g_autofree char *text = g_malloc(size + 1);
	for (gsize i = 0; i < size; i++)
		text[i] = process->words[(process->words_total - size + i) % PROCESS_WORDS_BYTES];
	while (size > 0 && g_ascii_isspace(text[size - 1]))
		size--;
	return size > 0 ? g_utf8_make_valid(text, (gssize)size) : NULL;
}

static void process_tell_words(RigLink *link, const char *words)
{
	if (link->tap == NULL || words == NULL)
		return;
	g_autofree char *text = g_strdup_printf("stderr of the firmware process: %s", words);
	link->tap->note(link->tap, text);
}

static void process_describe(Process *process, int status)
{
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));
		g_snprintf(process->ended, sizeof process->ended, "ended by signal %d (SIG%s)",
		           WTERMSIG(status), name != NULL ? name : "?");
	} else {
		g_snprintf(process->ended, sizeof process->ended, "ended with exit status %d",
		           WEXITSTATUS(status));
	}
}

static gboolean process_wait_end(const Process *process, int span_us)
{
	struct pollfd polled = {.fd = process->pidfd, .events = POLLIN};
	return poll(&polled, 1, span_us / 1000) > 0;
}

/* Reaps the child, its whole group killed, and closes its descriptors. */
static void process_reap(RigLink *link)
{
	Process *process = link->priv;
	/* The leader is not reaped yet, so the group's number cannot belong to others. */
	kill(-process->child.pid, SIGKILL);
	int status = 0;
	while (waitpid(process->child.pid, &status, 0) < 0 && errno == EINTR)
		continue;
	process_describe(process, status);
	if (process->child.stderr_fd >= 0)
		(void)process_drain_stderr(process);
	g_autofree char *words = process_words(process);
	process_tell_words(link, words);
	process_child_close(&process->child);
	close(process->pidfd);
	process->child.pid = 0;
}

/* Ends the child because we want it to end. */
static void process_end(RigLink *link)
{
	Process *process = link->priv;
	if (process->child.pid > 0) {
		kill(-process->child.pid, SIGTERM);
		(void)process_wait_end(process, PROCESS_TERM_US);
		process_reap(link);
	}
	process->ended[0] = '\0';
}

static gboolean process_start(RigLink *link, GError **error)
{
	Process *process = link->priv;
	const RigProcessOptions *options = link->options;
	if (process->image == NULL && process_wants_image(options)) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
		                    "argv has ${image}, but no image is loaded: name one with --image and "
		                    "flash it before the board is used");
		return FALSE;
	}
	g_auto(GStrv) argv = process_argv(process, options);
	process->words_total = 0;
	process->ended[0] = '\0';
	if (!process_child_start(&process->child, argv, options->pty, error))
		return FALSE;
	process->pidfd = pidfd_open(process->child.pid, 0);
	if (process->pidfd >= 0)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "pidfd_open: %s", g_strerror(errno));
	process_reap(link);
	return FALSE;
}

static gboolean process_open(RigLink *link, gint64 deadline_us, GError **error)
{
	(void)deadline_us;
	Process *process = link->priv;
	const RigProcessOptions *options = link->options;
	process->opened = TRUE;
	/* A board that died must be an error of write, not the end of the rig. */
	signal(SIGPIPE, SIG_IGN);
	if (options->argv == NULL || options->argv[0] == NULL) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "argv is empty: name a program");
		return FALSE;
	}
	if (process->image == NULL && process_wants_image(options))
		return TRUE;
	return process_start(link, error);
}

static void process_close(RigLink *link)
{
	Process *process = link->priv;
	if (!process->opened)
		return;
	process_end(link);
	process->opened = FALSE;
	process->image = NULL;
}

/* Why there is nobody to talk to. */
static void process_set_gone(const RigLink *link, GError **error)
{
	const Process *process = link->priv;
	gboolean is_tool = ((const RigProcessOptions *)link->options)->is_tool;
	if (process->ended[0] == '\0') {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH,
		                    "the firmware process is not started yet: flash an image and reset");
		return;
	}
	g_autofree char *words = process_words(process);
	const char *last = words != NULL ? strrchr(words, '\n') : NULL;
	last = last != NULL ? last + 1 : words;
	g_set_error(error, RIG_ERROR, is_tool ? RIG_ERROR_BENCH : RIG_ERROR_BOARD, "%s %s%s%.*s",
	            is_tool ? "its program" : "firmware process", process->ended,
	            last != NULL ? "; its last words: " : "", (int)PROCESS_LINE_BYTES,
	            last != NULL ? last : "");
}

/* Its output came to an end: says how. */
static void process_ended(RigLink *link, GError **error)
{
	Process *process = link->priv;
	gboolean by_itself = process_wait_end(process, PROCESS_TERM_US);
	process_reap(link);
	if (!by_itself)
		g_strlcpy(process->ended, "closed its output and had to be killed", sizeof process->ended);
	process_set_gone(link, error);
}

/* Waits for output, the deadline or stop_fd; keeps stderr flowing. As fd_wait of the core. */
static int process_wait(RigLink *link, gint64 deadline_us, GError **error)
{
	Process *process = link->priv;
	for (;;) {
		struct pollfd polled[3] = {{.fd = process->child.fd, .events = POLLIN},
		                           {.fd = process->child.stderr_fd, .events = POLLIN},
		                           {.fd = link->stop_fd, .events = POLLIN}};
		gint64 left_us = MAX(deadline_us - rig_clock_now(link->clock), 0);
		struct timespec span = {.tv_sec = left_us / G_USEC_PER_SEC,
		                        .tv_nsec = left_us % G_USEC_PER_SEC * 1000};
		int ready = ppoll(polled, 3, deadline_us == RIG_FOREVER ? NULL : &span, NULL);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "poll: %s", g_strerror(errno));
			return -1;
		}
		if (polled[2].revents != 0) {
			g_set_error_literal(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop");
			return -1;
		}
		if (polled[1].revents != 0 && !process_drain_stderr(process)) {
			close(process->child.stderr_fd);
			process->child.stderr_fd = -1;
		}
		if (polled[0].revents != 0)
			return 1;
		if (ready == 0)
			return 0;
	}
}

static gssize process_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us,
                           GError **error)
{
	Process *process = link->priv;
	if (process->child.pid == 0) {
		process_set_gone(link, error);
		return -1;
	}
	for (;;) {
		int ready = process_wait(link, deadline_us, error);
		if (ready <= 0)
			return ready;
		ssize_t got = read(process->child.fd, data, size);
		if (got > 0)
			return got;
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		/* End of file; a pseudo terminal says EIO, a socket with unread input ECONNRESET. */
		process_ended(link, error);
		return -1;
	}
}

static gboolean process_write(RigLink *link, const guint8 *data, gsize size, gint64 deadline_us,
                              GError **error)
{
	Process *process = link->priv;
	if (process->child.pid == 0) {
		process_set_gone(link, error);
		return FALSE;
	}
	g_autoptr(GError) failure = NULL;
	if (rig_fd_write(process->child.fd, link->stop_fd, link->clock, data, size, deadline_us,
	                 &failure))
		return TRUE;
	/* A process that exits closes its end before it can be waited for. */
	int span_us = rig_clock_now(link->clock) < deadline_us ? PROCESS_TERM_US : 0;
	if (g_error_matches(failure, RIG_ERROR, RIG_ERROR_BENCH) && process_wait_end(process, span_us))
		process_ended(link, error);
	else
		g_propagate_error(error, g_steal_pointer(&failure));
	return FALSE;
}

static gboolean process_reset(RigLink *link, const char *line, gint64 pulse_us, gint64 deadline_us,
                              GError **error)
{
	(void)pulse_us;
	(void)deadline_us;
	if (line != NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "a process has no line `%s`: leave `line` out, the process is started anew",
		            line);
		return FALSE;
	}
	process_end(link);
	return process_start(link, error);
}

static gboolean process_load(RigLink *link, const char *path, GError **error)
{
	Process *process = link->priv;
	if (access(path, R_OK | X_OK) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "%s cannot be run: %s", path,
		            g_strerror(errno));
		return FALSE;
	}
	process->image = path;
	return TRUE;
}

const RigLinkDriver rig_link_process = {
    .name = "process",
    .open_boots = TRUE,
    .about = "the firmware as a process of this host, over its standard input and output",
    .fields = process_fields,
    .options_size = sizeof(RigProcessOptions),
    .priv_size = sizeof(Process),
    .open = process_open,
    .close = process_close,
    .read = process_read,
    .write = process_write,
    .reset = process_reset,
    .load = process_load,
};
