/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan.h"

#include <fnmatch.h>
#include <string.h>

#include "data/recording.h"
#include "yaml/bind.h"

static void plan_free_image(gpointer image)
{
	rig_image_free(image);
}

void rig_plan_free(RigPlan *plan)
{
	if (plan == NULL)
		return;
	g_ptr_array_unref(plan->runs);
	g_ptr_array_unref(plan->cases);
	g_ptr_array_unref(plan->images);
	g_clear_pointer(&plan->defines, g_hash_table_unref);
	rig_baseline_free(plan->baseline);
	rig_candidate_free(plan->candidate);
	rig_bench_free(plan->bench);
	rig_suite_free(plan->suite);
	rig_sources_free(plan->sources);
	g_free(plan);
}

GHashTable *rig_defines_parse(char **defines, GError **error)
{
	g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; defines != NULL && defines[i] != NULL; i++) {
		const char *equals = strchr(defines[i], '=');
		if (equals == NULL || equals == defines[i]) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "-D %s: expected NAME=VALUE",
			            defines[i]);
			return NULL;
		}
		char *name = g_strndup(defines[i], (gsize)(equals - defines[i]));
		g_hash_table_replace(table, name, g_strdup(equals + 1));
	}
	return g_steal_pointer(&table);
}

gboolean rig_plan_wants(const RigPlanRequest *request, const RigCase *test)
{
	gboolean named = request->cases == NULL;
	for (guint i = 0; !named && request->cases[i] != NULL; i++)
		named = fnmatch(request->cases[i], test->name, 0) == 0;
	gboolean tagged = request->tags == NULL;
	for (guint i = 0; !tagged && request->tags[i] != NULL; i++)
		tagged = test->tags != NULL &&
		         g_strv_contains((const char *const *)test->tags, request->tags[i]);
	return named && tagged;
}

/* Beside what protocols offer (RIG_OFFERS_…). */
#define PLAN_OFFERS_METER (1u << 16)

static const struct {
	const char *name;
	guint offer;
} plan_needs[] = {
    {"identify", RIG_OFFERS_IDENTIFY},
    {"infer", RIG_OFFERS_INFER},
    {"sensor", RIG_OFFERS_SENSOR},
    {"meter", PLAN_OFFERS_METER},
};

/* What the board lacks of `needs`; NULL: nothing. */
static const char *plan_lacks(const RigBoard *board, char **needs)
{
	guint offers = board->protocol == NULL ? 0 : board->protocol->offers;
	offers |= board->meter == NULL ? 0 : PLAN_OFFERS_METER;
	for (guint i = 0; needs != NULL && needs[i] != NULL; i++) {
		for (guint k = 0; k < G_N_ELEMENTS(plan_needs); k++) {
			if (strcmp(plan_needs[k].name, needs[i]) == 0 && (offers & plan_needs[k].offer) == 0)
				return needs[i];
		}
	}
	return NULL;
}

const char *rig_plan_case_lacks(const RigBoard *board, const RigCase *test)
{
	return plan_lacks(board, test->needs);
}

/* What the suite asks for, or each of the cases: a case that the board cannot do is skipped. */
static const char *plan_board_lacks(const RigPlan *plan, const RigBoard *board)
{
	const char *lacks = plan_lacks(board, plan->suite->needs);
	for (guint i = 0; i < plan->cases->len && lacks == NULL; i++) {
		const RigCase *test = g_ptr_array_index(plan->cases, i);
		if (rig_plan_case_lacks(board, test) == NULL)
			return NULL;
	}
	if (lacks == NULL && plan->cases->len > 0)
		lacks = rig_plan_case_lacks(board, g_ptr_array_index(plan->cases, 0));
	return lacks;
}

static gboolean plan_has_step(const GPtrArray *steps, RigStepKind kind)
{
	for (guint i = 0; i < steps->len; i++) {
		const RigStep *step = g_ptr_array_index(steps, i);
		if (step->kind == kind)
			return TRUE;
	}
	return FALSE;
}

static gboolean plan_uses(const RigPlan *plan, RigStepKind kind)
{
	gboolean uses =
	    plan_has_step(plan->suite->setup, kind) || plan_has_step(plan->suite->teardown, kind);
	for (guint i = 0; i < plan->cases->len && !uses; i++) {
		const RigCase *test = g_ptr_array_index(plan->cases, i);
		uses = plan_has_step(test->steps, kind);
	}
	return uses;
}

