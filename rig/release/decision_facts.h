/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate needs, from a ledger's tables: of now, or rebuilt for an older size. */
#ifndef RIG_RELEASE_DECISION_FACTS_H
#define RIG_RELEASE_DECISION_FACTS_H

#include "release/gate.h"
#include "release/ledger.h"

/* db: the tables to ask; ledger: its objects, key and origin. size, root and time are filled by the
 * caller. */
RigGateFacts *rig_facts_read(RigLedger *ledger, RigDb *db, const RigPolicy *policy,
                             const RigGateCandidate *candidate, GError **error);

/* Digests of the evidence on the candidate's images, the head's, and approvals; caller frees. */
GPtrArray *rig_facts_evidence(RigDb *db, const RigGateCandidate *candidate,
                              const RigGateFacts *facts, GError **error);

/*
 * Adds the statement of a kept envelope, where one of the signers signed it; what nobody did is
 * passed over, as if it were not there. db: tells when it was logged; now_s where it was not.
 */
gboolean rig_facts_add_evidence(RigLedger *ledger, RigDb *db, const GPtrArray *signers,
                                const char *digest, gint64 now_s, GPtrArray *evidence,
                                GError **error);

#endif
