/* SPDX-License-Identifier: Apache-2.0 */
#include "release/head.h"

#include <string.h>

#include "release/blobs.h"
#include "release/dsse.h"

void rig_head_free(RigHead *head)
{
	if (head == NULL)
		return;
	char *const texts[] = {head->channel, head->time,     head->action, head->candidate,
	                       head->digest,  head->decision, head->policy, head->why};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_free(head);
}

static void head_free(gpointer head)
{
	rig_head_free(head);
}

static RigHead *head_of_row(RigRows *rows)
{
	RigHead *head = g_new0(RigHead, 1);
	char **const texts[] = {&head->channel, &head->time,     &head->action, &head->candidate,
	                        &head->digest,  &head->decision, &head->policy, &head->why};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		*texts[i] = g_strdup((const char *)sqlite3_column_text(rows, (int)i));
	head->version = sqlite3_column_int64(rows, 8);
	head->counter = sqlite3_column_int64(rows, 9);
	return head;
}

GPtrArray *rig_heads_read(RigDb *db, const char *channel, GError **error)
{
	g_autoptr(GPtrArray) heads = g_ptr_array_new_with_free_func(head_free);
	g_autoptr(RigRows) rows = rig_db_query(
	    db, error,
	    "SELECT channel, time, action, candidate, digest, decision, policy, why, version, counter"
	    " FROM head WHERE ?1 IS NULL OR channel = ?1 ORDER BY channel, version",
	    "s", channel);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1)
		g_ptr_array_add(heads, head_of_row(rows));
	return more == 0 ? g_steal_pointer(&heads) : NULL;
}

RigHead *rig_head_read(RigDb *db, const char *channel, GError **error)
{
	g_autoptr(GPtrArray) heads = rig_heads_read(db, channel, error);
	if (heads == NULL || heads->len == 0)
		return NULL;
	return g_ptr_array_steal_index(heads, heads->len - 1);
}

json_t *rig_head_record(const char *objects, RigKey *key, const char *digest, GError **error)
{
	g_auto(RigEnvelope) envelope = {0};
	gsize size;
	g_autoptr(GBytes) bytes = rig_blobs_get(objects, digest, error);
	const char *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &size);
	if (data == NULL || !rig_dsse_read(&envelope, data, size, error) ||
	    !rig_dsse_verify(&envelope, &key, 1, 1, error))
		return NULL;
	json_t *record = json_loadb((const char *)envelope.payload->data, envelope.payload->len,
	                            JSON_REJECT_DUPLICATES, NULL);
	if (record == NULL || strcmp(envelope.type, RIG_HEAD_TYPE) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "head %.12s: it is no record of one",
		            digest);
		g_clear_pointer(&record, json_decref);
	}
	return record;
}
