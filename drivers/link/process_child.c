/* SPDX-License-Identifier: Apache-2.0 */
#include "process_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What the child needs between fork and exec, where nothing may be allocated. */
typedef struct ChildSetup {
	const char *program;
	char **argv;
	pid_t parent;
	int stdio_fd;  /* the child's end of input and output */
	int stderr_fd; /* the child's end of the pipe */
	int status_fd; /* takes errno when exec fails; closed by exec */
} ChildSetup;

static void child_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static gboolean child_failed(GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "cannot start the program: %s: %s", what,
	            g_strerror(errno));
	return FALSE;
}

/* Runs in the child: async-signal-safe calls only; never returns. */
static void child_exec(const ChildSetup *setup)
{
	static const int ignored[] = {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD};
	for (gsize i = 0; i < G_N_ELEMENTS(ignored); i++)
		signal(ignored[i], SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have gone before the line above took effect. */
	if (getppid() != setup->parent)
		_exit(127);
	if (dup2(setup->stdio_fd, STDIN_FILENO) >= 0 && dup2(setup->stdio_fd, STDOUT_FILENO) >= 0 &&
	    dup2(setup->stderr_fd, STDERR_FILENO) >= 0)
		execv(setup->program, setup->argv);
	int number = errno;
	ssize_t put = write(setup->status_fd, &number, sizeof number);
	_exit(put == sizeof number ? 127 : 126);
}

/* Two ends of a byte stream: ours non-blocking, the child's blocking; both close on exec. */
static gboolean child_socket_pair(int *ours, int *theirs, GError **error)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return child_failed(error, "socketpair");
	*ours = ends[0];
	*theirs = ends[1];
	return TRUE;
}

static gboolean child_pty(int *ours, int *theirs, GError **error)
{
	char name[64];
	*ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*ours < 0 || grantpt(*ours) != 0 || unlockpt(*ours) != 0 ||
	    ptsname_r(*ours, name, sizeof name) != 0)
		return child_failed(error, "pseudo terminal");
	*theirs = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios mode;
	if (*theirs < 0 || tcgetattr(*theirs, &mode) != 0)
		return child_failed(error, name);
	cfmakeraw(&mode);
	if (tcsetattr(*theirs, TCSANOW, &mode) != 0)
		return child_failed(error, name);
	return TRUE;
}

/* A pipe that closes on exec; its reading end is non-blocking where asked. */
static gboolean child_pipe(int *reading, int *writing, gboolean nonblock, GError **error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return child_failed(error, "pipe");
	*reading = ends[0];
	*writing = ends[1];
	if (nonblock && fcntl(*reading, F_SETFL, O_NONBLOCK) != 0)
		return child_failed(error, "pipe");
	return TRUE;
}

/* Forks and waits for exec: 0, or the errno of what failed. */
static int child_fork(ProcessChild *child, ChildSetup *setup, int status_fd)
{
	setup->parent = getpid();
	child->pid = fork();
	if (child->pid == 0)
		child_exec(setup);
	if (child->pid < 0) {
		child->pid = 0;
		return errno;
	}
	child_close(&setup->status_fd);
	int number = 0;
	ssize_t got;
	do
		got = read(status_fd, &number, sizeof number);
	while (got < 0 && errno == EINTR);
	if (got != sizeof number)
		return 0;
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	child->pid = 0;
	return number;
}

gboolean process_child_start(ProcessChild *child, char **argv, gboolean pty, GError **error)
{
	*child = (ProcessChild){.fd = -1, .stderr_fd = -1};
	g_autofree char *program = g_find_program_in_path(argv[0]);
	if (program == NULL && g_strrstr(argv[0], "/") == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "cannot start the program: %s is not in PATH", argv[0]);
		return FALSE;
	}
	ChildSetup setup = {.program = program != NULL ? program : argv[0],
	                    .argv = argv,
	                    .stdio_fd = -1,
	                    .stderr_fd = -1,
	                    .status_fd = -1};
	int status_fd = -1;
	gboolean ok = (pty ? child_pty : child_socket_pair)(&child->fd, &setup.stdio_fd, error) &&
	              child_pipe(&child->stderr_fd, &setup.stderr_fd, TRUE, error) &&
	              child_pipe(&status_fd, &setup.status_fd, FALSE, error);
	if (ok && fcntl(child->fd, F_SETFL, O_NONBLOCK) != 0)
		ok = child_failed(error, "fcntl");
	if (ok) {
		errno = child_fork(child, &setup, status_fd);
		if (errno != 0)
			ok = child_failed(error, setup.program);
	}
	child_close(&setup.stdio_fd);
	child_close(&setup.stderr_fd);
	child_close(&setup.status_fd);
	child_close(&status_fd);
	if (!ok)
		process_child_close(child);
	return ok;
}

void process_child_close(ProcessChild *child)
{
	child_close(&child->fd);
	child_close(&child->stderr_fd);
}
