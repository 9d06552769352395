/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether all that the ledger says still stands: entries against leaves, tree, tiles and signed
 * checkpoint; derived tables against the entries; objects against their names; statements and heads
 * against their signatures and against what their entries say of them. Reads only.
 */
#ifndef RIG_RELEASE_AUDIT_H
#define RIG_RELEASE_AUDIT_H

#include "release/ledger.h"

typedef struct RigAudit {
	GPtrArray *damage;   /* char *: a line for each thing that is not what it was; owned */
	guint64 entries;     /* that were looked at */
	guint64 unpublished; /* of these behind the checkpoint */
	guint64 objects, signatures;
} RigAudit;

/* pin: the key that the checkpoint must be of; NULL: what the first entry names. Due to
 * rig_audit_clear. FALSE: it cannot be looked at at all. */
gboolean rig_audit_verify(RigAudit *audit, const RigKey *pin, GError **error);
void rig_audit_clear(RigAudit *audit);

#endif
