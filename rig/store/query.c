/* SPDX-License-Identifier: Apache-2.0 */
#include "store/query.h"

#include <math.h>
#include <string.h>

#include "store/store_parts.h"

static char *query_text(RigRows *rows, int column)
{
	return g_strdup((const char *)sqlite3_column_text(rows, column));
}

static void query_free_run(gpointer data)
{
	RigStoredRun *run = data;
	char *texts[] = {run->name, run->suite,     run->bench,       run->board,   run->target,
	                 run->unit, run->candidate, run->load_digest, run->message, run->pin};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_free(run);
}

/* Words are looked up for the rows that are given only, so that filters read numbers. */
static const char query_runs[] =
    "SELECT run.name, suite.text, bench.text, board.text, target.text, unit.text, candidate.text,"
    " digest.text, run.message, pin.why, run.started_us, run.duration_us, run.verdict,"
    " (SELECT count(*) FROM result WHERE run = run.id AND verdict = 0),"
    " (SELECT count(*) FROM result WHERE run = run.id AND verdict = 1),"
    " (SELECT count(*) FROM result WHERE run = run.id AND verdict = 2),"
    " (SELECT count(*) FROM result WHERE run = run.id AND verdict = 3),"
    " (SELECT count(*) FROM result WHERE run = run.id AND verdict = 4)"
    " FROM (SELECT * FROM run WHERE (?1 IS NULL OR suite = (SELECT id FROM word WHERE text = ?1))"
    "  AND (?2 IS NULL OR board = (SELECT id FROM word WHERE text = ?2))"
    "  AND (?3 IS NULL OR name = ?3) AND (?4 = 0 OR verdict > 1)"
    "  ORDER BY id DESC LIMIT ?5) AS run"
    " JOIN word AS suite ON suite.id = run.suite JOIN word AS bench ON bench.id = run.bench"
    " JOIN word AS board ON board.id = run.board JOIN word AS target ON target.id = run.target"
    " LEFT JOIN word AS unit ON unit.id = run.unit"
    " LEFT JOIN word AS candidate ON candidate.id = run.candidate"
    " LEFT JOIN word AS digest ON digest.id = run.load_digest"
    " LEFT JOIN pin ON pin.run = run.id ORDER BY run.id DESC";

static RigStoredRun *query_run(RigRows *rows)
{
	RigStoredRun *run = g_new0(RigStoredRun, 1);
	char **const texts[] = {&run->name,    &run->suite, &run->bench,     &run->board,
	                        &run->target,  &run->unit,  &run->candidate, &run->load_digest,
	                        &run->message, &run->pin};
	int at = 0;
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		*texts[i] = query_text(rows, at++);
	run->started_us = sqlite3_column_int64(rows, at++);
	run->duration_us = sqlite3_column_int64(rows, at++);
	run->verdict = (RigVerdict)CLAMP(sqlite3_column_int(rows, at), 0, RIG_VERDICT_ERROR);
	for (guint i = 0; i < G_N_ELEMENTS(run->counts); i++)
		run->counts[i] = (guint)sqlite3_column_int(rows, ++at);
	return run;
}

GPtrArray *rig_store_runs(RigStore *store, const RigRunFilter *filter, GError **error)
{
	g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(query_free_run);
	g_autoptr(RigRows) rows = rig_db_query(&store->db, error, query_runs, "sssii", filter->suite,
	                                       filter->board, filter->name, (gint64)filter->failed,
	                                       filter->most == 0 ? (gint64)-1 : (gint64)filter->most);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&store->db, rows, error)) == 1)
		g_ptr_array_add(runs, query_run(rows));
	return more == 0 ? g_steal_pointer(&runs) : NULL;
}

static gboolean query_is_last(const char *word, gint64 *before)
{
	*before = 0;
	if (!g_str_has_prefix(word, "last"))
		return FALSE;
	return word[4] == '\0' ||
	       (word[4] == '~' && g_ascii_string_to_signed(word + 5, 10, 0, G_MAXINT, before, NULL));
}

