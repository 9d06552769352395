/* SPDX-License-Identifier: Apache-2.0 */
#include "run/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sources.h"
#include "yaml/bind.h"

#define PROGRAM_GRACE_US (G_USEC_PER_SEC / 2)
#define PROGRAM_SAID_MAX 4096u
#define PROGRAM_BLOCK    4096u

/* The first three are pipes; ENDED is the process itself, readable when it has ended. */
enum { PROGRAM_OUT, PROGRAM_SAID, PROGRAM_IN, PROGRAM_STOP, PROGRAM_ENDED, PROGRAM_FDS };

typedef struct {
	const RigProgram *program;
	GPid pid;
	int fd[PROGRAM_FDS]; /* -1: closed */
	gsize sent;          /* of program->input */
	gboolean ended;
	GString *out, *said;
} ProgramRun;

/* Runs in the child between fork and exec: only async-signal-safe calls. */
static void program_setup(gpointer user)
{
	(void)user;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void program_close(ProgramRun *run, int which)
{
	if (run->fd[which] >= 0)
		close(run->fd[which]);
	run->fd[which] = -1;
}

/* Ends the group when it must, reaps the child. Returns the exit status, 128 + signal. */
static int program_reap(const ProgramRun *run, gboolean end)
{
	int status = 0;
	if (end)
		kill(-run->pid, SIGTERM);
	gint64 until_us = g_get_monotonic_time() + PROGRAM_GRACE_US;
	struct pollfd ended = {.fd = run->fd[PROGRAM_ENDED], .events = POLLIN};
	while (end) {
		gint64 left_us = MAX(until_us - g_get_monotonic_time(), 0);
		end = poll(&ended, 1, (int)(left_us / 1000)) < 0 && errno == EINTR;
	}
	kill(-run->pid, SIGKILL); /* what it left behind in its group, too */
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static gboolean program_start(ProgramRun *run, GError **error)
{
	g_autoptr(GError) cause = NULL;
	const RigProgram *program = run->program;
	if (!g_spawn_async_with_pipes(program->folder, program->argv, NULL,
	                              G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, program_setup,
	                              NULL, &run->pid, &run->fd[PROGRAM_IN], &run->fd[PROGRAM_OUT],
	                              &run->fd[PROGRAM_SAID], &cause)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "program %s: cannot be started: %s",
		            program->argv[0], cause->message);
		return FALSE;
	}
	setpgid(run->pid, run->pid); /* as in the child: whoever comes first */
	for (int i = 0; i <= PROGRAM_IN; i++) {
		fcntl(run->fd[i], F_SETFL, O_NONBLOCK);
		fcntl(run->fd[i], F_SETFD, FD_CLOEXEC);
	}
	if (program->input == NULL)
		program_close(run, PROGRAM_IN);
	run->fd[PROGRAM_ENDED] = pidfd_open(run->pid, 0);
	if (run->fd[PROGRAM_ENDED] < 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "program %s: pidfd_open: %s",
		            program->argv[0], g_strerror(errno));
		program_reap(run, TRUE);
		return FALSE;
	}
	return TRUE;
}

static void program_feed(ProgramRun *run)
{
	const char *input = run->program->input;
	gsize left = strlen(input) - run->sent;
	ssize_t put = write(run->fd[PROGRAM_IN], input + run->sent, left);
	if (put > 0)
		run->sent += (gsize)put;
	if ((put < 0 && errno != EAGAIN && errno != EINTR) || run->sent == strlen(input))
		program_close(run, PROGRAM_IN);
}

/* Takes what is there; what is over the bound is dropped from the front of `said`, refused in
 * `out`. */
static gboolean program_take(ProgramRun *run, int which, GError **error)
{
	char block[PROGRAM_BLOCK];
	ssize_t got = read(run->fd[which], block, sizeof block);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return TRUE;
	if (got <= 0) {
		program_close(run, which);
		return TRUE;
	}
	GString *text = which == PROGRAM_OUT ? run->out : run->said;
	g_string_append_len(text, block, got);
	if (which == PROGRAM_SAID && text->len > PROGRAM_SAID_MAX)
		g_string_erase(text, 0, (gssize)(text->len - PROGRAM_SAID_MAX));
	if (which == PROGRAM_OUT && text->len > RIG_PROGRAM_OUTPUT_MAX) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "program %s: printed over 1 MiB",
		            run->program->argv[0]);
		return FALSE;
	}
	return TRUE;
}

