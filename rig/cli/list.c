/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/verdict.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "report/printable.h"
#include "run/plan.h"
#include "yaml/quantity.h"

#define LIST_TEXT_MAX 4096u

typedef struct {
	char **defines, **cases, **tags;
	gboolean json;
} ListOptions;

#define LIST_AT(member) offsetof(ListOptions, member)

static const RigOption list_options[] = {
    {"define", 'D', RIG_OPTION_TEXTS, LIST_AT(defines), "NAME=VALUE", "a variable of the suite"},
    {"case", 'k', RIG_OPTION_TEXTS, LIST_AT(cases), "PATTERN", "only cases of that name (* ? [])"},
    {"tag", 't', RIG_OPTION_TEXTS, LIST_AT(tags), "TAG", "only cases with that tag"},
    {"json", 0, RIG_OPTION_FLAG, LIST_AT(json), NULL, "print JSON"},
    {0},
};

static char *list_join(char **words)
{
	return words == NULL ? g_strdup("") : g_strjoinv(", ", words);
}

static char *list_steps_text(const GPtrArray *steps)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < steps->len; i++) {
		const RigStep *step = g_ptr_array_index(steps, i);
		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", rig_step_rows[step->kind].verb);
	}
	return g_string_free(text, FALSE);
}

/* "setup: flash, reset", wrapped; nothing for an empty text. */
static void list_print_line(const char *title, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	g_autofree char *line = g_strdup_printf("%s: %s", title, text);
	g_autofree char *clean = rig_printable(line, LIST_TEXT_MAX, 0);
	g_autoptr(GPtrArray) lines = rig_printable_wrap(clean, RIG_COLUMNS_WIDTH - 2);
	for (guint i = 0; i < lines->len; i++)
		printf("%s%s\n", i > 0 ? "  " : "", (const char *)g_ptr_array_index(lines, i));
}

static void list_print_head(const RigSuite *suite)
{
	g_autofree char *needs = list_join(suite->needs);
	g_autofree char *setup = list_steps_text(suite->setup);
	g_autofree char *teardown = list_steps_text(suite->teardown);
	g_autofree char *budget =
	    suite->budget_us == 0 ? NULL
	                          : rig_quantity_format(rig_dimension_find("time"), suite->budget_us);
	list_print_line("suite", suite->name);
	list_print_line("about", suite->about);
	list_print_line("budget", budget);
	list_print_line("needs", needs);
	list_print_line("setup", setup);
	list_print_line("teardown", teardown);
}

static void list_print_cases(const GPtrArray *cases)
{
	static const char *const titles[] = {"CASE", "COVERS", "LIMITS", "TAGS", "ABOUT", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	for (guint i = 0; i < cases->len; i++) {
		const RigCase *test = g_ptr_array_index(cases, i);
		g_autofree char *limits = g_strdup_printf("%u", test->limits->len);
		g_autofree char *tags = list_join(test->tags);
		g_autofree char *about = g_strdup_printf("%s%s%s%s", test->about == NULL ? "" : test->about,
		                                         test->quarantine == NULL ? "" : " (quarantined: ",
		                                         test->quarantine == NULL ? "" : test->quarantine,
		                                         test->quarantine == NULL ? "" : ")");
		const char *cells[] = {test->name, rig_covers_names[test->covers], limits,
		                       *tags == '\0' ? "-" : tags, about};
		rig_columns_add(table, cells);
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	printf("\n%s", text);
}

static json_t *list_json_words(char **words)
{
	json_t *array = json_array();
	for (guint i = 0; words != NULL && words[i] != NULL; i++)
		json_array_append_new(array, json_string(words[i]));
	return array;
}

static json_t *list_json_steps(const GPtrArray *steps)
{
	json_t *array = json_array();
	for (guint i = 0; i < steps->len; i++) {
		const RigStep *step = g_ptr_array_index(steps, i);
		json_array_append_new(array, json_string(rig_step_rows[step->kind].verb));
	}
	return array;
}

static json_t *list_json_case(const RigCase *test)
{
	json_t *limits = json_array();
	for (guint i = 0; i < test->limits->len; i++) {
		const RigLimit *limit = g_ptr_array_index(test->limits, i);
		json_array_append_new(limits, json_string(limit->name));
	}
	g_autofree char *file =
	    test->place.file == NULL ? NULL : g_utf8_make_valid(test->place.file, -1);
	return json_pack("{s:s, s:s?, s:s, s:o, s:o, s:o, s:o, s:s?, s:s?, s:i}", "case", test->name,
	                 "about", test->about, "covers", rig_covers_names[test->covers], "tags",
	                 list_json_words(test->tags), "needs", list_json_words(test->needs), "steps",
	                 list_json_steps(test->steps), "limits", limits, "quarantine", test->quarantine,
	                 "file", file, "line", (int)test->place.line);
}

static void list_print_json(const RigSuite *suite, const GPtrArray *cases)
{
	json_t *array = json_array();
	for (guint i = 0; i < cases->len; i++)
		json_array_append_new(array, list_json_case(g_ptr_array_index(cases, i)));
	g_autofree char *file = g_utf8_make_valid(suite->path, -1);
	json_t *root =
	    json_pack("{s:s, s:s, s:s?, s:I, s:o, s:o, s:o, s:o}", "suite", suite->name, "file", file,
	              "about", suite->about, "budget_us", (json_int_t)suite->budget_us, "needs",
	              list_json_words(suite->needs), "setup", list_json_steps(suite->setup), "teardown",
	              list_json_steps(suite->teardown), "cases", array);
	char *text = json_dumps(root, JSON_INDENT(2));
	puts(text == NULL ? "null" : text);
	free(text);
	json_decref(root);
}

static int list_show(const ListOptions *options, const RigSuite *suite)
{
	RigPlanRequest request = {.cases = options->cases, .tags = options->tags};
	g_autoptr(GPtrArray) cases = g_ptr_array_new();
	for (guint i = 0; i < suite->cases->len; i++) {
		if (rig_plan_wants(&request, g_ptr_array_index(suite->cases, i)))
			g_ptr_array_add(cases, g_ptr_array_index(suite->cases, i));
	}
	if (options->json) {
		list_print_json(suite, cases);
	} else if (cases->len > 0) {
		list_print_head(suite);
		list_print_cases(cases);
	} else {
		fprintf(stderr, "tinyrig list: none of the %u cases of suite %s is selected\n",
		        suite->cases->len, suite->name);
	}
	return cases->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

static int list_command(const RigInvocation *invocation)
{
	const ListOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(GHashTable) defines = rig_defines_parse(options->defines, &error);
	if (defines == NULL)
		return rig_command_error(invocation->command, error);
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigSuite) suite = rig_suite_load(sources, invocation->words[0], defines, issues);
	if (suite != NULL && issues->list->len == 0)
		return list_show(options, suite);
	g_autofree char *text = rig_issues_text(issues);
	fputs(text, stderr);
	return RIG_EXIT_USAGE;
}

const RigCommand rig_command_list = {
    .name = "list",
    .arguments = "SUITE",
    .about = "show the cases of a suite",
    .details = "The options select as those of `tinyrig run`; recordings and boards are not "
               "looked at.",
    .options = list_options,
    .options_size = sizeof(ListOptions),
    .least = 1,
    .most = 1,
    .run = list_command,
};
