/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate's own files share. */
#ifndef RIG_RELEASE_GATE_PARTS_H
#define RIG_RELEASE_GATE_PARTS_H

#include "release/gate.h"

typedef struct RigGate {
	const RigGateInput *input;
	GPtrArray *rules; /* RigRule */
} RigGate;

/* reason: static; "" with PASS. */
void rig_gate_tell(RigGate *gate, RigRuleVerdict verdict, const char *reason, const char *name,
                   const char *format, ...) G_GNUC_PRINTF(5, 6);

/* The key counts for this role, for what was logged then. */
gboolean rig_gate_trusts(const RigGateInput *input, const RigGateEvidence *evidence,
                         gboolean approves, gboolean *revoked);

/* A run of the suite that says something of the image on the target. */
typedef struct RigGateRun {
	const RigGateEvidence *evidence;
	const RigStatement *statement;
	const json_t *report; /* `run` of the predicate */
	gint64 time_s;
	RigVerdict verdict;
	gboolean interrupted;
} RigGateRun;

/* How a run counts toward what the policy asks of a suite. */
typedef struct RigGateJudged {
	RigRuleVerdict verdict;
	const char *reason;
	char *message; /* owned; NULL where it counts */
} RigGateJudged;
RigGateJudged rig_gate_judge_run(const RigGateInput *input, const RigPolicySuite *suite,
                                 const RigGateRun *run);

/*
 * Runs of a suite on a target with the image, by trusted signers, oldest first: array of
 * RigGateRun. *why (static, may be NULL): what there is instead, where there is none.
 */
GArray *rig_gate_runs(const RigGateInput *input, const char *suite, const char *target,
                      const RigGateImage *image, const char **why);

/* The rules of each part. */
void rig_gate_channel_rules(RigGate *gate);
void rig_gate_number_rules(RigGate *gate);
void rig_gate_suite_rules(RigGate *gate);
void rig_gate_limit_rules(RigGate *gate);

/* The candidate's image for a target; NULL: it has none. */
const RigGateImage *rig_gate_image(const GPtrArray *images, const char *target);

#endif