static const RigImage *plan_image(RigPlan *plan, const RigCandidateImage *wanted, RigIssues *issues)
{
	for (guint i = 0; i < plan->images->len; i++) {
		const RigImage *image = g_ptr_array_index(plan->images, i);
		if (strcmp(image->path, wanted->path) == 0)
			return image;
	}
	g_autoptr(GError) error = NULL;
	RigImage *image = rig_image_load(wanted->path, wanted->address, &error);
	if (image == NULL) {
		rig_issues_add(issues, &wanted->place, "", "%s", error->message);
		return NULL;
	}
	g_ptr_array_add(plan->images, image);
	if (wanted->sha256 != NULL && strcmp(wanted->sha256, image->sha256) != 0)
		rig_issues_add(
		    issues, &wanted->place, "images",
		    "%s has SHA-256 %.12s…, the candidate says %.12s…: not the file that was meant",
		    wanted->path, image->sha256, wanted->sha256);
	return image;
}

/* Adds the run of a board that was asked for by name, or that fits. */
static void plan_add_board(RigPlan *plan, const RigBoard *board, gboolean by_name,
                           RigIssues *issues)
{
	const char *lacks = plan_board_lacks(plan, board);
	if (lacks != NULL) {
		if (by_name)
			rig_issues_add(issues, &board->place, "",
			               "board %s does not offer `%s`, which the suite needs", board->name,
			               lacks);
		return;
	}
	const RigCandidateImage *wanted =
	    plan->candidate == NULL ? NULL : rig_candidate_image(plan->candidate, board->target);
	gboolean flashes = plan_uses(plan, RIG_STEP_FLASH);
	if (wanted == NULL && flashes) {
		if (by_name || plan->candidate == NULL)
			rig_issues_add(issues, &board->place, "",
			               "board %s: the suite flashes, and there is no image for target %s; give "
			               "--image %s=FILE or --candidate FILE",
			               board->name, board->target, board->target);
		return;
	}
	if (flashes && board->flasher_link == NULL && board->flasher_argv == NULL &&
	    board->flash == NULL) {
		rig_issues_add(issues, &board->place, "",
		               "board %s: the suite flashes, and it has no `flasher:`", board->name);
		return;
	}
	RigPlannedRun *run = g_new0(RigPlannedRun, 1);
	run->board = board;
	run->image = wanted == NULL ? NULL : plan_image(plan, wanted, issues);
	run->image_address = wanted == NULL ? -1 : wanted->address;
	g_ptr_array_add(plan->runs, run);
}

/* An --image for a target that no board of the bench has is a slip of the pen. */
static void plan_check_targets(const RigPlan *plan, RigIssues *issues)
{
	if (plan->candidate == NULL || plan->candidate->path != NULL)
		return; /* a release may well have images for other benches */
	g_autoptr(GHashTable) targets = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < plan->bench->boards->len; i++)
		g_hash_table_add(targets, ((RigBoard *)g_ptr_array_index(plan->bench->boards, i))->target);
	for (guint i = 0; i < plan->candidate->images->len; i++) {
		const RigCandidateImage *image = g_ptr_array_index(plan->candidate->images, i);
		if (g_hash_table_contains(targets, image->target))
			continue;
		const char *near = rig_nearest_key(image->target, targets);
		rig_issues_add(issues, &plan->bench->place, "",
		               "--image %s=…: no board of this bench has that target%s%s%s", image->target,
		               near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
		               near == NULL ? "" : "?");
	}
}

static void plan_choose_boards(RigPlan *plan, const RigPlanRequest *request, RigIssues *issues)
{
	for (guint i = 0; request->boards != NULL && request->boards[i] != NULL; i++) {
		if (rig_bench_board(plan->bench, request->boards[i]) == NULL)
			rig_issues_add(issues, &plan->bench->place, "boards",
			               "there is no board %s on this bench; `tinyrig boards` lists them",
			               request->boards[i]);
	}
	for (guint i = 0; i < plan->bench->boards->len; i++) {
		const RigBoard *board = g_ptr_array_index(plan->bench->boards, i);
		gboolean by_name = request->boards != NULL;
		if (by_name && !g_strv_contains((const char *const *)request->boards, board->name))
			continue;
		plan_add_board(plan, board, by_name, issues);
	}
}

