/* SPDX-License-Identifier: Apache-2.0 */
/* What only the whole suite shows: placeholders that steps fill, files that are not there. */
#include "config/suite_parts.h"

#include <string.h>

typedef struct {
	RigIssues *issues;
	GHashTable *known;    /* char *, owned by the table: captured names */
	gboolean has_program; /* a `run` step: which names its answer gives is not known here */
	const RigPlace *place;
	const char *path; /* key path */
} SuiteCheck;

/* Names of the groups (?<name>…) and (?P<name>…) of a regular expression. */
static void check_collect_groups(GHashTable *known, const char *regex)
{
	for (const char *at = strstr(regex, "(?"); at != NULL; at = strstr(at + 2, "(?")) {
		const char *name = at + 2 + (at[2] == 'P');
		if (*name != '<')
			continue;
		gsize length = strcspn(name + 1, ">=!");
		if (length > 0 && name[1 + length] == '>')
			g_hash_table_add(known, g_strndup(name + 1, length));
	}
}

static void check_collect(SuiteCheck *check, const GPtrArray *steps)
{
	for (guint i = 0; i < steps->len; i++) {
		const RigStep *step = steps->pdata[i];
		check->has_program = check->has_program || step->kind == RIG_STEP_RUN;
		if (step->kind == RIG_STEP_EXPECT) {
			const RigStepExpect *expect = step->options;
			if (expect->regex != NULL)
				check_collect_groups(check->known, expect->regex);
		} else if (step->kind == RIG_STEP_SET) {
			const RigStepSet *set = step->options;
			for (guint j = 0; j < set->names->len; j++)
				g_hash_table_add(check->known, g_strdup(set->names->pdata[j]));
		}
	}
}

static void check_name(gpointer user, const char *name)
{
	const SuiteCheck *check = user;
	if (check->has_program || g_hash_table_contains(check->known, name))
		return;
	const char *nearest = rig_nearest_key(name, check->known);
	if (nearest != NULL)
		rig_issues_add(check->issues, check->place, check->path,
		               "unknown placeholder ${%s}; did you mean \"${%s}\"?", name, nearest);
	else
		rig_issues_add(check->issues, check->place, check->path,
		               "unknown placeholder ${%s}: no variable, and no step before captures it",
		               name);
}

static void check_text(SuiteCheck *check, const char *text)
{
	if (text != NULL && strstr(text, "${") != NULL)
		rig_text_names(text, check_name, check);
}

static void check_argv(SuiteCheck *check, char **argv)
{
	for (guint i = 0; argv != NULL && argv[i] != NULL; i++)
		check_text(check, argv[i]);
}

/* The rows of a verb say which of its texts are filled late. */
static void check_step(SuiteCheck *check, const RigStep *step)
{
	const RigStepRow *row = &rig_step_rows[step->kind];
	check->place = &step->place;
	for (const RigField *field = row->fields; field != NULL && field->key != NULL; field++) {
		char *member = (char *)step->options + field->offset;
		if (!field->late)
			continue;
		if (field->type == RIG_FIELD_ARGV)
			check_argv(check, *(char ***)(gpointer)member);
		else
			check_text(check, *(char **)(gpointer)member);
	}
	if (step->kind == RIG_STEP_SET) {
		const RigStepSet *set = step->options;
		for (guint i = 0; i < set->values->len; i++)
			check_text(check, set->values->pdata[i]);
	}
}

static void check_steps(SuiteCheck *check, const char *prefix, const GPtrArray *steps)
{
	for (guint i = 0; i < steps->len; i++) {
		const RigStep *step = steps->pdata[i];
		g_autofree char *path =
		    g_strdup_printf("%s[%u].%s", prefix, i, rig_step_rows[step->kind].verb);
		check->path = path;
		check_step(check, step);
	}
}

/* A bare name is a capture's, or a command's that needs none. */
static void check_bare_limit(SuiteCheck *check, const RigLimit *limit)
{
	if (strchr(limit->name, '.') != NULL || limit->command != NULL || check->has_program ||
	    g_hash_table_contains(check->known, limit->name))
		return;
	const char *nearest = rig_nearest_key(limit->name, check->known);
	if (nearest != NULL)
		rig_issues_add(check->issues, check->place, check->path,
		               "no step captures \"%s\"; did you mean \"%s\"?", limit->name, nearest);
	else
		rig_issues_add(check->issues, check->place, check->path,
		               "no step captures \"%s\"; write STEP.MEASURE, as in r.top1", limit->name);
}

static void check_limits(SuiteCheck *check, const RigCase *test, const char *prefix)
{
	for (guint i = 0; i < test->limits->len; i++) {
		const RigLimit *limit = test->limits->pdata[i];
		g_autofree char *path = g_strdup_printf("%s.judge.%s", prefix, limit->name);
		check->place = &limit->place;
		check->path = path;
		check_text(check, limit->equals);
		check_text(check, limit->matches);
		check_argv(check, limit->command);
		check_bare_limit(check, limit);
	}
}

static void check_begin(SuiteCheck *check, RigIssues *issues, const GPtrArray *setup)
{
	*check = (SuiteCheck){.issues = issues};
	check->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; rig_suite_placeholders[i] != NULL; i++)
		g_hash_table_add(check->known, g_strdup(rig_suite_placeholders[i]));
	check_collect(check, setup);
}

static void check_end(SuiteCheck *check)
{
	g_hash_table_unref(check->known);
}

void rig_suite_check_placeholders(RigIssues *issues, const RigSuite *suite)
{
	SuiteCheck check;
	const char *file = NULL;
	guint first = 0;
	for (guint i = 0; i < suite->cases->len; i++) {
		const RigCase *test = suite->cases->pdata[i];
		if (test->place.file != file)
			first = i; /* the cases of a file stand together */
		file = test->place.file;
		g_autofree char *prefix = g_strdup_printf("cases[%u]", i - first);
		g_autofree char *steps = g_strdup_printf("%s.steps", prefix);
		check_begin(&check, issues, suite->setup);
		check_collect(&check, test->steps);
		check_steps(&check, steps, test->steps);
		check_limits(&check, test, prefix);
		check_end(&check);
	}
	check_begin(&check, issues, suite->setup);
	check_steps(&check, "setup", suite->setup);
	check_collect(&check, suite->teardown);
	check_steps(&check, "teardown", suite->teardown);
	check_end(&check);
}

void rig_suite_check_files(const RigSuite *suite, RigIssues *issues)
{
	for (guint i = 0; i < suite->paths->len; i++) {
		const RigPathUse *use = suite->paths->pdata[i];
		if (!g_file_test(use->path, G_FILE_TEST_EXISTS))
			rig_issues_add(issues, &use->place, use->key, "there is no file or folder %s",
			               use->path);
	}
}
