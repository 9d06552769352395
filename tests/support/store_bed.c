/* SPDX-License-Identifier: Apache-2.0 */
#include "store_bed.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

#include "test.h"

void store_bed_begin(StoreBed *bed)
{
	g_autoptr(GError) error = NULL;
	bed->folder = g_dir_make_tmp("tinyrig-store-XXXXXX", NULL);
	ck_assert_ptr_nonnull(bed->folder);
	ck_assert_int_eq(g_chdir(bed->folder), 0);
	g_autofree char *folder = rig_store_folder();
	bed->store = rig_store_open(folder, TRUE, &error);
	ck_assert_msg(bed->store != NULL, "%s", error == NULL ? "" : error->message);
	bed->session = rig_session_report_new("tinyrig run");
}

static int store_bed_remove(const char *path, const struct stat *about, int kind, struct FTW *at)
{
	(void)about;
	(void)kind;
	(void)at;
	return remove(path);
}

void store_bed_end(StoreBed *bed)
{
	rig_store_close(bed->store);
	rig_session_report_free(bed->session);
	ck_assert_int_eq(g_chdir("/"), 0);
	ck_assert_int_eq(nftw(bed->folder, store_bed_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
	g_free(bed->folder);
}

void store_bed_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

RigRunReport *store_bed_run(StoreBed *bed, const char *id, const char *board)
{
	RigRunReport *run = sample_run(bed->session, board);
	store_bed_text(&run->id, id);
	run->folder = g_build_filename(bed->folder, ".tinyrig", "runs", id, NULL);
	g_autofree char *sources = g_build_filename(run->folder, "sources", NULL);
	g_autofree char *head = g_build_filename(run->folder, "run.json", NULL);
	g_autofree char *verdicts = g_build_filename(run->folder, "verdicts.jsonl", NULL);
	g_autofree char *source = g_build_filename(sources, "0001", NULL);
	g_autofree char *text = g_strdup_printf("{\"id\": \"%s\"}", id);
	ck_assert_int_eq(g_mkdir_with_parents(sources, 0777), 0);
	ck_assert(g_file_set_contents(head, text, -1, NULL));
	ck_assert(g_file_set_contents(verdicts, "", -1, NULL));
	ck_assert(g_file_set_contents(source, "suite: digits-smoke\n", -1, NULL));
	return run;
}

void store_bed_at(RigRunReport *run, guint seconds)
{
	g_free(run->started);
	run->started = g_strdup_printf("2026-11-23T%02u:%02u:%02uZ", seconds / 3600, seconds / 60 % 60,
	                               seconds % 60);
}

void store_bed_import(StoreBed *bed, const RigRunReport *run)
{
	g_autoptr(GError) error = NULL;
	gboolean good = rig_store_import(bed->store, run, &error);
	ck_assert_msg(good, "%s", error == NULL ? "no error was set" : error->message);
}

void store_bed_keep(StoreBed *bed, const char *id, const char *board, RigVerdict verdict)
{
	RigRunReport *run = store_bed_run(bed, id, board);
	RigCaseReport *test = sample_case(run, "digits", verdict);
	if (verdict != RIG_VERDICT_SKIP)
		sample_attempt(test, verdict, NULL);
	store_bed_at(run, bed->session->runs->len);
	store_bed_import(bed, run);
}

gint64 store_bed_count(const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *rows = NULL;
	ck_assert_int_eq(sqlite3_open(".tinyrig/store.db", &db), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK, "%s: %s", sql,
	              sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(rows), SQLITE_ROW);
	gint64 number = sqlite3_column_int64(rows, 0);
	sqlite3_finalize(rows);
	sqlite3_close(db);
	return number;
}

void store_bed_sql(const char *file, const char *sql)
{
	sqlite3 *db = NULL;
	char *wrong = NULL;
	ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &wrong);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	sqlite3_close(db);
}

guint store_bed_files(const char *folder)
{
	guint count = 0;
	g_autoptr(GQueue) folders = g_queue_new();
	g_queue_push_tail(folders, g_strdup(folder));
	char *next;
	while ((next = g_queue_pop_head(folders)) != NULL) {
		g_autofree char *path = next;
		g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
		const char *name;
		while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
			char *inner = g_build_filename(path, name, NULL);
			if (g_file_test(inner, G_FILE_TEST_IS_DIR)) {
				g_queue_push_tail(folders, inner);
			} else {
				count++;
				g_free(inner);
			}
		}
	}
	return count;
}
