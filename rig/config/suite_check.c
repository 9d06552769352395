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
	g_clear_pointer(&check->known, g_hash_table_unref);
}

/* Which steps fill the placeholders of a text: those before its case, and the case's own. */
typedef struct {
	const char *file; /* interned: of the place */
	guint index;      /* of the case in its file; CHECK_SETUP, CHECK_TEARDOWN */
} CheckScope;

#define CHECK_SETUP    (G_MAXUINT - 1)
#define CHECK_TEARDOWN G_MAXUINT

static CheckScope check_scope(const RigTextUse *use)
{
	CheckScope scope = {use->place.file, CHECK_SETUP};
	if (g_str_has_prefix(use->key, "teardown"))
		scope.index = CHECK_TEARDOWN;
	else if (g_str_has_prefix(use->key, "cases["))
		scope.index = (guint)g_ascii_strtoull(use->key + strlen("cases["), NULL, 10);
	return scope;
}

/* The case at scope.index of its file; NULL: none. */
static const RigCase *check_case(const RigSuite *suite, CheckScope scope)
{
	guint first = 0;
	while (first < suite->cases->len &&
	       ((const RigCase *)suite->cases->pdata[first])->place.file != scope.file)
		first++;
	if (scope.index >= suite->cases->len - first)
		return NULL;
	return suite->cases->pdata[first + scope.index];
}

static void check_begin_scope(SuiteCheck *check, RigIssues *issues, const RigSuite *suite,
                              CheckScope scope)
{
	const RigCase *test = check_case(suite, scope);
	check_begin(check, issues, suite->setup);
	if (scope.index == CHECK_TEARDOWN)
		check_collect(check, suite->teardown);
	else if (test != NULL)
		check_collect(check, test->steps);
}

void rig_suite_check_placeholders(RigIssues *issues, const RigSuite *suite, const GPtrArray *holes)
{
	SuiteCheck check = {0};
	CheckScope last = {NULL, 0};
	for (guint i = 0; i < holes->len; i++) {
		const RigTextUse *use = holes->pdata[i];
		CheckScope scope = check_scope(use);
		if (check.known == NULL || scope.file != last.file || scope.index != last.index) {
			check_end(&check);
			check_begin_scope(&check, issues, suite, scope);
			last = scope;
		}
		check.place = &use->place;
		check.path = use->key;
		rig_text_names(use->text, check_name, &check);
	}
	check_end(&check);
}

void rig_suite_check_captures(RigIssues *issues, const RigSuite *suite)
{
	const char *file = NULL;
	guint first = 0;
	for (guint i = 0; i < suite->cases->len; i++) {
		const RigCase *test = suite->cases->pdata[i];
		SuiteCheck check = {0};
		if (test->place.file != file)
			first = i; /* the cases of a file stand together */
		file = test->place.file;
		check_begin(&check, issues, suite->setup);
		check_collect(&check, test->steps);
		for (guint j = 0; j < test->limits->len; j++) {
			const RigLimit *limit = test->limits->pdata[j];
			g_autofree char *path = g_strdup_printf("cases[%u].judge.%s", i - first, limit->name);
			check.place = &limit->place;
			check.path = path;
			check_bare_limit(&check, limit);
		}
		check_end(&check);
	}
}

void rig_suite_check_files(const RigSuite *suite, RigIssues *issues)
{
	for (guint i = 0; i < suite->paths->len; i++) {
		const RigTextUse *use = suite->paths->pdata[i];
		if (!g_file_test(use->text, G_FILE_TEST_EXISTS))
			rig_issues_add(issues, &use->place, use->key, "there is no file or folder %s",
			               use->text);
	}
}
