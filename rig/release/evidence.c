/* SPDX-License-Identifier: Apache-2.0 */
#include "release/evidence.h"

#include <string.h>

#include "release/blobs.h"
#include "release/dsse.h"
#include "release/keys.h"

static json_t *evidence_text(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static gint64 evidence_ask(RigLedger *ledger, const char *sql, const char *text, gint64 otherwise)
{
	return rig_db_number(&ledger->db, NULL, otherwise, sql, text == NULL ? "" : "s", text);
}

/* A key that is met for the first time is entered before what it signed. */
static gboolean evidence_know_key(RigLedger *ledger, const char *name, const RigKey *key,
                                  const char *role, GError **error)
{
	if (evidence_ask(ledger, "SELECT count(*) FROM key WHERE id = ?", rig_key_id(key), 0) > 0)
		return TRUE;
	g_autofree char *public_key = g_base64_encode(rig_key_public(key), RIG_KEY_BYTES);
	return rig_ledger_append(ledger, "key",
	                         json_pack("{s:s, s:s, s:s, s:s}", "key", rig_key_id(key), "name", name,
	                                   "public", public_key, "role", role),
	                         error);
}

/* Number of the last run of an image by this rig's key; 0: there is none. */
static gint64 evidence_last(RigLedger *ledger, const RigKey *key, const char *image)
{
	return rig_db_number(&ledger->db, NULL, 0,
	                     "SELECT max(number) FROM run WHERE image = ? AND rig = ?", "ss", image,
	                     rig_key_id(key));
}

static gboolean evidence_append_run(RigLedger *ledger, const RigKey *key, const RigRunReport *run,
                                    GError **error)
{
	gint64 number = evidence_ask(ledger, "SELECT max(number) FROM run", NULL, 0) + 1;
	gint64 previous = evidence_last(ledger, key, run->image_sha256);
	return evidence_know_key(ledger, RIG_KEY_RIG, key, "evidence", error) &&
	       rig_ledger_append(ledger, "run",
	                         json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s}", "number",
	                                   (json_int_t)number, "previous", (json_int_t)previous, "run",
	                                   run->id, "rig", rig_key_id(key), "image", run->image_sha256,
	                                   "suite", run->suite, "board", run->board),
	                         error);
}

gboolean rig_evidence_begin(RigLedger *ledger, const RigRunReport *run, GError **error)
{
	if (run->image_sha256 == NULL)
		return TRUE;
	g_autoptr(RigKey) key = rig_keys_own(RIG_KEY_RIG, error);
	if (key == NULL || !rig_ledger_begin(ledger, error))
		return FALSE;
	if (evidence_append_run(ledger, key, run, error))
		return rig_ledger_commit(ledger, error);
	rig_ledger_give_up(ledger);
	return FALSE;
}

GPtrArray *rig_evidence_open_runs(RigLedger *ledger, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error, "SELECT name FROM run WHERE evidence IS NULL ORDER BY number", "");
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&ledger->db, rows, error)) == 1)
		g_ptr_array_add(names, g_strdup(rig_rows_text(rows, 0)));
	return more == 0 ? g_steal_pointer(&names) : NULL;
}

/* The envelope as a blob, its digest in *id. */
static char *evidence_put(RigLedger *ledger, const char *line, GError **error)
{
	RigHash id;
	return rig_blobs_put(ledger->objects, line, strlen(line), &id, error) ? rig_hash_hex(&id)
	                                                                      : NULL;
}

static char *evidence_sign(RigLedger *ledger, const RigKey *key, const char *statement,
                           GError **error)
{
	g_autofree char *line =
	    rig_dsse_sign(key, RIG_DSSE_IN_TOTO, (const guint8 *)statement, strlen(statement), error);
	return line == NULL ? NULL : evidence_put(ledger, line, error);
}

json_t *rig_evidence_entry(const RigStatement *statement, const char *digest, const char *signer,
                           const char *standard)
{
	g_autofree char *subject = rig_hash_hex(&statement->subjects[0]);
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "digest", digest, "kind",
	    statement->kind, "signer", signer, "subject", subject, "run", evidence_text(statement->run),
	    "number", (json_int_t)statement->number, "suite", evidence_text(statement->suite), "target",
	    evidence_text(statement->target), "unit", evidence_text(statement->unit), "verdict",
	    evidence_text(statement->verdict), "standard", evidence_text(standard));
}

