/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "cli/outputs.h"
#include "report/report.h"
#include "run/rejudge.h"

typedef struct {
	char *suite, *output, *junit, *json;
	guint verbose;
} JudgeOptions;

#define JUDGE_AT(member) offsetof(JudgeOptions, member)

static const RigOption judge_options[] = {
    {"suite", 's', RIG_OPTION_FILE, JUDGE_AT(suite), "FILE",
     "judge by this suite, not the run's own"},
    {"output", 'o', RIG_OPTION_FILE, JUDGE_AT(output), "DIR", "write junit.xml and report.json"},
    {"junit", 0, RIG_OPTION_FILE, JUDGE_AT(junit), "FILE", "write JUnit XML"},
    {"json", 0, RIG_OPTION_FILE, JUDGE_AT(json), "FILE", "write the JSON report"},
    {"verbose", 'v', RIG_OPTION_COUNT, JUDGE_AT(verbose), NULL, "show every limit with its value"},
    {.long_name = NULL},
};

static int judge_command(const RigInvocation *invocation)
{
	const JudgeOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	g_autoptr(RigKeptFiles) files =
	    rig_kept_files(invocation->words[0], invocation->argv[0], &error);
	g_autoptr(RigSessionReport) session =
	    files == NULL ? NULL
	                  : rig_rejudge(files->folder, options->suite, invocation->argv[0], &error);
	if (session == NULL)
		return rig_command_error(invocation->command, error);
	RigRunReport *run = g_ptr_array_index(session->runs, 0);
	g_clear_pointer(&run->folder, g_free); /* nothing new is kept */
	RigTerminalOptions look = {.stream = stdout, .verbose = options->verbose};
	g_autoptr(RigTerminal) terminal = rig_terminal_new(&look, &rig_clock_monotonic);
	rig_terminal_begin(terminal, session, run->cases->len);
	for (guint i = 0; i < run->cases->len; i++)
		rig_terminal_case(terminal, run, g_ptr_array_index(run->cases, i));
	rig_terminal_end(terminal, session);
	RigOutputs outputs = {
	    .folder = options->output, .junit = options->junit, .json = options->json};
	if (!rig_outputs_write(&outputs, session, &error))
		return rig_command_error(invocation->command, error);
	return session->exit_code;
}

const RigCommand rig_command_judge_run = {
    .name = "judge",
    .arguments = "RUN",
    .about = "judge a kept run again, without a board",
    .details =
        "RUN is a run's name as `tinyrig runs` shows it, a part of it that no other name has,\n"
        "`last`, `last~1` for the one before; or a folder that `show --files` made.",
    .options = judge_options,
    .options_size = sizeof(JudgeOptions),
    .least = 1,
    .most = 1,
    .run = judge_command,
};
