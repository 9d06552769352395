/* SPDX-License-Identifier: Apache-2.0 */
#include "recording_folder.h"

#include <glib/gstdio.h>

RecordingFolder *recording_folder_new(void)
{
	RecordingFolder *folder = g_new0(RecordingFolder, 1);
	folder->path = g_dir_make_tmp("tinyrig-recording-XXXXXX", NULL);
	g_assert_nonnull(folder->path);
	folder->entries = g_string_new(NULL);
	return folder;
}

void recording_folder_free(RecordingFolder *folder)
{
	GDir *dir = g_dir_open(folder->path, 0, NULL);
	const char *name;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder->path, name, NULL);
		g_unlink(path);
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_rmdir(folder->path);
	g_string_free(folder->entries, TRUE);
	g_free(folder->path);
	g_free(folder);
}

void recording_folder_write(RecordingFolder *folder, const char *name, const void *data, gsize size)
{
	g_autofree char *path = g_build_filename(folder->path, name, NULL);
	FILE *file = g_fopen(path, "wb");
	g_assert_nonnull(file);
	g_assert_cmpuint(fwrite(data, 1, size, file), ==, size);
	g_assert_cmpint(fclose(file), ==, 0);
}

void recording_folder_put(RecordingFolder *folder, const char *name, const void *data, gsize size)
{
	recording_folder_write(folder, name, data, size);
	g_autofree char *sha256 = rig_sha256_hex(data, size);
	g_string_append_printf(folder->entries, "  - {file: %s, sha256: \"%s\"}\n", name, sha256);
}

void recording_folder_text(RecordingFolder *folder, const char *name, const char *text)
{
	recording_folder_put(folder, name, text, strlen(text));
}

void recording_folder_yaml(RecordingFolder *folder, const char *head)
{
	g_autofree char *yaml = g_strdup_printf("%sfiles:\n%s", head, folder->entries->str);
	recording_folder_write(folder, "recording.yaml", yaml, strlen(yaml));
}

RigRecording *recording_folder_open(const RecordingFolder *folder, char **issues)
{
	g_autoptr(RigIssues) list = rig_issues_new();
	RigRecording *recording = rig_recording_open(folder->path, list);
	*issues = list->list->len > 0 ? rig_issues_text(list) : NULL;
	return recording;
}
