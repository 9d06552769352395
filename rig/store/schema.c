/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that come again in each run (suites, boards, cases, limits, digests) are in `word` once;
 * a run then costs little. Verdicts and integrities are the numbers of base/verdict.h and
 * rig/inference.h, which never change.
 */
#include "store/schema.h"

static const char schema_first[] =
    "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE run ("
    " id INTEGER PRIMARY KEY," /* in the order of their coming into the store */
    " name TEXT NOT NULL UNIQUE,"
    " started_us INTEGER NOT NULL," /* UTC, since 1970 */
    " duration_us INTEGER NOT NULL,"
    " suite INTEGER NOT NULL REFERENCES word,"
    " bench INTEGER NOT NULL REFERENCES word,"
    " board INTEGER NOT NULL REFERENCES word,"
    " target INTEGER NOT NULL REFERENCES word,"
    " unit INTEGER REFERENCES word,"
    " candidate INTEGER REFERENCES word,"
    " load_digest INTEGER REFERENCES word,"
    " suite_sha256 INTEGER REFERENCES word,"
    " verdict INTEGER NOT NULL,"
    " interrupted INTEGER NOT NULL,"
    " message TEXT);"
    "CREATE TABLE result (" /* a case of a run */
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " name INTEGER NOT NULL REFERENCES word,"
    " verdict INTEGER NOT NULL,"
    " flaky INTEGER NOT NULL,"
    " quarantined INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL,"
    " duration_us INTEGER NOT NULL,"
    " message TEXT);"
    "CREATE INDEX result_run ON result (run);"
    "CREATE TABLE number (" /* what a limit was judged by; value null: unknown */
    " result INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,"
    " name INTEGER NOT NULL REFERENCES word,"
    " value REAL,"
    " unit INTEGER REFERENCES word,"
    " integrity INTEGER NOT NULL,"
    " verdict INTEGER NOT NULL,"
    " PRIMARY KEY (result, name)) WITHOUT ROWID;"
    "CREATE TABLE object (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, size INTEGER NOT "
    "NULL);"
    "CREATE TABLE file (" /* of a run's folder */
    " run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
    " name INTEGER NOT NULL REFERENCES word,"
    " object INTEGER NOT NULL REFERENCES object,"
    " PRIMARY KEY (run, name)) WITHOUT ROWID;"
    "CREATE INDEX file_object ON file (object);"
    "CREATE TABLE pin (run INTEGER PRIMARY KEY REFERENCES run, why TEXT NOT NULL);";

/* The last verdict of each case on each board at hand, so that --last-failed reads no history. */
static const char schema_latest[] =
    "CREATE TABLE latest ("
    " suite INTEGER NOT NULL,"
    " bench INTEGER NOT NULL,"
    " board INTEGER NOT NULL,"
    " name INTEGER NOT NULL,"
    " result INTEGER NOT NULL REFERENCES result ON DELETE CASCADE,"
    " PRIMARY KEY (suite, bench, board, name)) WITHOUT ROWID;"
    "CREATE INDEX latest_result ON latest (result);"
    "CREATE INDEX result_name ON result (name);"
    "INSERT INTO latest SELECT run.suite, run.bench, run.board, result.name, max(result.id)"
    " FROM result JOIN run ON run.id = result.run WHERE result.verdict <> 0"
    " GROUP BY run.suite, run.bench, run.board, result.name;";

/* Row N leads from version N to N + 1. */
static const char *const schema_steps[] = {schema_first, schema_latest};

guint rig_schema_version(void)
{
	return G_N_ELEMENTS(schema_steps);
}

/* Is it one that this program knows? *version is set in any case. */
static gboolean schema_version(RigDb *db, gint64 *version, GError **error)
{
	GError *failure = NULL;
	*version = rig_db_number(db, &failure, 0, "PRAGMA user_version", "");
	if (failure != NULL)
		g_propagate_error(error, failure);
	else if (*version < 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s: is no store, or damaged: move it away, a new one is made", db->path);
	else if (*version > (gint64)G_N_ELEMENTS(schema_steps))
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: this store was written by a newer tinyrig (version %d, this one reads up "
		            "to %u): use that one, or another folder",
		            db->path, (int)*version, (guint)G_N_ELEMENTS(schema_steps));
	else
		return TRUE;
	return FALSE;
}

gboolean rig_schema_check(RigDb *db, gboolean *older, GError **error)
{
	gint64 version;
	gboolean good = schema_version(db, &version, error);
	*older = version < (gint64)G_N_ELEMENTS(schema_steps);
	return good;
}

/* Within the transaction: another session may have been quicker. */
static gboolean schema_step(RigDb *db, gint64 *version, GError **error)
{
	if (!schema_version(db, version, error))
		return FALSE;
	if (*version == (gint64)G_N_ELEMENTS(schema_steps))
		return TRUE;
	g_autofree char *mark = g_strdup_printf("PRAGMA user_version = %d", (int)*version + 1);
	if (!rig_db_exec(db, schema_steps[*version], error) || !rig_db_exec(db, mark, error))
		return FALSE;
	++*version;
	return TRUE;
}

gboolean rig_schema_migrate(RigDb *db, GError **error)
{
	gint64 version;
	if (!schema_version(db, &version, error))
		return FALSE;
	while (version < (gint64)G_N_ELEMENTS(schema_steps)) {
		if (!rig_db_exec(db, "BEGIN IMMEDIATE", error))
			return FALSE;
		if (!schema_step(db, &version, error) || !rig_db_exec(db, "COMMIT", error)) {
			rig_db_exec(db, "ROLLBACK", NULL);
			return FALSE;
		}
	}
	return TRUE;
}
