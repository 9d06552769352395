/* SPDX-License-Identifier: Apache-2.0 */
#include "release/channel.h"

#include <string.h>

#include "release/blobs.h"
#include "release/dsse.h"

gboolean rig_channel_is_name(const char *channel, GError **error)
{
	if (rig_name_is_valid(channel))
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "\"%.64s\" is no channel: a-z, 0-9 and - make a name", channel);
	return FALSE;
}

/* What a new head is made of; all borrowed. */
typedef struct {
	const char *channel, *action, *decision, *policy, *why;
	const json_t *candidate;
	gint64 counter;
	json_t *hooks; /* names; taken */
} Move;

static json_t *channel_text(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

/* The record, signed and on the disk; its digest. */
static char *channel_sign(RigLedger *ledger, const Move *move, gint64 version,
                          const RigHead *before, GError **error)
{
	RigHash id;
	g_autofree char *time =
	    rig_time_text(MAX(g_get_real_time() / G_USEC_PER_SEC, rig_ledger_last_time(ledger)));
	json_t *record = json_pack("{s:s, s:I, s:s, s:O, s:o, s:o, s:o, s:o, s:s}", "channel",
	                           move->channel, "version", (json_int_t)version, "action",
	                           move->action, "candidate", move->candidate, "decision",
	                           channel_text(move->decision), "policy", channel_text(move->policy),
	                           "previous", channel_text(before == NULL ? NULL : before->digest),
	                           "why", channel_text(move->why), "time", time);
	g_autofree char *text = rig_json_canonical(record);
	json_decref(record);
	g_autofree char *line =
	    rig_dsse_sign(ledger->key, RIG_HEAD_TYPE, (const guint8 *)text, strlen(text), error);
	if (line == NULL || !rig_blobs_put(ledger->objects, line, strlen(line), &id, error))
		return NULL;
	return rig_hash_hex(&id);
}

/* Within the transaction. *version: of the head that is there now. */
static gboolean channel_move(RigLedger *ledger, Move *move, const RigHead *before, gint64 *version,
                             GError **error)
{
	*version = before == NULL ? 1 : before->version + 1;
	g_autofree char *digest = channel_sign(ledger, move, *version, before, error);
	if (digest == NULL) {
		json_decref(move->hooks);
		return FALSE;
	}
	return rig_ledger_append(
	    ledger, "head",
	    json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:o, s:I, s:o, s:o}", "channel", move->channel,
	              "version", (json_int_t)*version, "action", move->action, "candidate",
	              rig_json_string(move->candidate, "digest"), "digest", digest, "decision",
	              channel_text(move->decision), "policy", channel_text(move->policy), "counter",
	              (json_int_t)move->counter, "why", channel_text(move->why), "hooks", move->hooks),
	    error);
}

/* Names of the policy's hooks on an event. */
static json_t *channel_hooks(const RigPolicy *policy, const char *event)
{
	json_t *names = json_array();
	for (guint i = 0; policy != NULL && i < policy->hooks->len; i++) {
		const RigPolicyHook *hook = policy->hooks->pdata[i];
		if (hook->events == NULL || g_strv_contains((const char *const *)hook->events, event))
			json_array_append_new(names, json_string(hook->name));
	}
	return names;
}

static gboolean channel_promote(RigLedger *ledger, const char *word, const RigAsk *ask,
                                const char *channel, RigDecided *decided, gint64 *version,
                                GError **error)
{
	GError *failure = NULL;
	if (!rig_decision_make(ledger, ask, decided, error))
		return FALSE;
	if (strcmp(decided->policy->channel, channel) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: is the policy of %s, not of %s",
		            ask->policy, decided->policy->channel, channel);
		return FALSE;
	}
	if (decided->verdict > RIG_RULE_WAIVED)
		return TRUE;
	g_autoptr(RigHead) before = rig_head_read(&ledger->db, channel, &failure);
	if (failure != NULL || !rig_decision_keep_candidate(ledger, word, ask->candidate, error)) {
		if (failure != NULL)
			g_propagate_error(error, failure);
		return FALSE;
	}
	json_t *candidate = rig_gate_candidate_json(ask->candidate);
	Move move = {.channel = channel,
	             .action = rig_policy_events[0],
	             .decision = decided->digest,
	             .policy = decided->policy->sha256,
	             .candidate = candidate,
	             .counter = ask->candidate->counter,
	             .hooks = channel_hooks(decided->policy, rig_policy_events[0])};
	gboolean good = channel_move(ledger, &move, before, version, error);
	json_decref(candidate);
	return good;
}

