/* SPDX-License-Identifier: Apache-2.0 */
#include "run/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"

struct RigKeep {
	char *path;
	char *folder;
	int fd, held;
	gboolean folder_synced;
	gboolean torn; /* the last line may lack its end, so the next begins with one */
};

RigKeep *rig_keep_new(const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "verdicts.jsonl", NULL);
	int held = rig_folder_hold(folder, LOCK_SH, error); /* as the worker does */
	if (held < 0)
		return NULL;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0) {
		rig_file_fail(error, path, "cannot be made", errno);
		close(held);
		return NULL;
	}
	RigKeep *keep = g_new0(RigKeep, 1);
	keep->held = held;
	keep->path = g_steal_pointer(&path);
	keep->folder = g_strdup(folder);
	keep->fd = fd;
	return keep;
}

void rig_keep_free(RigKeep *keep)
{
	if (keep == NULL)
		return;
	close(keep->fd);
	close(keep->held);
	g_free(keep->path);
	g_free(keep->folder);
	g_free(keep);
}

/* The names of the run's files, and of its folder, are made durable with the first verdict. */
static gboolean keep_sync_folders(RigKeep *keep, GError **error)
{
	if (keep->folder_synced)
		return TRUE;
	g_autofree char *parent = g_path_get_dirname(keep->folder);
	keep->folder_synced = rig_folder_sync(keep->folder, error) && rig_folder_sync(parent, error);
	return keep->folder_synced;
}

static gboolean keep_append(RigKeep *keep, const char *text, gsize size)
{
	while (size > 0) {
		ssize_t put = write(keep->fd, text, size);
		if (put < 0 && errno != EINTR) {
			keep->torn = TRUE;
			return FALSE;
		}
		if (put > 0) {
			text += put;
			size -= (gsize)put;
		}
	}
	keep->torn = FALSE;
	return TRUE;
}

gboolean rig_keep_verdict(RigKeep *keep, const char *case_name, guint attempt, RigVerdict verdict,
                          gboolean last, const char *message, GError **error)
{
	g_autofree char *valid = message == NULL ? NULL : g_utf8_make_valid(message, -1);
	json_t *line =
	    json_pack("{ss si ss sb ss?}", "case", case_name, "attempt", (int)attempt, "verdict",
	              rig_verdict_name(verdict), "last", (int)last, "message", valid);
	char *dumped = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	g_autofree char *text = g_strconcat(keep->torn ? "\n" : "", dumped, "\n", NULL);
	free(dumped);
	if (!keep_append(keep, text, strlen(text)) || fdatasync(keep->fd) != 0)
		return rig_file_fail(error, keep->path, "cannot be written", errno);
	return keep_sync_folders(keep, error);
}

static void keep_free_kept(gpointer data)
{
	RigKept *kept = data;
	g_free(kept->message);
	g_free(kept);
}

GHashTable *rig_keep_read(const char *folder, GError **error)
{
	g_autofree char *path = g_build_filename(folder, "verdicts.jsonl", NULL);
	g_autofree char *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, error))
		return NULL;
	GHashTable *verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, keep_free_kept);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		json_t *line = json_loads(lines[i], 0, NULL);
		const char *name = json_string_value(json_object_get(line, "case"));
		const char *word = json_string_value(json_object_get(line, "verdict"));
		RigVerdict verdict;
		if (name != NULL && rig_verdict_parse(word, &verdict)) {
			RigKept *kept = g_new0(RigKept, 1);
			kept->verdict = verdict;
			kept->last = json_is_true(json_object_get(line, "last"));
			kept->message = g_strdup(json_string_value(json_object_get(line, "message")));
			g_hash_table_insert(verdicts, g_strdup(name), kept);
		}
		json_decref(line);
	}
	return verdicts;
}
