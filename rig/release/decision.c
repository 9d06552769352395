/* SPDX-License-Identifier: Apache-2.0 */
#include "release/decision.h"

#include <string.h>

#include "release/blobs.h"
#include "release/decision_facts.h"
#include "release/rebuild.h"

static void decision_blob(RigSources *sources, const char *path, GBytes *bytes)
{
	rig_sources_put(sources, path, bytes);
}

static RigPolicy *decision_load(RigSources *sources, const char *path, GError **error)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigPolicy) policy = rig_policy_load(sources, path, issues);
	if (policy != NULL && issues->list->len == 0)
		return g_steal_pointer(&policy);
	g_autofree char *text = rig_issues_text(issues);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "the policy cannot be used:\n%s",
	            g_strchomp(text));
	return NULL;
}

RigPolicy *rig_decision_policy(const char *objects, const char *sha256, GError **error)
{
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(GBytes) bytes = rig_blobs_get(objects, sha256, error);
	if (bytes == NULL)
		return NULL;
	decision_blob(sources, "/policy.yaml", bytes);
	return decision_load(sources, "/policy.yaml", error);
}

/* Lines of the files, as blobs; their digests. */
static gboolean decision_take_files(RigLedger *ledger, char **files, GPtrArray *digests,
                                    GError **error)
{
	for (guint i = 0; files != NULL && files[i] != NULL; i++) {
		g_autofree char *text = NULL;
		g_autoptr(GError) why = NULL;
		if (!g_file_get_contents(files[i], &text, NULL, &why)) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", why->message);
			return FALSE;
		}
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		for (guint k = 0; lines[k] != NULL; k++) {
			RigHash id;
			if (lines[k][0] == '\0')
				continue;
			if (!rig_blobs_put(ledger->objects, lines[k], strlen(lines[k]), &id, error))
				return FALSE;
			g_autofree char *hex = rig_hash_hex(&id);
			if (!g_ptr_array_find_with_equal_func(digests, hex, g_str_equal, NULL))
				g_ptr_array_add(digests, g_steal_pointer(&hex));
		}
	}
	return TRUE;
}

/* All that the gate is asked with, and what owns it. */
typedef struct {
	RigGateFacts *facts;
	GPtrArray *signers, *evidence;
	RigGateInput input;
} Question;

static void question_clear(Question *question)
{
	rig_gate_facts_free(question->facts);
	g_clear_pointer(&question->signers, g_ptr_array_unref);
	g_clear_pointer(&question->evidence, g_ptr_array_unref);
}

/* db: the tables at `growth`. digests: NULL: what the tables name, and the files. */
static gboolean question_fill(Question *question, RigLedger *ledger, RigDb *db,
                              const RigFrontier *growth, gint64 last_s, const GPtrArray *digests,
                              GError **error)
{
	const RigGateInput *input = &question->input;
	question->facts = rig_facts_read(ledger, db, input->policy, input->candidate, error);
	question->signers = rig_gate_signers(input->policy, error);
	question->evidence = rig_gate_evidence_new();
	if (question->facts == NULL || question->signers == NULL)
		return FALSE;
	question->facts->size = growth->size;
	question->facts->last_time_s = last_s;
	rig_frontier_root(growth, &question->facts->root);
	g_autoptr(GPtrArray) known =
	    digests != NULL ? NULL : rig_facts_evidence(db, input->candidate, question->facts, error);
	if (digests == NULL && known == NULL)
		return FALSE;
	const GPtrArray *all = digests != NULL ? digests : known;
	for (guint i = 0; i < all->len; i++)
		if (!rig_facts_add_evidence(ledger, db, question->signers, all->pdata[i], input->as_of_s,
		                            question->evidence, error))
			return FALSE;
	question->input.facts = question->facts;
	question->input.signers = question->signers;
	question->input.evidence = question->evidence;
	return TRUE;
}

static gboolean decision_add_files(RigLedger *ledger, Question *question, char **files,
                                   GError **error)
{
	g_autoptr(GPtrArray) digests = g_ptr_array_new_with_free_func(g_free);
	if (!decision_take_files(ledger, files, digests, error))
		return FALSE;
	for (guint i = 0; i < digests->len; i++) {
		gboolean known = FALSE;
		for (guint k = 0; k < question->evidence->len; k++)
			known = known || strcmp(((RigGateEvidence *)question->evidence->pdata[k])->digest,
			                        digests->pdata[i]) == 0;
		if (!known &&
		    !rig_facts_add_evidence(ledger, &ledger->db, question->signers, digests->pdata[i],
		                            question->input.as_of_s, question->evidence, error)) {
			g_prefix_error(error, "--evidence: ");
			return FALSE;
		}
	}
	return TRUE;
}

/* Who waived what, for those who look for it. */
static gboolean decision_enter_waivers(RigLedger *ledger, const RigDecided *decided, GError **error)
{
	gboolean good = TRUE;
	for (guint i = 0; good && i < decided->rules->len; i++) {
		const RigRule *rule = decided->rules->pdata[i];
		if (rule->waiver != NULL)
			good = rig_ledger_append(ledger, "waiver",
			                         json_pack("{s:s, s:s, s:s, s:s, s:s}", "decision",
			                                   decided->digest, "rule", rule->name, "name",
			                                   rule->waiver->by, "until", rule->waiver->until,
			                                   "why", rule->waiver->why),
			                         error);
	}
	return good;
}

