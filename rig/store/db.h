/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite with GError: what the store's files share. Errors are RIG_ERROR_BENCH with the file's
 * name. */
#ifndef RIG_STORE_DB_H
#define RIG_STORE_DB_H

#include <rig/error.h>
#include <sqlite3.h>

typedef struct RigDb {
	sqlite3 *handle;
	char *path;
} RigDb;

/* A prepared statement; bound for one use. */
typedef sqlite3_stmt RigRows;
void rig_rows_free(RigRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigRows, rig_rows_free)

/* Opens or makes the file; *db is filled as far as it goes and closed in any case by rig_db_close.
 */
gboolean rig_db_open(RigDb *db, const char *path, GError **error);
/* The same for a file in a place that cannot be written: nobody else changes it meanwhile, either.
 */
gboolean rig_db_open_unwritable(RigDb *db, const char *path, GError **error);
void rig_db_close(RigDb *db);

/* Runs statements that give no rows. */
gboolean rig_db_exec(RigDb *db, const char *sql, GError **error);

/*
 * Prepares and binds: `types` has a letter for each parameter: s text (NULL: null), i gint64,
 * d double (NaN: null), b bytes (two arguments: data, gsize). Texts and bytes are borrowed until
 * the statement is freed; what is not UTF-8 in a text is replaced. NULL with an error.
 */
RigRows *rig_db_query(RigDb *db, GError **error, const char *sql, const char *types, ...);

/* The next row: 1, 0 at the end, -1 with an error. */
int rig_rows_next(RigDb *db, RigRows *rows, GError **error);

/* rig_db_query with nothing to read. */
gboolean rig_db_do(RigDb *db, GError **error, const char *sql, const char *types, ...);

/* One number; `otherwise` where there is no row or it is null. *good (may be NULL) tells errors. */
gint64 rig_db_number(RigDb *db, GError **error, gint64 otherwise, const char *sql,
                     const char *types, ...);

/* "" for null; borrowed until the next row. */
const char *rig_rows_text(RigRows *rows, int column);

/* Sets what SQLite last said, with what to do about it. Returns FALSE. */
gboolean rig_db_fail(const RigDb *db, GError **error);

#endif