gboolean rig_channel_promote(RigLedger *ledger, const char *word, const RigAsk *ask,
                             const char *channel, RigDecided *decided, gint64 *version,
                             GError **error)
{
	*decided = (RigDecided){.verdict = RIG_RULE_REFUSE};
	*version = 0;
	if (!rig_channel_is_name(channel, error))
		return FALSE;
	g_autoptr(RigHead) seen = rig_head_read(&ledger->db, channel, NULL);
	if (!rig_ledger_begin(ledger, error))
		return FALSE;
	g_autoptr(RigHead) now = rig_head_read(&ledger->db, channel, NULL);
	gboolean same = (seen == NULL ? 0 : seen->version) == (now == NULL ? 0 : now->version);
	if (!same)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BUSY,
		            "somebody else moved %s meanwhile: look at `tinyrig status`, and try again",
		            channel);
	if (same && channel_promote(ledger, word, ask, channel, decided, version, error))
		return rig_ledger_commit(ledger, error) && rig_ledger_publish(ledger, error);
	rig_ledger_give_up(ledger);
	return FALSE;
}

static gboolean channel_is_bad(RigLedger *ledger, const char *candidate)
{
	return rig_db_number(&ledger->db, NULL, 0, "SELECT count(*) FROM bad WHERE candidate = ?", "s",
	                     candidate) > 0;
}

/* The earlier head that is meant. Borrowed from `heads`. */
static const RigHead *channel_find_back(RigLedger *ledger, const GPtrArray *heads, const char *to,
                                        GError **error)
{
	const RigHead *now = heads->len == 0 ? NULL : heads->pdata[heads->len - 1];
	for (guint i = heads->len; now != NULL && i > 1; i--) {
		const RigHead *head = heads->pdata[i - 2];
		if (strcmp(head->candidate, now->candidate) == 0)
			continue;
		if (to == NULL ? !channel_is_bad(ledger, head->candidate)
		               : g_str_has_prefix(head->candidate, to))
			return head;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "there is no earlier candidate %s to go back to; `tinyrig channel show` lists them",
	            to == NULL ? "that is not marked bad" : to);
	return NULL;
}

static gboolean channel_may_go_back(RigLedger *ledger, const RigHead *to, GError **error)
{
	gint64 floor = rig_db_number(&ledger->db, NULL, -1,
	                             "SELECT counter FROM floor WHERE channel = ?", "s", to->channel);
	if (channel_is_bad(ledger, to->candidate))
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "refused: %.12s is marked bad",
		            to->candidate);
	else if (to->counter < floor)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "refused: %.12s has the security counter %" G_GINT64_FORMAT
		            ", below the floor %" G_GINT64_FORMAT
		            ": build the old code anew with a higher counter",
		            to->candidate, to->counter, floor);
	else
		return TRUE;
	return FALSE;
}

/* What goes back is there, byte for byte. */
static gboolean channel_has_objects(RigLedger *ledger, const json_t *candidate, GError **error)
{
	const json_t *images = json_object_get(candidate, "images");
	for (gsize i = 0; i < json_array_size(images); i++) {
		const char *sha256 = rig_json_string(json_array_get(images, i), "sha256");
		g_autoptr(GBytes) bytes =
		    rig_blobs_get(ledger->objects, sha256 == NULL ? "" : sha256, error);
		if (bytes == NULL)
			return FALSE;
	}
	return TRUE;
}

static gboolean channel_rollback(RigLedger *ledger, const char *channel, const char *to,
                                 const char *why, GError **error)
{
	g_autoptr(GPtrArray) heads = rig_heads_read(&ledger->db, channel, error);
	const RigHead *back = heads == NULL ? NULL : channel_find_back(ledger, heads, to, error);
	if (back == NULL || !channel_may_go_back(ledger, back, error))
		return FALSE;
	json_t *record = rig_head_record(ledger->objects, ledger->key, back->digest, error);
	const json_t *candidate = json_object_get(record, "candidate");
	gboolean good = record != NULL && channel_has_objects(ledger, candidate, error);
	if (good) {
		const RigHead *now = heads->pdata[heads->len - 1];
		g_autoptr(RigPolicy) policy =
		    now->policy == NULL ? NULL : rig_decision_policy(ledger->objects, now->policy, NULL);
		Move move = {.channel = channel,
		             .action = rig_policy_events[1],
		             .policy = now->policy,
		             .why = why,
		             .candidate = candidate,
		             .counter = back->counter,
		             .hooks = channel_hooks(policy, rig_policy_events[1])};
		gint64 version;
		good = channel_move(ledger, &move, now, &version, error);
	}
	json_decref(record);
	return good;
}

gboolean rig_channel_rollback(RigLedger *ledger, const char *channel, const char *to,
                              const char *why, RigHead **head, GError **error)
{
	if (!rig_channel_is_name(channel, error) || !rig_ledger_begin(ledger, error))
		return FALSE;
	if (channel_rollback(ledger, channel, to, why, error)) {
		*head = rig_head_read(&ledger->db, channel, NULL);
		return rig_ledger_commit(ledger, error) && rig_ledger_publish(ledger, error);
	}
	rig_ledger_give_up(ledger);
	return FALSE;
}
