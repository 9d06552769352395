/* SPDX-License-Identifier: Apache-2.0 */
/* `tinyrig watch`: a run in a child process, and another one when its files have changed. */
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/run_options.h"
#include "cli/watch_changes.h"
#include "cli/watch_files.h"
#include "report/printable.h"

#define WATCH_PATH_MAX 1024u

typedef struct {
	const RigInvocation *invocation;
	RigPlanRequest request;
	RigWatch *changes;
	GPtrArray *files; /* that are watched */
	GMainLoop *loop;
	GPid child;          /* 0: none runs */
	guint settle, input; /* sources; 0: none */
	gboolean asked;      /* Enter was pressed while a run was under way */
	gboolean stopping;
	char *told_gone; /* the file whose absence was told last; NULL: none */
	int code;
	GError *error; /* ends it all */
} Watch;

static void watch_arm(Watch *watch);

static void watch_end(Watch *watch)
{
	watch->stopping = TRUE;
	if (watch->child == 0)
		g_main_loop_quit(watch->loop);
}

static void watch_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void watch_say(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time = g_date_time_format(now, "%H:%M:%S");
	printf("%s  %s\n", time, text);
	fflush(stdout);
}

/* "suites/smoke.yaml and 2 more"; caller frees. */
static char *watch_names(const GPtrArray *paths)
{
	g_autofree char *path = rig_printable_path(g_ptr_array_index(paths, 0));
	g_autofree char *clean = rig_printable(path, WATCH_PATH_MAX, 0);
	return paths->len == 1 ? g_strdup(clean)
	                       : g_strdup_printf("%s and %u more", clean, paths->len - 1);
}

static void watch_say_waits(const Watch *watch)
{
	watch_say("waits for a change of %u files; %sCtrl-C ends", watch->files->len,
	          watch->input != 0 ? "Enter runs now, " : "");
}

