/* SPDX-License-Identifier: Apache-2.0 */
#include "run/result.h"

static void result_free_attempt(gpointer data)
{
	RigAttemptReport *report = data;
	rig_attempt_free(report->attempt);
	rig_judgement_free(report->judgement);
	g_free(report->console);
	g_free(report);
}

static void result_free_case(gpointer data)
{
	rig_case_report_free(data);
}

static void result_free_run(gpointer data)
{
	rig_run_report_free(data);
}

RigAttemptReport *rig_attempt_report_new(RigAttempt *attempt, RigJudgement *judgement)
{
	RigAttemptReport *report = g_new0(RigAttemptReport, 1);
	report->attempt = attempt;
	report->judgement = judgement;
	return report;
}

RigCaseReport *rig_case_report_new(const char *name)
{
	RigCaseReport *report = g_new0(RigCaseReport, 1);
	report->name = g_strdup(name);
	report->attempts = g_ptr_array_new_with_free_func(result_free_attempt);
	return report;
}

RigRunReport *rig_run_report_new(void)
{
	RigRunReport *report = g_new0(RigRunReport, 1);
	report->cases = g_ptr_array_new_with_free_func(result_free_case);
	return report;
}

RigSessionReport *rig_session_report_new(const char *command)
{
	RigSessionReport *report = g_new0(RigSessionReport, 1);
	report->command = g_strdup(command);
	report->runs = g_ptr_array_new_with_free_func(result_free_run);
	return report;
}

void rig_case_report_free(RigCaseReport *report)
{
	if (report == NULL)
		return;
	g_free(report->name);
	g_free(report->about);
	g_free(report->file);
	g_free(report->reason);
	g_free(report->rerun);
	if (report->attempts != NULL)
		g_ptr_array_unref(report->attempts);
	g_free(report);
}

void rig_run_report_free(RigRunReport *report)
{
	if (report == NULL)
		return;
	char *texts[] = {report->id,         report->folder,       report->suite,
	                 report->suite_path, report->suite_sha256, report->bench,
	                 report->board,      report->target,       report->unit_serial,
	                 report->candidate,  report->image_sha256, report->load_digest,
	                 report->build_id,   report->started,      report->message};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	if (report->cases != NULL)
		g_ptr_array_unref(report->cases);
	g_free(report);
}

void rig_session_report_free(RigSessionReport *report)
{
	if (report == NULL)
		return;
	if (report->runs != NULL)
		g_ptr_array_unref(report->runs);
	g_free(report->command);
	g_free(report);
}

void rig_session_count(const RigSessionReport *session, guint counts[5], guint *flaky)
{
	guint flaky_cases = 0;
	for (guint i = 0; i <= RIG_VERDICT_ERROR; i++)
		counts[i] = 0;
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		for (guint j = 0; j < run->cases->len; j++) {
			const RigCaseReport *test = g_ptr_array_index(run->cases, j);
			counts[test->verdict]++;
			flaky_cases += test->flaky ? 1 : 0;
		}
	}
	if (flaky != NULL)
		*flaky = flaky_cases;
}

const RigAttemptReport *rig_case_report_last(const RigCaseReport *report)
{
	return report->attempts->len == 0
	           ? NULL
	           : g_ptr_array_index(report->attempts, report->attempts->len - 1);
}

RigVerdict rig_attempt_report_verdict(const RigAttemptReport *report)
{
	return report->judgement == NULL ? report->attempt->outcome : report->judgement->verdict;
}

const char *rig_attempt_report_message(const RigAttemptReport *report)
{
	if (report->judgement != NULL && report->judgement->message != NULL)
		return report->judgement->message;
	return report->attempt->message;
}

RigVerdict rig_run_report_trouble(const RigRunReport *run)
{
	RigVerdict told = RIG_VERDICT_PASS;
	for (guint i = 0; i < run->cases->len; i++) {
		const RigCaseReport *test = g_ptr_array_index(run->cases, i);
		if (!test->quarantined)
			told = MAX(told, test->verdict);
	}
	if (run->verdict > told)
		return run->verdict;
	gboolean has_more = run->busy || run->interrupted || run->message != NULL;
	return has_more ? RIG_VERDICT_ERROR : RIG_VERDICT_PASS;
}
