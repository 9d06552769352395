/* SPDX-License-Identifier: Apache-2.0 */
#include "config_files.h"

#include <check.h>
#include <string.h>

void config_files_put(ConfigFiles *files, const char *path, const char *text)
{
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(files->sources, path, bytes);
}

void config_files_begin(ConfigFiles *files, const char *text)
{
	files->sources = rig_sources_new();
	files->issues = rig_issues_new();
	config_files_put(files, "/d/a.yaml", text);
}

void config_files_end(ConfigFiles *files)
{
	rig_issues_free(files->issues);
	rig_sources_free(files->sources);
}

void config_files_expect_good(const ConfigFiles *files)
{
	g_autofree char *told = rig_issues_text(files->issues);
	ck_assert_str_eq(told, "");
}

void config_files_expect(const ConfigFiles *files, const char *fragment)
{
	g_autofree char *told = rig_issues_text(files->issues);
	ck_assert_msg(strstr(told, fragment) != NULL, "\"%s\" is not in: %s", fragment, told);
	ck_assert_msg(files->issues->list->len == 1, "more than one issue: %s", told);
}
