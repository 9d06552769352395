/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML that strangers write. The first byte says what the rest is: S suite, B bench,
 * C candidate, T target, P policy (any other byte by its remainder), I the TARGET=FILE texts of a
 * command line. A suite may include b.yaml, which is the same text again.
 */
#include "config/bench.h"
#include "config/candidate.h"
#include "config/policy.h"
#include "config/suite.h"
#include "flash/flashes.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_images(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) images = g_strsplit(text, "\n", -1);
	rig_candidate_free(rig_candidate_from_images(images, &error));
}

static void fuzz_suite(RigSources *sources, RigIssues *issues)
{
	g_autoptr(GHashTable) defines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(defines, g_strdup("inputs"), g_strdup("60"));
	g_autoptr(RigSuite) suite = rig_suite_load(sources, "/f/a.yaml", defines, issues);
	if (suite != NULL)
		rig_suite_check_files(suite, issues);
	if (suite != NULL && suite->name != NULL)
		rig_suite_case(suite, suite->name);
}

static void fuzz_target(RigSources *sources, RigIssues *issues)
{
	const RigPlace place = {"/f/bench.yaml", 1, 1};
	g_autoptr(GError) error = NULL;
	g_autoptr(RigTarget) target =
	    rig_target_load(sources, "./a.yaml", "/f/bench.yaml", &place, issues);
	if ((target == NULL) == (issues->list->len == 0))
		abort();
	GPtrArray *flashes = target == NULL ? NULL : rig_flashes_new(target, NULL, &error);
	g_clear_pointer(&flashes, g_ptr_array_unref);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] == 'I') {
		fuzz_images(data + 1, size - 1);
		return 0;
	}
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(GBytes) bytes = g_bytes_new(data + 1, size - 1);
	rig_sources_put(sources, "/f/a.yaml", bytes);
	rig_sources_put(sources, "/f/b.yaml", bytes);
	static const char kinds[] = "SBCTP";
	const char kind =
	    strchr(kinds, data[0]) != NULL && data[0] != 0 ? (char)data[0] : kinds[data[0] % 5];
	if (kind == 'S')
		fuzz_suite(sources, issues);
	else if (kind == 'B')
		rig_bench_free(rig_bench_load(sources, "/f/a.yaml", NULL, issues));
	else if (kind == 'P')
		rig_policy_free(rig_policy_load(sources, "/f/a.yaml", issues));
	else if (kind == 'T')
		fuzz_target(sources, issues);
	else
		rig_candidate_free(rig_candidate_load(sources, "/f/a.yaml", NULL, issues));
	g_autofree char *text = rig_issues_text(issues);
	return text == NULL;
}
