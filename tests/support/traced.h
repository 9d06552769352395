/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs tinyrig and stops each of its processes at the beginning and the end of every system call
 * (ptrace). Boards and tools that it starts run by themselves. Nothing but libc, so that what is
 * traced is not disturbed.
 */
#ifndef TESTS_SUPPORT_TRACED_H
#define TESTS_SUPPORT_TRACED_H

#include <sys/types.h>

typedef enum {
	TRACED_OTHER, /* a thread, or a child before it has its program */
	TRACED_SUPERVISOR,
	TRACED_WORKER,
} TracedRole;

typedef struct TracedCall {
	pid_t pid;
	TracedRole role;
	int is_entry; /* else it ends */
	unsigned long long number;
	unsigned long long arguments[6]; /* at its beginning */
	int refuse; /* a hook sets it at the beginning: the call is not done, and ends with that errno
	             */
} TracedCall;

/* Not 0: nobody is traced any longer. */
typedef int (*TracedHook)(void *user, TracedCall *call);

/* The exit status of the command, 128 + N when signal N ended it. */
int traced_run(char **command, TracedHook hook, void *user);

/* 0: on this machine no call can be refused. */
int traced_can_refuse(void);

#endif
