/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/kept.h"

#include <stdio.h>

#include "report/json_read.h"

#define KEPT_RESULT "result.json"

static void kept_say(gpointer user, const char *text)
{
	(void)user;
	fprintf(stderr, "tinyrig: %s\n", text);
}

RigStore *rig_kept_open(const char *program, GError **error)
{
	g_autofree char *folder = rig_store_folder();
	g_autoptr(RigStore) store = rig_store_open(folder, FALSE, error);
	if (store == NULL || !rig_store_import_left(store, program, kept_say, NULL, error))
		return NULL;
	return g_steal_pointer(&store);
}

void rig_kept_files_free(RigKeptFiles *files)
{
	if (files == NULL)
		return;
	if (files->is_copy)
		rig_store_clear(files->folder, NULL);
	g_free(files->folder);
	g_free(files);
}

RigKeptFiles *rig_kept_copy(RigStore *store, const char *name, const char *only, GError **error)
{
	g_autoptr(RigKeptFiles) files = g_new0(RigKeptFiles, 1);
	files->folder = g_dir_make_tmp("tinyrig-run-XXXXXX", error);
	files->is_copy = files->folder != NULL;
	if (files->folder == NULL || !rig_store_unpack(store, name, only, files->folder, error))
		return NULL;
	return g_steal_pointer(&files);
}

RigKeptFiles *rig_kept_files(const char *word, const char *program, GError **error)
{
	g_autofree char *head = g_build_filename(word, "run.json", NULL);
	if (g_file_test(head, G_FILE_TEST_EXISTS)) {
		RigKeptFiles *files = g_new0(RigKeptFiles, 1);
		files->folder = g_canonicalize_filename(word, NULL);
		return files;
	}
	g_autoptr(RigStore) store = rig_kept_open(program, error);
	g_autofree char *name = store == NULL ? NULL : rig_store_find(store, word, error);
	return name == NULL ? NULL : rig_kept_copy(store, name, NULL, error);
}

RigRunReport *rig_kept_report(RigStore *store, const char *name, GError **error)
{
	g_autoptr(RigKeptFiles) files = rig_kept_copy(store, name, KEPT_RESULT, error);
	if (files == NULL)
		return NULL;
	g_autofree char *path = g_build_filename(files->folder, KEPT_RESULT, NULL);
	g_autofree char *text = NULL;
	gsize size;
	if (!g_file_get_contents(path, &text, &size, error))
		return NULL;
	RigRunReport *run = rig_report_json_run_read(text, size, error);
	if (run == NULL)
		g_prefix_error(error, "run %s: ", name);
	return run;
}

char *rig_kept_time(gint64 unix_us)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(unix_us / G_USEC_PER_SEC);
	return time == NULL ? g_strdup("?") : g_date_time_format(time, "%Y-%m-%d %H:%M");
}
