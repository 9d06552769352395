/* SPDX-License-Identifier: Apache-2.0 */
#include "release/rebuild.h"

#include "release/ledger_rules.h"

static gboolean rebuild_refuse(GError **error, guint64 seq, const char *what)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_DAMAGED, "entry %" G_GUINT64_FORMAT ": %s", seq, what);
	return FALSE;
}

static gboolean rebuild_visit(RigRows *rows, guint64 seq, RigEntryVisit visit, gpointer user,
                              GError **error)
{
	const char *body = sqlite3_column_blob(rows, 1);
	gsize size = (gsize)sqlite3_column_bytes(rows, 1);
	if (sqlite3_column_int64(rows, 0) != (gint64)seq)
		return rebuild_refuse(error, seq, "is missing");
	json_t *entry = json_loadb(body == NULL ? "" : body, size, JSON_REJECT_DUPLICATES, NULL);
	gboolean good = entry == NULL || rig_json_integer(entry, "seq", -1) != (gint64)seq
	                    ? rebuild_refuse(error, seq, "is not what was entered")
	                    : visit(user, seq, body, size, entry, error);
	json_decref(entry);
	return good;
}

gboolean rig_ledger_walk(RigDb *db, guint64 size, RigEntryVisit visit, gpointer user,
                         GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    db, error, "SELECT seq, body FROM entry WHERE seq < ? ORDER BY seq", "i", (gint64)size);
	int more = -1;
	guint64 seq = 0;
	while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1)
		if (!rebuild_visit(rows, seq++, visit, user, error))
			return FALSE;
	return more == 0 && (seq == size || rebuild_refuse(error, seq, "is missing"));
}

static gboolean rebuild_apply(gpointer into, guint64 seq, const char *body, gsize size,
                              const json_t *entry, GError **error)
{
	(void)seq;
	(void)body;
	(void)size;
	return rig_ledger_apply(into, entry, error);
}

gboolean rig_ledger_rebuild(RigDb *db, guint64 size, RigDb *into, GError **error)
{
	return rig_db_open(into, ":memory:", error) && rig_ledger_tables_make(into, error) &&
	       rig_db_exec(into, "BEGIN", error) &&
	       rig_ledger_walk(db, size, rebuild_apply, into, error) &&
	       rig_db_exec(into, "COMMIT", error);
}
