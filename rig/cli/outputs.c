/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/outputs.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "report/report.h"

static gboolean outputs_file(const char *path, const char *text, GError **error)
{
	return path == NULL || rig_file_replace(path, text, strlen(text), error);
}

static gboolean outputs_folder(const char *folder, const char *junit, const char *json,
                               GError **error)
{
	if (folder == NULL)
		return TRUE;
	g_autofree char *junit_path = g_build_filename(folder, "junit.xml", NULL);
	g_autofree char *json_path = g_build_filename(folder, "report.json", NULL);
	return rig_folder_make(folder, error) && outputs_file(junit_path, junit, error) &&
	       outputs_file(json_path, json, error);
}

static void outputs_github(const RigSessionReport *session)
{
	if (g_getenv("GITHUB_ACTIONS") == NULL)
		return;
	g_autofree char *annotations = rig_report_github(session);
	fputs(annotations, stdout);
	const char *path = g_getenv("GITHUB_STEP_SUMMARY");
	FILE *summary = path == NULL || *path == 0 ? NULL : fopen(path, "ae");
	if (summary == NULL)
		return;
	g_autofree char *markdown = rig_report_markdown(session);
	fputs(markdown, summary);
	if (fclose(summary) != 0)
		fprintf(stderr, "tinyrig: %s: the summary was not written whole\n", path);
}

gboolean rig_outputs_write(const RigOutputs *outputs, const RigSessionReport *session,
                           GError **error)
{
	outputs_github(session);
	if (outputs->folder == NULL && outputs->junit == NULL && outputs->json == NULL)
		return TRUE;
	g_autofree char *junit = rig_report_junit(session);
	g_autofree char *json = rig_report_json(session);
	return outputs_file(outputs->junit, junit, error) && outputs_file(outputs->json, json, error) &&
	       outputs_folder(outputs->folder, junit, json, error);
}
