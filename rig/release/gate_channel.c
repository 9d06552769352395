/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the channel, the candidate and the people; none of them looks at a run. */
#include <string.h>

#include "release/gate_parts.h"

static void channel_clock(RigGate *gate)
{
	const RigGateInput *input = gate->input;
	g_autofree char *last = rig_time_text(input->facts->last_time_s);
	if (input->as_of_s < input->facts->last_time_s)
		rig_gate_tell(gate, RIG_RULE_HOLD, "clock-set-back", "clock",
		              "the ledger's last entry is of %s, later than now: look at the clock", last);
	else
		rig_gate_tell(gate, RIG_RULE_PASS, "", "clock", "not before the ledger's last entry");
}

static void channel_stops(RigGate *gate)
{
	const RigGateFacts *facts = gate->input->facts;
	const char *channel = gate->input->policy->channel;
	if (facts->frozen != NULL)
		rig_gate_tell(gate, RIG_RULE_HOLD, "frozen", "channel",
		              "%s is frozen: %s; `tinyrig channel unfreeze %s` ends it", channel,
		              facts->frozen, channel);
	else if (facts->held != NULL)
		rig_gate_tell(gate, RIG_RULE_HOLD, "held-after-rollback", "channel",
		              "%s was rolled back: %s; `tinyrig channel unfreeze %s` lets it move again",
		              channel, facts->held, channel);
	else
		rig_gate_tell(gate, RIG_RULE_PASS, "", "channel", "%s is open", channel);
}

static void channel_candidate(RigGate *gate)
{
	const RigGateInput *input = gate->input;
	const RigGateFacts *facts = input->facts;
	gint64 counter = input->candidate->counter;
	if (facts->bad != NULL)
		rig_gate_tell(gate, RIG_RULE_REFUSE, "bad-mark", "candidate", "it is marked bad: %s",
		              facts->bad);
	else if (facts->head != NULL && strcmp(facts->head, input->candidate->digest) == 0)
		rig_gate_tell(gate, RIG_RULE_REFUSE, "already-there", "candidate",
		              "it is the head of %s already", input->policy->channel);
	else
		rig_gate_tell(gate, RIG_RULE_PASS, "", "candidate", "not marked bad");
	if (facts->floor >= 0 && counter < facts->floor)
		rig_gate_tell(
		    gate, RIG_RULE_REFUSE, "security-floor", "floor",
		    "its security counter is %s%" G_GINT64_FORMAT ", the floor of %s is %" G_GINT64_FORMAT
		    ": build the old code anew with a counter that is not below it",
		    counter < 0 ? "not stated, " : "", counter, input->policy->channel, facts->floor);
	else
		rig_gate_tell(gate, RIG_RULE_PASS, "", "floor", "not below the security floor");
}

static void channel_closed(RigGate *gate)
{
	const RigGateInput *input = gate->input;
	for (guint i = 0; i < input->policy->closed->len; i++) {
		const RigPolicyClosed *closed = input->policy->closed->pdata[i];
		if (input->as_of_s >= rig_time_read(closed->from) &&
		    input->as_of_s < rig_time_read(closed->until)) {
			rig_gate_tell(gate, RIG_RULE_HOLD, "closed", "window", "closed until %s%s%s",
			              closed->until, closed->why == NULL ? "" : ": ",
			              closed->why == NULL ? "" : closed->why);
			return;
		}
	}
	rig_gate_tell(gate, RIG_RULE_PASS, "", "window", "not closed");
}

static void channel_after(RigGate *gate)
{
	const RigGateInput *input = gate->input;
	const RigPolicy *policy = input->policy;
	gint64 there_s = input->as_of_s - input->facts->after_since_s;
	if (policy->after == NULL)
		return;
	if (g_strcmp0(input->facts->after_head, input->candidate->digest) != 0)
		rig_gate_tell(gate, RIG_RULE_HOLD, "not-in-channel", "after",
		              "it is not the head of %s: `tinyrig promote … --to %s` comes first",
		              policy->after, policy->after);
	else if (there_s < policy->soak_s)
		rig_gate_tell(gate, RIG_RULE_HOLD, "soak", "after",
		              "it has been in %s for %" G_GINT64_FORMAT " s of %" G_GINT64_FORMAT " s",
		              policy->after, there_s, policy->soak_s);
	else
		rig_gate_tell(gate, RIG_RULE_PASS, "", "after", "head of %s for %" G_GINT64_FORMAT " s",
		              policy->after, there_s);
}

/* It is for this candidate and channel, by somebody who may, and not too old. */
static gboolean channel_approves(const RigGateInput *input, const RigGateEvidence *evidence)
{
	const RigStatement *statement = &evidence->statement;
	gboolean revoked;
	g_autofree char *subject = rig_hash_hex(&statement->subjects[0]);
	gint64 age_s = input->as_of_s - rig_time_read(statement->time);
	return strcmp(statement->kind, RIG_STATEMENT_APPROVAL) == 0 &&
	       strcmp(subject, input->candidate->digest) == 0 &&
	       g_strcmp0(rig_json_string(statement->predicate, "channel"), input->policy->channel) ==
	           0 &&
	       rig_gate_trusts(input, evidence, TRUE, &revoked) &&
	       rig_time_read(statement->time) >= 0 && age_s >= 0 &&
	       age_s <= input->policy->approvals_fresh_s;
}

static void channel_approvals(RigGate *gate)
{
	const RigGateInput *input = gate->input;
	g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
	if (input->policy->approvals == 0)
		return;
	for (guint i = 0; i < input->evidence->len; i++) {
		const RigGateEvidence *evidence = input->evidence->pdata[i];
		if (channel_approves(input, evidence))
			g_hash_table_add(keys, evidence->signer);
	}
	guint count = g_hash_table_size(keys);
	gboolean enough = count >= input->policy->approvals;
	rig_gate_tell(gate, enough ? RIG_RULE_PASS : RIG_RULE_HOLD, enough ? "" : "approvals",
	              "approvals", "%u of %u people approve%s", count, (guint)input->policy->approvals,
	              enough ? "" : ": `tinyrig approve … --to CHANNEL --key NAME`");
}

void rig_gate_channel_rules(RigGate *gate)
{
	channel_clock(gate);
	channel_stops(gate);
	channel_candidate(gate);
	channel_closed(gate);
	channel_after(gate);
	channel_approvals(gate);
}
