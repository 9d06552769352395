/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the child of the process link. */
#ifndef DRIVERS_LINK_PROCESS_CHILD_H
#define DRIVERS_LINK_PROCESS_CHILD_H

#include <rig/error.h>
#include <sys/types.h>

typedef struct ProcessChild {
	pid_t pid;     /* leader of its own process group; 0: none */
	int fd;        /* its standard input and output; non-blocking; -1: closed */
	int stderr_fd; /* non-blocking; -1: closed */
} ProcessChild;

/*
 * Starts argv[0] (searched in PATH where it holds no slash) and waits until the kernel has
 * loaded it. The child is killed when the calling thread ends. Errors (RIG_ERROR_BENCH) name the
 * file and the reason; *child is closed then.
 */
gboolean process_child_start(ProcessChild *child, char **argv, gboolean pty, GError **error);

/* Closes the descriptors; the process itself is the caller's business. */
void process_child_close(ProcessChild *child);

#endif
