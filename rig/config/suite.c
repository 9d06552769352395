/* SPDX-License-Identifier: Apache-2.0 */
/* A suite file and the files it includes. */
#include "config/suite_parts.h"
#include "yaml/variables.h"

#include <string.h>

#define SUITE_DEPTH_MAX 8u
#define SUITE_FILES_MAX 64u

/* A file to be read. */
typedef struct {
	char *path;
	guint parent, depth;   /* parent: index of the file that includes it; its own for the first */
	RigPlace place;        /* of the line that includes it */
	char *key;             /* key path of that line */
	GHashTable *variables; /* what the including file sets; owned; NULL: nothing */
} SuiteJob;

typedef struct {
	RigSources *sources;
	RigIssues *issues;
	GHashTable *defines; /* may be NULL */
	GPtrArray *jobs;     /* SuiteJob; grows while it is worked off */
	GPtrArray *holes;    /* RigTextUse; what keeps a ${name} for later */
	GHashTable *names;   /* char * -> RigCase, borrowed from the suite */
	RigSuite *suite;
} SuiteLoader;

static void suite_free_job(gpointer data)
{
	SuiteJob *job = data;
	g_free(job->path);
	g_free(job->key);
	if (job->variables != NULL)
		g_hash_table_unref(job->variables);
	g_free(job);
}

static void suite_free_case(gpointer data)
{
	rig_fields_free(rig_case_rows, data);
	g_free(data);
}

static RigSuite *suite_new(const char *path)
{
	RigSuite *suite = g_new0(RigSuite, 1);
	suite->path = rig_path_resolve(path, NULL);
	suite->cases = g_ptr_array_new_with_free_func(suite_free_case);
	suite->paths = rig_text_uses_new();
	suite->variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return suite;
}

void rig_suite_free(RigSuite *suite)
{
	if (suite == NULL)
		return;
	g_clear_pointer(&suite->setup, g_ptr_array_unref);
	g_clear_pointer(&suite->teardown, g_ptr_array_unref);
	g_ptr_array_unref(suite->cases);
	g_ptr_array_unref(suite->paths);
	g_hash_table_unref(suite->variables);
	g_strfreev(suite->needs);
	g_free(suite->path);
	g_free(suite->name);
	g_free(suite->about);
	g_free(suite);
}

const RigCase *rig_suite_case(const RigSuite *suite, const char *name)
{
	for (guint i = 0; i < suite->cases->len; i++) {
		const RigCase *test = suite->cases->pdata[i];
		if (g_strcmp0(test->name, name) == 0)
			return test;
	}
	return NULL;
}

/* `more` behind `list`, each text once. Takes neither; caller frees. */
static char **suite_join(char **list, char **more)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	for (guint i = 0; list != NULL && list[i] != NULL; i++)
		g_strv_builder_add(builder, list[i]);
	for (guint i = 0; more != NULL && more[i] != NULL; i++) {
		if (list == NULL || !g_strv_contains((const char *const *)list, more[i]))
			g_strv_builder_add(builder, more[i]);
	}
	return g_strv_builder_end(builder);
}

/* TRUE: `path` is that file or one that led to it. */
static gboolean suite_is_above(const SuiteLoader *loader, guint index, const char *path)
{
	const SuiteJob *job = loader->jobs->pdata[index];
	while (strcmp(job->path, path) != 0) {
		if (job->parent == index)
			return FALSE;
		index = job->parent;
		job = loader->jobs->pdata[index];
	}
	return TRUE;
}

static void suite_add_include(SuiteLoader *loader, RigBinder *binder, guint index,
                              const RigNode *node, const char *text)
{
	const SuiteJob *job = loader->jobs->pdata[index];
	g_autofree char *path = rig_path_find(text, node->place.file);
	if (suite_is_above(loader, index, path)) {
		rig_binder_issue(binder, node, "\"%.64s\" includes itself", text);
	} else if (job->depth + 1 > SUITE_DEPTH_MAX) {
		rig_binder_issue(binder, node, "included deeper than %u files", SUITE_DEPTH_MAX);
	} else if (loader->jobs->len == SUITE_FILES_MAX) {
		rig_binder_issue(binder, node, "more than %u files", SUITE_FILES_MAX);
	} else {
		SuiteJob *next = g_new0(SuiteJob, 1);
		next->path = g_steal_pointer(&path);
		next->parent = index;
		next->depth = job->depth + 1;
		next->place = node->place;
		next->key = g_strdup(binder->path->str);
		next->variables = g_hash_table_ref(binder->variables);
		g_ptr_array_add(loader->jobs, next);
	}
}

