/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moves a channel: promotion through the gate, and the way back. Each is one transaction with
 * its entry in the ledger; objects are on the disk before, tiles and checkpoint are written after.
 */
#ifndef RIG_RELEASE_CHANNEL_H
#define RIG_RELEASE_CHANNEL_H

#include "release/decision.h"
#include "release/head.h"

/*
 * Asks the gate, and where it says promote makes the candidate the channel's head; the decision is
 * kept in any case (*decided). word: the candidate as files. *version: of the new head; 0: there is
 * none. RIG_ERROR_BUSY: somebody else moved the channel meanwhile.
 */
gboolean rig_channel_promote(RigLedger *ledger, const char *word, const RigAsk *ask,
                             const char *channel, RigDecided *decided, gint64 *version,
                             GError **error);

/*
 * Back to an earlier candidate of the channel: `to` (the beginning of its digest), or (NULL) the
 * last before the present one that is not marked bad. Works while the channel is frozen, and holds
 * it. RIG_ERROR_BOARD: refused (bad, or below the floor). *head: the new one.
 */
gboolean rig_channel_rollback(RigLedger *ledger, const char *channel, const char *to,
                              const char *why, RigHead **head, GError **error);

/* RIG_ERROR_USAGE: it is no name. */
gboolean rig_channel_is_name(const char *channel, GError **error);

#endif
