/* SPDX-License-Identifier: Apache-2.0 */
/* A run that has ended comes into the store. */
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "report/report.h"
#include "store/objects.h"
#include "store/store_parts.h"

#define IMPORT_RESULT "result.json"

/* A file of the run and the object that holds it. */
typedef struct ImportFile {
	char *name; /* within the run's folder */
	RigObjectId id;
	gint64 size;
} ImportFile;

static void import_free_file(gpointer data)
{
	ImportFile *file = data;
	g_free(file->name);
	g_free(file);
}

/* Takes the name. */
static void import_add(GPtrArray *files, char *name)
{
	ImportFile *file = g_new0(ImportFile, 1);
	file->name = name;
	g_ptr_array_add(files, file);
}

/* All regular files of the folder and of the folders in it, by name. */
static void import_list(GPtrArray *files, const char *folder)
{
	g_autoptr(GPtrArray) below = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(below, g_strdup(""));
	for (guint i = 0; i < below->len; i++) {
		const char *inside = g_ptr_array_index(below, i);
		g_autofree char *path = g_build_filename(folder, inside, NULL);
		g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
		const char *name;
		while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
			g_autofree char *inner = g_build_filename(inside, name, NULL);
			g_autofree char *full = g_build_filename(folder, inner, NULL);
			if (g_file_test(full, G_FILE_TEST_IS_SYMLINK))
				continue;
			if (g_file_test(full, G_FILE_TEST_IS_DIR) && i == 0)
				g_ptr_array_add(below, g_steal_pointer(&inner));
			else if (g_file_test(full, G_FILE_TEST_IS_REGULAR))
				import_add(files, g_steal_pointer(&inner));
		}
	}
}

static gboolean import_objects(RigStore *store, const char *folder, GPtrArray *files,
                               GError **error)
{
	for (guint i = 0; i < files->len; i++) {
		ImportFile *file = g_ptr_array_index(files, i);
		g_autofree char *path = g_build_filename(folder, file->name, NULL);
		if (!rig_objects_put(store->objects, path, &file->id, &file->size, error))
			return FALSE;
	}
	return TRUE;
}

static gint64 import_time(const char *text)
{
	g_autoptr(GDateTime) time = text == NULL ? NULL : g_date_time_new_from_iso8601(text, NULL);
	return time == NULL
	           ? 0
	           : g_date_time_to_unix(time) * G_USEC_PER_SEC + g_date_time_get_microsecond(time);
}

/* Id of the run's row; -1 with an error. */
static gint64 import_run(RigStore *store, const RigRunReport *run, GError **error)
{
	const char *const texts[] = {run->suite,       run->bench,       run->board,
	                             run->target,      run->unit_serial, run->candidate,
	                             run->load_digest, run->suite_sha256};
	gint64 words[G_N_ELEMENTS(texts)];
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		const char *missing = i < 4 ? "" : NULL; /* the first four are in every run */
		words[i] = rig_store_word(store, texts[i] == NULL ? missing : texts[i], error);
		if (words[i] < 0)
			return -1;
	}
	gboolean good = rig_db_do(
	    &store->db, error,
	    "INSERT INTO run (name, started_us, duration_us, suite, bench, board, target, unit,"
	    " candidate, load_digest, suite_sha256, verdict, interrupted, message)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0),"
	    " ?, ?, ?)",
	    "siiiiiiiiiiiis", run->id, import_time(run->started), run->duration_us, words[0], words[1],
	    words[2], words[3], words[4], words[5], words[6], words[7], (gint64)run->verdict,
	    (gint64)run->interrupted, run->message);
	return good ? sqlite3_last_insert_rowid(store->db.handle) : -1;
}

/* The last attempt's findings that have a number. */
static gboolean import_numbers(RigStore *store, const RigCaseReport *test, gint64 result,
                               GError **error)
{
	const RigAttemptReport *last = rig_case_report_last(test);
	const RigJudgement *judgement = last == NULL ? NULL : last->judgement;
	for (guint i = 0; judgement != NULL && i < judgement->findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(judgement->findings, i);
		gint64 name = rig_store_word(store, finding->limit, error);
		gint64 unit = rig_store_word(store, finding->unit, error);
		if (name < 0 || unit < 0 ||
		    !rig_db_do(&store->db, error,
		               "INSERT OR REPLACE INTO number (result, name, value, unit, integrity,"
		               " verdict) VALUES (?, ?, ?, nullif(?, 0), ?, ?)",
		               "iidiii", result, name, finding->has_value ? finding->value : NAN, unit,
		               (gint64)finding->integrity, (gint64)finding->verdict))
			return FALSE;
	}
	return TRUE;
}

/*
 * A skipped case says nothing of its board. A run that a killed session left is older than what was
 * taken in since.
 */
