/* SPDX-License-Identifier: Apache-2.0 */
/* A serial link on an adapter that is not there, and what tests ask of both. */
#ifndef TESTS_DRIVER_SERIAL_BENCH_H
#define TESTS_DRIVER_SERIAL_BENCH_H

#include "../../drivers/link/serial_internal.h"
#include "tty_bed.h"

typedef struct SerialBench {
	RigLinkTap tap; /* first */
	TtyBed *bed;
	TtyPort *port; /* ttyUSB0, FT6A01 unless the test plugs another one in */
	RigSerialOptions options;
	GString *notes; /* of the tap, a line each */
	RigLink *link;  /* closed */
} SerialBench;

const RigLinkDriver *serial_bench_driver(void);
/* Later than any test waits. */
gint64 serial_bench_soon(void);

/* `adapter`: NULL for the usual one. `bench` must stay where it is until _end. */
void serial_bench_begin(SerialBench *bench, const TtyAdapter *adapter);
void serial_bench_end(SerialBench *bench);

void serial_bench_open(SerialBench *bench);
void serial_bench_expect(const GError *error, RigErrorCode code, const char *part);
/* Opening fails so. */
void serial_bench_refuses(SerialBench *bench, RigErrorCode code, const char *part);
/* The board says `text` and the link reads it. */
void serial_bench_hears(SerialBench *bench, const char *text);
/* Path of the port's lock file; caller frees. */
char *serial_bench_lock(const SerialBench *bench);

#endif
