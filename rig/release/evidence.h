/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence in the ledger: each run with an image gets a number before its worker starts, and signed
 * statements when it is kept. A number without a statement is a run that nobody knows the end of.
 */
#ifndef RIG_RELEASE_EVIDENCE_H
#define RIG_RELEASE_EVIDENCE_H

#include "release/ledger.h"
#include "release/statement.h"

/* Gives the run its number; one without an image has none, and is TRUE. */
gboolean rig_evidence_begin(RigLedger *ledger, const RigRunReport *run, GError **error);

/* Ids of runs that have a number and no statement yet; NULL with an error. Caller frees. */
GPtrArray *rig_evidence_open_runs(RigLedger *ledger, GError **error);

/*
 * Signs what is known of a run that has a number, and enters it; a run without one, or with a
 * statement, is left as it is. more: number, previous and rig are filled in.
 */
gboolean rig_evidence_keep(RigLedger *ledger, const RigRunReport *run, RigStatementRun *more,
                           GError **error);

/*
 * Takes in one line that a key has signed. *known: it was there already. What is no statement of
 * tinyrig's own, a tally or an approval is passed over (*passed). RIG_ERROR_DAMAGED: it is not
 * signed by that key.
 */
gboolean rig_evidence_take(RigLedger *ledger, const char *line, const char *name, RigKey *key,
                           gboolean *known, gboolean *passed, GError **error);

/* The fields of a statement's entry; standard: digest of the other one, or NULL. A new reference.
 */
json_t *rig_evidence_entry(const RigStatement *statement, const char *digest, const char *signer,
                           const char *standard);

/* The tally of an image's runs of this rig, signed now; caller frees. */
char *rig_evidence_tally(RigLedger *ledger, const char *image_sha256, GError **error);

/* A line of a row's digest, as it was signed; caller frees. RIG_ERROR_DAMAGED. */
char *rig_evidence_line(RigLedger *ledger, const char *digest, GError **error);

#endif
