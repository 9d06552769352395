/* SPDX-License-Identifier: Apache-2.0 */
#include "release/audit_parts.h"

#include <string.h>

void rig_audit_find(Audit *audit, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_ptr_array_add(audit->told->damage, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* An error of what is looked at is a finding, not the end. */
static void audit_find_error(Audit *audit, GError **why)
{
	rig_audit_find(audit, "%s", (*why)->message);
	g_clear_error(why);
}

/* Stored leaf by stored leaf; the tree that grows from the bodies is the one that counts. */
static gboolean audit_visit(gpointer user, guint64 seq, const char *body, gsize size,
                            const json_t *entry, GError **error)
{
	Audit *audit = user;
	RigHash leaf;
	(void)error;
	rig_merkle_leaf((const guint8 *)body, size, &leaf);
	g_array_append_val(audit->leaves, leaf);
	rig_frontier_append(&audit->growth, &leaf);
	if (seq + 1 == audit->checkpoint.size)
		rig_frontier_root(&audit->growth, &audit->at_checkpoint);
	g_ptr_array_add(audit->bodies, g_bytes_new(body, size));
	g_ptr_array_add(audit->entries, json_incref((json_t *)(guintptr)entry));
	return TRUE;
}

static void audit_leaves(Audit *audit)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(GArray) stored = rig_ledger_leaves(&audit->ledger->db, 0, audit->leaves->len, &why);
	if (stored == NULL) {
		audit_find_error(audit, &why);
		return;
	}
	for (guint i = 0; i < stored->len; i++)
		if (!rig_hash_equal(&g_array_index(stored, RigHash, i),
		                    &g_array_index(audit->leaves, RigHash, i)))
			rig_audit_find(audit, "entry %u: its leaf is not that of its content", i);
}

static void audit_tree(Audit *audit)
{
	const RigFrontier *stored = &audit->ledger->growth;
	gboolean same =
	    stored->size == audit->growth.size && stored->count == audit->growth.count &&
	    memcmp(stored->roots, audit->growth.roots, stored->count * sizeof(RigHash)) == 0;
	if (!same)
		rig_audit_find(audit, "tree: its row is not what the entries give");
	if (audit->checkpoint.size > audit->growth.size)
		rig_audit_find(audit,
		               "checkpoint: of %u entries, there are %u: entries are missing, or "
		               "an older copy was put back",
		               (guint)audit->checkpoint.size, (guint)audit->growth.size);
	else if (audit->checkpoint.size > 0 &&
	         !rig_hash_equal(&audit->at_checkpoint, &audit->checkpoint.root))
		rig_audit_find(audit, "checkpoint: its root is not that of the entries before it: an entry "
		                      "was changed");
	else
		audit->told->unpublished = audit->growth.size - audit->checkpoint.size;
}

/* The rows of a table as texts, sorted; each row is a line. */
static GPtrArray *audit_rows(RigDb *db, const char *table, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *sql = g_strdup_printf("SELECT * FROM %s ORDER BY 1, 2", table);
	g_autoptr(RigRows) rows = rig_db_query(db, error, sql, "");
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(db, rows, error)) == 1) {
		GString *line = g_string_new(NULL);
		for (int i = 0; i < sqlite3_column_count(rows); i++)
			g_string_append_printf(line, "%s%d:%s", i == 0 ? "" : "|", sqlite3_column_type(rows, i),
			                       rig_rows_text(rows, i));
		g_ptr_array_add(lines, g_string_free(line, FALSE));
	}
	return more == 0 ? g_steal_pointer(&lines) : NULL;
}

static void audit_compare(Audit *audit, const char *table, const GPtrArray *stored,
                          const GPtrArray *derived)
{
	for (guint i = 0; i < MAX(stored->len, derived->len); i++) {
		const char *is = i < stored->len ? stored->pdata[i] : NULL;
		const char *should = i < derived->len ? derived->pdata[i] : NULL;
		if (g_strcmp0(is, should) == 0)
			continue;
		if (is == NULL)
			rig_audit_find(audit, "table %s, row %u: is missing: %.120s", table, i + 1, should);
		else
			rig_audit_find(audit, "table %s, row %u: is not what the entries give: %.120s", table,
			               i + 1, is);
		return; /* what follows is shifted only */
	}
}

static void audit_tables(Audit *audit)
{
	g_autoptr(GError) why = NULL;
	RigDb anew = {0};
	if (!rig_ledger_rebuild(&audit->ledger->db, audit->growth.size, &anew, &why))
		audit_find_error(audit, &why);
	else
		for (guint i = 0; rig_ledger_derived[i] != NULL; i++) {
			const char *table = rig_ledger_derived[i];
			g_autoptr(GPtrArray) stored = audit_rows(&audit->ledger->db, table, &why);
			g_autoptr(GPtrArray) derived = stored == NULL ? NULL : audit_rows(&anew, table, &why);
			if (derived == NULL)
				audit_find_error(audit, &why);
			else
				audit_compare(audit, table, stored, derived);
		}
	rig_db_close(&anew);
}

static void audit_checkpoint(Audit *audit, const RigKey *pin)
{
	g_autoptr(GError) why = NULL;
	if (!rig_ledger_checkpoint(audit->ledger, &audit->checkpoint, &why))
		audit_find_error(audit, &why);
	if (audit->checkpoint.size == 0)
		rig_audit_find(audit, "checkpoint: there is none that can be used");
	if (pin != NULL && audit->ledger->key != NULL &&
	    strcmp(rig_key_id(pin), rig_key_id(audit->ledger->key)) != 0)
		rig_audit_find(audit, "checkpoint: is signed by %.16s, not by the key that is asked for",
		               rig_key_id(audit->ledger->key));
}

static void audit_unref_json(gpointer entry)
{
	json_decref(entry);
}

static void audit_unref_bytes(gpointer bytes)
{
	g_bytes_unref(bytes);
}

static void audit_look(Audit *audit, const RigKey *pin)
{
	g_autoptr(GError) why = NULL;
	audit_checkpoint(audit, pin);
	if (!rig_ledger_walk(&audit->ledger->db, audit->ledger->size, audit_visit, audit, &why))
		audit_find_error(audit, &why);
	audit->told->entries = audit->growth.size;
	audit_leaves(audit);
	audit_tree(audit);
	audit_tables(audit);
	rig_audit_tiles(audit);
	rig_audit_statements(audit);
}

gboolean rig_audit_verify(RigAudit *told, const RigKey *pin, GError **error)
{
	*told = (RigAudit){.damage = g_ptr_array_new_with_free_func(g_free)};
	g_autoptr(RigLedger) ledger = rig_ledger_open_damaged(error);
	if (ledger == NULL)
		return FALSE;
	Audit audit = {.told = told,
	               .ledger = ledger,
	               .leaves = g_array_new(FALSE, FALSE, sizeof(RigHash)),
	               .bodies = g_ptr_array_new_with_free_func(audit_unref_bytes),
	               .entries = g_ptr_array_new_with_free_func(audit_unref_json)};
	audit_look(&audit, pin);
	rig_checkpoint_clear(&audit.checkpoint);
	g_array_unref(audit.leaves);
	g_ptr_array_unref(audit.bodies);
	g_ptr_array_unref(audit.entries);
	return TRUE;
}

void rig_audit_clear(RigAudit *audit)
{
	g_clear_pointer(&audit->damage, g_ptr_array_unref);
}
