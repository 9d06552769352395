/* SPDX-License-Identifier: Apache-2.0 */
/* Runs whose session was killed: their folders come into the store as they were left. */
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "report/json_read.h"
#include "run/rejudge.h"
#include "store/store_parts.h"

/* A session needs less from the making of a folder to the holding of it. */
#define LEFT_YOUNG_S 60

typedef struct Left {
	RigStore *store;
	const char *program;
	void (*say)(gpointer user, const char *text);
	gpointer user;
} Left;

static void left_say(const Left *left, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void left_say(const Left *left, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (left->say != NULL)
		left->say(left->user, text);
}

static gboolean left_has(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean left_is_young(const char *folder)
{
	struct stat about;
	return stat(folder, &about) == 0 && time(NULL) - about.st_mtime < LEFT_YOUNG_S;
}

/* The report of a run that did end, but could not be taken in (a full disk). NULL: there is none.
 */
static RigRunReport *left_report(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "result.json", NULL);
	g_autofree char *text = NULL;
	gsize size;
	if (!g_file_get_contents(path, &text, &size, NULL))
		return NULL;
	RigRunReport *run = rig_report_json_run_read(text, size, NULL);
	if (run != NULL)
		run->folder = g_strdup(folder);
	return run;
}

static gboolean left_store(const Left *left, const RigRunReport *run, const char *how,
                           GError **error)
{
	if (!rig_store_take(left->store, run, TRUE, error))
		return FALSE;
	left_say(left, "run %s: %s; what it told is in the store now", run->id, how);
	return TRUE;
}

/* A folder that cannot be read is nobody's run; it stays, and the others are taken in. */
static gboolean left_judge(const Left *left, const char *folder, GError **error)
{
	g_autoptr(GError) unread = NULL;
	g_autoptr(RigRunReport) ended = left_report(folder);
	if (ended != NULL)
		return left_store(left, ended, "had not come into the store", error);
	g_autoptr(RigSessionReport) session = rig_rejudge_left(folder, left->program, &unread);
	if (session != NULL)
		return left_store(left, g_ptr_array_index(session->runs, 0), "its session was killed",
		                  error);
	left_say(left, "%s: is left where it is, it cannot be read: %s", folder, unread->message);
	return TRUE;
}

static gboolean left_take(const Left *left, const char *folder, const char *name, GError **error)
{
	gint64 known = rig_store_run(left->store, name, error);
	if (known != 0)
		return known > 0 && rig_store_clear(folder, error);
	if (left_has(folder, "run.json"))
		return left_judge(left, folder, error);
	/* Killed while it made its folder: nothing had begun. */
	return left_has(folder, "verdicts.jsonl") || rig_store_clear(folder, error);
}

gboolean rig_store_import_left(RigStore *store, const char *program,
                               void (*say)(gpointer user, const char *text), gpointer user,
                               GError **error)
{
	const Left left = {.store = store, .program = program, .say = say, .user = user};
	g_autoptr(GDir) names = g_dir_open(store->runs, 0, NULL);
	const char *name;
	gboolean good = TRUE;
	while (good && !store->unwritable && names != NULL && (name = g_dir_read_name(names)) != NULL) {
		g_autofree char *folder = g_build_filename(store->runs, name, NULL);
		if (!g_file_test(folder, G_FILE_TEST_IS_DIR) ||
		    (!left_has(folder, "verdicts.jsonl") && left_is_young(folder)))
			continue;
		int held = rig_folder_hold(folder, LOCK_EX | LOCK_NB, NULL);
		if (held < 0)
			continue; /* at work */
		good = left_take(&left, folder, name, error);
		close(held);
	}
	return good;
}