/* The names that a word may mean, at most two. */
static RigRows *query_names(RigStore *store, const char *word, GError **error)
{
	gint64 before;
	if (query_is_last(word, &before))
		return rig_db_query(&store->db, error,
		                    "SELECT name FROM run ORDER BY id DESC LIMIT 1 OFFSET ?", "i", before);
	return rig_db_query(&store->db, error,
	                    "SELECT name FROM run WHERE name = ?1 UNION ALL"
	                    " SELECT name FROM run WHERE instr(name, ?1) > 0 AND NOT EXISTS"
	                    " (SELECT 1 FROM run WHERE name = ?1) LIMIT 2",
	                    "s", word);
}

char *rig_store_find(RigStore *store, const char *word, GError **error)
{
	g_autoptr(RigRows) rows = query_names(store, word, error);
	g_autofree char *first = NULL;
	int more = rows == NULL ? -1 : rig_rows_next(&store->db, rows, error);
	if (more == 1) {
		first = query_text(rows, 0);
		more = rig_rows_next(&store->db, rows, error);
		if (more == 0)
			return g_steal_pointer(&first);
	}
	if (more < 0)
		return NULL;
	if (first == NULL)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "no run %s is kept here; `tinyrig runs` lists them", word);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s may be %s, %s or more; write more of it",
		            word, first, rig_rows_text(rows, 0));
	return NULL;
}

static void query_free_failed(gpointer data)
{
	RigFailedCase *failed = data;
	g_free(failed->board);
	g_free(failed->name);
	g_free(failed);
}

GPtrArray *rig_store_failed(RigStore *store, const char *suite, const char *bench, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(query_free_failed);
	g_autoptr(RigRows) rows = rig_db_query(
	    &store->db, error,
	    "SELECT board.text, name.text FROM latest JOIN result ON result.id = latest.result"
	    " JOIN word AS board ON board.id = latest.board JOIN word AS name ON name.id = latest.name"
	    " WHERE latest.suite = (SELECT id FROM word WHERE text = ?)"
	    " AND latest.bench = (SELECT id FROM word WHERE text = ?) AND result.verdict > 1",
	    "ss", suite, bench);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&store->db, rows, error)) == 1) {
		RigFailedCase *failed = g_new0(RigFailedCase, 1);
		failed->board = query_text(rows, 0);
		failed->name = query_text(rows, 1);
		g_ptr_array_add(list, failed);
	}
	return more == 0 ? g_steal_pointer(&list) : NULL;
}

static void query_free_number(gpointer data)
{
	RigStoredNumber *number = data;
	g_free(number->unit);
	g_free(number);
}

GHashTable *rig_store_numbers(RigStore *store, const char *name, GError **error)
{
	g_autoptr(GHashTable) numbers =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, query_free_number);
	g_autoptr(RigRows) rows = rig_db_query(
	    &store->db, error,
	    "SELECT test.text || '/' || named.text, number.value, unit.text, number.integrity"
	    " FROM run JOIN result ON result.run = run.id JOIN number ON number.result = result.id"
	    " JOIN word AS test ON test.id = result.name JOIN word AS named ON named.id = number.name"
	    " LEFT JOIN word AS unit ON unit.id = number.unit WHERE run.name = ?",
	    "s", name);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&store->db, rows, error)) == 1) {
		RigStoredNumber *number = g_new0(RigStoredNumber, 1);
		number->value =
		    sqlite3_column_type(rows, 1) == SQLITE_NULL ? NAN : sqlite3_column_double(rows, 1);
		number->unit = query_text(rows, 2);
		number->integrity =
		    (RigIntegrity)CLAMP(sqlite3_column_int(rows, 3), 0, RIG_INTEGRITY_CHECKED);
		g_hash_table_insert(numbers, query_text(rows, 0), number);
	}
	return more == 0 ? g_steal_pointer(&numbers) : NULL;
}
