/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of others: an argument list and never a shell, a process group of their own, a
 * deadline, then TERM, then KILL; JSON in on stdin, JSON out on stdout, stderr kept. A non-zero
 * exit or bad JSON is RIG_ERROR_BENCH, never a board's fault.
 */
#ifndef RIG_RUN_PROGRAM_H
#define RIG_RUN_PROGRAM_H

#include <jansson.h>
#include <rig/clock.h>
#include <rig/error.h>

#define RIG_PROGRAM_OUTPUT_MAX ((gsize)1 << 20)

typedef struct RigProgram {
	char **argv;        /* placeholders are filled already; borrowed */
	const char *folder; /* working folder; NULL: the rig's */
	const char *input;  /* for stdin; NULL: nothing */
	gint64 deadline_us; /* on `clock` */
	const RigClock *clock;
	int stop_fd; /* readable: end it and fail with RIG_ERROR_STOPPED; -1: none */
} RigProgram;

typedef struct RigProgramResult {
	json_t *answer; /* what it printed; NULL when it printed nothing */
	char *said;     /* stderr, at most its last 4 KiB; never NULL after a run */
	char *sha256;   /* of the program's file; NULL when it was not found */
	int status;     /* exit status; 128 + signal; -1: not started */
} RigProgramResult;

/* Blocks until the program ended. *result is filled in any case; free with
 * rig_program_result_clear. */
gboolean rig_program_run(const RigProgram *program, RigProgramResult *result, GError **error);
void rig_program_result_clear(RigProgramResult *result);

/* `argv` with ${name} filled from `values`; unknown names are RIG_ERROR_USAGE. g_strfreev. */
char **rig_program_expand(char **argv, GHashTable *values, GError **error);

#endif
