/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
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
	gboolean flaky;
} HistoryOptions;

#define HISTORY_AT(member) offsetof(HistoryOptions, member)

static const RigOption history_options[] = {
    {"suite", 's', RIG_OPTION_TEXT, HISTORY_AT(suite), "NAME", "only cases of that suite"},
    {"count", 'n', RIG_OPTION_NUMBER, HISTORY_AT(count), "N", "look at the last N runs (50)"},
    {"flaky", 0, RIG_OPTION_FLAG, HISTORY_AT(flaky), NULL, "only cases that are flaky"},
    {.long_name = NULL},
};

/* The same image and suite gave another verdict, or it took a retry. */
static gboolean history_is_flaky(const RigCaseHistory *history)
{
	return history->turns > 0 || history->retried > 0;
}

static void history_add(RigColumns *table, const RigCaseHistory *history)
{
	guint all = 0;
	for (guint i = 0; i < G_N_ELEMENTS(history->counts); i++)
		all += history->counts[i];
	gsize size = strlen(history->trail);
	const char *trail = history->trail + (size > HISTORY_TRAIL ? size - HISTORY_TRAIL : 0);
	g_autofree char *name = g_strdup_printf("%s/%s", history->suite, history->name);
	g_autofree char *passed = g_strdup_printf("%u of %u", history->counts[RIG_VERDICT_PASS], all);
	g_autofree char *last = history->last_us == 0 ? NULL : rig_kept_time(history->last_us);
	const char *const cells[] = {
	    name, history->board, passed, trail, history_is_flaky(history) ? "flaky" : "", last};
	rig_columns_add(table, cells);
}

static int history_command(const RigInvocation *invocation)
{
	const HistoryOptions *options = invocation->options;
	static const char *const titles[] = {"case", "board",           "passed", "oldest to newest",
	                                     "",     "last not passed", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(RigStore) store = rig_kept_open(invocation->argv[0], &error);
	guint runs = options->count == 0 ? HISTORY_RUNS : (guint)MIN(options->count, G_MAXINT);
	const char *name = invocation->count == 0 ? NULL : invocation->words[0];
	g_autoptr(GPtrArray) list =
	    store == NULL ? NULL : rig_store_history(store, options->suite, name, runs, &error);
	if (list == NULL)
		return rig_command_error(invocation->command, error);
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	guint shown = 0;
	for (guint i = 0; i < list->len; i++) {
		const RigCaseHistory *history = g_ptr_array_index(list, i);
		if (options->flaky && !history_is_flaky(history))
			continue;
		history_add(table, history);
		shown++;
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	if (shown > 0)
		fputs(text, stdout);
	else
		fputs("tinyrig history: no case fits\n", stderr);
	return shown == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
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