/* Within the transaction: `text` is signed with the rig's key and entered. */
static gboolean evidence_enter(RigLedger *ledger, const RigKey *key, const RigRunReport *run,
                               const char *text, GError **error)
{
	g_auto(RigStatement) statement = {0};
	g_autofree char *standard_text = rig_statement_test_result(run), *standard = NULL;
	if (!rig_statement_read(&statement, (const guint8 *)text, strlen(text), error) ||
	    (standard_text != NULL &&
	     (standard = evidence_sign(ledger, key, standard_text, error)) == NULL))
		return FALSE;
	g_autofree char *digest = evidence_sign(ledger, key, text, error);
	return digest != NULL &&
	       rig_ledger_append(ledger, "evidence",
	                         rig_evidence_entry(&statement, digest, rig_key_id(key), standard),
	                         error);
}

/* The row of a run that waits for its statement. FALSE without an error: there is none. */
static gboolean evidence_find(RigLedger *ledger, const RigRunReport *run, RigStatementRun *more,
                              GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error,
	    "SELECT number, previous FROM run WHERE name = ? AND image = ? AND evidence IS NULL", "ss",
	    run->id, run->image_sha256);
	if (rows == NULL || rig_rows_next(&ledger->db, rows, error) != 1)
		return FALSE;
	more->number = sqlite3_column_int64(rows, 0);
	more->previous = sqlite3_column_int64(rows, 1);
	return TRUE;
}

gboolean rig_evidence_keep(RigLedger *ledger, const RigRunReport *run, RigStatementRun *more,
                           GError **error)
{
	GError *failure = NULL;
	if (run->image_sha256 == NULL)
		return TRUE;
	g_autoptr(RigKey) key = rig_keys_own(RIG_KEY_RIG, error);
	if (key == NULL || !rig_ledger_begin(ledger, error))
		return FALSE;
	gboolean waits = evidence_find(ledger, run, more, &failure);
	more->rig = rig_key_id(key);
	g_autofree char *text = waits ? rig_statement_hil_run(run, more, &failure) : NULL;
	if (text != NULL && evidence_enter(ledger, key, run, text, error))
		return rig_ledger_commit(ledger, error) && rig_ledger_publish(ledger, error);
	rig_ledger_give_up(ledger);
	if (failure != NULL)
		g_propagate_error(error, failure);
	return !waits && failure == NULL;
}

static gboolean evidence_is_ours(const RigStatement *statement)
{
	static const char *const kinds[] = {RIG_STATEMENT_HIL_RUN, RIG_STATEMENT_TALLY,
	                                    RIG_STATEMENT_APPROVAL, NULL};
	return g_strv_contains(kinds, statement->kind);
}

static gboolean evidence_enter_taken(RigLedger *ledger, const char *line, const char *name,
                                     const RigKey *key, const RigStatement *statement,
                                     GError **error)
{
	g_autofree char *digest = evidence_put(ledger, line, error);
	if (digest == NULL || !rig_ledger_begin(ledger, error))
		return FALSE;
	if (evidence_know_key(ledger, name, key, "others", error) &&
	    rig_ledger_append(ledger, "evidence",
	                      rig_evidence_entry(statement, digest, rig_key_id(key), NULL), error))
		return rig_ledger_commit(ledger, error);
	rig_ledger_give_up(ledger);
	return FALSE;
}

gboolean rig_evidence_take(RigLedger *ledger, const char *line, const char *name, RigKey *key,
                           gboolean *known, gboolean *passed, GError **error)
{
	g_auto(RigEnvelope) envelope = {0};
	g_auto(RigStatement) statement = {0};
	*known = *passed = FALSE;
	if (!rig_dsse_read(&envelope, line, strlen(line), error) ||
	    !rig_dsse_verify(&envelope, &key, 1, 1, error) ||
	    !rig_statement_read(&statement, envelope.payload->data, envelope.payload->len, error))
		return FALSE;
	*passed = !evidence_is_ours(&statement);
	if (*passed)
		return TRUE;
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, line, -1);
	*known = evidence_ask(ledger, "SELECT count(*) FROM evidence WHERE digest = ?", digest, 0) > 0;
	return *known || evidence_enter_taken(ledger, line, name, key, &statement, error);
}

char *rig_evidence_tally(RigLedger *ledger, const char *image_sha256, GError **error)
{
	g_autoptr(RigKey) key = rig_keys_own(RIG_KEY_RIG, error);
	if (key == NULL)
		return NULL;
	g_autofree char *text =
	    rig_statement_tally(image_sha256, evidence_last(ledger, key, image_sha256), rig_key_id(key),
	                        g_get_real_time() / G_USEC_PER_SEC);
	return rig_dsse_sign(key, RIG_DSSE_IN_TOTO, (const guint8 *)text, strlen(text), error);
}

char *rig_evidence_line(RigLedger *ledger, const char *digest, GError **error)
{
	g_autoptr(GBytes) bytes = rig_blobs_get(ledger->objects, digest, error);
	gsize size;
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
	return data == NULL ? NULL : g_strndup(data, size);
}
