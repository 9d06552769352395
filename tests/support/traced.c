/* SPDX-License-Identifier: Apache-2.0 */
#include "traced.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACED_MOST 64 /* processes at one time */

typedef struct Traced {
	pid_t main;
	TracedHook hook;
	void *user;
	int done;
	/* What a call does is known at its end only by what it was at its beginning. */
	TracedCall calls[TRACED_MOST];
} Traced;

/* Its place, which it gets where it has none; NULL: there are too many. */
static TracedCall *traced_call(Traced *traced, pid_t pid)
{
	TracedCall *unused = NULL;
	for (int i = 0; i < TRACED_MOST; i++) {
		if (traced->calls[i].pid == pid)
			return &traced->calls[i];
		if (traced->calls[i].pid == 0)
			unused = &traced->calls[i];
	}
	if (unused != NULL)
		*unused = (TracedCall){.pid = pid,
		                       .role = pid == traced->main ? TRACED_SUPERVISOR : TRACED_OTHER};
	return unused;
}

static void traced_forget(Traced *traced, pid_t pid)
{
	TracedCall *call = traced_call(traced, pid);
	if (call != NULL)
		call->pid = 0;
}

/* A process has a new program: 0 it is a board or a tool. */
static int traced_took_program(Traced *traced, pid_t pid)
{
	char path[64], line[256] = {0};
	snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
	FILE *file = fopen(path, "re");
	size_t got = file == NULL ? 0 : fread(line, 1, sizeof line - 1, file);
	if (file != NULL)
		fclose(file);
	const char *second = line + strlen(line) + 1;
	if (pid == traced->main)
		return 1;
	TracedCall *call = traced_call(traced, pid);
	if (call == NULL || got == 0 || second >= line + got || strcmp(second, "worker") != 0)
		return 0;
	call->role = TRACED_WORKER;
	return 1;
}

#ifdef __x86_64__
int traced_can_refuse(void)
{
	return 1;
}

/* There is no such call as -1; its answer is put in at its end. */
static void traced_refuse(const TracedCall *call)
{
	struct user_regs_struct registers;
	if (ptrace(PTRACE_GETREGS, call->pid, 0, &registers) != 0)
		return;
	if (call->is_entry)
		registers.orig_rax = ~0ull;
	else
		registers.rax = (unsigned long long)-(long long)call->refuse;
	ptrace(PTRACE_SETREGS, call->pid, 0, &registers);
}
#else
int traced_can_refuse(void)
{
	return 0;
}

static void traced_refuse(const TracedCall *call)
{
	(void)call;
}
#endif

static void traced_at_call(Traced *traced, pid_t pid)
{
	struct __ptrace_syscall_info info;
	TracedCall *call = traced_call(traced, pid);
	if (call == NULL || ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
		return;
	call->is_entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
	if (call->is_entry) {
		call->number = info.entry.nr;
		call->refuse = 0;
		for (int i = 0; i < 6; i++)
			call->arguments[i] = info.entry.args[i];
	}
	traced->done = traced->hook(traced->user, call) != 0;
	if (call->refuse != 0)
		traced_refuse(call);
}

/* One stop of one process, which goes on afterwards. */
static void traced_at_stop(Traced *traced, pid_t pid, int status)
{
	int signal_number = WSTOPSIG(status), event = status >> 16;
	int keep = 1;
	if (event == PTRACE_EVENT_EXEC)
		keep = traced_took_program(traced, pid);
	else if (signal_number == (SIGTRAP | 0x80) && !traced->done)
		traced_at_call(traced, pid);
	int deliver = event != 0 || signal_number == (SIGTRAP | 0x80) || signal_number == SIGSTOP ||
	                      signal_number == SIGTRAP
	                  ? 0
	                  : signal_number;
	if (!keep)
		traced_forget(traced, pid);
	ptrace(traced->done || !keep ? PTRACE_DETACH : PTRACE_SYSCALL, pid, 0, deliver);
}

int traced_run(char **command, TracedHook hook, void *user)
{
	Traced traced = {.hook = hook, .user = user, .main = fork()};
	if (traced.main == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execv(command[0], command);
		_exit(127);
	}
	int status = 0, code = 0;
	waitpid(traced.main, &status, 0);
	ptrace(PTRACE_SETOPTIONS, traced.main, 0,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	           PTRACE_O_TRACEEXEC);
	ptrace(PTRACE_SYSCALL, traced.main, 0, 0);
	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return code;
		if (WIFSTOPPED(status)) {
			traced_at_stop(&traced, pid, status);
			continue;
		}
		traced_forget(&traced, pid);
		if (pid == traced.main) {
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
			if (traced.done)
				return code;
		}
	}
}
