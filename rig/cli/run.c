/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/sources.h"
#include "base/verdict.h"
#include "cli/command.h"
#include "cli/held_told.h"
#include "cli/outputs.h"
#include "cli/remember.h"
#include "cli/run_options.h"
#include "cli/signed_run.h"
#include "report/report.h"
#include "run/supervisor.h"

#define RUN_AT(member) offsetof(RigRunOptions, member)

const RigOption rig_run_options[] = {
    {"bench", 'b', RIG_OPTION_FILE, RUN_AT(bench), "FILE", "the bench; else $TINYRIG_BENCH"},
    {"image", 'i', RIG_OPTION_TEXTS, RUN_AT(images), "TARGET=FILE", "what to load on a target"},
    {"candidate", 'c', RIG_OPTION_FILE, RUN_AT(candidate), "FILE", "the manifest of a release"},
    {"define", 'D', RIG_OPTION_TEXTS, RUN_AT(defines), "NAME=VALUE", "a variable of the suite"},
    {"board", 0, RIG_OPTION_TEXTS, RUN_AT(boards), "NAME", "only this board; else all that fit"},
    {"case", 'k', RIG_OPTION_TEXTS, RUN_AT(cases), "PATTERN", "only cases of that name (* ? [])"},
    {"tag", 't', RIG_OPTION_TEXTS, RUN_AT(tags), "TAG", "only cases with that tag"},
    {"last-failed", 0, RIG_OPTION_FLAG, RUN_AT(last_failed), NULL,
     "only what did not pass last time; all, when nothing did"},
    {"failed-first", 0, RIG_OPTION_FLAG, RUN_AT(failed_first), NULL,
     "begin with what did not pass last time"},
    {"baseline", 0, RIG_OPTION_TEXTS, RUN_AT(baselines), "RUN",
     "what limits with `baseline:` compare with; once for each unit"},
    {"exitfirst", 'x', RIG_OPTION_FLAG, RUN_AT(exit_first), NULL, "end at the first that fails"},
    {"hold", 0, RIG_OPTION_FLAG, RUN_AT(hold), NULL,
     "end at the first that fails, leave the board as it is and reserve it"},
    {"hold-for", 0, RIG_OPTION_SPAN, RUN_AT(hold_us), "TIME", "how long --hold does (1h)"},
    {"repeat", 0, RIG_OPTION_NUMBER, RUN_AT(repeat), "N", "run the selection N times"},
    {"retry", 0, RIG_OPTION_NUMBER, RUN_AT(retry), "N", "try a case again on `error`"},
    {"retry-failed", 0, RIG_OPTION_FLAG, RUN_AT(retry_failed), NULL,
     "let --retry try failed cases again, too"},
    {"wait", 'w', RIG_OPTION_SPAN, RUN_AT(wait_us), "TIME", "wait for a busy board (5min)"},
    {"timeout", 0, RIG_OPTION_SPAN, RUN_AT(timeout_us), "TIME", "end the session after that time"},
    {"update-golden", 0, RIG_OPTION_FLAG, RUN_AT(golden), NULL,
     "write golden files from what comes"},
    {"dry-run", 'n', RIG_OPTION_FLAG, RUN_AT(dry_run), NULL, "show the plan, touch nothing"},
    {"output", 'o', RIG_OPTION_FILE, RUN_AT(output), "DIR", "write junit.xml and report.json"},
    {"junit", 0, RIG_OPTION_FILE, RUN_AT(junit), "FILE", "write JUnit XML"},
    {"json", 0, RIG_OPTION_FILE, RUN_AT(json), "FILE", "write the JSON report"},
    {"verbose", 'v', RIG_OPTION_COUNT, RUN_AT(verbose), NULL, "show every limit with its value"},
    {"quiet", 'q', RIG_OPTION_FLAG, RUN_AT(quiet), NULL, "show failures and the summary only"},
    {"color", 0, RIG_OPTION_TEXT, RUN_AT(colour), "WHEN", "auto, always or never"},
    {.long_name = NULL},
};