static void plan_check_recording(const RigStep *step, const char *path, RigIssues *issues)
{
	if (path == NULL)
		return;
	guint before = issues->list->len;
	g_autoptr(RigRecording) recording = rig_recording_open(path, issues);
	if (recording == NULL && issues->list->len == before)
		rig_issues_add(issues, &step->place, "recording", "%s cannot be opened", path);
}

void rig_plan_check_recordings(const GPtrArray *cases, RigIssues *issues)
{
	for (guint i = 0; i < cases->len; i++) {
		const RigCase *test = g_ptr_array_index(cases, i);
		for (guint k = 0; k < test->steps->len; k++) {
			const RigStep *step = g_ptr_array_index(test->steps, k);
			if (step->kind == RIG_STEP_INFER) {
				plan_check_recording(step, ((const RigStepInfer *)step->options)->recording,
				                     issues);
			} else if (step->kind == RIG_STEP_DATA) {
				const RigStepData *data = step->options;
				plan_check_recording(step, data->recording, issues);
				plan_check_recording(step, data->reference, issues);
			}
		}
	}
}

/* Golden files are read now, so that the run keeps a copy and a missing one is told at once. */
static void plan_read_golden(RigPlan *plan, RigIssues *issues)
{
	for (guint i = 0; i < plan->cases->len; i++) {
		const RigCase *test = g_ptr_array_index(plan->cases, i);
		for (guint k = 0; k < test->limits->len; k++) {
			const RigLimit *limit = g_ptr_array_index(test->limits, k);
			g_autoptr(GError) error = NULL;
			if (limit->golden != NULL &&
			    rig_sources_read(plan->sources, limit->golden, &error) == NULL)
				rig_issues_add(
				    issues, &limit->place, limit->name,
				    "%s; `tinyrig run … --update-golden` makes it from a board that is trusted",
				    error->message);
		}
	}
}

static gboolean plan_load(RigPlan *plan, const RigPlanRequest *request, RigIssues *issues,
                          GError **error)
{
	const char *bench = request->bench != NULL ? request->bench : g_getenv("TINYRIG_BENCH");
	if (bench == NULL) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
		                    "no bench is named: give --bench FILE or set TINYRIG_BENCH");
		return FALSE;
	}
	plan->defines = rig_defines_parse(request->defines, error);
	if (plan->defines == NULL)
		return FALSE;
	plan->suite = rig_suite_load(plan->sources, request->suite, plan->defines, issues);
	plan->bench = rig_bench_load(plan->sources, bench, NULL, issues);
	if (request->candidate != NULL && request->images != NULL) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE,
		                    "give --candidate or --image, not both: a candidate names its images");
		return FALSE;
	}
	if (request->candidate != NULL) {
		plan->candidate = rig_candidate_load(plan->sources, request->candidate, NULL, issues);
	} else if (request->images != NULL) {
		plan->candidate = rig_candidate_from_images(request->images, error);
		if (plan->candidate == NULL)
			return FALSE;
	}
	return TRUE;
}

RigPlan *rig_plan_new(const RigPlanRequest *request, GError **error)
{
	g_autoptr(RigPlan) plan = g_new0(RigPlan, 1);
	g_autoptr(RigIssues) issues = rig_issues_new();
	plan->sources = rig_sources_new();
	plan->images = g_ptr_array_new_with_free_func(plan_free_image);
	plan->cases = g_ptr_array_new();
	plan->runs = g_ptr_array_new_with_free_func(g_free);
	if (!plan_load(plan, request, issues, error))
		return NULL;
	if (issues->list->len == 0) {
		for (guint i = 0; i < plan->suite->cases->len; i++) {
			if (rig_plan_wants(request, g_ptr_array_index(plan->suite->cases, i)))
				g_ptr_array_add(plan->cases, g_ptr_array_index(plan->suite->cases, i));
		}
		plan_check_targets(plan, issues);
		plan_choose_boards(plan, request, issues);
		rig_suite_check_files(plan->suite, issues);
		if (issues->list->len == 0)
			rig_plan_check_recordings(plan->cases, issues);
		if (!request->golden)
			plan_read_golden(plan, issues);
	}
	if (issues->list->len == 0)
		return g_steal_pointer(&plan);
	g_autofree char *text = rig_issues_text(issues);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", g_strchomp(text));
	return NULL;
}
