/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/kept.h"

#define HISTORY_RUNS  50
#define HISTORY_TRAIL 20u

typedef struct {
	char *suite;
	gint64 count;
	gboolean flaky, json;
} HistoryOptions;

#define HISTORY_AT(member) offsetof(HistoryOptions, member)

static const RigOption history_options[] = {
    {"suite", 's', RIG_OPTION_TEXT, HISTORY_AT(suite), "NAME", "only cases of that suite"},
    {"count", 'n', RIG_OPTION_NUMBER, HISTORY_AT(count), "N", "look at the last N runs (50)"},
    {"flaky", 0, RIG_OPTION_FLAG, HISTORY_AT(flaky), NULL, "only cases that are flaky"},
    {"json", 0, RIG_OPTION_FLAG, HISTORY_AT(json), NULL, "as JSON"},
    {.long_name = NULL},
};

/* The same image and suite gave another verdict, or it took a retry. */
static gboolean history_is_flaky(const RigCaseHistory *history)
{
	return history->turns > 0 || history->retried > 0;
}

/* Names of boards are of a bench. */
static gboolean history_has_benches(const GPtrArray *list)
{
	for (guint i = 1; i < list->len; i++) {
		const RigCaseHistory *one = g_ptr_array_index(list, 0);
		const RigCaseHistory *other = g_ptr_array_index(list, i);
		if (strcmp(one->bench, other->bench) != 0)
			return TRUE;
	}
	return FALSE;
}

static void history_add(RigColumns *table, const RigCaseHistory *history, gboolean benches)
{
	guint all = 0;
	for (guint i = 0; i < G_N_ELEMENTS(history->counts); i++)
		all += history->counts[i];
	gsize size = strlen(history->trail);
	const char *trail = history->trail + (size > HISTORY_TRAIL ? size - HISTORY_TRAIL : 0);
	g_autofree char *name = g_strdup_printf("%s/%s", history->suite, history->name);
	g_autofree char *passed = g_strdup_printf("%u of %u", history->counts[RIG_VERDICT_PASS], all);
	g_autofree char *last = history->last_us == 0 ? NULL : rig_kept_time(history->last_us);
	g_autofree char *board = benches ? g_strdup_printf("%s of %s", history->board, history->bench)
	                                 : g_strdup(history->board);
	const char *const cells[] = {
	    name, board, passed, trail, history_is_flaky(history) ? "flaky" : "", last};
	rig_columns_add(table, cells);
}

static json_t *history_json(const RigCaseHistory *history)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(history->last_us / G_USEC_PER_SEC);
	g_autofree char *last =
	    history->last_us == 0 || time == NULL ? NULL : g_date_time_format_iso8601(time);
	json_t *counts = json_object();
	for (guint i = 0; i < G_N_ELEMENTS(history->counts); i++)
		json_object_set_new(counts, rig_verdict_name((RigVerdict)i),
		                    json_integer(history->counts[i]));
	return json_pack("{ss ss ss ss ss so si si sb ss?}", "suite", history->suite, "case",
	                 history->name, "bench", history->bench, "board", history->board, "trail",
	                 history->trail, "runs", counts, "turns", (int)history->turns, "retried",
	                 (int)history->retried, "flaky", history_is_flaky(history), "last_not_passed",
	                 last);
}

static void history_print(const GPtrArray *list)
{
	static const char *const titles[] = {"case", "board",           "passed", "oldest to newest",
	                                     "",     "last not passed", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	gboolean benches = history_has_benches(list);
	for (guint i = 0; i < list->len; i++)
		history_add(table, g_ptr_array_index(list, i), benches);
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	fputs(text, stdout);
}

static void history_print_json(const GPtrArray *list)
{
	json_t *array = json_array();
	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, history_json(g_ptr_array_index(list, i)));
	char *text = json_dumps(array, JSON_INDENT(1));
	puts(text);
	free(text);
	json_decref(array);
}

static int history_command(const RigInvocation *invocation)
{
	const HistoryOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigStore) store = rig_kept_open(invocation->argv[0], &error);
	guint runs = options->count == 0 ? HISTORY_RUNS : (guint)MIN(options->count, G_MAXINT);
	const char *name = invocation->count == 0 ? NULL : invocation->words[0];
	g_autoptr(GPtrArray) list =
	    store == NULL ? NULL : rig_store_history(store, options->suite, name, runs, &error);
	if (list == NULL)
		return rig_command_error(invocation->command, error);
	for (guint i = list->len; options->flaky && i > 0; i--) {
		if (!history_is_flaky(g_ptr_array_index(list, i - 1)))
			g_ptr_array_remove_index(list, i - 1);
	}
	if (options->json)
		history_print_json(list);
	else if (list->len > 0)
		history_print(list);
	else
		fputs("tinyrig history: no case fits\n", stderr);
	return list->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

const RigCommand rig_command_history = {
    .name = "history",
    .arguments = "[CASE]",
    .about = "show how cases did over the last runs, and which are flaky",
    .details =
        "A letter for each run: p pass, f fail, e error, i inconclusive. A case is flaky on a\n"
        "board when the same image and suite gave different verdicts there, or when it passed\n"
        "only on a retry.",
    .options = history_options,
    .options_size = sizeof(HistoryOptions),
    .most = 1,
    .run = history_command,
};
