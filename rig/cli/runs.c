/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/verdict.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "report/printable.h"

#define RUNS_MOST 20

typedef struct {
	char *suite, *board;
	gint64 count;
	gboolean failed, all, json;
} RunsOptions;

#define RUNS_AT(member) offsetof(RunsOptions, member)

static const RigOption runs_options[] = {
    {"suite", 's', RIG_OPTION_TEXT, RUNS_AT(suite), "NAME", "only runs of that suite"},
    {"board", 0, RIG_OPTION_TEXT, RUNS_AT(board), "NAME", "only runs on that board"},
    {"failed", 0, RIG_OPTION_FLAG, RUNS_AT(failed), NULL, "only runs that did not pass"},
    {"count", 'n', RIG_OPTION_NUMBER, RUNS_AT(count), "N", "so many, the newest first (20)"},
    {"all", 'a', RIG_OPTION_FLAG, RUNS_AT(all), NULL, "all of them"},
    {"json", 0, RIG_OPTION_FLAG, RUNS_AT(json), NULL, "as JSON"},
    {.long_name = NULL},
};

static void runs_print_table(const GPtrArray *runs)
{
	static const char *const titles[] = {"run", "suite", "passed", "took", "verdict", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	for (guint i = 0; i < runs->len; i++) {
		const RigStoredRun *run = g_ptr_array_index(runs, i);
		guint all = 0;
		for (guint k = 0; k < G_N_ELEMENTS(run->counts); k++)
			all += run->counts[k];
		g_autofree char *passed = g_strdup_printf("%u of %u", run->counts[RIG_VERDICT_PASS], all);
		g_autofree char *took = rig_printable_duration(run->duration_us);
		g_autofree char *verdict = g_strdup_printf("%s%s", rig_verdict_name(run->verdict),
		                                           run->pin == NULL ? "" : ", pinned");
		const char *cells[] = {run->name, run->suite, passed, took, verdict};
		rig_columns_add(table, cells);
	}
	g_autofree char *text = rig_columns_text(table, RIG_COLUMNS_WIDTH);
	fputs(text, stdout);
}

static json_t *runs_json_one(const RigStoredRun *run)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(run->started_us / G_USEC_PER_SEC);
	g_autofree char *started = time == NULL ? NULL : g_date_time_format_iso8601(time);
	json_t *counts = json_object();
	for (guint i = 0; i < G_N_ELEMENTS(run->counts); i++)
		json_object_set_new(counts, rig_verdict_name((RigVerdict)i), json_integer(run->counts[i]));
	return json_pack("{ss ss ss ss ss ss? ss? ss? ss? sI ss ss? ss? so}", "id", run->name, "suite",
	                 run->suite, "bench", run->bench, "board", run->board, "target", run->target,
	                 "unit_serial", run->unit, "candidate", run->candidate, "load_digest",
	                 run->load_digest, "started", started, "duration_us",
	                 (json_int_t)run->duration_us, "verdict", rig_verdict_name(run->verdict),
	                 "message", run->message, "pinned", run->pin, "cases", counts);
}

static void runs_print_json(const GPtrArray *runs)
{
	json_t *list = json_array();
	for (guint i = 0; i < runs->len; i++)
		json_array_append_new(list, runs_json_one(g_ptr_array_index(runs, i)));
	char *text = json_dumps(list, JSON_INDENT(1));
	puts(text == NULL ? "[]" : text);
	free(text);
	json_decref(list);
}

static int runs_command(const RigInvocation *invocation)
{
	const RunsOptions *options = invocation->options;
	const RigRunFilter filter = {.suite = options->suite,
	                             .board = options->board,
	                             .failed = options->failed,
	                             .most = options->all ? 0
	                                     : options->count == 0
	                                         ? RUNS_MOST
	                                         : (guint)MIN(options->count, G_MAXINT)};
	g_autoptr(GError) error = NULL;
	g_autoptr(RigStore) store = rig_kept_open(invocation->argv[0], &error);
	g_autoptr(GPtrArray) runs = store == NULL ? NULL : rig_store_runs(store, &filter, &error);
	if (runs == NULL)
		return rig_command_error(invocation->command, error);
	if (options->json)
		runs_print_json(runs);
	else if (runs->len > 0)
		runs_print_table(runs);
	else
		fputs("tinyrig runs: no run fits\n", stderr);
	return runs->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

const RigCommand rig_command_runs = {
    .name = "runs",
    .arguments = "",
    .about = "list the runs that are kept here, the newest first",
    .details =
        "`tinyrig show RUN` tells all of one, `tinyrig diff RUN RUN` compares two. A run is\n"
        "named by its name, by a part of it that no other name has, or by its place: `last`,\n"
        "`last~1` for the one before.",
    .options = runs_options,
    .options_size = sizeof(RunsOptions),
    .run = runs_command,
};
