/* SPDX-License-Identifier: Apache-2.0 */
#include "run/rejudge.h"

#include <string.h>

#include "journal/reader.h"
#include "run/assess.h"
#include "run/follow.h"
#include "run/keep.h"
#include "run/supervisor.h"
#include "run/worker.h"

typedef struct {
	RigSources *sources;
	RigRunHeader *header;
	RigSuite *suite;
	RigBench *bench;
	RigBaseline *baseline;
	RigSessionReport *session;
} Rejudge;

static gboolean rejudge_load(Rejudge *again, const char *folder, const char *suite, GError **error)
{
	g_autoptr(RigIssues) issues = rig_issues_new();
	again->sources = rig_sources_new();
	again->header = rig_run_folder_read(folder, again->sources, error);
	if (again->header == NULL)
		return FALSE;
	GError *failure = NULL;
	again->baseline = rig_baseline_load(again->sources, &failure);
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return FALSE;
	}
	again->suite = rig_suite_load(again->sources, suite == NULL ? again->header->suite : suite,
	                              suite == NULL ? again->header->defines : NULL, issues);
	again->bench = rig_bench_load(again->sources, again->header->bench, NULL, issues);
	if (issues->list->len == 0)
		return TRUE;
	g_autofree char *text = rig_issues_text(issues);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", g_strchomp(text));
	return FALSE;
}

static RigCaseReport *rejudge_case(const RigRunReport *run, const char *name)
{
	for (guint i = 0; i < run->cases->len; i++) {
		RigCaseReport *report = g_ptr_array_index(run->cases, i);
		if (strcmp(report->name, name) == 0)
			return report;
	}
	return NULL;
}

/* The attempts of one worker's journal, in order; a setup's values go with what follows it. */
static void rejudge_attempts(const RigAssess *assess, RigRunReport *run, RigJournalReader *reader,
                             const char *suffix)
{
	g_autoptr(RigAttempt) setup = NULL;
	for (;;) {
		const GPtrArray *attempts = rig_journal_reader_attempts(reader);
		if (attempts->len == 0)
			return;
		const RigAttempt *first = g_ptr_array_index(attempts, 0);
		RigAttempt *attempt = rig_journal_reader_take(reader, first->case_name, first->number);
		const RigCase *test = rig_suite_case(assess->suite, attempt->case_name);
		RigCaseReport *report = test == NULL ? NULL : rejudge_case(run, test->name);
		if (report != NULL) {
			rig_assess_attempt(assess, report, test, attempt, setup, suffix);
		} else if (strcmp(attempt->case_name, RIG_ATTEMPT_SETUP) == 0) {
			if (attempt->outcome != RIG_VERDICT_PASS) {
				run->verdict = MAX(run->verdict, attempt->outcome);
				g_free(run->message);
				run->message = g_strdup_printf("setup: %s", attempt->message);
			}
			rig_attempt_free(setup);
			setup = attempt;
		} else {
			rig_attempt_free(attempt);
		}
	}
}

static gboolean rejudge_journal(const RigAssess *assess, RigRunReport *run, guint generation,
                                gboolean *found, GError **error)
{
	char suffix[RIG_SUFFIX_BYTES];
	rig_run_suffix(suffix, generation);
	g_autofree char *name = g_strconcat("journal", suffix, ".jsonl", NULL);
	g_autofree char *path = g_build_filename(assess->folder, name, NULL);
	g_autofree char *text = NULL;
	gsize size;
	*found = g_file_get_contents(path, &text, &size, NULL);
	if (!*found)
		return TRUE;
	g_autoptr(RigJournalReader) reader = rig_journal_reader_new();
	if (!rig_journal_reader_feed(reader, text, size, error)) {
		g_prefix_error(error, "%s: ", path);
		return FALSE;
	}
	RigJournalTotals totals = rig_journal_reader_totals(reader);
	run->sent_bytes += totals.sent_bytes;
	run->received_bytes += totals.received_bytes;
	run->repeats += totals.repeats;
	rejudge_attempts(assess, run, reader, suffix);
	return TRUE;
}

