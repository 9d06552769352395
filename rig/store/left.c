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

/*
 * The report of a run that did end, but could not be taken in (a full disk). NULL: there is none,
 * or it is of another run.
 */
static RigRunReport *left_report(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, "result.json", NULL);
	g_autofree char *text = NULL;
	gsize size;
	if (!g_file_get_contents(path, &text, &size, NULL))
		return NULL;
	g_autoptr(RigRunReport) run = rig_report_json_run_read(text, size, NULL);
	if (run == NULL || strcmp(run->id, name) != 0)
		return NULL;
	run->folder = g_strdup(folder);
	return g_steal_pointer(&run);
}

static void left_store(const Left *left, const RigRunReport *run, const char *how)
{
	g_autoptr(GError) error = NULL;
	if (rig_store_take(left->store, run, TRUE, &error))
		left_say(left, "run %s: %s; what it told is in the store now", run->id, how);
	else
		left_say(left, "run %s: %s, and cannot be taken in yet: %s (its files stay in %s)", run->id,
		         how, error->message, run->folder);
}

/* A folder that cannot be read is nobody's run. */
static void left_judge(const Left *left, const char *folder, const char *name)
{
	g_autoptr(GError) unread = NULL;
	g_autoptr(RigRunReport) ended = left_report(folder, name);
	if (ended != NULL) {
		left_store(left, ended, "had not come into the store");
		return;
	}
	g_autoptr(RigSessionReport) session = rig_rejudge_left(folder, left->program, &unread);
	if (session != NULL)
		left_store(left, g_ptr_array_index(session->runs, 0), "its session was killed");
	else
		left_say(left, "%s: is left where it is, it cannot be read: %s", folder, unread->message);
}

static void left_clear(const Left *left, const char *folder)
{
	g_autoptr(GError) error = NULL;
	if (!rig_store_clear(folder, &error))
		left_say(left, "%s", error->message);
}

static gboolean left_take(const Left *left, const char *folder, const char *name, GError **error)
{
	gint64 known = rig_store_run(left->store, name, error);
	if (known > 0)
		left_clear(left, folder);
	else if (known == 0 && left_has(folder, "run.json"))
		left_judge(left, folder, name);
	else if (known == 0 && !left_has(folder, "verdicts.jsonl"))
		left_clear(left, folder); /* killed while it made its folder: nothing had begun */
	return known >= 0;
}

static gint left_compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of runs begin with their time, so the oldest comes into the store first. */
static GPtrArray *left_names(const char *runs)
{
	GPtrArray *sorted = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) names = g_dir_open(runs, 0, NULL);
	const char *name;
	while (names != NULL && (name = g_dir_read_name(names)) != NULL)
		g_ptr_array_add(sorted, g_strdup(name));
	g_ptr_array_sort(sorted, left_compare);
	return sorted;
}

gboolean rig_store_import_left(RigStore *store, const char *program,
                               void (*say)(gpointer user, const char *text), gpointer user,
                               GError **error)
{
	const Left left = {.store = store, .program = program, .say = say, .user = user};
	g_autoptr(GPtrArray) names = left_names(store->runs);
	gboolean good = TRUE;
	for (guint i = 0; good && !store->unwritable && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
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
