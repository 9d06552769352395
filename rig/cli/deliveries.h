/* SPDX-License-Identifier: Apache-2.0 */
/* What hooks are still to be told. */
#ifndef RIG_CLI_DELIVERIES_H
#define RIG_CLI_DELIVERIES_H

#include "release/ledger.h"

/* Tries what is due, and tells how it went; what did not go is tried again later. */
void rig_deliver_now(RigLedger *ledger);

#endif