/* Who is told of a session. */
typedef struct {
	RigTerminal *terminal;
	RigStore *store;
	RigSignedRuns evidence;
} RunAudience;

static void run_begin(gpointer user, const RigSessionReport *session, guint planned)
{
	rig_terminal_begin(((RunAudience *)user)->terminal, session, planned);
}

static void run_progress(gpointer user, const char *board, const char *what)
{
	rig_terminal_progress(((RunAudience *)user)->terminal, board, what);
}

static void run_verdict(gpointer user, const RigRunReport *run, const RigCaseReport *test)
{
	rig_terminal_case(((RunAudience *)user)->terminal, run, test);
	fflush(stdout);
}

static void run_started(gpointer user, const RigRunReport *run)
{
	rig_signed_begin(&((RunAudience *)user)->evidence, run);
}

static void run_ended(gpointer user, RigRunReport *run)
{
	RunAudience *audience = user;
	rig_remember_run(audience->store, run);
	rig_signed_keep(&audience->evidence, audience->store);
}

static gboolean run_tick(gpointer user)
{
	return rig_terminal_tick(((RunAudience *)user)->terminal);
}

static void run_say(gpointer user, const char *text)
{
	rig_terminal_say(((RunAudience *)user)->terminal, text);
}

static void run_say_left(gpointer user, const char *text)
{
	(void)user;
	fprintf(stderr, "tinyrig run: %s\n", text);
}

static int run_dry(const RigPlan *plan)
{
	for (guint i = 0; i < plan->runs->len; i++) {
		const RigPlannedRun *run = g_ptr_array_index(plan->runs, i);
		printf("board %s (target %s)%s%s\n", run->board->name, run->board->target,
		       run->image == NULL ? "" : ", image ", run->image == NULL ? "" : run->image->path);
		for (guint k = 0; k < plan->cases->len; k++) {
			const RigCase *test = g_ptr_array_index(plan->cases, k);
			printf("  %-24s %-7s %u step%s, %u limit%s\n", test->name,
			       rig_covers_names[test->covers], test->steps->len,
			       test->steps->len == 1 ? "" : "s", test->limits->len,
			       test->limits->len == 1 ? "" : "s");
		}
	}
	return plan->runs->len == 0 || plan->cases->len == 0 ? RIG_EXIT_NOTHING : RIG_EXIT_PASSED;
}

/* Reports are written after the session; a report that cannot be written is told and is exit 10. */
static void run_write_reports(const RigRunOptions *options, RigSessionReport *session)
{
	g_autoptr(GError) error = NULL;
	RigOutputs outputs = {
	    .folder = options->output, .junit = options->junit, .json = options->json};
	if (rig_outputs_write(&outputs, session, &error))
		return;
	fprintf(stderr, "tinyrig run: %s\n", error->message);
	if (session->exit_code == RIG_EXIT_PASSED)
		session->exit_code = RIG_EXIT_BENCH;
}

static int run_session(const RigInvocation *invocation, const RigRunOptions *options,
                       const RigPlan *plan, RigStore *store)
{
	RigColour colour;
	rig_colour_parse(options->colour, &colour); /* is right: run_slip saw it */
	RigTerminalOptions look = {
	    .stream = stdout, .colour = colour, .quiet = options->quiet, .verbose = options->verbose};
	g_autoptr(RigTerminal) terminal = rig_terminal_new(&look, &rig_clock_monotonic);
	g_autofree char *folder = rig_store_folder();
	RunAudience audience = {.terminal = terminal, .store = store};
	RigSuperviseOptions supervise = {.state_folder = folder,
	                                 .command = invocation->argv,
	                                 .program = invocation->argv[0],
	                                 .exit_first = options->exit_first,
	                                 .hold_us = rig_run_hold_us(options),
	                                 .repeat = (guint)MAX(options->repeat, 1),
	                                 .retry = (guint)options->retry,
	                                 .retry_failed = options->retry_failed,
	                                 .wait_us = options->wait_us,
	                                 .timeout_us = options->timeout_us,
	                                 .golden = options->golden};
	RigObserver observer = {.begin = run_begin,
	                        .progress = run_progress,
	                        .verdict = run_verdict,
	                        .started = run_started,
	                        .ended = run_ended,
	                        .tick = run_tick,
	                        .say = run_say,
	                        .user = &audience};
	RigSessionReport *session = rig_supervise(plan, &supervise, &observer);
	run_write_reports(options, session);
	rig_terminal_end(terminal, session);
	rig_held_tell(invocation->argv[0], options->bench, plan, session);
	int code = session->exit_code;
	rig_session_report_free(session);
	rig_signed_clear(&audience.evidence);
	return code;
}

