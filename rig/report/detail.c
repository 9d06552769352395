/* SPDX-License-Identifier: Apache-2.0 */
#include "report/detail.h"

#include "report/printable.h"

#include <string.h>

#define DETAIL_FINDINGS_MAX  8u
#define DETAIL_NOTES_MAX     4u
#define DETAIL_CONSOLE_LINES 10u
#define DETAIL_CONSOLE_BYTES 4000u

static void detail_free(gpointer data)
{
	RigDetail *row = data;
	g_free(row->text);
	g_free(row);
}

/* Takes `text`; NULL and "" add nothing. */
static RigDetail *detail_take(GPtrArray *rows, const char *label, char *text)
{
	if (text == NULL || *text == '\0') {
		g_free(text);
		return NULL;
	}
	RigDetail *row = g_new0(RigDetail, 1);
	row->label = label;
	row->text = text;
	g_ptr_array_add(rows, row);
	return row;
}

const char *rig_detail_short_name(const char *limit)
{
	const char *dot = strchr(limit, '.');
	return dot == NULL || dot[1] == '\0' ? limit : dot + 1;
}

const RigFinding *rig_detail_worst(const RigAttemptReport *report)
{
	const RigFinding *worst = NULL;
	if (report == NULL || report->judgement == NULL)
		return NULL;
	for (guint i = 0; i < report->judgement->findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(report->judgement->findings, i);
		if (finding->verdict > RIG_VERDICT_PASS &&
		    (worst == NULL || finding->verdict > worst->verdict))
			worst = finding;
	}
	return worst;
}

const RigStepRecord *rig_detail_step(const RigAttemptReport *report)
{
	const RigStepRecord *worst = NULL;
	if (report == NULL)
		return NULL;
	for (guint i = 0; i < report->attempt->steps->len; i++) {
		const RigStepRecord *step = g_ptr_array_index(report->attempt->steps, i);
		if (step->outcome > RIG_VERDICT_PASS && (worst == NULL || step->outcome > worst->outcome))
			worst = step;
	}
	return worst;
}

gint64 rig_detail_run_begin(const RigRunReport *run, const RigCaseReport *test)
{
	gint64 begin_us = run->begin_us;
	if (begin_us != 0)
		return begin_us;
	for (guint i = 0; i <= run->cases->len; i++) {
		const RigCaseReport *other = i < run->cases->len ? g_ptr_array_index(run->cases, i) : test;
		for (guint j = 0; other != NULL && j < other->attempts->len; j++) {
			const RigAttemptReport *report = g_ptr_array_index(other->attempts, j);
			gint64 at_us = report->attempt->begin_us;
			if (at_us != 0 && (begin_us == 0 || at_us < begin_us))
				begin_us = at_us;
		}
	}
	return begin_us;
}

static const char *detail_integrity_means(RigIntegrity integrity)
{
	static const char *const means[] = {
	    [RIG_INTEGRITY_UNKNOWN] = "unknown (nothing vouches for it)",
	    [RIG_INTEGRITY_PLAUSIBLE] = "plausible (grammar and host clock agree)",
	    [RIG_INTEGRITY_CHECKED] = "checked (by CRC, or read twice and equal)",
	};
	return means[integrity];
}

/* The step whose results a limit speaks of. */
static const RigStepRecord *detail_step_of(const RigAttempt *attempt, const char *limit)
{
	const char *dot = strchr(limit, '.');
	if (dot == NULL)
		return NULL;
	g_autofree char *as = g_strndup(limit, (gsize)(dot - limit));
	return rig_attempt_step(attempt, as);
}

static void detail_add_when(GPtrArray *rows, const RigRunReport *run, const RigCaseReport *test,
                            const RigAttempt *attempt, const RigStepRecord *step)
{
	gint64 run_begin_us = rig_detail_run_begin(run, test);
	gint64 at_us = step != NULL ? step->end_us : attempt->end_us;
	gboolean ended = at_us != 0;
	if (!ended)
		at_us = step != NULL ? step->begin_us : attempt->begin_us;

	g_autoptr(GString) text = g_string_new(NULL);
	if (at_us != 0 && run_begin_us != 0) {
		g_autofree char *into = rig_printable_duration(at_us - run_begin_us);
		g_string_append_printf(text, "%s into the run", into);
	}
	if (step != NULL)
		g_string_append_printf(text, "%sstep %u (%s)", text->len > 0 ? ", " : "", step->index + 1,
		                       step->verb);
	if (!ended)
		g_string_append(text, ", which did not end");
	if (test->attempts->len > 1)
		g_string_append_printf(text, "%sattempt %u of %u", text->len > 0 ? ", " : "",
		                       attempt->number, test->attempts->len);
	detail_take(rows, "when", g_strdup(text->str));
}

static void detail_add_finding(GPtrArray *rows, const RigFinding *finding, RigVerdict verdict)
{
	gboolean plain = finding->verdict == verdict;
	detail_take(
	    rows, "limit",
	    plain ? g_strdup(finding->limit)
	          : g_strdup_printf("%s (%s)", finding->limit, rig_verdict_name(finding->verdict)));
	detail_take(rows, "expected", g_strdup(finding->expected));
	detail_take(rows, "got", g_strdup(finding->got));
	detail_take(rows, "integrity", g_strdup(detail_integrity_means(finding->integrity)));
	RigDetail *row = detail_take(rows, "detail", g_strdup(finding->detail));
	if (row != NULL)
		row->verbatim = strchr(row->text, '\n') != NULL;
}