/* Between fork and exec. Ctrl-C is for us, and handed on; a run does not outlive us. */
static void watch_child_setup(gpointer user)
{
	(void)user;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void watch_on_child(GPid pid, int status, gpointer user)
{
	Watch *watch = user;
	g_spawn_close_pid(pid);
	watch->child = 0;
	watch->code = WIFEXITED(status) ? WEXITSTATUS(status) : RIG_EXIT_INTERNAL;
	if (WIFSIGNALED(status) && watch->stopping)
		watch->code = RIG_EXIT_INTERRUPTED; /* so early that it had not begun */
	else if (WIFSIGNALED(status))
		fprintf(stderr, "tinyrig watch: the run ended by signal %d (%s)\n", WTERMSIG(status),
		        g_strsignal(WTERMSIG(status)));
	if (watch->stopping) {
		g_main_loop_quit(watch->loop);
		return;
	}
	if (!watch->asked && rig_watch_settles_us(watch->changes) == RIG_FOREVER)
		watch_say_waits(watch);
	watch_arm(watch);
}

static gboolean watch_spawn(Watch *watch, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	char **words = watch->invocation->argv;
	g_ptr_array_add(argv, (gpointer)(guintptr) "/proc/self/exe");
	g_ptr_array_add(argv, words[0]);
	g_ptr_array_add(argv, (gpointer)(guintptr) "run");
	for (guint i = 2; words[i] != NULL; i++)
		g_ptr_array_add(argv, words[i]);
	g_ptr_array_add(argv, NULL);
	const GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO;
	fflush(stdout);
	if (!g_spawn_async(NULL, (char **)argv->pdata, NULL, flags, watch_child_setup, NULL,
	                   &watch->child, error)) {
		watch->child = 0;
		return FALSE;
	}
	g_child_watch_add(watch->child, watch_on_child, watch);
	return TRUE;
}

static gboolean watch_has(const GPtrArray *paths, const char *path)
{
	return g_ptr_array_find_with_equal_func((GPtrArray *)(guintptr)paths, path, g_str_equal, NULL);
}

/* What the session is made of now. Where a file is wrong, what it named before is still meant. */
static GPtrArray *watch_find_files(const Watch *watch, GError **error)
{
	gboolean whole = TRUE;
	GPtrArray *files = rig_watch_files(&watch->request, &whole, error);
	for (guint i = 0; files != NULL && !whole && watch->files != NULL && i < watch->files->len;
	     i++) {
		const char *path = g_ptr_array_index(watch->files, i);
		if (!watch_has(files, path))
			g_ptr_array_add(files, g_strdup(path));
	}
	return files;
}

/* Takes `files`. */
static gboolean watch_run(Watch *watch, GPtrArray *files, GError **error)
{
	if (files == NULL)
		return FALSE;
	g_clear_pointer(&watch->files, g_ptr_array_unref);
	watch->files = files;
	watch->asked = FALSE;
	g_clear_pointer(&watch->told_gone, g_free);
	return rig_watch_set(watch->changes, files, error) && watch_spawn(watch, error);
}

/* A linker takes its output away before it writes it anew: such a file is waited for. */
static gboolean watch_waits_for_gone(Watch *watch, const GPtrArray *files)
{
	g_autoptr(GPtrArray) gone = rig_watch_gone(watch->changes);
	for (guint i = gone->len; i > 0; i--) {
		if (!watch_has(files, gone->pdata[i - 1]))
			g_ptr_array_remove_index(gone, i - 1);
	}
	if (gone->len == 0)
		return FALSE;
	const char *first = g_ptr_array_index(gone, 0);
	if (g_strcmp0(first, watch->told_gone) != 0) {
		g_autofree char *names = watch_names(gone);
		watch_say("gone: %s; waits until it is back", names);
		g_free(watch->told_gone);
		watch->told_gone = g_strdup(first);
	}
	return TRUE;
}

/* Nothing moves any more: looks what has changed. */
static gboolean watch_settled(Watch *watch, GError **error)
{
	g_autoptr(GPtrArray) changed = rig_watch_changed(watch->changes);
	rig_watch_seen(watch->changes);
	if (changed->len == 0)
		return TRUE;
	g_autoptr(GPtrArray) files = watch_find_files(watch, error);
	if (files == NULL)
		return FALSE;
	if (watch_waits_for_gone(watch, files))
		return TRUE;
	g_autofree char *names = watch_names(changed);
	watch_say("changed: %s; runs again", names);
	return watch_run(watch, g_steal_pointer(&files), error);
}

static gboolean watch_on_settle(gpointer user)
{
	Watch *watch = user;
	watch->settle = 0;
	gboolean settled = rig_watch_settles_us(watch->changes) <= g_get_monotonic_time();
	if (settled && watch->child == 0 && !watch_settled(watch, &watch->error))
		watch_end(watch);
	watch_arm(watch);
	return G_SOURCE_REMOVE;
}

/* Where nothing is to come there is no timer, so an idle watch takes no time at all. */
static void watch_arm(Watch *watch)
{
	if (watch->settle != 0)
		g_source_remove(watch->settle);
	watch->settle = 0;
	if (watch->child != 0 || watch->stopping)
		return;
	if (watch->asked) {
		watch_say("runs again");
		if (!watch_run(watch, watch_find_files(watch, &watch->error), &watch->error))
			watch_end(watch);
		return;
	}
	gint64 settles_us = rig_watch_settles_us(watch->changes);
	if (settles_us == RIG_FOREVER)
		return;
	gint64 left_us = MAX(settles_us - g_get_monotonic_time(), 0);
	watch->settle = g_timeout_add((guint)(left_us / 1000 + 1), watch_on_settle, watch);
}

static gboolean watch_on_changes(int fd, GIOCondition condition, gpointer user)
{
	(void)fd;
	(void)condition;
	Watch *watch = user;
	if (!rig_watch_take(watch->changes, &watch->error)) {
		watch_end(watch);
		return G_SOURCE_REMOVE;
	}
	watch_arm(watch);
	return G_SOURCE_CONTINUE;
}

static gboolean watch_on_input(int fd, GIOCondition condition, gpointer user)
{
	(void)condition;
	Watch *watch = user;
	char block[256];
	ssize_t got = read(fd, block, sizeof block);
	if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
		watch->input = 0;
		return G_SOURCE_REMOVE;
	}
	if (got > 0 && memchr(block, '\n', (size_t)got) != NULL) {
		watch->asked = TRUE;
		watch_arm(watch);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean watch_on_interrupt(gpointer user)
{
	Watch *watch = user;
	if (watch->child != 0)
		kill(watch->child, SIGINT); /* it makes its boards safe; a second one ends it at once */
	watch_end(watch);
	return G_SOURCE_CONTINUE;
}

static gboolean watch_on_terminate(gpointer user)
{
	Watch *watch = user;
	if (watch->child != 0)
		kill(watch->child, SIGTERM);
	watch_end(watch);
	return G_SOURCE_CONTINUE;
}

/* Keys are for the shell while we are in its background; to read one would stop us. */
static gboolean watch_has_keys(void)
{
	return isatty(STDIN_FILENO) != 1 || tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static gboolean watch_begin(Watch *watch, GError **error)
{
	GPtrArray *files = watch_find_files(watch, error);
	if (files == NULL)
		return FALSE;
	watch->changes = rig_watch_new(&rig_clock_monotonic, error);
	if (watch->changes == NULL) {
		g_ptr_array_unref(files);
		return FALSE;
	}
	g_unix_signal_add(SIGINT, watch_on_interrupt, watch);
	g_unix_signal_add(SIGTERM, watch_on_terminate, watch);
	g_unix_signal_add(SIGHUP, watch_on_terminate, watch);
	if (watch_has_keys())
		watch->input = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, watch_on_input, watch);
	g_unix_fd_add(rig_watch_fd(watch->changes), G_IO_IN, watch_on_changes, watch);
	return watch_run(watch, files, error);
}

static int watch_command(const RigInvocation *invocation)
{
	const RigRunOptions *options = invocation->options;
	const RigCommand *command = invocation->command;
	g_autofree char *slip = rig_run_slip(options);
	if (slip != NULL)
		return rig_command_usage(command, "%s", slip);
	if (options->golden)
		return rig_command_usage(command, "it would run for ever: --update-golden changes the "
		                                  "files that are watched; use `tinyrig run`");
	Watch watch = {.invocation = invocation,
	               .request = rig_run_request(invocation->words[0], options),
	               .code = RIG_EXIT_INTERRUPTED};
	watch.loop = g_main_loop_new(NULL, FALSE);
	if (watch_begin(&watch, &watch.error))
		g_main_loop_run(watch.loop);
	g_main_loop_unref(watch.loop);
	rig_watch_free(watch.changes);
	g_clear_pointer(&watch.files, g_ptr_array_unref);
	g_free(watch.told_gone);
	g_autoptr(GError) error = watch.error;
	return error != NULL ? rig_command_error(command, error) : watch.code;
}

const RigCommand rig_command_watch = {
    .name = "watch",
    .arguments = "SUITE",
    .about = "run a suite again whenever something it is made of changes",
    .details =
        "Takes the options of `tinyrig run` and runs it: at once, and again when the suite, a\n"
        "file it includes, the bench, the candidate, an image, a recording, a golden file or a\n"
        "program of the suite has changed and nothing was written for 200 ms. A run that is\n"
        "under way is not disturbed. Enter runs again, Ctrl-C ends; the exit code is that of the\n"
        "last run.",
    .options = rig_run_options,
    .options_size = sizeof(RigRunOptions),
    .least = 1,
    .most = 1,
    .run = watch_command,
};
