/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/watch_files.h"

#include <stdlib.h>
#include <string.h>

#include "data/recording.h"

static void files_add(GPtrArray *files, const char *path)
{
	if (path != NULL)
		g_ptr_array_add(files, rig_path_resolve(path, NULL));
}

/* A program that the suite names by its path. */
static void files_add_program(GPtrArray *files, const RigSuite *suite, char **argv)
{
	if (argv != NULL && argv[0] != NULL && strchr(argv[0], '/') != NULL)
		g_ptr_array_add(files, rig_path_resolve(argv[0], suite->path));
}

static void files_add_step(GPtrArray *files, const RigSuite *suite, const RigStep *step)
{
	if (step->kind == RIG_STEP_INFER) {
		rig_recording_files(((const RigStepInfer *)step->options)->recording, files);
	} else if (step->kind == RIG_STEP_DATA) {
		const RigStepData *data = step->options;
		rig_recording_files(data->recording, files);
		if (data->reference != NULL)
			rig_recording_files(data->reference, files);
	} else if (step->kind == RIG_STEP_RUN) {
		files_add_program(files, suite, ((const RigStepRun *)step->options)->argv);
	}
}

static void files_add_steps(GPtrArray *files, const RigSuite *suite, const GPtrArray *steps)
{
	for (guint i = 0; i < steps->len; i++)
		files_add_step(files, suite, g_ptr_array_index(steps, i));
}

/* Of the cases that are selected: the others may change as they like. */
static void files_add_suite(GPtrArray *files, const RigPlanRequest *request, const RigSuite *suite)
{
	files_add_steps(files, suite, suite->setup);
	files_add_steps(files, suite, suite->teardown);
	for (guint i = 0; i < suite->cases->len; i++) {
		const RigCase *test = g_ptr_array_index(suite->cases, i);
		if (!rig_plan_wants(request, test))
			continue;
		files_add_steps(files, suite, test->steps);
		for (guint k = 0; k < test->limits->len; k++) {
			const RigLimit *limit = g_ptr_array_index(test->limits, k);
			files_add(files, limit->golden);
			files_add_program(files, suite, limit->command);
		}
	}
}

static void files_add_candidate(GPtrArray *files, const RigCandidate *candidate)
{
	for (guint i = 0; candidate != NULL && i < candidate->images->len; i++)
		files_add(files, ((const RigCandidateImage *)candidate->images->pdata[i])->path);
}

static gint files_compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds what links lead to, sorts, and takes away what comes twice. Takes `files`. */
static GPtrArray *files_tidy(GPtrArray *files)
{
	for (guint i = files->len; i > 0; i--) {
		char *real = realpath(files->pdata[i - 1], NULL);
		files_add(files, real);
		free(real);
	}
	g_ptr_array_sort(files, files_compare);
	GPtrArray *tidy = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < files->len; i++) {
		if (i == 0 || strcmp(files->pdata[i], files->pdata[i - 1]) != 0)
			g_ptr_array_add(tidy, g_strdup(files->pdata[i]));
	}
	g_ptr_array_unref(files);
	return tidy;
}

/* What the loaders read is in `sources`, also where they found it wrong. */
static gboolean files_load(GPtrArray *files, const RigPlanRequest *request, RigSources *sources,
                           RigIssues *issues, GError **error)
{
	g_autoptr(GHashTable) defines = rig_defines_parse(request->defines, error);
	if (defines == NULL)
		return FALSE;
	g_autoptr(RigCandidate) given = NULL;
	if (request->images != NULL) {
		given = rig_candidate_from_images(request->images, error);
		if (given == NULL)
			return FALSE;
	}
	g_autoptr(RigCandidate) candidate =
	    request->candidate == NULL ? NULL
	                               : rig_candidate_load(sources, request->candidate, NULL, issues);
	rig_bench_free(rig_bench_load(sources, request->bench, NULL, issues));
	g_autoptr(RigSuite) suite = rig_suite_load(sources, request->suite, defines, issues);
	files_add_candidate(files, given);
	files_add_candidate(files, candidate);
	if (suite != NULL)
		files_add_suite(files, request, suite);
	return TRUE;
}

GPtrArray *rig_watch_files(const RigPlanRequest *request, gboolean *whole, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	RigPlanRequest known = *request;
	if (known.bench == NULL)
		known.bench = g_getenv("TINYRIG_BENCH");
	if (known.bench == NULL || (known.candidate != NULL && known.images != NULL)) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
		                    known.bench == NULL
		                        ? "no bench is named: give --bench FILE or set TINYRIG_BENCH"
		                        : "give --candidate or --image, not both");
		return NULL;
	}
	files_add(files, known.suite);
	files_add(files, known.bench);
	files_add(files, known.candidate);
	if (!files_load(files, &known, sources, issues, error))
		return NULL;
	const GPtrArray *read = rig_sources_list(sources);
	for (guint i = 0; i < read->len; i++)
		files_add(files, ((const RigSource *)read->pdata[i])->path);
	*whole = issues->list->len == 0;
	return files_tidy(g_steal_pointer(&files));
}