/* The limits that went wrong. Returns the heaviest. */
static const RigFinding *detail_add_findings(GPtrArray *rows, const RigAttemptReport *report)
{
	guint wrong = 0;
	const RigFinding *worst = rig_detail_worst(report);
	for (guint i = 0; worst != NULL && i < report->judgement->findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(report->judgement->findings, i);
		if (finding->verdict <= RIG_VERDICT_PASS)
			continue;
		/* Where the attempt broke off, limits that nothing could be measured for add nothing. */
		if (finding->verdict < report->judgement->verdict && !finding->has_value)
			continue;
		if (++wrong <= DETAIL_FINDINGS_MAX)
			detail_add_finding(rows, finding, report->judgement->verdict);
	}
	if (wrong > DETAIL_FINDINGS_MAX)
		detail_take(rows, "limit", g_strdup_printf("and %u more", wrong - DETAIL_FINDINGS_MAX));
	return worst;
}

static void detail_add_attempts(GPtrArray *rows, const RigCaseReport *test)
{
	for (guint i = 0; i + 1 < test->attempts->len; i++) {
		const RigAttemptReport *report = g_ptr_array_index(test->attempts, i);
		const char *message = rig_attempt_report_message(report);
		detail_take(rows, "earlier",
		            g_strdup_printf("attempt %u: %s%s%s", report->attempt->number,
		                            rig_verdict_name(rig_attempt_report_verdict(report)),
		                            message == NULL ? "" : ": ", message == NULL ? "" : message));
	}
}

static void detail_add_notes(GPtrArray *rows, const RigAttempt *attempt)
{
	guint first =
	    attempt->notes->len > DETAIL_NOTES_MAX ? attempt->notes->len - DETAIL_NOTES_MAX : 0;
	for (guint i = first; i < attempt->notes->len; i++)
		detail_take(rows, "note", g_strdup(g_ptr_array_index(attempt->notes, i)));
}

static void detail_add_console(GPtrArray *rows, const char *console)
{
	if (console == NULL)
		return;
	const char *tail = rig_printable_tail(console, DETAIL_CONSOLE_LINES, DETAIL_CONSOLE_BYTES);
	char *text = g_strdup(tail);
	g_strchomp(text);
	RigDetail *row = detail_take(rows, "console", text);
	if (row != NULL)
		row->verbatim = TRUE;
}

/* "the board is wrong: 45 of 50 inputs are right" */
static void detail_add_sentence(GPtrArray *rows, const RigCaseReport *test,
                                const RigAttemptReport *last)
{
	const char *message = test->reason != NULL ? test->reason : rig_attempt_report_message(last);
	detail_take(rows, "",
	            g_strconcat(test->quarantined ? "quarantined, does not count: " : "",
	                        rig_printable_fault(test->verdict), message == NULL ? NULL : ": ",
	                        message, NULL));
}

GPtrArray *rig_detail_rows(const RigRunReport *run, const RigCaseReport *test)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(detail_free);
	const RigAttemptReport *last = rig_case_report_last(test);
	if (last == NULL || (test->verdict == RIG_VERDICT_PASS && !test->flaky))
		return rows;

	if (test->verdict == RIG_VERDICT_PASS) {
		detail_take(rows, "",
		            g_strdup_printf("passed, but only on attempt %u", last->attempt->number));
		detail_add_attempts(rows, test);
		return rows;
	}
	detail_add_sentence(rows, test, last);
	if (test->file != NULL) {
		g_autofree char *path = rig_printable_path(test->file);
		detail_take(rows, "case", g_strdup_printf("%s:%u", path, test->line));
	}
	const RigFinding *worst = detail_add_findings(rows, last);
	const RigStepRecord *step = rig_detail_step(last);
	if (step != NULL) {
		detail_take(rows, "expected", g_strdup(step->expected));
		detail_take(rows, "got", g_strdup(step->got));
	} else if (worst != NULL) {
		step = detail_step_of(last->attempt, worst->limit);
	}
	detail_add_when(rows, run, test, last->attempt, step);
	detail_add_attempts(rows, test);
	detail_add_notes(rows, last->attempt);
	detail_add_console(rows, last->console);
	return rows;
}

/* The group that a case belongs to. */
static guint *detail_group(RigTally *tally, const RigCaseReport *test)
{
	guint *groups[] = {
	    [RIG_VERDICT_SKIP] = &tally->skipped,
	    [RIG_VERDICT_PASS] = test->flaky ? &tally->flaky : &tally->passed,
	    [RIG_VERDICT_INCONCLUSIVE] = &tally->inconclusive,
	    [RIG_VERDICT_FAIL] = &tally->failed,
	    [RIG_VERDICT_ERROR] = &tally->errors,
	};
	if (test->quarantined && test->verdict > RIG_VERDICT_PASS)
		return &tally->quarantined;
	return groups[test->verdict];
}

void rig_tally_of(const RigSessionReport *session, RigTally *tally)
{
	*tally = (RigTally){0};
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		tally->interrupted = tally->interrupted || run->interrupted;
		for (guint j = 0; j < run->cases->len; j++)
			++*detail_group(tally, g_ptr_array_index(run->cases, j));
		tally->cases += run->cases->len;
	}
	tally->wrong = tally->failed + tally->errors + tally->inconclusive;
}
