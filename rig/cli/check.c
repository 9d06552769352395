/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "config/bench.h"
#include "config/candidate.h"
#include "config/suite.h"
#include "data/recording.h"
#include "flash/flashes.h"
#include "release/gate.h"
#include "run/plan.h"

typedef struct {
	char **defines;
} CheckOptions;

static const RigOption check_options[] = {
    {"define", 'D', RIG_OPTION_TEXTS, offsetof(CheckOptions, defines), "NAME=VALUE",
     "a variable of the suite"},
    {.long_name = NULL},
};

static void check_suite(RigSources *sources, const char *path, GHashTable *defines,
                        RigIssues *issues)
{
	g_autoptr(RigSuite) suite = rig_suite_load(sources, path, defines, issues);
	if (suite != NULL)
		rig_suite_check_files(suite, issues);
	if (suite != NULL && issues->list->len == 0)
		rig_plan_check_recordings(suite->cases, issues);
}

static void check_bench(RigSources *sources, const char *path, GHashTable *defines,
                        RigIssues *issues)
{
	rig_bench_free(rig_bench_load(sources, path, defines, issues));
}

static void check_candidate(RigSources *sources, const char *path, GHashTable *defines,
                            RigIssues *issues)
{
	rig_candidate_free(rig_candidate_load(sources, path, defines, issues));
}

static void check_policy(RigSources *sources, const char *path, GHashTable *defines,
                         RigIssues *issues)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigPolicy) policy = rig_policy_load(sources, path, issues);
	(void)defines;
	if (policy == NULL || issues->list->len > 0)
		return;
	g_autoptr(GPtrArray) signers = rig_gate_signers(policy, &error);
	if (signers == NULL)
		rig_issues_add(issues, &policy->place, "signers", "%s", error->message);
}

static void check_recording(RigSources *sources, const char *path, GHashTable *defines,
                            RigIssues *issues)
{
	(void)sources;
	(void)defines;
	rig_recording_free(rig_recording_open(path, issues));
}

static void check_target(RigSources *sources, const char *path, GHashTable *defines,
                         RigIssues *issues)
{
	(void)defines;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigTarget) target = rig_target_read(sources, path, issues);
	GPtrArray *flashes = target == NULL ? NULL : rig_flashes_new(target, NULL, &error);
	g_clear_pointer(&flashes, g_ptr_array_unref);
	if (error != NULL)
		rig_issues_add(issues, &target->place, "flash", "%s", error->message);
}

/* A file is what its first key says. */
static const struct {
	const char *key;
	void (*check)(RigSources *sources, const char *path, GHashTable *defines, RigIssues *issues);
} check_kinds[] = {
    {"suite", check_suite},   {"bench", check_bench},         {"candidate", check_candidate},
    {"policy", check_policy}, {"recording", check_recording}, {"target", check_target},
};

static void check_one(RigSources *sources, const char *path, GHashTable *defines, RigIssues *issues)
{
	g_autoptr(GError) error = NULL;
	const RigPlace whole = {.file = path, .line = 1, .column = 1};
	const RigSource *source = rig_sources_read(sources, path, &error);
	if (source == NULL) {
		rig_issues_add(issues, &whole, "", "%s", error->message);
		return;
	}
	g_autoptr(RigIssues) unread = rig_issues_new();
	g_autoptr(RigNode) node = rig_node_parse(source, unread);
	for (guint i = 0; node != NULL && node->kind == RIG_NODE_MAP && i < G_N_ELEMENTS(check_kinds);
	     i++) {
		if (rig_node_get(node, check_kinds[i].key) != NULL) {
			check_kinds[i].check(sources, path, defines, issues);
			return;
		}
	}
	if (node == NULL)
		check_suite(sources, path, defines, issues);
	else
		rig_issues_add(
		    issues, &whole, "",
		    "this is no file of tinyrig: it has none of the keys suite, bench, candidate, "
		    "policy, recording, target");
}

static int check_command(const RigInvocation *invocation)
{
	const CheckOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) defines = rig_defines_parse(options->defines, &error);
	if (defines == NULL)
		return rig_command_error(invocation->command, error);
	guint wrong = 0;
	for (guint i = 0; i < invocation->count; i++) {
		g_autoptr(RigSources) sources = rig_sources_new();
		g_autoptr(RigIssues) issues = rig_issues_new();
		check_one(sources, invocation->words[i], defines, issues);
		if (issues->list->len == 0) {
			printf("%s: good\n", invocation->words[i]);
			continue;
		}
		wrong += issues->list->len;
		g_autofree char *text = rig_issues_text(issues);
		fflush(stdout);
		fputs(text, stderr);
		if (!g_str_has_suffix(text, "\n"))
			fputc('\n', stderr);
	}
	return wrong == 0 ? RIG_EXIT_PASSED : RIG_EXIT_USAGE;
}

const RigCommand rig_command_check = {
    .name = "check",
    .arguments = "FILE…",
    .about = "check suites, benches, candidates, policies, recordings and targets",
    .details =
        "All that is wrong is told at once, as FILE:LINE:COLUMN: KEY: what, and what is allowed.",
    .options = check_options,
    .options_size = sizeof(CheckOptions),
    .least = 1,
    .most = G_MAXUINT,
    .run = check_command,
};
