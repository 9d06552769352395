/* SPDX-License-Identifier: Apache-2.0 */
#include "run/recordings.h"

#define RECORDINGS_VALUES_MAX ((gsize)64 << 20)

RigRecording *rig_run_open_recording(const char *path, GError **error)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigRecording) recording = rig_recording_open(path, issues);
	if (recording != NULL && issues->list->len == 0)
		return g_steal_pointer(&recording);
	g_autofree char *text = rig_issues_text(issues);
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "recording: %s", g_strchomp(text));
	return NULL;
}

gboolean rig_run_table(RigRecording *recording, RigTable *table, GError **error)
{
	const RigRecordingInfo *info = rig_recording_info(recording);
	*table = (RigTable){.channels = 1, .count = info->count};
	for (guint i = 0; i < info->rank; i++)
		table->channels *= info->dims[i];
	if ((gsize)table->channels * table->count > RECORDINGS_VALUES_MAX) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "recording %s: too large to be checked whole", info->name);
		*table = (RigTable){0};
		return FALSE;
	}
	table->values = g_new(double, MAX((gsize)table->channels * table->count, 1));
	for (guint i = 0; i < table->count; i++) {
		if (!rig_recording_values(recording, i, table->values + (gsize)i * table->channels,
		                          error)) {
			g_free(table->values);
			*table = (RigTable){0};
			return FALSE;
		}
	}
	return TRUE;
}
