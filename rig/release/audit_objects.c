/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that entries name: that they are what their names say, and what the entries say of them.
 */
#include <string.h>

#include "release/audit_parts.h"
#include "release/blobs.h"
#include "release/dsse.h"
#include "release/evidence.h"
#include "release/head.h"

static guint64 audit_seq(const json_t *entry)
{
	return (guint64)rig_json_integer(entry, "seq", 0);
}

/* FALSE: it is not there, or damaged, and was told. */
static gboolean audit_object(Audit *audit, const json_t *entry, const char *digest)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(GBytes) bytes =
	    rig_blobs_get(audit->ledger->objects, digest == NULL ? "" : digest, &why);
	audit->told->objects++;
	if (bytes == NULL)
		rig_audit_find(audit, "entry %u: %s", (guint)audit_seq(entry), why->message);
	return bytes != NULL;
}

/* The key of that id, from the entries; NULL: there is none. */
static RigKey *audit_key(Audit *audit, const char *id)
{
	for (guint i = 0; id != NULL && i < audit->entries->len; i++) {
		const json_t *entry = audit->entries->pdata[i];
		const char *text = rig_json_string(entry, "public");
		if (text == NULL || g_strcmp0(rig_json_string(entry, "key"), id) != 0)
			continue;
		g_autoptr(GByteArray) bytes = rig_base64_decode(text, strlen(text));
		return bytes == NULL || bytes->len != RIG_KEY_BYTES ? NULL
		                                                    : rig_key_of_public(bytes->data, NULL);
	}
	return NULL;
}

/* The entry says of the statement what the statement says itself. */
static gboolean audit_entry_agrees(const json_t *entry, const RigStatement *statement)
{
	json_t *again =
	    rig_evidence_entry(statement, rig_json_string(entry, "digest"),
	                       rig_json_string(entry, "signer"), rig_json_string(entry, "standard"));
	gboolean same = TRUE;
	const char *key;
	json_t *value;
	json_object_foreach(again, key, value)
	{
		same = same && json_equal(value, json_object_get(entry, key));
	}
	json_decref(again);
	return same;
}

static void audit_evidence(Audit *audit, const json_t *entry)
{
	g_auto(RigEnvelope) envelope = {0};
	g_auto(RigStatement) statement = {0};
	const char *digest = rig_json_string(entry, "digest");
	const char *standard = rig_json_string(entry, "standard");
	guint seq = (guint)audit_seq(entry);
	gsize size;
	if (standard != NULL)
		(void)audit_object(audit, entry, standard);
	if (!audit_object(audit, entry, digest))
		return;
	g_autoptr(GBytes) bytes = rig_blobs_get(audit->ledger->objects, digest, NULL);
	g_autoptr(RigKey) key = audit_key(audit, rig_json_string(entry, "signer"));
	const char *data = bytes == NULL ? "" : g_bytes_get_data(bytes, &size);
	audit->told->signatures++;
	if (bytes == NULL || key == NULL || !rig_dsse_read(&envelope, data, size, NULL) ||
	    !rig_dsse_verify(&envelope, &key, 1, 1, NULL))
		rig_audit_find(audit, "entry %u: the evidence %.12s is not signed by the key it names", seq,
		               digest);
	else if (!rig_statement_read(&statement, envelope.payload->data, envelope.payload->len, NULL) ||
	         !audit_entry_agrees(entry, &statement))
		rig_audit_find(audit, "entry %u: says of the evidence %.12s what that does not say", seq,
		               digest);
}

static void audit_decision(Audit *audit, const json_t *entry)
{
	(void)audit_object(audit, entry, rig_json_string(entry, "digest"));
	(void)audit_object(audit, entry, rig_json_string(entry, "policy"));
}

/* Signed by the ledger's key, the next version, and behind the head that was before. */
static void audit_head(Audit *audit, const json_t *entry)
{
	g_autoptr(GError) why = NULL;
	const char *digest = rig_json_string(entry, "digest");
	guint seq = (guint)audit_seq(entry);
	if (!audit_object(audit, entry, digest) || audit->ledger->key == NULL)
		return; /* without a key the checkpoint was told already */
	json_t *record = rig_head_record(audit->ledger->objects, audit->ledger->key, digest, &why);
	const json_t *candidate = json_object_get(record, "candidate");
	const json_t *images = json_object_get(candidate, "images");
	static const char *const same[] = {"channel", "version", "action", "decision", "policy", "why"};
	audit->told->signatures++;
	if (record == NULL)
		rig_audit_find(audit, "entry %u: head %.12s: %s", seq, digest, why->message);
	for (guint i = 0; record != NULL && i < G_N_ELEMENTS(same); i++)
		if (!json_equal(json_object_get(record, same[i]), json_object_get(entry, same[i])))
			rig_audit_find(audit, "entry %u: its %s is not that of the head %.12s", seq, same[i],
			               digest);
	for (gsize i = 0; i < json_array_size(images); i++)
		(void)audit_object(audit, entry, rig_json_string(json_array_get(images, i), "sha256"));
	json_decref(record);
}

/* Heads of a channel rise by one; runs are numbered without a hole. */
static void audit_order(Audit *audit)
{
	g_autoptr(GHashTable) versions = g_hash_table_new(g_str_hash, g_str_equal);
	gint64 runs = 0;
	for (guint i = 0; i < audit->entries->len; i++) {
		const json_t *entry = audit->entries->pdata[i];
		const char *type = rig_json_string(entry, "type");
		const char *channel = rig_json_string(entry, "channel");
		if (g_strcmp0(type, "run") == 0 && rig_json_integer(entry, "number", 0) != ++runs)
			rig_audit_find(audit, "entry %u: run numbers have a hole before it", i);
		if (g_strcmp0(type, "head") != 0 || channel == NULL)
			continue;
		gint64 before = GPOINTER_TO_INT(g_hash_table_lookup(versions, channel));
		if (rig_json_integer(entry, "version", 0) != before + 1)
			rig_audit_find(audit, "entry %u: versions of %s have a hole before it", i, channel);
		g_hash_table_insert(versions, (gpointer)(guintptr)channel, GINT_TO_POINTER(before + 1));
	}
}

void rig_audit_statements(Audit *audit)
{
	static const struct {
		const char *type;
		void (*look)(Audit *audit, const json_t *entry);
	} looks[] = {{"evidence", audit_evidence}, {"decision", audit_decision}, {"head", audit_head}};
	for (guint i = 0; i < audit->entries->len; i++) {
		const char *type = rig_json_string(audit->entries->pdata[i], "type");
		for (guint k = 0; k < G_N_ELEMENTS(looks); k++)
			if (g_strcmp0(type, looks[k].type) == 0)
				looks[k].look(audit, audit->entries->pdata[i]);
	}
	audit_order(audit);
}
