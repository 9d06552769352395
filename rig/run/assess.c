/* SPDX-License-Identifier: Apache-2.0 */
#include "run/assess.h"

#include <string.h>

#include "base/files.h"
#include "base/shell.h"
#include "journal/console.h"
#include "run/commands.h"
#include "run/variables.h"

#define ASSESS_CONSOLE_LINES 12
#define ASSESS_DIFF_LINES    20

RigRunReport *rig_assess_run(const RigAssess *assess)
{
	const RigRunHeader *header = assess->header;
	const RigBoard *board = rig_bench_board(assess->bench, header->board);
	RigRunReport *run = rig_run_report_new();
	run->id = g_strdup(header->id);
	run->folder = g_strdup(assess->folder);
	run->suite = g_strdup(assess->suite->name);
	run->suite_path = g_strdup(header->suite);
	run->suite_sha256 = g_strdup(header->suite_sha256);
	run->bench = g_strdup(assess->bench->name);
	run->board = g_strdup(header->board);
	run->target = g_strdup(header->target);
	run->unit_serial = board == NULL ? NULL : g_strdup(board->unit_serial);
	run->candidate = g_strdup(header->candidate != NULL ? header->candidate : header->image);
	run->image_sha256 = g_strdup(header->image_sha256);
	run->load_digest = g_strdup(header->load_digest);
	run->build_id = g_strdup(header->build_id);
	run->started = g_strdup(header->started);
	run->verdict = RIG_VERDICT_PASS;
	return run;
}

/*
 * Options that chose cases, boards and baselines are replaced; the rest of the command line stays.
 * `last` means another run by then.
 */
static gboolean assess_chooses(const char *word, gboolean *takes_value)
{
	static const struct {
		const char *name;
		gboolean is_flag;
	} rows[] = {
	    {"-k", FALSE},         {"-t", FALSE},           {"--tag", FALSE},
	    {"--board", FALSE},    {"--case", FALSE},       {"--repeat", FALSE},
	    {"--baseline", FALSE}, {"--last-failed", TRUE}, {"--failed-first", TRUE},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		gsize size = strlen(rows[i].name);
		if (strncmp(word, rows[i].name, size) != 0)
			continue;
		*takes_value = word[size] == 0 && !rows[i].is_flag;
		if (word[size] == 0 || word[size] == '=' || rows[i].name[1] != '-')
			return TRUE;
	}
	*takes_value = FALSE;
	return FALSE;
}

/* The command that runs just this case on just this board again. */
static char *assess_rerun(const RigAssess *assess, const RigCase *test)
{
	GString *line = g_string_new(assess->program);
	char **words = assess->header->command;
	for (guint i = 1; words != NULL && words[0] != NULL && words[i] != NULL; i++) {
		gboolean takes_value;
		if (!assess_chooses(words[i], &takes_value))
			rig_shell_append(line, words[i]);
		else if (takes_value && words[i + 1] != NULL)
			i++;
	}
	for (guint i = 0; assess->baseline != NULL && i < assess->baseline->runs->len; i++) {
		const RigBaselineRun *run = g_ptr_array_index(assess->baseline->runs, i);
		g_string_append_printf(line, " --baseline %s", run->run);
	}
	g_string_append_printf(line, " -k %s --board %s", test->name, assess->header->board);
	return g_string_free(line, FALSE);
}

RigCaseReport *rig_assess_case(const RigAssess *assess, const RigCase *test)
{
	RigCaseReport *report = rig_case_report_new(test->name);
	report->about = g_strdup(test->about);
	report->covers = rig_covers_names[test->covers];
	report->file = g_strdup(test->place.file);
	report->line = test->place.line;
	report->quarantined = test->quarantine != NULL;
	report->rerun = assess_rerun(assess, test);
	report->verdict = RIG_VERDICT_SKIP;
	return report;
}

RigCaseReport *rig_assess_skip(const RigAssess *assess, const RigCase *test, const char *reason)
{
	RigCaseReport *report = rig_assess_case(assess, test);
	report->reason = g_strdup(reason);
	return report;
}

/* Values of the setup come first, so that the case's own are found before them. */
static void assess_adopt(RigAttempt *attempt, const RigAttempt *setup)
{
	if (setup == NULL)
		return;
	for (guint i = setup->values->len; i > 0; i--) {
		const RigValue *value = g_ptr_array_index(setup->values, i - 1);
		RigValue *copy = g_new0(RigValue, 1);
		*copy = *value;
		copy->name = g_strdup(value->name);
		copy->text = g_strdup(value->text);
		copy->unit = g_strdup(value->unit);
		g_ptr_array_insert(attempt->values, 0, copy);
	}
}

static char *assess_console(const RigAssess *assess, const RigAttempt *attempt, const char *suffix)
{
	g_autofree char *name = g_strconcat("console", suffix, ".log", NULL);
	g_autofree char *path = g_build_filename(assess->folder, name, NULL);
	guint64 end = attempt->end_us == 0 ? G_MAXINT64 : attempt->console_end;
	return rig_console_tail(path, attempt->console_begin, end, ASSESS_CONSOLE_LINES);
}

