/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tinyrig and kills one of its processes at the N-th boundary of what it writes: before or
 * after the N-th of the system calls that reach disk, journal or channel.
 * usage: kill_at supervisor|worker N COMMAND…
 * Prints on stderr where it killed. Exit 99: the run ended before there were N boundaries.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "traced.h"

typedef struct Killer {
	TracedRole wants;
	long wanted, seen;
	int done;
} Killer;

static const struct {
	unsigned long long number;
	const char *name;
} boundaries[] = {
    {SYS_write, "write"},   {SYS_fsync, "fsync"},   {SYS_fdatasync, "fdatasync"},
    {SYS_rename, "rename"}, {SYS_sendto, "sendto"}, {SYS_ftruncate, "ftruncate"},
    {SYS_mkdir, "mkdir"},   {SYS_flock, "flock"},
};

/* A system call begins or ends: kills when it is the wanted boundary. */
static int at_call(void *user, TracedCall *call)
{
	Killer *killer = user;
	for (size_t i = 0; i < sizeof boundaries / sizeof *boundaries; i++) {
		if (call->role != killer->wants || boundaries[i].number != call->number ||
		    ++killer->seen != killer->wanted)
			continue;
		fprintf(stderr, "killed %s %s %s\n",
		        killer->wants == TRACED_WORKER ? "worker" : "supervisor",
		        call->is_entry ? "before" : "after", boundaries[i].name);
		kill(call->pid, SIGKILL);
		killer->done = 1;
	}
	return killer->done;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	Killer killer = {.wants = strcmp(argv[1], "worker") == 0 ? TRACED_WORKER : TRACED_SUPERVISOR,
	                 .wanted = atol(argv[2])};
	int code = traced_run(argv + 3, at_call, &killer);
	return killer.done ? code : 99;
}
