/* SPDX-License-Identifier: Apache-2.0 */
#include "release/gate_parts.h"

#include <string.h>

const char *rig_gate_word(RigRuleVerdict verdict)
{
	static const char *const words[] = {[RIG_RULE_PASS] = "promote",
	                                    [RIG_RULE_WAIVED] = "promote",
	                                    [RIG_RULE_HOLD] = "hold",
	                                    [RIG_RULE_REFUSE] = "refuse"};
	return words[verdict];
}

const char *rig_rule_word(RigRuleVerdict verdict)
{
	static const char *const words[] = {[RIG_RULE_PASS] = "pass",
	                                    [RIG_RULE_WAIVED] = "waived",
	                                    [RIG_RULE_HOLD] = "hold",
	                                    [RIG_RULE_REFUSE] = "refuse"};
	return words[verdict];
}

/* What nobody may waive: that the numbers are whole, and the floor. */
static gboolean gate_may_waive(const char *reason)
{
	static const char *const never[] = {"number-gap",     "no-tally",       "not-read-back",
	                                    "wrong-signer",   "clock-set-back", "revoked-signer",
	                                    "security-floor", "bad-mark",       NULL};
	return !g_strv_contains(never, reason);
}

static const RigPolicyWaiver *gate_waiver(const RigGateInput *input, const char *name)
{
	const GPtrArray *waivers = input->policy->waivers;
	for (guint i = 0; i < waivers->len; i++) {
		const RigPolicyWaiver *waiver = waivers->pdata[i];
		if (g_pattern_match_simple(waiver->rule, name) &&
		    strcmp(waiver->candidate, input->candidate->digest) == 0 &&
		    rig_time_read(waiver->until) > input->as_of_s)
			return waiver;
	}
	return NULL;
}

void rig_gate_tell(RigGate *gate, RigRuleVerdict verdict, const char *reason, const char *name,
                   const char *format, ...)
{
	va_list arguments;
	RigRule *rule = g_new0(RigRule, 1);
	rule->name = g_strdup(name);
	rule->verdict = verdict;
	rule->reason = reason;
	va_start(arguments, format);
	rule->message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (verdict > RIG_RULE_WAIVED && gate_may_waive(reason))
		rule->waiver = gate_waiver(gate->input, name);
	if (rule->waiver != NULL)
		rule->verdict = RIG_RULE_WAIVED;
	g_ptr_array_add(gate->rules, rule);
}

static void gate_free_rule(gpointer data)
{
	RigRule *rule = data;
	g_free(rule->name);
	g_free(rule->message);
	g_free(rule);
}

static const RigGateSigner *gate_signer(const RigGateInput *input, const char *id)
{
	for (guint i = 0; i < input->signers->len; i++) {
		const RigGateSigner *signer = input->signers->pdata[i];
		if (strcmp(signer->id, id) == 0)
			return signer;
	}
	return NULL;
}

gboolean rig_gate_trusts(const RigGateInput *input, const RigGateEvidence *evidence,
                         gboolean approves, gboolean *revoked)
{
	const RigGateSigner *signer = gate_signer(input, evidence->signer);
	const gint64 *ledger_s = g_hash_table_lookup(input->facts->revoked, evidence->signer);
	*revoked = FALSE;
	if (signer == NULL || !(approves ? signer->approve : signer->evidence))
		return FALSE;
	gint64 until_s = MIN(signer->revoked_s, ledger_s == NULL ? G_MAXINT64 : *ledger_s);
	*revoked = evidence->logged_s >= until_s;
	return !*revoked;
}

const RigGateImage *rig_gate_image(const GPtrArray *images, const char *target)
{
	for (guint i = 0; images != NULL && i < images->len; i++) {
		const RigGateImage *image = images->pdata[i];
		if (strcmp(image->target, target) == 0)
			return image;
	}
	return NULL;
}

GPtrArray *rig_gate_rules(const RigGateInput *input, RigRuleVerdict *worst)
{
	RigGate gate = {.input = input, .rules = g_ptr_array_new_with_free_func(gate_free_rule)};
	rig_gate_channel_rules(&gate);
	rig_gate_number_rules(&gate);
	rig_gate_suite_rules(&gate);
	rig_gate_limit_rules(&gate);
	*worst = RIG_RULE_PASS;
	for (guint i = 0; i < gate.rules->len; i++)
		*worst = MAX(*worst, ((const RigRule *)gate.rules->pdata[i])->verdict);
	return gate.rules;
}

static json_t *gate_rule_json(const RigRule *rule)
{
	json_t *json =
	    json_pack("{s:s, s:s, s:s, s:s}", "rule", rule->name, "verdict",
	              rig_rule_word(rule->verdict), "reason", rule->reason, "message", rule->message);
	if (rule->waiver != NULL)
		json_object_set_new(json, "waiver",
		                    json_pack("{s:s, s:s, s:s}", "by", rule->waiver->by, "until",
		                              rule->waiver->until, "why", rule->waiver->why));
	return json;
}

static int gate_compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static json_t *gate_evidence_json(const GPtrArray *evidence)
{
	json_t *list = json_array();
	g_autoptr(GPtrArray) digests = g_ptr_array_new();
	for (guint i = 0; i < evidence->len; i++)
		g_ptr_array_add(digests, ((const RigGateEvidence *)evidence->pdata[i])->digest);
	g_ptr_array_sort(digests, gate_compare_texts);
	for (guint i = 0; i < digests->len; i++)
		json_array_append_new(list, json_string(digests->pdata[i]));
	return list;
}

char *rig_gate_decide(const RigGateInput *input, RigRuleVerdict *decision)
{
	g_autoptr(GPtrArray) rules = rig_gate_rules(input, decision);
	g_autofree char *time = rig_time_text(input->as_of_s);
	g_autofree char *root = rig_hash_hex(&input->facts->root);
	json_t *told = json_array();
	for (guint i = 0; i < rules->len; i++)
		json_array_append_new(told, gate_rule_json(rules->pdata[i]));
	json_t *json = json_pack(
	    "{s:s, s:s, s:s, s:s, s:o, s:{s:s, s:s}, s:{s:s?, s:I, s:s}, s:o, s:o}", "schema",
	    "tinyrig-decision-1", "decision", rig_gate_word(*decision), "as_of", time, "channel",
	    input->policy->channel, "candidate", rig_gate_candidate_json(input->candidate), "policy",
	    "name", input->policy->name, "sha256", input->policy->sha256, "ledger", "origin",
	    input->facts->origin, "size", (json_int_t)input->facts->size, "root", root, "evidence",
	    gate_evidence_json(input->evidence), "rules", told);
	g_autofree char *text = rig_json_canonical(json);
	json_decref(json);
	return g_strconcat(text, "\n", NULL);
}
