/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker: owns the devices of one station, does one attempt after the other as the
 * supervisor asks, journals what happens, and makes the board safe when it ends, also when its
 * supervisor is gone.
 */
#ifndef RIG_RUN_WORKER_H
#define RIG_RUN_WORKER_H

#include <rig/error.h>

/* `generation`: 1 for the first worker of a run, 2.. for its successors. */
typedef struct RigWorkerArguments {
	const char *folder; /* of the run, made by the supervisor */
	int channel_fd;
	guint generation;
} RigWorkerArguments;

/* Blocks until the supervisor says `end` or is gone. Returns an exit code. */
int rig_worker_main(const RigWorkerArguments *arguments);

/* Names that are not cases. */
#define RIG_ATTEMPT_SETUP    "setup"
#define RIG_ATTEMPT_TEARDOWN "teardown"
#define RIG_ATTEMPT_SAFE     "safe" /* the one-step plan of a worker that only makes safe */

#endif
