/* SPDX-License-Identifier: Apache-2.0 */
/* How cases did over the last runs: what failed, what is flaky. */
#include <string.h>

#include "store/query.h"
#include "store/store_parts.h"

/* By case and board of a bench, oldest first. A skipped case says nothing. */
static const char history_rows[] =
    "SELECT suite.text, board.text, name.text, result.verdict, result.flaky, run.started_us,"
    " coalesce(run.load_digest, 0), coalesce(run.suite_sha256, 0), bench.text"
    " FROM (SELECT * FROM run WHERE ?1 IS NULL OR suite = (SELECT id FROM word WHERE text = ?1)"
    "  ORDER BY id DESC LIMIT ?3) AS run"
    " JOIN result ON result.run = run.id JOIN word AS suite ON suite.id = run.suite"
    " JOIN word AS board ON board.id = run.board JOIN word AS name ON name.id = result.name"
    " JOIN word AS bench ON bench.id = run.bench"
    " WHERE result.verdict > 0 AND (?2 IS NULL OR name.text = ?2)"
    " ORDER BY suite.text, board.text, bench.text, name.text, result.id";

static const char history_letters[] = {
    [RIG_VERDICT_SKIP] = '-', [RIG_VERDICT_PASS] = 'p',  [RIG_VERDICT_INCONCLUSIVE] = 'i',
    [RIG_VERDICT_FAIL] = 'f', [RIG_VERDICT_ERROR] = 'e',
};

static void history_free(gpointer data)
{
	RigCaseHistory *history = data;
	g_free(history->suite);
	g_free(history->board);
	g_free(history->bench);
	g_free(history->name);
	g_free(history->trail);
	g_free(history);
}

/* The row before it, within one case on one board. */
typedef struct Before {
	gboolean is_there;
	RigVerdict verdict;
	gint64 image, suite;
} Before;

static void history_add(RigCaseHistory *history, GString *trail, Before *before, RigRows *rows)
{
	RigVerdict verdict = (RigVerdict)CLAMP(sqlite3_column_int(rows, 3), 0, RIG_VERDICT_ERROR);
	const Before now = {.is_there = TRUE,
	                    .verdict = verdict,
	                    .image = sqlite3_column_int64(rows, 6),
	                    .suite = sqlite3_column_int64(rows, 7)};
	history->counts[verdict]++;
	history->retried += sqlite3_column_int(rows, 4) != 0;
	if (verdict != RIG_VERDICT_PASS)
		history->last_us = sqlite3_column_int64(rows, 5);
	if (before->is_there && before->image == now.image && before->suite == now.suite)
		history->turns += before->verdict != verdict;
	g_string_append_c(trail, history_letters[verdict]);
	*before = now;
}

static RigCaseHistory *history_begin(RigRows *rows)
{
	RigCaseHistory *history = g_new0(RigCaseHistory, 1);
	history->suite = g_strdup(rig_rows_text(rows, 0));
	history->board = g_strdup(rig_rows_text(rows, 1));
	history->name = g_strdup(rig_rows_text(rows, 2));
	history->bench = g_strdup(rig_rows_text(rows, 8));
	return history;
}

static gboolean history_is_of(const RigCaseHistory *history, RigRows *rows)
{
	return strcmp(history->suite, rig_rows_text(rows, 0)) == 0 &&
	       strcmp(history->board, rig_rows_text(rows, 1)) == 0 &&
	       strcmp(history->name, rig_rows_text(rows, 2)) == 0 &&
	       strcmp(history->bench, rig_rows_text(rows, 8)) == 0;
}

GPtrArray *rig_store_history(RigStore *store, const char *suite, const char *name, guint runs,
                             GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(history_free);
	g_autoptr(GString) trail = g_string_new(NULL);
	g_autoptr(RigRows) rows =
	    rig_db_query(&store->db, error, history_rows, "ssi", suite, name, (gint64)runs);
	RigCaseHistory *history = NULL;
	Before before = {0};
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&store->db, rows, error)) == 1) {
		if (history == NULL || !history_is_of(history, rows)) {
			if (history != NULL)
				history->trail = g_strdup(trail->str);
			g_string_truncate(trail, 0);
			history = history_begin(rows);
			g_ptr_array_add(list, history);
			before = (Before){0};
		}
		history_add(history, trail, &before, rows);
	}
	if (history != NULL)
		history->trail = g_strdup(trail->str);
	return more == 0 ? g_steal_pointer(&list) : NULL;
}