/* One wait and what it brought. FALSE: deadline, stop or a failure. */
static gboolean program_turn(ProgramRun *run, GError **error)
{
	const RigProgram *program = run->program;
	gint64 left_us = program->deadline_us - rig_clock_now(program->clock);
	struct pollfd polled[PROGRAM_FDS];
	for (int i = 0; i < PROGRAM_FDS; i++)
		polled[i] = (struct pollfd){.fd = run->fd[i], .events = i == PROGRAM_IN ? POLLOUT : POLLIN};
	polled[PROGRAM_STOP].fd = program->stop_fd;
	int wait_ms =
	    program->deadline_us == RIG_FOREVER ? -1 : (int)CLAMP(left_us / 1000 + 1, 0, 1000000);
	if (left_us <= 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "program %s: did not end in time and was killed", program->argv[0]);
		return FALSE;
	}
	if (poll(polled, PROGRAM_FDS, wait_ms) < 0 && errno != EINTR) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "poll: %s", g_strerror(errno));
		return FALSE;
	}
	if (polled[PROGRAM_STOP].revents != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_STOPPED, "asked to stop while program %s ran",
		            program->argv[0]);
		return FALSE;
	}
	run->ended = polled[PROGRAM_ENDED].revents != 0;
	if (polled[PROGRAM_IN].revents != 0)
		program_feed(run);
	for (int i = PROGRAM_OUT; i <= PROGRAM_SAID; i++) {
		if (polled[i].revents != 0 && !program_take(run, i, error))
			return FALSE;
	}
	return TRUE;
}

/* Takes what an ended program left in a pipe, and no more than a pipe holds: somebody in another
 * group may hold its other end and go on. */
static gboolean program_drain(ProgramRun *run, int which, GError **error)
{
	for (gsize size = 0; size <= RIG_PROGRAM_OUTPUT_MAX; size += PROGRAM_BLOCK) {
		struct pollfd polled = {.fd = run->fd[which], .events = POLLIN};
		if (polled.fd < 0 || poll(&polled, 1, 0) <= 0)
			break;
		if (!program_take(run, which, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean program_judge(const ProgramRun *run, RigProgramResult *result, GError **error)
{
	const char *name = run->program->argv[0];
	if (result->status != 0) {
		g_autofree char *said = g_strchomp(g_strdup(result->said));
		const char *last = strrchr(said, '\n');
		last = last == NULL ? said : last + 1;
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "program %s: ended with status %d%s%.200s",
		            name, result->status, *last == 0 ? "" : ": ", last);
		return FALSE;
	}
	g_strstrip(run->out->str);
	if (*run->out->str == 0)
		return TRUE;
	json_error_t problem;
	result->answer = json_loads(run->out->str, JSON_REJECT_DUPLICATES, &problem);
	if (result->answer == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "program %s: its output is no JSON: line %d: %s", name, problem.line,
		            problem.text);
		return FALSE;
	}
	return TRUE;
}

gboolean rig_program_run(const RigProgram *program, RigProgramResult *result, GError **error)
{
	*result = (RigProgramResult){.status = -1};
	g_autofree char *file = g_find_program_in_path(program->argv[0]);
	result->sha256 = file == NULL ? NULL : rig_sha256_file(file, NULL);
	ProgramRun run = {.program = program, .fd = {-1, -1, -1, -1, -1}};
	run.out = g_string_new(NULL);
	run.said = g_string_new(NULL);
	/* A program that does not want its input must not end who writes it. */
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	struct sigaction before;
	sigaction(SIGPIPE, &ignored, &before);
	gboolean good = program_start(&run, error);
	if (good) {
		while (good && !run.ended)
			good = program_turn(&run, error);
		result->status = program_reap(&run, !good);
		for (int i = PROGRAM_OUT; good && i <= PROGRAM_SAID; i++)
			good = program_drain(&run, i, error);
	}
	for (int i = 0; i < PROGRAM_FDS; i++)
		program_close(&run, i);
	sigaction(SIGPIPE, &before, NULL);
	result->said = g_utf8_make_valid(run.said->str, (gssize)run.said->len);
	if (good)
		good = program_judge(&run, result, error);
	g_string_free(run.out, TRUE);
	g_string_free(run.said, TRUE);
	return good;
}

void rig_program_result_clear(RigProgramResult *result)
{
	json_decref(result->answer);
	g_free(result->said);
	g_free(result->sha256);
	*result = (RigProgramResult){.status = -1};
}

char **rig_program_expand(char **argv, GHashTable *values, GError **error)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	for (guint i = 0; argv[i] != NULL; i++) {
		g_autofree char *unknown = NULL;
		g_autofree char *part = rig_text_expand(argv[i], values, FALSE, &unknown);
		if (part == NULL) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "`%s`: there is no ${%s} here", argv[i],
			            unknown);
			return NULL;
		}
		g_strv_builder_add(builder, part);
	}
	return g_strv_builder_end(builder);
}