static gboolean decision_keep(RigLedger *ledger, const RigAsk *ask, RigDecided *decided,
                              GError **error)
{
	RigHash id, of_policy;
	if (!rig_blobs_put_file(ledger->objects, ask->policy, &of_policy, error) ||
	    !rig_blobs_put(ledger->objects, decided->text, strlen(decided->text), &id, error))
		return FALSE;
	decided->digest = rig_hash_hex(&id);
	return rig_ledger_append(
	           ledger, "decision",
	           json_pack("{s:s, s:s, s:s, s:s, s:s}", "digest", decided->digest, "candidate",
	                     ask->candidate->digest, "channel", decided->policy->channel, "decision",
	                     rig_gate_word(decided->verdict), "policy", decided->policy->sha256),
	           error) &&
	       decision_enter_waivers(ledger, decided, error);
}

gboolean rig_decision_make(RigLedger *ledger, const RigAsk *ask, RigDecided *decided,
                           GError **error)
{
	g_autoptr(RigSources) sources = rig_sources_new();
	*decided = (RigDecided){.verdict = RIG_RULE_REFUSE};
	decided->policy = decision_load(sources, ask->policy, error);
	if (decided->policy == NULL)
		return FALSE;
	gint64 now_s = g_get_real_time() / G_USEC_PER_SEC;
	Question question = {.input = {.policy = decided->policy,
	                               .candidate = ask->candidate,
	                               .as_of_s = ask->as_of_s >= 0 ? ask->as_of_s : now_s}};
	gboolean good = question_fill(&question, ledger, &ledger->db, &ledger->growth,
	                              rig_ledger_last_time(ledger), NULL, error) &&
	                decision_add_files(ledger, &question, ask->files, error);
	if (good) {
		decided->text = rig_gate_decide(&question.input, &decided->verdict);
		decided->rules = rig_gate_rules(&question.input, &decided->verdict);
		good = decision_keep(ledger, ask, decided, error);
	}
	question_clear(&question);
	return good;
}

void rig_decided_clear(RigDecided *decided)
{
	g_clear_pointer(&decided->text, g_free);
	g_clear_pointer(&decided->digest, g_free);
	g_clear_pointer(&decided->rules, g_ptr_array_unref);
	g_clear_pointer(&decided->policy, rig_policy_free);
}

char *rig_decision_find(RigLedger *ledger, const char *word, GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error,
	    "SELECT digest FROM decision WHERE ?1 = 'last' OR substr(digest, 1, length(?1)) = ?1"
	    " ORDER BY seq DESC LIMIT 2",
	    "s", word);
	int more = rows == NULL ? -1 : rig_rows_next(&ledger->db, rows, error);
	if (more < 0)
		return NULL;
	g_autofree char *digest = more == 1 ? g_strdup(rig_rows_text(rows, 0)) : NULL;
	if (digest != NULL && strlen(word) >= 4 &&
	    (strcmp(word, "last") == 0 || rig_rows_next(&ledger->db, rows, error) == 0))
		return g_steal_pointer(&digest);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "\"%.64s\" means no decision, or several: `tinyrig audit log` lists them", word);
	return NULL;
}

/* Last time and growth of the ledger at a size. */
typedef struct {
	RigFrontier growth;
	gint64 last_s;
} Then;

static gboolean then_visit(gpointer user, guint64 seq, const char *body, gsize size,
                           const json_t *entry, GError **error)
{
	Then *then = user;
	RigHash leaf;
	(void)seq;
	(void)error;
	rig_merkle_leaf((const guint8 *)body, size, &leaf);
	rig_frontier_append(&then->growth, &leaf);
	then->last_s = rig_time_read(rig_json_string(entry, "time"));
	return TRUE;
}

static gboolean decision_ask_again(RigLedger *ledger, const json_t *decision,
                                   const RigPolicy *policy, RigDb *db, char **text, GError **error)
{
	const json_t *digests = json_object_get(decision, "evidence");
	const json_t *log = json_object_get(decision, "ledger");
	guint64 size = (guint64)rig_json_integer(log, "size", 0);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autoptr(RigGateCandidate) candidate =
	    rig_gate_candidate_read(json_object_get(decision, "candidate"), error);
	Then then = {.last_s = 0};
	for (gsize i = 0; i < json_array_size(digests); i++)
		g_ptr_array_add(list, (gpointer)(guintptr)json_string_value(json_array_get(digests, i)));
	if (candidate == NULL || !rig_ledger_walk(&ledger->db, size, then_visit, &then, error) ||
	    !rig_ledger_rebuild(&ledger->db, size, db, error))
		return FALSE;
	Question question = {.input = {.policy = policy,
	                               .candidate = candidate,
	                               .as_of_s = rig_time_read(rig_json_string(decision, "as_of"))}};
	RigRuleVerdict verdict;
	gboolean good = question_fill(&question, ledger, db, &then.growth, then.last_s, list, error);
	if (good)
		*text = rig_gate_decide(&question.input, &verdict);
	question_clear(&question);
	return good;
}

gboolean rig_decision_replay(RigLedger *ledger, const char *digest, char **text, char **kept,
                             GError **error)
{
	gsize size;
	g_autoptr(GBytes) bytes = rig_blobs_get(ledger->objects, digest, error);
	if (bytes == NULL)
		return FALSE;
	const char *data = g_bytes_get_data(bytes, &size);
	json_t *decision = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
	const char *sha256 = rig_json_string(json_object_get(decision, "policy"), "sha256");
	g_autoptr(RigPolicy) policy =
	    rig_decision_policy(ledger->objects, sha256 == NULL ? "" : sha256, error);
	RigDb db = {0};
	gboolean good =
	    policy != NULL && decision_ask_again(ledger, decision, policy, &db, text, error);
	rig_db_close(&db);
	json_decref(decision);
	if (good)
		*kept = g_strndup(data, size);
	return good;
}
