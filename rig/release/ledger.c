/* SPDX-License-Identifier: Apache-2.0 */
#include "release/ledger.h"

#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "base/state.h"
#include "release/keys.h"
#include "release/ledger_rules.h"
#include "release/tiles.h"
#include "run/reservation.h"

static const char ledger_settings[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;";

gboolean rig_frontier_read(RigFrontier *frontier, guint64 size, const void *data, gsize bytes)
{
	guint count = 0;
	for (guint64 rest = size; rest > 0; rest &= rest - 1)
		count++;
	*frontier = (RigFrontier){.size = size, .count = count};
	if (bytes != count * sizeof(RigHash))
		return FALSE;
	if (count > 0)
		memcpy(frontier->roots, data, bytes);
	return TRUE;
}

static gboolean ledger_damaged(const RigLedger *ledger, GError **error, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED,
	            "%s: %s; nothing is written, `tinyrig audit verify` tells more", ledger->db.path,
	            what);
	return FALSE;
}

/* Size and growth, as they are committed. */
static gboolean ledger_load(RigLedger *ledger, GError **error)
{
	g_autoptr(RigRows) rows =
	    rig_db_query(&ledger->db, error, "SELECT size, frontier FROM tree", "");
	int more = rows == NULL ? -1 : rig_rows_next(&ledger->db, rows, error);
	if (more < 0)
		return FALSE;
	if (more == 0)
		return ledger_damaged(ledger, error, "it has no tree");
	ledger->size = (guint64)MAX(sqlite3_column_int64(rows, 0), 0);
	if (!rig_frontier_read(&ledger->growth, ledger->size, sqlite3_column_blob(rows, 1),
	                       (gsize)sqlite3_column_bytes(rows, 1)))
		return ledger_damaged(ledger, error, "its tree is not of its size");
	return TRUE;
}

/* What the first entry says of the log. */
static gboolean ledger_load_origin(RigLedger *ledger, GError **error)
{
	json_error_t why;
	if (ledger->size == 0 || ledger->origin != NULL)
		return TRUE;
	g_autoptr(RigRows) rows =
	    rig_db_query(&ledger->db, error, "SELECT body FROM entry WHERE seq = 0", "");
	int more = rows == NULL ? -1 : rig_rows_next(&ledger->db, rows, error);
	if (more < 0)
		return FALSE;
	json_t *first = more == 0 ? NULL
	                          : json_loadb(sqlite3_column_blob(rows, 0),
	                                       (gsize)sqlite3_column_bytes(rows, 0), 0, &why);
	ledger->origin = g_strdup(rig_json_string(first, "origin"));
	const char *public_key = rig_json_string(first, "public");
	g_autoptr(GByteArray) bytes =
	    public_key == NULL ? NULL : rig_base64_decode(public_key, strlen(public_key));
	if (ledger->key == NULL && bytes != NULL && bytes->len == RIG_KEY_BYTES)
		ledger->key = rig_key_of_public(bytes->data, error);
	const char *id = rig_json_string(first, "key");
	gboolean good = ledger->origin != NULL && ledger->key != NULL &&
	                g_strcmp0(id, rig_key_id(ledger->key)) == 0;
	json_decref(first);
	return good ||
	       ledger_damaged(ledger, error, "its first entry does not name the key that signs it");
}

gboolean rig_ledger_checkpoint(const RigLedger *ledger, RigCheckpoint *checkpoint, GError **error)
{
	g_autofree char *path = g_build_filename(ledger->log, "checkpoint", NULL), *text = NULL;
	gsize size;
	*checkpoint = (RigCheckpoint){0};
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return TRUE;
	if (!g_file_get_contents(path, &text, &size, error))
		return FALSE;
	if (ledger->key == NULL)
		return ledger_damaged(ledger, error, "it is empty, and there is a checkpoint of it");
	if (!rig_checkpoint_read(checkpoint, text, size, ledger->key, error)) {
		g_prefix_error(error, "%s: ", path);
		(*error)->code = RIG_ERROR_DAMAGED;
		return FALSE;
	}
	return g_strcmp0(checkpoint->origin, ledger->origin) == 0 ||
	       ledger_damaged(ledger, error, "its checkpoint is of another log");
}

/* What was published binds: a ledger that ends before it is an older copy. */
static gboolean ledger_check(RigLedger *ledger, GError **error)
{
	g_auto(RigCheckpoint) checkpoint = {0};
	RigHash root;
	if (!rig_ledger_checkpoint(ledger, &checkpoint, error))
		return FALSE;
	if (checkpoint.size > ledger->size)
		return ledger_damaged(ledger, error,
		                      "it ends before its own checkpoint: an older copy was put back");
	rig_frontier_root(&ledger->growth, &root);
	if (checkpoint.size == ledger->size && ledger->size > 0 &&
	    !rig_hash_equal(&root, &checkpoint.root))
		return ledger_damaged(ledger, error, "its root is not that of its checkpoint");
	return TRUE;
}

