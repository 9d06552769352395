/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIG_BASE_VERDICT_H
#define RIG_BASE_VERDICT_H

#include <rig/error.h>

/* Ordered by weight: the worst of several is their maximum. */
typedef enum {
	RIG_VERDICT_SKIP, /* not run, with a reason */
	RIG_VERDICT_PASS,
	RIG_VERDICT_INCONCLUSIVE, /* measured, but it does not reach the limit */
	RIG_VERDICT_FAIL,         /* the board is wrong */
	RIG_VERDICT_ERROR,        /* rig or bench is wrong */
} RigVerdict;

/* "skip", "pass", "inconclusive", "fail", "error" */
const char *rig_verdict_name(RigVerdict verdict);
gboolean rig_verdict_parse(const char *name, RigVerdict *verdict);

/* `fail` for RIG_ERROR_BOARD, `error` for every other error, GLib's included. */
RigVerdict rig_verdict_of_error(const GError *error);

/* Exit codes of the program. */
enum {
	RIG_EXIT_PASSED = 0,
	RIG_EXIT_FAILED = 1,
	RIG_EXIT_INTERRUPTED = 2,
	RIG_EXIT_INTERNAL = 3,
	RIG_EXIT_USAGE = 4,
	RIG_EXIT_NOTHING = 5,
	RIG_EXIT_BENCH = 10,
	RIG_EXIT_BUSY = 11,
	RIG_EXIT_REFUSED = 12, /* the gate says no */
	RIG_EXIT_HOLD = 13,    /* the gate does not know */
	RIG_EXIT_DAMAGED = 14, /* what is signed or kept is not what it was */
};

#endif
