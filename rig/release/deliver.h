/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks: what a promotion or a rollback is to tell is written in its own transaction, and delivered
 * at least once, each with one key, by programs of others or by HTTP. What does not go is tried
 * again, later and later, and never forgotten; a rollback takes back what was still to be told of
 * the head it leaves.
 */
#ifndef RIG_RELEASE_DELIVER_H
#define RIG_RELEASE_DELIVER_H

#include "release/ledger.h"

typedef struct RigDelivered {
	guint done, waiting; /* waiting: tried, and put off */
	char *said;          /* of the last that did not go; owned; NULL */
} RigDelivered;

/*
 * Tries all that is due (all: whatever is pending), one after the other; blocks for a minute at
 * most for each. Somebody else at it: nothing is done. RIG_ERROR_BENCH and RIG_ERROR_DAMAGED are of
 * the ledger; a hook that fails is no error.
 */
gboolean rig_deliver(RigLedger *ledger, gboolean all, RigDelivered *delivered, GError **error);

#endif