/* A worker may be lost before its journal tells of an attempt; the kept verdict tells then. */
static void rejudge_without_attempt(const RigAssess *assess, RigRunReport *run)
{
	g_autoptr(GHashTable) verdicts = rig_keep_read(assess->folder, NULL);
	for (guint i = 0; verdicts != NULL && i < run->cases->len; i++) {
		RigCaseReport *report = g_ptr_array_index(run->cases, i);
		const RigKept *kept = g_hash_table_lookup(verdicts, report->name);
		if (report->attempts->len > 0 || kept == NULL)
			continue;
		report->verdict = kept->verdict;
		g_free(report->reason);
		report->reason = g_strdup(kept->message);
	}
}

static gboolean rejudge_run(Rejudge *again, const RigAssess *assess, GError **error)
{
	RigRunReport *run = rig_assess_run(assess);
	g_ptr_array_add(again->session->runs, run);
	for (guint i = 0; i < again->suite->cases->len; i++) {
		const RigCase *test = g_ptr_array_index(again->suite->cases, i);
		if (g_strv_contains((const char *const *)again->header->cases, test->name))
			g_ptr_array_add(run->cases,
			                rig_assess_skip(assess, test, "the run has no attempt of it"));
	}
	gboolean found = TRUE, good = TRUE;
	for (guint generation = 1; good && found; generation++)
		good = rejudge_journal(assess, run, generation, &found, error);
	rejudge_without_attempt(assess, run);
	rig_assess_finish(run);
	again->session->exit_code = rig_session_exit_code(again->session);
	return good;
}

/* Takes over what the session had told, and says of the rest that it was not told. */
static void rejudge_as_kept(const RigAssess *assess, RigRunReport *run)
{
	g_autoptr(GHashTable) verdicts = rig_keep_read(assess->folder, NULL);
	run->verdict = RIG_VERDICT_ERROR;
	g_free(run->message);
	run->message = g_strdup("the session was killed before the run had ended");
	for (guint i = 0; i < run->cases->len; i++) {
		RigCaseReport *report = g_ptr_array_index(run->cases, i);
		const RigKept *kept = verdicts == NULL ? NULL : g_hash_table_lookup(verdicts, report->name);
		gboolean told = kept != NULL && kept->last;
		report->verdict = told ? kept->verdict : RIG_VERDICT_SKIP;
		report->flaky = report->flaky && told;
		g_free(report->reason);
		report->reason = g_strdup(told ? kept->message : run->message);
	}
}

static RigSessionReport *rejudge(const char *folder, const char *suite, const char *program,
                                 gboolean left, GError **error)
{
	Rejudge again = {.session = rig_session_report_new("judge")};
	gboolean good = rejudge_load(&again, folder, suite, error);
	if (good) {
		RigAssess assess = {.suite = again.suite,
		                    .bench = again.bench,
		                    .header = again.header,
		                    .sources = again.sources,
		                    .baseline = again.baseline,
		                    .folder = folder,
		                    .program = program,
		                    .clock = &rig_clock_monotonic,
		                    .stop_fd = -1,
		                    .without_programs = left};
		good = rejudge_run(&again, &assess, error);
		if (good && left)
			rejudge_as_kept(&assess, g_ptr_array_index(again.session->runs, 0));
	}
	rig_baseline_free(again.baseline);
	rig_bench_free(again.bench);
	rig_suite_free(again.suite);
	rig_run_header_free(again.header);
	rig_sources_free(again.sources);
	if (good)
		return again.session;
	rig_session_report_free(again.session);
	return NULL;
}

RigSessionReport *rig_rejudge(const char *folder, const char *suite, const char *program,
                              GError **error)
{
	return rejudge(folder, suite, program, FALSE, error);
}

RigSessionReport *rig_rejudge_left(const char *folder, const char *program, GError **error)
{
	return rejudge(folder, NULL, program, TRUE, error);
}
