/* SPDX-License-Identifier: Apache-2.0 */
#include "release/decision_facts.h"

#include <string.h>

#include "release/blobs.h"
#include "release/dsse.h"
#include "release/head.h"

/* One text; NULL: there is no such row. Caller frees. */
static char *facts_text(RigDb *db, const char *sql, const char *key, const char *kind)
{
	g_autoptr(RigRows) rows = rig_db_query(db, NULL, sql, kind == NULL ? "s" : "ss", key, kind);
	if (rows == NULL || rig_rows_next(db, rows, NULL) != 1)
		return NULL;
	return g_strdup(rig_rows_text(rows, 0));
}

static void facts_put(GHashTable *table, char *key, gint64 value)
{
	g_hash_table_insert(table, key, g_memdup2(&value, sizeof value));
}

static gboolean facts_read_revoked(RigGateFacts *facts, RigDb *db, GError **error)
{
	g_autoptr(RigRows) rows =
	    rig_db_query(db, error, "SELECT id, revoked FROM key WHERE revoked IS NOT NULL", "");
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1)
		facts_put(facts->revoked, g_strdup(rig_rows_text(rows, 0)),
		          rig_time_read(rig_rows_text(rows, 1)));
	return more == 0;
}

/* How many runs of each image this rig's own keys have begun. */
static gboolean facts_read_tails(RigGateFacts *facts, RigDb *db, const RigGateCandidate *candidate,
                                 GError **error)
{
	for (guint i = 0; i < candidate->images->len; i++) {
		const RigGateImage *image = candidate->images->pdata[i];
		g_autoptr(RigRows) rows = rig_db_query(
		    db, error,
		    "SELECT id, coalesce((SELECT max(number) FROM run WHERE image = ?1 AND rig = id), 0)"
		    " FROM key WHERE role = 'evidence'",
		    "s", image->sha256);
		int more = -1;
		while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1)
			facts_put(facts->tails, g_strdup_printf("%s %s", rig_rows_text(rows, 0), image->sha256),
			          sqlite3_column_int64(rows, 1));
		if (more != 0)
			return FALSE;
	}
	return TRUE;
}

static gboolean facts_read_head(RigGateFacts *facts, RigLedger *ledger, RigDb *db,
                                const char *channel, GError **error)
{
	GError *failure = NULL;
	g_autoptr(RigHead) head = rig_head_read(db, channel, &failure);
	if (head == NULL) {
		if (failure != NULL)
			g_propagate_error(error, failure);
		return failure == NULL;
	}
	json_t *record = rig_head_record(ledger->objects, ledger->key, head->digest, error);
	g_autoptr(RigGateCandidate) candidate =
	    record == NULL ? NULL
	                   : rig_gate_candidate_read(json_object_get(record, "candidate"), error);
	json_decref(record);
	if (candidate == NULL)
		return FALSE;
	facts->head = g_strdup(head->candidate);
	for (guint i = 0; i < candidate->images->len; i++) {
		const RigGateImage *image = candidate->images->pdata[i];
		rig_gate_image_add(facts->head_images, image->target, image->sha256, image->load_digest);
	}
	return TRUE;
}

RigGateFacts *rig_facts_read(RigLedger *ledger, RigDb *db, const RigPolicy *policy,
                             const RigGateCandidate *candidate, GError **error)
{
	static const char stop[] = "SELECT why FROM stop WHERE channel = ? AND kind = ?";
	g_autoptr(RigGateFacts) facts = rig_gate_facts_new();
	facts->origin = g_strdup(ledger->origin);
	facts->frozen = facts_text(db, stop, policy->channel, "frozen");
	facts->held = facts_text(db, stop, policy->channel, "held");
	facts->bad = facts_text(db, "SELECT why FROM bad WHERE candidate = ?", candidate->digest, NULL);
	facts->floor = rig_db_number(db, NULL, -1, "SELECT counter FROM floor WHERE channel = ?", "s",
	                             policy->channel);
	g_autoptr(RigHead) after =
	    policy->after == NULL ? NULL : rig_head_read(db, policy->after, NULL);
	if (after != NULL) {
		facts->after_head = g_strdup(after->candidate);
		facts->after_since_s = rig_time_read(after->time);
	}
	if (!facts_read_revoked(facts, db, error) || !facts_read_tails(facts, db, candidate, error) ||
	    !facts_read_head(facts, ledger, db, policy->channel, error))
		return NULL;
	return g_steal_pointer(&facts);
}

static gboolean facts_list(GPtrArray *digests, RigDb *db, const char *subject, GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    db, error, "SELECT digest FROM evidence WHERE subject = ? ORDER BY seq", "s", subject);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1)
		g_ptr_array_add(digests, g_strdup(rig_rows_text(rows, 0)));
	return more == 0;
}

GPtrArray *rig_facts_evidence(RigDb *db, const RigGateCandidate *candidate,
                              const RigGateFacts *facts, GError **error)
{
	g_autoptr(GPtrArray) digests = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) subjects = g_hash_table_new(g_str_hash, g_str_equal);
	const GPtrArray *const lists[] = {candidate->images, facts->head_images};
	gboolean good = TRUE;
	for (guint k = 0; k < G_N_ELEMENTS(lists); k++)
		for (guint i = 0; good && i < lists[k]->len; i++) {
			const RigGateImage *image = lists[k]->pdata[i];
			good = !g_hash_table_add(subjects, image->sha256) ||
			       facts_list(digests, db, image->sha256, error);
		}
	good = good && (!g_hash_table_add(subjects, candidate->digest) ||
	                facts_list(digests, db, candidate->digest, error));
	return good ? g_steal_pointer(&digests) : NULL;
}

/* Whose it is; NULL: none of the signers'. */
static const RigGateSigner *facts_signer(const RigEnvelope *envelope, const GPtrArray *signers)
{
	for (guint i = 0; i < signers->len; i++) {
		RigGateSigner *signer = signers->pdata[i];
		if (rig_dsse_verify(envelope, &signer->key, 1, 1, NULL))
			return signer;
	}
	return NULL;
}

/* A key that the policy does not name is nobody. */
static char *facts_whose(const RigEnvelope *envelope, const GPtrArray *signers)
{
	const RigGateSigner *signer = facts_signer(envelope, signers);
	return g_strdup(signer != NULL ? signer->id : "unknown");
}

gboolean rig_facts_add_evidence(RigLedger *ledger, RigDb *db, const GPtrArray *signers,
                                const char *digest, gint64 now_s, GPtrArray *evidence,
                                GError **error)
{
	g_auto(RigEnvelope) envelope = {0};
	gsize size;
	g_autoptr(GBytes) bytes = rig_blobs_get(ledger->objects, digest, error);
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
	if (data == NULL || !rig_dsse_read(&envelope, data, size, error))
		return FALSE;
	RigGateEvidence *item = g_new0(RigGateEvidence, 1);
	g_ptr_array_add(evidence, item);
	item->digest = g_strdup(digest);
	item->signer = facts_whose(&envelope, signers);
	g_autofree char *logged =
	    facts_text(db, "SELECT time FROM evidence WHERE digest = ?", digest, NULL);
	item->logged_s = logged == NULL ? now_s : rig_time_read(logged);
	return rig_statement_read(&item->statement, envelope.payload->data, envelope.payload->len,
	                          error);
}