/* What ${x} in a limit stands for: as in steps, with all that the attempt captured or set. */
static GHashTable *assess_variables(const RigAssess *assess, const RigAttempt *attempt)
{
	GHashTable *variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	rig_run_variables(variables, assess->suite, assess->bench, assess->header);
	for (guint i = 0; i < attempt->values->len; i++) {
		const RigValue *value = g_ptr_array_index(attempt->values, i);
		if (value->is_text)
			g_hash_table_insert(variables, g_strdup(value->name), g_strdup(value->text));
	}
	return variables;
}

/* `programs`: limits with `command:` are judged, too. */
static RigJudgement *assess_judge(const RigAssess *assess, const RigCase *test,
                                  const RigAttempt *attempt, gboolean programs)
{
	RigCommandContext commands = {.bench = assess->bench,
	                              .suite_path = assess->header->suite,
	                              .clock = assess->clock,
	                              .stop_fd = assess->stop_fd};
	g_autoptr(GHashTable) variables = assess_variables(assess, attempt);
	const RigBoard *board = rig_bench_board(assess->bench, assess->header->board);
	g_autofree char *unit = rig_baseline_unit(assess->bench->name, assess->header->board,
	                                          board == NULL ? NULL : board->unit_serial);
	RigJudgeContext context = {.baseline = assess->baseline,
	                           .unit = unit,
	                           .target = assess->header->target,
	                           .sources = assess->sources,
	                           .variables = variables,
	                           .command = programs ? rig_command_judge : NULL,
	                           .user = &commands};
	return rig_judge(&context, test, attempt);
}

void rig_assess_attempt(const RigAssess *assess, RigCaseReport *report, const RigCase *test,
                        RigAttempt *attempt, const RigAttempt *setup, const char *suffix)
{
	assess_adopt(attempt, setup);
	RigJudgement *judgement = assess_judge(assess, test, attempt, !assess->without_programs);
	RigAttemptReport *tried = rig_attempt_report_new(attempt, judgement);
	if (judgement->verdict != RIG_VERDICT_PASS)
		tried->console = assess_console(assess, attempt, suffix);
	g_ptr_array_add(report->attempts, tried);
	report->verdict = judgement->verdict;
	report->flaky = judgement->verdict == RIG_VERDICT_PASS && report->attempts->len > 1;
	g_free(report->reason);
	report->reason = g_strdup(judgement->message);
	if (attempt->end_us > attempt->begin_us)
		report->duration_us += attempt->end_us - attempt->begin_us;
}

void rig_assess_finish(RigRunReport *run)
{
	guint ran = 0;
	for (guint i = 0; i < run->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		ran += test->verdict == RIG_VERDICT_SKIP ? 0 : 1;
		if (!test->quarantined)
			run->verdict = MAX(run->verdict, test->verdict);
	}
	if (ran == 0 && run->verdict == RIG_VERDICT_PASS)
		run->verdict = RIG_VERDICT_SKIP;
}

static gboolean assess_one_golden(const RigAssess *assess, const RigLimit *limit,
                                  const RigAttempt *attempt, GString *told, GError **error)
{
	g_autofree char *text = rig_golden_text(attempt, limit->subject);
	if (text == NULL)
		return TRUE;
	g_autofree char *before = NULL;
	g_file_get_contents(limit->golden, &before, NULL, NULL);
	g_autofree char *diff = rig_golden_diff(before == NULL ? "" : before, text, ASSESS_DIFF_LINES);
	if (diff == NULL)
		return TRUE;
	if (!rig_file_replace(limit->golden, text, strlen(text), error))
		return FALSE;
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(assess->sources, limit->golden, bytes);
	g_string_append_printf(told, "%s %s from board %s:\n%s", limit->golden,
	                       before == NULL ? "made" : "updated", assess->header->board, diff);
	return TRUE;
}

/* What other limits say against the board, so that nobody trusts it by mistake; NULL: nothing. */
static const RigFinding *assess_distrust(const RigCase *test, const RigJudgement *judgement)
{
	for (guint i = 0; i < judgement->findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(judgement->findings, i);
		const RigLimit *limit = g_ptr_array_index(test->limits, i);
		if (limit->golden == NULL && finding->verdict == RIG_VERDICT_FAIL)
			return finding;
	}
	return NULL;
}

gboolean rig_assess_golden(const RigAssess *assess, const RigCase *test, const RigAttempt *attempt,
                           char **told, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(RigJudgement) judgement = assess_judge(assess, test, attempt, FALSE);
	const RigFinding *against = assess_distrust(test, judgement);
	if (against != NULL) {
		*told = g_strdup_printf("no golden file is written: %s, so the board is not to be trusted",
		                        against->message);
		return TRUE;
	}
	gboolean good = TRUE;
	for (guint i = 0; i < test->limits->len && good; i++) {
		const RigLimit *limit = g_ptr_array_index(test->limits, i);
		if (limit->golden != NULL)
			good = assess_one_golden(assess, limit, attempt, text, error);
	}
	*told = text->len == 0 ? NULL : g_strdup(text->str);
	return good;
}
