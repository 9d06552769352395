/* SPDX-License-Identifier: Apache-2.0 */
#include "data/recording_parts.h"

void rig_recording_files(const char *path, GPtrArray *files)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigRecordingSpec) spec = rig_recording_spec_load(path, issues);
	if (spec == NULL) {
		/* Whichever it is to be, a folder or the file itself. */
		g_ptr_array_add(files, rig_path_resolve(path, NULL));
		g_ptr_array_add(files, g_build_filename(path, "recording.yaml", NULL));
		return;
	}
	g_ptr_array_add(files, g_strdup(spec->path));
	for (guint i = 0; i < spec->files->len; i++) {
		const RigRecordingEntry *entry = g_ptr_array_index(spec->files, i);
		g_ptr_array_add(files, rig_path_resolve(entry->file, spec->path));
	}
}