static gboolean import_latest(RigStore *store, gint64 run, gint64 name, gint64 result,
                              gboolean left, GError **error)
{
	return rig_db_do(
	    &store->db, error,
	    "INSERT OR REPLACE INTO latest (suite, bench, board, name, result)"
	    " SELECT suite, bench, board, ?1, ?2 FROM run AS mine WHERE id = ?3 AND NOT (?4 AND"
	    " EXISTS (SELECT 1 FROM latest JOIN result ON result.id = latest.result"
	    " JOIN run ON run.id = result.run WHERE latest.suite = mine.suite AND"
	    " latest.bench = mine.bench AND latest.board = mine.board AND"
	    " latest.name = ?1 AND run.started_us > mine.started_us))",
	    "iiii", name, result, run, (gint64)left);
}

static gboolean import_case(RigStore *store, const RigCaseReport *test, gint64 run, gboolean left,
                            GError **error)
{
	gint64 name = rig_store_word(store, test->name, error);
	if (name < 0 ||
	    !rig_db_do(&store->db, error,
	               "INSERT INTO result (run, name, verdict, flaky, quarantined, attempts,"
	               " duration_us, message) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	               "iiiiiiis", run, name, (gint64)test->verdict, (gint64)test->flaky,
	               (gint64)test->quarantined, (gint64)test->attempts->len, test->duration_us,
	               test->reason))
		return FALSE;
	gint64 result = sqlite3_last_insert_rowid(store->db.handle);
	if (!import_numbers(store, test, result, error))
		return FALSE;
	return test->verdict == RIG_VERDICT_SKIP ||
	       import_latest(store, run, name, result, left, error);
}

static gboolean import_file(RigStore *store, const ImportFile *file, gint64 run, GError **error)
{
	gint64 name = rig_store_word(store, file->name, error);
	return name > 0 &&
	       rig_db_do(&store->db, error, "INSERT OR IGNORE INTO object (sha256, size) VALUES (?, ?)",
	                 "bi", file->id.sha256, sizeof file->id.sha256, file->size) &&
	       rig_db_do(&store->db, error,
	                 "INSERT INTO file (run, name, object)"
	                 " SELECT ?, ?, id FROM object WHERE sha256 = ?",
	                 "iib", run, name, file->id.sha256, sizeof file->id.sha256);
}

static gboolean import_rows(RigStore *store, const RigRunReport *run, const GPtrArray *files,
                            gboolean left, GError **error)
{
	gint64 id = import_run(store, run, error);
	gboolean good = id >= 0;
	for (guint i = 0; good && i < run->cases->len; i++)
		good = import_case(store, g_ptr_array_index(run->cases, i), id, left, error);
	for (guint i = 0; good && i < files->len; i++)
		good = import_file(store, g_ptr_array_index(files, i), id, error);
	return good;
}

static gboolean import_commit(RigStore *store, const RigRunReport *run, const GPtrArray *files,
                              gboolean left, GError **error)
{
	if (!rig_db_exec(&store->db, "BEGIN IMMEDIATE", error))
		return FALSE;
	if (import_rows(store, run, files, left, error) && rig_db_exec(&store->db, "COMMIT", error))
		return TRUE;
	rig_db_exec(&store->db, "ROLLBACK", NULL);
	return FALSE;
}

gboolean rig_store_clear(const char *folder, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(import_free_file);
	import_list(files, folder);
	g_autofree char *sources = g_build_filename(folder, "sources", NULL);
	for (guint i = 0; i < files->len; i++) {
		const ImportFile *file = g_ptr_array_index(files, i);
		g_autofree char *path = g_build_filename(folder, file->name, NULL);
		g_unlink(path);
	}
	g_rmdir(sources);
	if (g_rmdir(folder) == 0 || errno == ENOENT)
		return TRUE;
	return rig_file_fail(error, folder, "is in the store, but the folder cannot be removed", errno);
}

static gboolean import_write_result(const RigRunReport *run, GError **error)
{
	g_autofree char *path = g_build_filename(run->folder, IMPORT_RESULT, NULL);
	g_autofree char *text = rig_report_json_run(run);
	return rig_file_replace(path, text, strlen(text), error);
}

gboolean rig_store_take(RigStore *store, const RigRunReport *run, gboolean left, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(import_free_file);
	gint64 known = rig_store_run(store, run->id, error);
	if (known < 0)
		return FALSE;
	if (known == 0) {
		int held = rig_folder_hold(store->objects, LOCK_SH, error); /* `gc` waits */
		gboolean good = held >= 0 && import_write_result(run, error);
		import_list(files, run->folder);
		good = good && import_objects(store, run->folder, files, error) &&
		       import_commit(store, run, files, left, error);
		if (held >= 0)
			close(held);
		if (!good)
			return FALSE;
	}
	rig_store_clear(run->folder, NULL); /* rig_store_import_left tells where it cannot go */
	return TRUE;
}

gboolean rig_store_import(RigStore *store, const RigRunReport *run, GError **error)
{
	return rig_store_take(store, run, FALSE, error);
}
