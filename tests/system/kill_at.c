/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tinyrig and kills one of its processes at the N-th boundary of what it writes: before or
 * after the N-th of the system calls that reach disk, journal or channel.
 * usage: kill_at supervisor|worker N COMMAND…
 * Prints on stderr where it killed. Exit 99: the run ended before there were N boundaries.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 64

typedef struct Killer {
	pid_t main;
	int wants_worker;
	long wanted, seen;
	int done;
	pid_t worker[PROCESSES_MAX]; /* known by their exec */
	int workers;
} Killer;

static const struct {
	unsigned long long number;
	const char *name;
} boundaries[] = {
    {SYS_write, "write"},   {SYS_fsync, "fsync"},   {SYS_fdatasync, "fdatasync"},
    {SYS_rename, "rename"}, {SYS_sendto, "sendto"}, {SYS_ftruncate, "ftruncate"},
    {SYS_mkdir, "mkdir"},   {SYS_flock, "flock"},
};

static int is_worker(const Killer *killer, pid_t pid)
{
	for (int i = 0; i < killer->workers; i++) {
		if (killer->worker[i] == pid)
			return 1;
	}
	return 0;
}

/* A process has a new program: 1 it is one of ours, 0 it is a board or a tool. */
static int took_program(Killer *killer, pid_t pid)
{
	char path[64], line[256] = {0};
	snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
	FILE *file = fopen(path, "re");
	size_t got = file == NULL ? 0 : fread(line, 1, sizeof line - 1, file);
	if (file != NULL)
		fclose(file);
	const char *second = line + strlen(line) + 1;
	if (pid == killer->main)
		return 1;
	if (got == 0 || second >= line + got || strcmp(second, "worker") != 0 ||
	    killer->workers == PROCESSES_MAX)
		return 0;
	killer->worker[killer->workers++] = pid;
	return 1;
}

/* A system call begins or ends: kills when it is the wanted boundary. */
static void at_call(Killer *killer, pid_t pid)
{
	/* What a call does is known at its end only by what it was at its beginning; both are told. */
	static unsigned long long current[1 << 22]; /* by process number (PID_MAX_LIMIT) */
	struct __ptrace_syscall_info info;
	int ours = killer->wants_worker ? is_worker(killer, pid) : pid == killer->main;
	if (!ours || ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		current[pid] = info.entry.nr;
	for (size_t i = 0; i < sizeof boundaries / sizeof *boundaries; i++) {
		if (boundaries[i].number != current[pid] || ++killer->seen != killer->wanted)
			continue;
		fprintf(stderr, "killed %s %s %s\n", killer->wants_worker ? "worker" : "supervisor",
		        info.op == PTRACE_SYSCALL_INFO_ENTRY ? "before" : "after", boundaries[i].name);
		kill(pid, SIGKILL);
		killer->done = 1;
	}
}

/* One stop of one process, which goes on afterwards. */
static void at_stop(Killer *killer, pid_t pid, int status)
{
	int signal_number = WSTOPSIG(status), event = status >> 16;
	int keep = 1;
	if (event == PTRACE_EVENT_EXEC)
		keep = took_program(killer, pid);
	else if (signal_number == (SIGTRAP | 0x80))
		at_call(killer, pid);
	int deliver = event != 0 || signal_number == (SIGTRAP | 0x80) || signal_number == SIGSTOP ||
	                      signal_number == SIGTRAP
	                  ? 0
	                  : signal_number;
	ptrace(killer->done || !keep ? PTRACE_DETACH : PTRACE_SYSCALL, pid, 0, deliver);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	Killer killer = {.wants_worker = strcmp(argv[1], "worker") == 0, .wanted = atol(argv[2])};
	killer.main = fork();
	if (killer.main == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execv(argv[3], argv + 3);
		_exit(127);
	}
	int status = 0, code = 99;
	waitpid(killer.main, &status, 0);
	ptrace(PTRACE_SETOPTIONS, killer.main, 0,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	           PTRACE_O_TRACEEXEC);
	ptrace(PTRACE_SYSCALL, killer.main, 0, 0);
	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		if (WIFSTOPPED(status)) {
			at_stop(&killer, pid, status);
		} else if (pid == killer.main) {
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			if (killer.done)
				break;
		}
	}
	return killer.done ? code : 99;
}
