/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
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

/* A folder, or the id of a run under .tinyrig/runs. Caller frees. */
static char *judge_folder(const char *word)
{
	g_autofree char *direct = g_build_filename(word, "run.json", NULL);
	if (g_file_test(direct, G_FILE_TEST_EXISTS))
		return g_canonicalize_filename(word, NULL);
	g_autofree char *kept = g_build_filename(".tinyrig", "runs", word, NULL);
	return g_canonicalize_filename(kept, NULL);
}

static int judge_command(const RigInvocation *invocation)
{
	const JudgeOptions *options = invocation->options;
	g_autofree char *folder = judge_folder(invocation->words[0]);
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSessionReport) session =
	    rig_rejudge(folder, options->suite, invocation->argv[0], &error);
	if (session == NULL)
		return rig_command_error(invocation->command, error);
	const RigRunReport *run = g_ptr_array_index(session->runs, 0);
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
    .details = "RUN is a folder or the name of a run under .tinyrig/runs.",
    .options = judge_options,
    .options_size = sizeof(JudgeOptions),
    .least = 1,
    .most = 1,
    .run = judge_command,
};
