/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: the least that a host can do for an exchange: write, poll, read until m-ready. */
#ifndef TESTS_BENCH_FLOOR_H
#define TESTS_BENCH_FLOOR_H

#include <stddef.h>
#include <sys/types.h>

typedef struct Floor {
	int fd;
	pid_t pid;
	char reply[8192]; /* of the last exchange */
	size_t size;
} Floor;

/* Starts `program` on a socket pair and waits for its banner. Ends the process on any error. */
void floor_open(Floor *board, const char *program);
/* Opens a serial port raw and with low latency, lets the board start and waits for its banner. */
void floor_open_serial(Floor *board, const char *port, int baud);
/* One command, its reply read until the line m-ready has ended. */
void floor_exchange(Floor *board, const char *command, size_t size);
void floor_close(Floor *board);

#endif