static void suite_add_includes(SuiteLoader *loader, RigBinder *binder, guint index,
                               const RigNode *root, char **include)
{
	const RigNode *list = rig_node_get(root, "include");
	gboolean is_list = list != NULL && list->kind == RIG_NODE_LIST;
	gsize mark = rig_binder_enter(binder, "include");
	for (guint i = 0; list != NULL && include != NULL && include[i] != NULL; i++) {
		gsize inner = binder->path->len;
		if (is_list)
			rig_binder_enter_index(binder, i);
		suite_add_include(loader, binder, index, is_list ? list->items->pdata[i] : list,
		                  include[i]);
		rig_binder_leave(binder, inner);
	}
	rig_binder_leave(binder, mark);
}

static void suite_check_case_name(SuiteLoader *loader, RigBinder *binder, const RigNode *node,
                                  const RigCase *test)
{
	const RigNode *name = rig_node_get(node, "case");
	const RigCase *earlier =
	    test->name == NULL ? NULL : g_hash_table_lookup(loader->names, test->name);
	gsize mark = rig_binder_enter(binder, "case");
	if (earlier != NULL)
		rig_binder_issue(binder, name, "a second case \"%s\"; the first is in line %u%s%s",
		                 test->name, earlier->place.line,
		                 earlier->place.file == name->place.file ? "" : " of ",
		                 earlier->place.file == name->place.file ? "" : earlier->place.file);
	else if (test->name != NULL)
		g_hash_table_insert(loader->names, test->name, (gpointer)(gintptr)test);
	if (g_strcmp0(test->name, "setup") == 0 || g_strcmp0(test->name, "teardown") == 0)
		rig_binder_issue(binder, name, "\"%s\" is the name of the suite's own steps", test->name);
	rig_binder_leave(binder, mark);
}

/* Completes the cases of a file and moves them to the suite. */
static void suite_take_cases(SuiteLoader *loader, RigBinder *binder, const RigNode *root,
                             RigSuiteFile *file)
{
	const RigNode *nodes = rig_node_get(root, "cases");
	gsize mark = rig_binder_enter(binder, "cases");
	for (guint i = 0; file->cases != NULL && i < file->cases->len; i++) {
		RigCase *test = file->cases->pdata[i];
		const RigNode *node = nodes->items->pdata[i];
		gsize inner = rig_binder_enter_index(binder, i);
		test->place = node->place;
		test->timeout_us = test->timeout_us != 0 ? test->timeout_us : file->defaults.timeout_us;
		test->retry = test->retry >= 0 ? test->retry : file->defaults.retry;
		g_auto(GStrv) tags = g_steal_pointer(&test->tags);
		test->tags = suite_join(tags, file->defaults.tags);
		if (test->steps == NULL)
			test->steps = g_ptr_array_new();
		suite_check_case_name(loader, binder, node, test);
		rig_suite_bind_limits(binder, rig_node_get(node, "judge"), loader->suite->setup, test);
		g_ptr_array_add(loader->suite->cases, test);
		rig_binder_leave(binder, inner);
	}
	rig_binder_leave(binder, mark);
	if (file->cases != NULL)
		g_ptr_array_set_size(file->cases, 0);
}

/* What only the first file states. */
static void suite_take_head(SuiteLoader *loader, const RigNode *root, RigSuiteFile *file)
{
	RigSuite *suite = loader->suite;
	suite->place = root->place;
	suite->name = g_steal_pointer(&file->name);
	suite->about = g_steal_pointer(&file->about);
	suite->budget_us = file->budget_us;
	suite->setup = g_steal_pointer(&file->setup);
	suite->teardown = g_steal_pointer(&file->teardown);
}

static void suite_refuse_head(RigBinder *binder, const RigNode *root)
{
	static const char *const keys[] = {"setup", "teardown", "budget"};
	for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
		const RigNode *node = rig_node_get(root, keys[i]);
		gsize mark = rig_binder_enter(binder, keys[i]);
		if (node != NULL)
			rig_binder_issue(binder, node,
			                 "`%s` of an included file would not be taken; state it in "
			                 "the suite that includes it",
			                 keys[i]);
		rig_binder_leave(binder, mark);
	}
}

