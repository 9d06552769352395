/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: what happened on the way to release, as entries that only grow in number, hashed as
 * RFC 6962's tree. Entries and what follows from them (ledger_rules.h) change in one transaction of
 * $TINYRIG_STATE/release/ledger.db. What others read is written after it: tiles and the signed
 * checkpoint in $TINYRIG_STATE/ledger; a kill between leaves them behind by some entries, and
 * whoever writes next brings them up to date.
 *
 * All calls block on the disk only; one thread a ledger; any number of processes.
 */
#ifndef RIG_RELEASE_LEDGER_H
#define RIG_RELEASE_LEDGER_H

#include "release/dsse.h"
#include "release/json_text.h"
#include "release/note.h"
#include "store/db.h"

#define RIG_KEY_LEDGER "ledger" /* signs checkpoints and heads */
#define RIG_KEY_RIG    "rig"    /* signs the evidence of this rig's runs */

typedef struct RigLedger {
	RigDb db;
	char *objects;      /* blobs: envelopes, policies, decisions, heads, candidates, images */
	char *log;          /* folder of checkpoint and tiles */
	RigKey *key;        /* signs; public half only where it was opened to be read */
	char *origin;       /* name of the log; NULL: there is no entry yet */
	guint64 size;       /* entries, as of the last begin or open */
	RigFrontier growth; /* the tree at that size */
	gboolean writes;
} RigLedger;

/*
 * `writes`: it is made where there is none, with its key. Else that is RIG_ERROR_USAGE.
 * RIG_ERROR_DAMAGED: it ends before its own checkpoint (an older copy was put back), or the
 * checkpoint is not its own.
 */
RigLedger *rig_ledger_open(gboolean writes, GError **error);
/* To be read only, whatever it looks like: for who looks for damage. */
RigLedger *rig_ledger_open_damaged(GError **error);
void rig_ledger_close(RigLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigLedger, rig_ledger_close)

/* One transaction: nobody else writes until it is committed or given up. */
gboolean rig_ledger_begin(RigLedger *ledger, GError **error);
/* Takes `fields`; adds seq, time, type and who. The rule of the type is applied. */
gboolean rig_ledger_append(RigLedger *ledger, const char *type, json_t *fields, GError **error);
/* The same at a time, UTC seconds; never before the last entry's. */
gboolean rig_ledger_append_at(RigLedger *ledger, const char *type, gint64 unix_s, json_t *fields,
                              GError **error);
gboolean rig_ledger_commit(RigLedger *ledger, GError **error);
void rig_ledger_give_up(RigLedger *ledger);

/* Size and growth as they are committed now, checked against the checkpoint. */
gboolean rig_ledger_reload(RigLedger *ledger, GError **error);

/* Writes the tiles and the checkpoint of all that is committed. */
gboolean rig_ledger_publish(RigLedger *ledger, GError **error);

/* Begin, append, commit and publish. */
gboolean rig_ledger_add(RigLedger *ledger, const char *type, json_t *fields, GError **error);

/* Of the last entry, UTC seconds; 0: there is none. */
gint64 rig_ledger_last_time(RigLedger *ledger);

/* Hashes of the entries from `begin` to before `end`; caller frees. */
GArray *rig_ledger_leaves(RigDb *db, guint64 begin, guint64 end, GError **error);

/* The checkpoint as it is published, verified. size 0: there is none yet. Due to
 * rig_checkpoint_clear. */
gboolean rig_ledger_checkpoint(const RigLedger *ledger, RigCheckpoint *checkpoint, GError **error);

/* The tree's row, as bytes. */
gboolean rig_frontier_read(RigFrontier *frontier, guint64 size, const void *data, gsize bytes);

#endif
