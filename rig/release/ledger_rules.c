/* SPDX-License-Identifier: Apache-2.0 */
#include "release/ledger_rules.h"

#include <string.h>

static const char rules_tables[] =
    "CREATE TABLE entry (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, leaf BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN"
    " SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN"
    " SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TRIGGER entry_once BEFORE INSERT ON entry"
    " WHEN EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq) BEGIN"
    " SELECT raise(ABORT, 'the ledger only grows'); END;"
    "CREATE TABLE tree (id INTEGER PRIMARY KEY CHECK (id = 0), size INTEGER NOT NULL,"
    " frontier BLOB NOT NULL) STRICT;"
    "INSERT INTO tree VALUES (0, 0, x'');"
    "CREATE TABLE key (id TEXT PRIMARY KEY, name TEXT NOT NULL, public TEXT NOT NULL,"
    " role TEXT NOT NULL, since TEXT NOT NULL, revoked TEXT, why TEXT) STRICT;"
    "CREATE TABLE run (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " rig TEXT NOT NULL, previous INTEGER NOT NULL, image TEXT, suite TEXT, board TEXT,"
    " began TEXT NOT NULL, evidence TEXT) STRICT;"
    "CREATE INDEX run_image ON run (image, rig, number);"
    "CREATE INDEX run_open ON run (number) WHERE evidence IS NULL;"
    "CREATE TABLE evidence (digest TEXT PRIMARY KEY, seq INTEGER NOT NULL, kind TEXT NOT NULL,"
    " signer TEXT NOT NULL, subject TEXT NOT NULL, run TEXT, number INTEGER, suite TEXT,"
    " target TEXT, unit TEXT, verdict TEXT, standard TEXT, time TEXT NOT NULL) STRICT;"
    "CREATE INDEX evidence_subject ON evidence (subject, seq);"
    "CREATE TABLE decision (digest TEXT PRIMARY KEY, seq INTEGER NOT NULL, time TEXT NOT NULL,"
    " candidate TEXT NOT NULL, channel TEXT NOT NULL, decision TEXT NOT NULL,"
    " policy TEXT NOT NULL) STRICT;"
    "CREATE TABLE head (channel TEXT NOT NULL, version INTEGER NOT NULL, time TEXT NOT NULL,"
    " action TEXT NOT NULL, candidate TEXT NOT NULL, digest TEXT NOT NULL, decision TEXT,"
    " policy TEXT, counter INTEGER NOT NULL, why TEXT, PRIMARY KEY (channel, version)) STRICT;"
    "CREATE TABLE stop (channel TEXT NOT NULL, kind TEXT NOT NULL, time TEXT NOT NULL,"
    " why TEXT NOT NULL, PRIMARY KEY (channel, kind)) STRICT;"
    "CREATE TABLE bad (candidate TEXT PRIMARY KEY, time TEXT NOT NULL, why TEXT NOT NULL) STRICT;"
    "CREATE TABLE floor (channel TEXT PRIMARY KEY, counter INTEGER NOT NULL, time TEXT NOT NULL,"
    " why TEXT NOT NULL) STRICT;"
    "CREATE TABLE waiver (decision TEXT NOT NULL, rule TEXT NOT NULL, by TEXT NOT NULL,"
    " until TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (decision, rule)) STRICT;"
    "CREATE TABLE delivery (key TEXT PRIMARY KEY, channel TEXT NOT NULL, version INTEGER NOT NULL,"
    " hook TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, next TEXT NOT NULL,"
    " said TEXT) STRICT;"
    "CREATE INDEX delivery_pending ON delivery (next) WHERE state = 'pending';";

const char *const rig_ledger_derived[] = {"key", "run",   "evidence", "decision", "head", "stop",
                                          "bad", "floor", "waiver",   "delivery", NULL};

