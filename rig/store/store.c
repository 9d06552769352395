/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_parts.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "store/objects.h"
#include "store/schema.h"

char *rig_store_folder(void)
{
	return g_canonicalize_filename(".tinyrig", NULL);
}

/* WAL: readers and a writer do not wait for each other. FULL: what is committed is on the disk. */
static const char store_settings[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                     "PRAGMA foreign_keys = ON;";

/*
 * A store that is refused is left as it is, and its settings are in its file: so the version comes
 * first. SQLite does not wait where two turn a store to WAL at once: they take turns.
 */
static gboolean store_prepare(RigStore *store, GError **error)
{
	gboolean older;
	if (!rig_schema_check(&store->db, &older, error) || !rig_folder_make(store->objects, error))
		return FALSE;
	int held = older ? rig_folder_hold(store->folder, LOCK_EX, error) : -1;
	gboolean good = (!older || held >= 0) && rig_db_exec(&store->db, store_settings, error) &&
	                rig_schema_migrate(&store->db, error);
	if (held >= 0)
		close(held);
	return good;
}

static gboolean store_open(RigStore *store, const char *path, GError **error)
{
	return rig_folder_make(store->folder, error) && rig_db_open(&store->db, path, error) &&
	       store_prepare(store, error);
}

/* What a session left in the write-ahead log could not be seen. */
static gboolean store_open_unwritable(RigStore *store, const char *path, GError **error)
{
	g_autofree char *log = g_strconcat(path, "-wal", NULL);
	const char *wrong = NULL;
	struct stat about;
	gboolean older = FALSE;
	if (stat(log, &about) == 0 && about.st_size > 0)
		wrong = "holds what must be written first";
	else if (!rig_db_open_unwritable(&store->db, path, error) ||
	         !rig_schema_check(&store->db, &older, error))
		return FALSE;
	if (older)
		wrong = "is of an older version";
	if (wrong != NULL)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s: the store cannot be written, and %s; make its folder writable", path,
		            wrong);
	return wrong == NULL;
}

RigStore *rig_store_open(const char *folder, gboolean make, GError **error)
{
	g_autoptr(RigStore) store = g_new0(RigStore, 1);
	g_autofree char *path = g_build_filename(folder, "store.db", NULL);
	store->folder = g_strdup(folder);
	store->objects = g_build_filename(folder, "objects", NULL);
	store->runs = g_build_filename(folder, "runs", NULL);
	if (!make && !g_file_test(path, G_FILE_TEST_EXISTS) &&
	    !g_file_test(store->runs, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: no run is kept here; go to the folder where `tinyrig run` was called",
		            folder);
		return NULL;
	}
	store->unwritable = !make && access(folder, W_OK) != 0;
	if (!(store->unwritable ? store_open_unwritable : store_open)(store, path, error))
		return NULL;
	return g_steal_pointer(&store);
}

void rig_store_close(RigStore *store)
{
	if (store == NULL)
		return;
	rig_db_close(&store->db);
	g_free(store->folder);
	g_free(store->objects);
	g_free(store->runs);
	g_free(store);
}

gint64 rig_store_word(RigStore *store, const char *text, GError **error)
{
	if (text == NULL)
		return 0;
	GError *failure = NULL;
	gint64 id =
	    rig_db_number(&store->db, &failure, 0, "SELECT id FROM word WHERE text = ?", "s", text);
	if (id == 0 && failure == NULL &&
	    rig_db_do(&store->db, &failure, "INSERT INTO word (text) VALUES (?)", "s", text))
		id = sqlite3_last_insert_rowid(store->db.handle);
	if (failure == NULL)
		return id;
	g_propagate_error(error, failure);
	return -1;
}

gint64 rig_store_run(RigStore *store, const char *name, GError **error)
{
	GError *failure = NULL;
	gint64 id =
	    rig_db_number(&store->db, &failure, 0, "SELECT id FROM run WHERE name = ?", "s", name);
	if (failure == NULL)
		return id;
	g_propagate_error(error, failure);
	return -1;
}

gboolean rig_store_unpack(RigStore *store, const char *name, const char *only, const char *folder,
                          GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    &store->db, error,
	    "SELECT word.text, object.sha256, object.size FROM file JOIN run ON run.id = file.run"
	    " JOIN word ON word.id = file.name JOIN object ON object.id = file.object"
	    " WHERE run.name = ?1 AND (?2 IS NULL OR word.text = ?2)",
	    "ss", name, only);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&store->db, rows, error)) == 1) {
		g_autofree char *path = g_build_filename(folder, rig_rows_text(rows, 0), NULL);
		g_autofree char *parent = g_path_get_dirname(path);
		RigObjectId id = {0};
		if (sqlite3_column_bytes(rows, 1) == RIG_OBJECT_BYTES)
			memcpy(id.sha256, sqlite3_column_blob(rows, 1), RIG_OBJECT_BYTES);
		if (!rig_folder_make(parent, error) ||
		    !rig_objects_get(store->objects, &id, sqlite3_column_int64(rows, 2), path, error))
			return FALSE;
	}
	return more == 0;
}

gboolean rig_store_has(RigStore *store, const char *name)
{
	return rig_store_run(store, name, NULL) > 0;
}

static void store_free_file(gpointer data)
{
	RigStoredFile *file = data;
	g_free(file->name);
	g_free(file->sha256);
	g_free(file);
}

GPtrArray *rig_store_files(RigStore *store, const char *name, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(store_free_file);
	g_autoptr(RigRows) rows = rig_db_query(
	    &store->db, error,
	    "SELECT word.text, lower(hex(object.sha256)) FROM file JOIN run ON run.id = file.run"
	    " JOIN word ON word.id = file.name JOIN object ON object.id = file.object"
	    " WHERE run.name = ? ORDER BY word.text",
	    "s", name);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&store->db, rows, error)) == 1) {
		RigStoredFile *file = g_new0(RigStoredFile, 1);
		file->name = g_strdup(rig_rows_text(rows, 0));
		file->sha256 = g_strdup(rig_rows_text(rows, 1));
		g_ptr_array_add(files, file);
	}
	return more == 0 ? g_steal_pointer(&files) : NULL;
}