/* Variables of the file, under those of the file that includes it, under -D. */
static GHashTable *suite_variables(SuiteLoader *loader, RigBinder *binder, const SuiteJob *job,
                                   const RigNode *root)
{
	GHashTable *over = job->variables != NULL ? job->variables : loader->defines;
	GHashTable *values = rig_variables_bind(binder, root, over);
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, values);
	while (g_hash_table_iter_next(&iter, &name, &value)) {
		const char *define =
		    loader->defines == NULL ? NULL : g_hash_table_lookup(loader->defines, name);
		if (define != NULL && strcmp(define, value) != 0)
			g_hash_table_iter_replace(&iter, g_strdup(define));
		if (!g_hash_table_contains(loader->suite->variables, name))
			g_hash_table_insert(loader->suite->variables, g_strdup(name),
			                    g_strdup(define != NULL ? define : value));
	}
	/* What the including file sets is known here without being set again. */
	if (job->variables != NULL) {
		g_hash_table_iter_init(&iter, job->variables);
		while (g_hash_table_iter_next(&iter, &name, &value)) {
			if (!g_hash_table_contains(values, name))
				g_hash_table_insert(values, g_strdup(name), g_strdup(value));
		}
	}
	return values;
}

static void suite_bind_file(SuiteLoader *loader, guint index, const RigNode *root)
{
	const SuiteJob *job = loader->jobs->pdata[index];
	g_auto(RigBinder) binder;
	RigSuiteFile file = {0};
	rig_binder_init(&binder, loader->issues);
	binder.paths = loader->suite->paths;
	binder.holes = loader->holes;
	g_autoptr(GHashTable) variables = suite_variables(loader, &binder, job, root);
	binder.variables = variables;
	rig_bind(&binder, rig_suite_rows, root, &file, NULL);
	if (index == 0)
		suite_take_head(loader, root, &file);
	else
		suite_refuse_head(&binder, root);
	g_auto(GStrv) needs = g_steal_pointer(&loader->suite->needs);
	loader->suite->needs = suite_join(needs, file.needs);
	suite_take_cases(loader, &binder, root, &file);
	suite_add_includes(loader, &binder, index, root, file.include);
	rig_fields_free(rig_suite_rows, &file);
}

static void suite_load_file(SuiteLoader *loader, guint index)
{
	const SuiteJob *job = loader->jobs->pdata[index];
	g_autoptr(GError) error = NULL;
	const RigSource *source = rig_sources_read(loader->sources, job->path, &error);
	if (source == NULL) {
		rig_issues_add(loader->issues, &job->place, job->key, "%s", error->message);
		return;
	}
	g_autoptr(RigNode) root = rig_node_parse(source, loader->issues);
	if (root != NULL)
		suite_bind_file(loader, index, root);
}

/* A -D that no file of the suite has a variable for is a slip of the pen. */
static void suite_check_defines(SuiteLoader *loader)
{
	GHashTableIter iter;
	gpointer name;
	RigPlace whole = {g_intern_string(loader->suite->path), 0, 0};
	g_hash_table_iter_init(&iter, loader->defines);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		if (g_hash_table_contains(loader->suite->variables, name))
			continue;
		const char *nearest = rig_nearest_key(name, loader->suite->variables);
		if (nearest != NULL)
			rig_issues_add(loader->issues, &whole, "variables",
			               "-D %s: the suite has no such variable; did you mean \"%s\"?",
			               (const char *)name, nearest);
		else
			rig_issues_add(loader->issues, &whole, "variables",
			               "-D %s: the suite has no such variable", (const char *)name);
	}
}

RigSuite *rig_suite_load(RigSources *sources, const char *path, GHashTable *defines,
                         RigIssues *issues)
{
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(suite_free_job);
	g_autoptr(RigSuite) suite = suite_new(path);
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) holes = rig_text_uses_new();
	SuiteLoader loader = {sources, issues, defines, jobs, holes, names, suite};
	guint before = issues->list->len;
	SuiteJob *first = g_new0(SuiteJob, 1);
	first->path = g_strdup(suite->path);
	first->key = g_strdup("");
	first->place.file = g_intern_string(suite->path);
	g_ptr_array_add(jobs, first);
	for (guint i = 0; i < jobs->len; i++)
		suite_load_file(&loader, i);
	if (suite->name == NULL && suite->cases->len == 0 && issues->list->len > before)
		return NULL;
	if (suite->setup == NULL)
		suite->setup = g_ptr_array_new();
	if (suite->teardown == NULL)
		suite->teardown = g_ptr_array_new();
	if (suite->cases->len == 0 && issues->list->len == before)
		rig_issues_add(issues, &suite->place, "cases", "the suite has no cases");
	if (defines != NULL)
		suite_check_defines(&loader);
	rig_suite_check_placeholders(issues, suite, holes);
	rig_suite_check_captures(issues, suite);
	return g_steal_pointer(&suite);
}