gboolean rig_ledger_reload(RigLedger *ledger, GError **error)
{
	return ledger_load(ledger, error) && ledger_load_origin(ledger, error) &&
	       ledger_check(ledger, error);
}

/* The log's name: whose it is. */
static char *ledger_name_origin(void)
{
	g_autofree char *host = g_strdup(g_get_host_name());
	g_strcanon(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", '-');
	return g_strdup_printf("tinyrig.%s", host);
}

static gboolean ledger_first(RigLedger *ledger, GError **error)
{
	if (ledger->size > 0)
		return TRUE;
	g_autofree char *public_key = g_base64_encode(rig_key_public(ledger->key), RIG_KEY_BYTES);
	g_free(ledger->origin);
	ledger->origin = ledger_name_origin();
	return rig_ledger_append(ledger, "ledger",
	                         json_pack("{s:s, s:s, s:s}", "origin", ledger->origin, "key",
	                                   rig_key_id(ledger->key), "public", public_key),
	                         error);
}

static gboolean ledger_open_db(RigLedger *ledger, const char *path, GError **error)
{
	if (!rig_db_open(&ledger->db, path, error))
		return FALSE;
	GError *failure = NULL;
	gint64 version = rig_db_number(&ledger->db, &failure, 0, "PRAGMA user_version", "");
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return FALSE;
	}
	if (version > RIG_LEDGER_VERSION || version < 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: this ledger was written by a newer tinyrig; use that one", path);
		return FALSE;
	}
	if (!rig_db_exec(&ledger->db, ledger_settings, error))
		return FALSE;
	return version == RIG_LEDGER_VERSION ||
	       (rig_db_exec(&ledger->db, "BEGIN IMMEDIATE", error) &&
	        (rig_db_number(&ledger->db, NULL, 0, "PRAGMA user_version", "") != 0 ||
	         rig_ledger_tables_make(&ledger->db, error)) &&
	        rig_db_exec(&ledger->db, "COMMIT", error));
}

static gboolean ledger_open(RigLedger *ledger, const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "ledger.db", NULL);
	gboolean is_there = g_file_test(path, G_FILE_TEST_EXISTS);
	if (!ledger->writes && !is_there) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: there is no ledger here yet; the first `tinyrig run` begins it", folder);
		return FALSE;
	}
	ledger->objects = g_build_filename(folder, "objects", NULL);
	ledger->log = rig_state_part("ledger", error);
	if (ledger->log == NULL || !rig_folder_make(ledger->objects, error))
		return FALSE;
	/* One at a time makes tables, and turns the file to WAL. */
	int held = rig_folder_hold(folder, LOCK_EX, error);
	gboolean good = held >= 0 && ledger_open_db(ledger, path, error);
	if (held >= 0)
		close(held);
	return good;
}

RigLedger *rig_ledger_open_damaged(GError **error)
{
	g_autoptr(RigLedger) ledger = g_new0(RigLedger, 1);
	g_autofree char *folder = rig_state_part("release", error);
	if (folder == NULL || !ledger_open(ledger, folder, error))
		return NULL;
	/* A tree or a first entry that is damaged is found by comparison. */
	(void)ledger_load(ledger, NULL);
	(void)ledger_load_origin(ledger, NULL);
	ledger->size =
	    (guint64)MAX(rig_db_number(&ledger->db, NULL, 0, "SELECT count(*) FROM entry", ""), 0);
	return g_steal_pointer(&ledger);
}

RigLedger *rig_ledger_open(gboolean writes, GError **error)
{
	g_autoptr(RigLedger) ledger = g_new0(RigLedger, 1);
	g_autofree char *folder = rig_state_part("release", error);
	ledger->writes = writes;
	if (folder == NULL)
		return NULL;
	if (writes && (ledger->key = rig_keys_own(RIG_KEY_LEDGER, error)) == NULL)
		return NULL;
	return ledger_open(ledger, folder, error) && rig_ledger_reload(ledger, error)
	           ? g_steal_pointer(&ledger)
	           : NULL;
}

void rig_ledger_close(RigLedger *ledger)
{
	if (ledger == NULL)
		return;
	rig_db_close(&ledger->db);
	g_free(ledger->objects);
	g_free(ledger->log);
	g_free(ledger->origin);
	rig_key_free(ledger->key);
	g_free(ledger);
}

gboolean rig_ledger_begin(RigLedger *ledger, GError **error)
{
	if (!rig_db_exec(&ledger->db, "BEGIN IMMEDIATE", error))
		return FALSE;
	if (rig_ledger_reload(ledger, error) && ledger_first(ledger, error))
		return TRUE;
	rig_ledger_give_up(ledger);
	return FALSE;
}

