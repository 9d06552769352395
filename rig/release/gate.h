/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate: promote, refuse or hold, as a pure function of policy, candidate, evidence, what the
 * ledger says, and a time. Whatever is not said is no pass: missing, skipped, stale, too thin is
 * hold. No clock, no file, no locale is asked.
 */
#ifndef RIG_RELEASE_GATE_H
#define RIG_RELEASE_GATE_H

#include "config/policy.h"
#include "release/crypto.h"
#include "release/statement.h"

/* What wants to be released. Texts are owned. */
typedef struct RigGateImage {
	char *target, *sha256, *load_digest;
} RigGateImage;

typedef struct RigGateCandidate {
	char *digest; /* of the manifest, or of a lone image */
	char *name, *version, *model;
	gint64 counter;    /* security counter; -1: not stated */
	GPtrArray *images; /* RigGateImage */
} RigGateCandidate;

/* A statement whose signature is good, by whom. */
typedef struct RigGateEvidence {
	char *digest;    /* of the envelope */
	char *signer;    /* key id */
	gint64 logged_s; /* when the ledger took it in */
	RigStatement statement;
} RigGateEvidence;

/* A key of the policy, opened. */
typedef struct RigGateSigner {
	char *id, *name;
	RigKey *key;      /* NULL where only the rules are asked */
	gint64 revoked_s; /* G_MAXINT64: it is not */
	gboolean evidence, approve;
} RigGateSigner;

/* What the ledger says at a size. */
typedef struct RigGateFacts {
	char *origin;
	guint64 size;
	RigHash root;
	gint64 last_time_s;        /* of the last entry */
	char *frozen, *held, *bad; /* why; NULL: it is not */
	gint64 floor;              /* -1: none */
	char *head;                /* candidate of the channel's head; NULL: it has none */
	GPtrArray *head_images;    /* RigGateImage */
	char *after_head;          /* of the channel that the policy names; NULL */
	gint64 after_since_s;
	GHashTable *revoked; /* key id -> gint64 * seconds */
	GHashTable *tails; /* "SIGNER IMAGE" -> gint64 *: number of this rig's last run of the image */
} RigGateFacts;

typedef struct RigGateInput {
	const RigPolicy *policy;
	const GPtrArray *signers; /* RigGateSigner */
	const RigGateCandidate *candidate;
	const RigGateFacts *facts;
	const GPtrArray *evidence; /* RigGateEvidence */
	gint64 as_of_s;
} RigGateInput;

typedef enum {
	RIG_RULE_PASS,
	RIG_RULE_WAIVED,
	RIG_RULE_HOLD,
	RIG_RULE_REFUSE,
} RigRuleVerdict;

typedef struct RigRule {
	char *name; /* suites.digits-smoke.microbit.passes */
	RigRuleVerdict verdict;
	const char *reason; /* "too-few-passes"; static; "" where it passes */
	char *message;
	const RigPolicyWaiver *waiver; /* WAIVED: by whom */
} RigRule;

/* "promote", "hold", "refuse"; of a rule "pass", "waived", "hold", "refuse". */
const char *rig_gate_word(RigRuleVerdict verdict);
const char *rig_rule_word(RigRuleVerdict verdict);

/* Array of RigRule, in the policy's order; caller frees. *worst: the decision. */
GPtrArray *rig_gate_rules(const RigGateInput *input, RigRuleVerdict *worst);

/* The decision as it is kept: canonical JSON with a newline; caller frees. */
char *rig_gate_decide(const RigGateInput *input, RigRuleVerdict *decision);

/* Keys of the policy. RIG_ERROR_USAGE: one of them is none. Caller frees. */
GPtrArray *rig_gate_signers(const RigPolicy *policy, GError **error);

RigGateCandidate *rig_gate_candidate_new(void);
void rig_gate_candidate_free(RigGateCandidate *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigGateCandidate, rig_gate_candidate_free)
RigGateImage *rig_gate_image_add(GPtrArray *images, const char *target, const char *sha256,
                                 const char *load_digest);
GPtrArray *rig_gate_images_new(void);
json_t *rig_gate_candidate_json(const RigGateCandidate *candidate);
/* RIG_ERROR_DAMAGED: it is no such JSON. */
RigGateCandidate *rig_gate_candidate_read(const json_t *json, GError **error);

RigGateFacts *rig_gate_facts_new(void);
void rig_gate_facts_free(RigGateFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigGateFacts, rig_gate_facts_free)

/* Owns the statement, whose members move; array of them frees its items. */
GPtrArray *rig_gate_evidence_new(void);

#endif
