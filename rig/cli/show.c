/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/command.h"
#include "cli/inferences.h"
#include "cli/kept.h"
#include "report/report.h"

typedef struct {
	char **cases;
	char *inferences, *files, *colour;
	gboolean json;
	guint verbose;
} ShowOptions;

#define SHOW_AT(member) offsetof(ShowOptions, member)

static const RigOption show_options[] = {
    {"case", 'k', RIG_OPTION_TEXTS, SHOW_AT(cases), "PATTERN", "only cases of that name (* ? [])"},
    {"inferences", 0, RIG_OPTION_TEXT, SHOW_AT(inferences), "FORMAT",
     "its inference records as csv"},
    {"json", 0, RIG_OPTION_FLAG, SHOW_AT(json), NULL, "its report as JSON"},
    {"files", 0, RIG_OPTION_FILE, SHOW_AT(files), "DIR",
     "write its files there: journal, console log, sources"},
    {"verbose", 'v', RIG_OPTION_COUNT, SHOW_AT(verbose), NULL, "show every limit with its value"},
    {"color", 0, RIG_OPTION_TEXT, SHOW_AT(colour), "WHEN", "auto, always or never"},
    {.long_name = NULL},
};

static gboolean show_wants(char **patterns, const char *name)
{
	for (guint i = 0; patterns != NULL && patterns[i] != NULL; i++) {
		if (fnmatch(patterns[i], name, 0) == 0)
			return TRUE;
	}
	return patterns == NULL;
}

/* Takes the run. */
static int show_terminal(const ShowOptions *options, RigColour colour, RigRunReport *run)
{
	g_autoptr(RigSessionReport) session = rig_session_report_new("show");
	g_ptr_array_add(session->runs, run);
	for (guint i = run->cases->len; i > 0; i--) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i - 1);
		if (!show_wants(options->cases, test->name))
			g_ptr_array_remove_index(run->cases, i - 1);
	}
	RigTerminalOptions look = {.stream = stdout,
	                           .colour = colour,
	                           .verbose = options->verbose,
	                           .took_us = run->duration_us};
	g_autoptr(RigTerminal) terminal = rig_terminal_new(&look, &rig_clock_monotonic);
	rig_terminal_begin(terminal, session, run->cases->len);
	for (guint i = 0; i < run->cases->len; i++)
		rig_terminal_case(terminal, run, g_ptr_array_index(run->cases, i));
	rig_terminal_end(terminal, session);
	return run->cases->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

/* Into a folder that is new or empty: nothing is written over. */
static gboolean show_unpack(RigStore *store, const char *name, const char *folder, GError **error)
{
	g_autoptr(GDir) there = g_dir_open(folder, 0, NULL);
	if (there != NULL && g_dir_read_name(there) != NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: is not empty; name a new folder",
		            folder);
		return FALSE;
	}
	return rig_folder_make(folder, error) && rig_store_unpack(store, name, NULL, folder, error);
}

static int show_one(const RigInvocation *invocation, RigColour colour, RigStore *store,
                    const char *name, GError **error)
{
	const ShowOptions *options = invocation->options;
	if (options->files != NULL)
		return show_unpack(store, name, options->files, error) ? RIG_EXIT_PASSED : -1;
	if (options->inferences != NULL)
		return rig_inferences_print(store, name, options->cases, stdout, error) ? RIG_EXIT_PASSED
		                                                                        : -1;
	RigRunReport *run = rig_kept_report(store, name, error);
	if (run == NULL)
		return -1;
	if (!options->json)
		return show_terminal(options, colour, run);
	g_autofree char *text = rig_report_json_run(run);
	fputs(text, stdout);
	rig_run_report_free(run);
	return RIG_EXIT_PASSED;
}

static int show_command(const RigInvocation *invocation)
{
	const ShowOptions *options = invocation->options;
	RigColour colour;
	if (!rig_colour_parse(options->colour, &colour))
		return rig_command_usage(invocation->command, "--color is auto, always or never, not %s",
		                         options->colour);
	if (options->inferences != NULL && strcmp(options->inferences, "csv") != 0)
		return rig_command_usage(invocation->command, "--inferences is csv, not %s",
		                         options->inferences);
	g_autoptr(GError) error = NULL;
	g_autoptr(RigStore) store = rig_kept_open(invocation->argv[0], &error);
	g_autofree char *name =
	    store == NULL
	        ? NULL
	        : rig_store_find(store, invocation->count == 0 ? "last" : invocation->words[0], &error);
	int code = name == NULL ? -1 : show_one(invocation, colour, store, name, &error);
	return code < 0 ? rig_command_error(invocation->command, error) : code;
}

const RigCommand rig_command_show = {
    .name = "show",
    .arguments = "[RUN]",
    .about = "show a kept run as it was told",
    .details =
        "RUN as `tinyrig runs` names it; without one, the last. The exit code is 0 whatever\n"
        "the run's verdict was. Inference records come as CSV, a line each: times of the host\n"
        "and of the device in us, an empty field where something is unknown.",
    .options = show_options,
    .options_size = sizeof(ShowOptions),
    .most = 1,
    .run = show_command,
};
