/* SPDX-License-Identifier: Apache-2.0 */
/* A model board, its link and the protocol over it, ready to be talked to. */
#ifndef TESTS_SUPPORT_TINY_BENCH_H
#define TESTS_SUPPORT_TINY_BENCH_H

#include "../../drivers/protocol/mlperf_tiny.h"
#include "monitor_board.h"
#include <rig/drivers.h>

typedef struct TinyBench {
	FakeClock clock;
	TinyBoard board;      /* the model, or */
	MonitorBoard shipped; /* the monitor that we ship: link_options.peer says which */
	MemoryOptions link_options;
	TinyOptions options;
	RigLink *link;
	RigProtocol *protocol;
	GString *notes;     /* what the protocol told, one a line */
	GArray *inferences; /* RigInference; outputs owned */
} TinyBench;

/* Peer and options may be changed until tiny_bench_open. `line` 0: no extension. */
void tiny_bench_init(TinyBench *bench, guint line);
/* Opens the link; the board is reset and boots where `boot`. */
void tiny_bench_open(TinyBench *bench, gboolean boot);
void tiny_bench_clear(TinyBench *bench);

/* Slots, with a deadline so far from now. */
gboolean tiny_bench_sync(TinyBench *bench, gboolean booted, GError **error);
/* Appends to bench->inferences. */
gboolean tiny_bench_infer(TinyBench *bench, const guint8 *input, gsize size, guint iterations,
                          guint warmups, GError **error);
RigInference *tiny_bench_inference(TinyBench *bench, guint index);

#endif