/*
 * A dry run makes no store. What others left comes in first: it is older than what this session
 * adds.
 */
static RigStore *run_store(const RigInvocation *invocation, GError **error)
{
	const RigRunOptions *options = invocation->options;
	g_autofree char *folder = rig_store_folder();
	g_autoptr(RigStore) store = rig_store_open(folder, !options->dry_run, error);
	if (store != NULL &&
	    !rig_store_import_left(store, invocation->argv[0], run_say_left, NULL, error))
		return NULL;
	return g_steal_pointer(&store);
}

static int run_planned(const RigInvocation *invocation, RigPlan *plan)
{
	const RigRunOptions *options = invocation->options;
	const RigRemember remember = {.last_failed = options->last_failed,
	                              .failed_first = options->failed_first,
	                              .baselines = options->baselines};
	g_autoptr(GError) error = NULL;
	g_autofree char *told = NULL;
	g_autoptr(RigStore) store = NULL;
	if (!options->dry_run || rig_remember_asks(&remember)) {
		store = run_store(invocation, &error);
		if (store == NULL || !rig_remember_plan(&remember, store, plan, &told, &error))
			return rig_command_error(invocation->command, error);
	}
	if (told != NULL)
		puts(told);
	if (options->dry_run)
		return run_dry(plan);
	int code = run_session(invocation, options, plan, store);
	/* Once more: there may be room now, or a session has ended beside this one. */
	if (!rig_store_import_left(store, invocation->argv[0], run_say_left, NULL, &error))
		fprintf(stderr, "tinyrig run: %s\n", error->message);
	return code;
}

static int run_command(const RigInvocation *invocation)
{
	const RigRunOptions *options = invocation->options;
	g_autofree char *slip = rig_run_slip(options);
	if (slip != NULL)
		return rig_command_usage(invocation->command, "%s", slip);
	RigPlanRequest request = rig_run_request(invocation->words[0], options);
	g_autoptr(GError) error = NULL;
	g_autoptr(RigPlan) plan = rig_plan_new(&request, &error);
	if (plan == NULL)
		return rig_command_error(invocation->command, error);
	if (!options->dry_run && (plan->cases->len == 0 || plan->runs->len == 0)) {
		fprintf(stderr, "tinyrig run: nothing to do: %s\n",
		        plan->cases->len == 0 ? "no case is selected; `tinyrig list` shows them"
		                              : "no board of the bench fits the suite and the images");
		return RIG_EXIT_NOTHING;
	}
	return run_planned(invocation, plan);
}

const RigCommand rig_command_run = {
    .name = "run",
    .arguments = "SUITE",
    .about = "run a suite on the boards of a bench",
    .details =
        "Every board of the bench that offers what the suite needs and has an image runs\n"
        "it, all at once. Runs are kept in .tinyrig: a verdict is on the disk before it is\n"
        "printed; `tinyrig runs` lists them, `tinyrig show` shows one. `fail` says that the\n"
        "board is wrong, `error` that the rig or the bench is.",
    .options = rig_run_options,
    .options_size = sizeof(RigRunOptions),
    .least = 1,
    .most = 1,
    .run = run_command,
};