void rig_ledger_give_up(RigLedger *ledger)
{
	rig_db_exec(&ledger->db, "ROLLBACK", NULL);
}

gint64 rig_ledger_last_time(RigLedger *ledger)
{
	g_autoptr(RigRows) rows =
	    rig_db_query(&ledger->db, NULL, "SELECT body FROM entry ORDER BY seq DESC LIMIT 1", "");
	if (rows == NULL || rig_rows_next(&ledger->db, rows, NULL) != 1)
		return 0;
	json_t *entry =
	    json_loadb(sqlite3_column_blob(rows, 0), (gsize)sqlite3_column_bytes(rows, 0), 0, NULL);
	gint64 time = rig_time_read(rig_json_string(entry, "time"));
	json_decref(entry);
	return MAX(time, 0);
}

static gboolean ledger_insert(RigLedger *ledger, const json_t *entry, GError **error)
{
	g_autofree char *body = rig_json_canonical(entry);
	gsize size = strlen(body);
	RigHash leaf;
	if (size > RIG_ENTRY_MAX) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "an entry of the ledger has at most %u bytes, this one %" G_GSIZE_FORMAT,
		            RIG_ENTRY_MAX, size);
		return FALSE;
	}
	rig_merkle_leaf((const guint8 *)body, size, &leaf);
	if (!rig_db_do(&ledger->db, error, "INSERT INTO entry VALUES (?, ?, ?)", "ibb",
	               (gint64)ledger->size, body, size, leaf.bytes, sizeof leaf.bytes) ||
	    !rig_ledger_apply(&ledger->db, entry, error))
		return FALSE;
	rig_frontier_append(&ledger->growth, &leaf);
	ledger->size++;
	return TRUE;
}

gboolean rig_ledger_append_at(RigLedger *ledger, const char *type, gint64 unix_s, json_t *fields,
                              GError **error)
{
	g_autofree char *time = rig_time_text(unix_s), *actor = rig_holder(error);
	if (actor != NULL) {
		json_object_set_new(fields, "seq", json_integer((json_int_t)ledger->size));
		json_object_set_new(fields, "time", json_string(time));
		json_object_set_new(fields, "type", json_string(type));
		json_object_set_new(fields, "by", json_string(actor));
	}
	gboolean good = actor != NULL && ledger_insert(ledger, fields, error);
	json_decref(fields);
	return good;
}

/* A clock that was set back does not set the ledger back: the entry says that it was. */
gboolean rig_ledger_append(RigLedger *ledger, const char *type, json_t *fields, GError **error)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC, last = rig_ledger_last_time(ledger);
	if (now < last)
		json_object_set_new(fields, "clock_behind_s", json_integer(last - now));
	return rig_ledger_append_at(ledger, type, MAX(now, last), fields, error);
}

gboolean rig_ledger_commit(RigLedger *ledger, GError **error)
{
	if (rig_db_do(&ledger->db, error, "UPDATE tree SET size = ?, frontier = ?", "ib",
	              (gint64)ledger->growth.size, ledger->growth.roots,
	              ledger->growth.count * sizeof(RigHash)) &&
	    rig_db_exec(&ledger->db, "COMMIT", error))
		return TRUE;
	rig_ledger_give_up(ledger);
	return FALSE;
}

gboolean rig_ledger_add(RigLedger *ledger, const char *type, json_t *fields, GError **error)
{
	if (!rig_ledger_begin(ledger, error)) {
		json_decref(fields);
		return FALSE;
	}
	if (!rig_ledger_append(ledger, type, fields, error)) {
		rig_ledger_give_up(ledger);
		return FALSE;
	}
	return rig_ledger_commit(ledger, error) && rig_ledger_publish(ledger, error);
}

GArray *rig_ledger_leaves(RigDb *db, guint64 begin, guint64 end, GError **error)
{
	g_autoptr(GArray) leaves = g_array_new(FALSE, TRUE, sizeof(RigHash));
	g_autoptr(RigRows) rows =
	    rig_db_query(db, error, "SELECT leaf FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq",
	                 "ii", (gint64)begin, (gint64)end);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1) {
		RigHash leaf = {0};
		if (sqlite3_column_bytes(rows, 0) == RIG_HASH_BYTES)
			memcpy(leaf.bytes, sqlite3_column_blob(rows, 0), RIG_HASH_BYTES);
		g_array_append_val(leaves, leaf);
	}
	if (more != 0)
		return NULL;
	if (leaves->len == end - begin)
		return g_steal_pointer(&leaves);
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "%s: of entries %u to %u some are missing",
	            db->path, (guint)begin, (guint)end);
	return NULL;
}
