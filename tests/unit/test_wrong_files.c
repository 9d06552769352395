/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong files, each with what must be said of it: comment lines
 * `# expect LINE:COLUMN KEY-PATH | FRAGMENT` (KEY-PATH `-`: the whole file). Nothing else may
 * be said. The file's name begins with its kind.
 */
#include "config/bench.h"
#include "config/candidate.h"
#include "config/policy.h"
#include "config/suite.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

#define FOLDER "tests/support/wrong"

static GPtrArray *files;

static RigIssues *load(RigSources *sources, const char *name, const char *path)
{
	RigIssues *issues = rig_issues_new();
	if (g_str_has_prefix(name, "suite-"))
		rig_suite_free(rig_suite_load(sources, path, NULL, issues));
	else if (g_str_has_prefix(name, "bench-"))
		rig_bench_free(rig_bench_load(sources, path, NULL, issues));
	else if (g_str_has_prefix(name, "policy-"))
		rig_policy_free(rig_policy_load(sources, path, issues));
	else if (g_str_has_prefix(name, "target-"))
		rig_target_free(rig_target_read(sources, path, issues));
	else
		rig_candidate_free(rig_candidate_load(sources, path, NULL, issues));
	return issues;
}

static gboolean is_told(const RigIssues *issues, const char *expected)
{
	guint line = 0, column = 0;
	char key[256];
	const char *bar = strstr(expected, " | ");
	ck_assert_msg(sscanf(expected, "%u:%u %255[^|]", &line, &column, key) == 3, "%s", expected);
	g_strchomp(key);
	for (guint i = 0; i < issues->list->len; i++) {
		const RigIssue *issue = issues->list->pdata[i];
		if (issue->place.line == line && issue->place.column == column &&
		    strcmp(issue->path, strcmp(key, "-") == 0 ? "" : key) == 0 &&
		    strstr(issue->message, bar + 3) != NULL)
			return TRUE;
	}
	return FALSE;
}

START_TEST(says_line_column_and_hint)
{
	const char *name = files->pdata[_i];
	g_autofree char *path = g_build_filename(FOLDER, name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(RigSources) sources = rig_sources_new();
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	g_autoptr(RigIssues) issues = load(sources, name, path);
	g_autofree char *told = rig_issues_text(issues);
	guint expected = 0;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (!g_str_has_prefix(lines[i], "# expect "))
			continue;
		expected++;
		ck_assert_msg(is_told(issues, lines[i] + strlen("# expect ")), "%s wants\n%s\nbut told\n%s",
		              name, lines[i], told);
	}
	ck_assert_uint_gt(expected, 0);
	ck_assert_msg(issues->list->len == expected, "%s: %u expected, told\n%s", name, expected, told);
}
END_TEST

START_TEST(there_are_enough)
{
	ck_assert_uint_ge(files->len, 40);
}
END_TEST

static Suite *wrong_suite(void)
{
	Suite *suite = suite_create("wrong files");
	TCase *tests = tcase_create("wrong files");
	GDir *folder = g_dir_open(FOLDER, 0, NULL);
	const char *name;
	files = g_ptr_array_new_with_free_func(g_free);
	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
		g_ptr_array_add(files, g_strdup(name));
	g_clear_pointer(&folder, g_dir_close);
	tcase_add_loop_test(tests, says_line_column_and_hint, 0, (int)files->len);
	tcase_add_test(tests, there_are_enough);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(wrong_suite)
