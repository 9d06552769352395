/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit's own files share. */
#ifndef RIG_RELEASE_AUDIT_PARTS_H
#define RIG_RELEASE_AUDIT_PARTS_H

#include "release/audit.h"
#include "release/ledger_rules.h"
#include "release/rebuild.h"

typedef struct Audit {
	RigAudit *told;
	RigLedger *ledger;
	RigCheckpoint checkpoint; /* size 0: none that can be used */
	GArray *leaves;           /* RigHash, of the bodies */
	GPtrArray *bodies;        /* GBytes */
	GPtrArray *entries;       /* json_t */
	RigFrontier growth;       /* of the bodies */
	RigHash at_checkpoint;    /* root of the bodies before it */
} Audit;

void rig_audit_find(Audit *audit, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Every tile that is there, and that all are there. */
void rig_audit_tiles(Audit *audit);
/* Every object that an entry names, and what it says, against the entry. */
void rig_audit_statements(Audit *audit);

#endif
