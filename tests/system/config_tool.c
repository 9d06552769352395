/* SPDX-License-Identifier: Apache-2.0 */
/* For scripts: `schema KIND` and `reference KIND` print, `check KIND FILE` prints issues (exit 4).
 */
#include "config/bench.h"
#include "config/candidate.h"
#include "config/reference.h"
#include "config/schema.h"
#include "config/suite.h"

#include <stdio.h>
#include <string.h>

static int check(const char *kind, const char *path)
{
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigSuite) suite = NULL;
	g_autoptr(RigBench) bench = NULL;
	g_autoptr(RigCandidate) candidate = NULL;
	if (strcmp(kind, "suite") == 0)
		suite = rig_suite_load(sources, path, NULL, issues);
	else if (strcmp(kind, "bench") == 0)
		bench = rig_bench_load(sources, path, NULL, issues);
	else
		candidate = rig_candidate_load(sources, path, NULL, issues);
	g_autofree char *text = rig_issues_text(issues);
	fputs(text, stdout);
	return issues->list->len > 0 ? 4 : 0;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	if (argc == 4 && strcmp(argv[1], "check") == 0)
		return check(argv[2], argv[3]);
	if (argc != 3)
		return 2;
	g_autofree char *text = strcmp(argv[1], "schema") == 0
	                            ? rig_schema_json(argv[2], &error)
	                            : rig_reference_markdown(argv[2], &error);
	puts(text == NULL ? error->message : text);
	return text == NULL ? 4 : 0;
}
