/* SPDX-License-Identifier: Apache-2.0 */
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_CHANNEL_FD 3

struct RigChild {
	GPid pid; /* 0: reaped */
	RigChannel *channel;
	RigChildEvents events;
	guint channel_source, watch_source;
};

/* Between fork and exec. Its own process group: Ctrl-C is for the supervisor alone. */
static void child_setup(gpointer user)
{
	(void)user;
	setpgid(0, 0);
}

/* Tells all lines that are there. FALSE: the channel is at its end. */
static gboolean child_hear(RigChild *child)
{
	gboolean closed = FALSE;
	for (;;) {
		g_autofree char *line = rig_channel_hear(child->channel, FALSE, &closed);
		if (line == NULL)
			return !closed;
		child->events.line(child->events.user, line);
	}
}

static gboolean child_on_channel(int fd, GIOCondition condition, gpointer user)
{
	(void)fd;
	(void)condition;
	RigChild *child = user;
	if (child_hear(child))
		return G_SOURCE_CONTINUE;
	child->channel_source = 0;
	return G_SOURCE_REMOVE;
}

static void child_on_end(GPid pid, int status, gpointer user)
{
	RigChild *child = user;
	g_spawn_close_pid(pid);
	child->pid = 0;
	child->watch_source = 0;
	child_hear(child); /* its last words may still be in the channel */
	g_autofree char *how =
	    WIFSIGNALED(status)
	        ? g_strdup_printf("signal %d (%s)", WTERMSIG(status), g_strsignal(WTERMSIG(status)))
	        : g_strdup_printf("exit status %d", WEXITSTATUS(status));
	child->events.ended(child->events.user, how);
}

RigChild *rig_child_start(const char *folder, guint generation, const RigChildEvents *events,
                          GError **error)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_INTERNAL, "socketpair: %s", g_strerror(errno));
		return NULL;
	}
	g_autofree char *number = g_strdup_printf("%u", generation);
	const char *argv[] = {"/proc/self/exe", "tinyrig", "worker", folder, "3", number, NULL};
	const int inside[] = {CHILD_CHANNEL_FD};
	g_autoptr(RigChild) child = g_new0(RigChild, 1);
	child->channel = rig_channel_new(pair[0]);
	child->events = *events;
	const GSpawnFlags flags =
	    G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO | G_SPAWN_STDOUT_TO_DEV_NULL;
	gboolean good =
	    g_spawn_async_with_pipes_and_fds(NULL, argv, NULL, flags, child_setup, NULL, -1, -1, -1,
	                                     &pair[1], inside, 1, &child->pid, NULL, NULL, NULL, error);
	close(pair[1]);
	if (!good) {
		g_prefix_error(error, "worker: ");
		child->pid = 0;
		return NULL;
	}
	child->channel_source = g_unix_fd_add(pair[0], G_IO_IN | G_IO_HUP, child_on_channel, child);
	child->watch_source = g_child_watch_add(child->pid, child_on_end, child);
	return g_steal_pointer(&child);
}

void rig_child_say(RigChild *child, const char *line)
{
	rig_channel_say(child->channel, "%s", line);
}

void rig_child_kill(RigChild *child)
{
	if (child->pid != 0)
		kill(child->pid, SIGKILL);
}

void rig_child_free(RigChild *child)
{
	if (child == NULL)
		return;
	if (child->channel_source != 0)
		g_source_remove(child->channel_source);
	if (child->watch_source != 0)
		g_source_remove(child->watch_source);
	if (child->pid != 0) {
		kill(child->pid, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	rig_channel_free(child->channel);
	g_free(child);
}