/* What an entry of the type changes; :name is its member of that name. */
static const struct {
	const char *type, *sql;
} rules[] = {
    {"ledger", "INSERT INTO key VALUES (:key, 'ledger', :public, 'ledger', :time, NULL, NULL);"},
    {"key", "INSERT OR IGNORE INTO key VALUES (:key, :name, :public, :role, :time, NULL, NULL);"},
    {"key-revoked", "UPDATE key SET revoked = coalesce(revoked, :time), why = coalesce(why, :why)"
                    " WHERE id = :key;"},
    {"run", "INSERT INTO run VALUES (:number, :run, :rig, :previous, :image, :suite, :board, "
            ":time, NULL);"},
    {"evidence",
     "INSERT OR IGNORE INTO evidence VALUES (:digest, :seq, :kind, :signer, :subject, :run,"
     " :number, :suite, :target, :unit, :verdict, :standard, :time);"
     "UPDATE run SET evidence = :digest WHERE number = :number AND name = :run"
     " AND evidence IS NULL AND :signer IN (SELECT id FROM key WHERE role = 'evidence');"},
    {"decision",
     "INSERT OR IGNORE INTO decision VALUES (:digest, :seq, :time, :candidate, :channel,"
     " :decision, :policy);"},
    {"head",
     "INSERT INTO head VALUES (:channel, :version, :time, :action, :candidate, :digest,"
     " :decision, :policy, :counter, :why);"
     "UPDATE delivery SET state = 'cancelled' WHERE channel = :channel AND state = 'pending'"
     " AND :action = 'rollback';"
     "INSERT OR REPLACE INTO stop SELECT :channel, 'held', :time, :why WHERE"
     " :action = 'rollback';"
     "INSERT INTO delivery SELECT :channel || '-' || :version || '-' || value, :channel, :version,"
     " value, 'pending', 0, :time, NULL FROM json_each(:hooks);"},
    {"freeze", "INSERT OR REPLACE INTO stop VALUES (:channel, 'frozen', :time, :why);"},
    {"unfreeze", "DELETE FROM stop WHERE channel = :channel;"},
    {"bad", "INSERT OR IGNORE INTO bad VALUES (:candidate, :time, :why);"},
    {"floor",
     "INSERT INTO floor VALUES (:channel, :counter, :time, :why) ON CONFLICT (channel) DO UPDATE"
     " SET counter = excluded.counter, time = excluded.time, why = excluded.why"
     " WHERE excluded.counter > counter;"},
    {"waiver", "INSERT OR IGNORE INTO waiver VALUES (:decision, :rule, :name, :until, :why);"},
    {"delivery",
     "UPDATE delivery SET state = :state, attempts = attempts + 1, next = :next, said = :said"
     " WHERE key = :key AND state = 'pending';"},
};

gboolean rig_ledger_tables_make(RigDb *db, GError **error)
{
	g_autofree char *mark = g_strdup_printf("PRAGMA user_version = %d", RIG_LEDGER_VERSION);
	return rig_db_exec(db, rules_tables, error) && rig_db_exec(db, mark, error);
}

static int rules_bind(sqlite3_stmt *statement, int at, const json_t *entry)
{
	const json_t *value = json_object_get(entry, sqlite3_bind_parameter_name(statement, at) + 1);
	if (json_is_integer(value))
		return sqlite3_bind_int64(statement, at, json_integer_value(value));
	if (json_is_string(value))
		return sqlite3_bind_text(statement, at, json_string_value(value), -1, SQLITE_TRANSIENT);
	if (!json_is_array(value))
		return sqlite3_bind_null(statement, at);
	g_autofree char *text = rig_json_canonical(value);
	return sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

static gboolean rules_step(sqlite3_stmt *statement, const json_t *entry)
{
	int code = SQLITE_OK;
	for (int i = 1; code == SQLITE_OK && i <= sqlite3_bind_parameter_count(statement); i++)
		code = rules_bind(statement, i, entry);
	while (code == SQLITE_OK || code == SQLITE_ROW)
		code = sqlite3_step(statement);
	return code == SQLITE_DONE;
}

static gboolean rules_run(RigDb *db, const char *sql, const json_t *entry, GError **error)
{
	while (*sql != '\0') {
		const char *rest = sql;
		sqlite3_stmt *statement = NULL;
		gboolean good = sqlite3_prepare_v2(db->handle, sql, -1, &statement, &rest) == SQLITE_OK &&
		                rules_step(statement, entry);
		if (!good)
			(void)rig_db_fail(db, error);
		sqlite3_finalize(statement);
		if (!good)
			return FALSE;
		sql = rest;
	}
	return TRUE;
}

gboolean rig_ledger_apply(RigDb *db, const json_t *entry, GError **error)
{
	const char *type = rig_json_string(entry, "type");
	for (guint i = 0; type != NULL && i < G_N_ELEMENTS(rules); i++)
		if (strcmp(rules[i].type, type) == 0)
			return rules_run(db, rules[i].sql, entry, error);
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "entry %d: there is no type \"%.40s\"",
	            (int)rig_json_integer(entry, "seq", -1), type == NULL ? "" : type);
	return FALSE;
}
