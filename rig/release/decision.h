/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions: what the gate is asked with is gathered from ledger and files, and kept, so that the
 * same question can be asked again years later. */
#ifndef RIG_RELEASE_DECISION_H
#define RIG_RELEASE_DECISION_H

#include "release/gate.h"
#include "release/ledger.h"

/* A candidate as a command line names it: a manifest, or TARGET=FILE. RIG_ERROR_USAGE. */
RigGateCandidate *rig_decision_candidate(const char *word, GError **error);
/* Manifest and images into the ledger's objects. */
gboolean rig_decision_keep_candidate(RigLedger *ledger, const char *word,
                                     const RigGateCandidate *candidate, GError **error);

/* What is asked. */
typedef struct RigAsk {
	const char *policy; /* file */
	const RigGateCandidate *candidate;
	char **files;   /* evidence that is not in the ledger; may be NULL */
	gint64 as_of_s; /* -1: now */
} RigAsk;

typedef struct RigDecided {
	RigRuleVerdict verdict;
	char *text, *digest; /* the decision, and its SHA-256 */
	RigPolicy *policy;
	GPtrArray *rules; /* RigRule */
} RigDecided;

/* Within the transaction: decides, keeps what it was decided by, and enters it. */
gboolean rig_decision_make(RigLedger *ledger, const RigAsk *ask, RigDecided *decided,
                           GError **error);
void rig_decided_clear(RigDecided *decided);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigDecided, rig_decided_clear)

/* The kept decision that a word means, a digest or its beginning; caller frees. */
char *rig_decision_find(RigLedger *ledger, const char *word, GError **error);
/* Decides again, by what is kept alone. *text: what comes, *kept: what came then. */
gboolean rig_decision_replay(RigLedger *ledger, const char *digest, char **text, char **kept,
                             GError **error);

/* The policy of that digest, as it is kept. */
RigPolicy *rig_decision_policy(const char *objects, const char *sha256, GError **error);

#endif
