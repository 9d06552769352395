/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_session.h"

#include <math.h>
#include <string.h>

#define SAMPLE_BEGIN_US 5000000

/* Everything that XML, JSON, Markdown, workflow commands and terminals choke on. */
static const char sample_poison[] =
    "\x1b[31mred\x1b[0m\r\n\x01\x7f\x80\xff<b>&\"']]>--> \xc3\x28 \xed\xa0\x80 \xef\xbf\xbe "
    "\xe2\x80\xaeright-to-left ::error::x %0A | `code` ``` @user\tend\nsecond line";

static void sample_free_finding(gpointer data)
{
	RigFinding *finding = data;
	char *texts[] = {finding->limit,   finding->expected, finding->got,
	                 finding->message, finding->unit,     finding->detail};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_free(finding);
}

RigRunReport *sample_run(RigSessionReport *session, const char *board)
{
	RigRunReport *run = rig_run_report_new();
	run->id = g_strdup_printf("20261123-014211-%s", board);
	run->suite = g_strdup("digits-smoke");
	run->suite_path = g_strdup("/srv/project/suites/smoke.yaml");
	run->suite_sha256 = g_strnfill(64, 'a');
	run->bench = g_strdup("desk");
	run->board = g_strdup(board);
	run->target = g_strdup("mps2-an386");
	run->candidate = g_strdup("digits 1.4.0");
	run->image_sha256 =
	    g_strdup("3f9a12c04e1d7788112233445566778899aabbccddeeff00112233445566aabb");
	run->load_digest = g_strnfill(64, 'c');
	run->started = g_strdup("2026-11-23T01:42:11Z");
	run->begin_us = SAMPLE_BEGIN_US;
	run->duration_us = 3200000;
	run->verdict = RIG_VERDICT_PASS;
	g_ptr_array_add(session->runs, run);
	return run;
}

RigCaseReport *sample_case(RigRunReport *run, const char *name, RigVerdict verdict)
{
	RigCaseReport *test = rig_case_report_new(name);
	test->about = g_strdup("knows its digits");
	test->covers = "model";
	test->file = g_strdup("/srv/project/suites/smoke.yaml");
	test->line = 14;
	test->verdict = verdict;
	test->duration_us = 410000;
	test->rerun =
	    g_strdup_printf("tinyrig run suites/smoke.yaml -k %s --board %s", name, run->board);
	run->verdict = MAX(run->verdict, verdict);
	g_ptr_array_add(run->cases, test);
	return test;
}

static RigStepRecord *sample_step(RigAttempt *attempt, const char *verb, const char *as)
{
	RigStepRecord *step = g_new0(RigStepRecord, 1);
	step->index = attempt->steps->len;
	step->verb = g_strdup(verb);
	step->as = g_strdup(as);
	step->begin_us = SAMPLE_BEGIN_US + 310000;
	step->end_us = SAMPLE_BEGIN_US + 720000;
	step->outcome = RIG_VERDICT_PASS;
	g_ptr_array_add(attempt->steps, step);
	return step;
}

static void sample_inference(RigAttempt *attempt, double output)
{
	RigInference *record = g_new(RigInference, 1);
	*record = (RigInference)RIG_INFERENCE_INIT;
	record->seq = attempt->inferences->len;
	record->recording = "digits";
	record->label = 3;
	record->lap_us = 3105;
	record->outputs = g_new(double, 2);
	record->outputs[0] = output;
	record->outputs[1] = 0.25;
	record->outputs_count = 2;
	record->integrity = RIG_INTEGRITY_CHECKED;
	record->lap_integrity = RIG_INTEGRITY_PLAUSIBLE;
	g_ptr_array_add(attempt->inferences, record);
}

RigAttemptReport *sample_attempt(RigCaseReport *test, RigVerdict verdict, const char *message)
{
	RigAttempt *attempt = rig_attempt_new(test->name, test->attempts->len + 1);
	attempt->begin_us = SAMPLE_BEGIN_US + 300000;
	attempt->end_us = SAMPLE_BEGIN_US + 730000;
	attempt->outcome = verdict == RIG_VERDICT_ERROR ? verdict : RIG_VERDICT_PASS;
	attempt->message = verdict == RIG_VERDICT_ERROR ? g_strdup(message) : NULL;
	sample_step(attempt, "infer", "r")->outcome = attempt->outcome;
	sample_inference(attempt, 0.75);

	RigJudgement *judgement = g_new0(RigJudgement, 1);
	judgement->case_name = g_strdup(test->name);
	judgement->attempt = attempt->number;
	judgement->verdict = verdict;
	judgement->message = g_strdup(message);
	judgement->findings = g_ptr_array_new_with_free_func(sample_free_finding);
	RigAttemptReport *report = rig_attempt_report_new(attempt, judgement);
	g_ptr_array_add(test->attempts, report);
	return report;
}

RigFinding *sample_finding(RigAttemptReport *report, const char *limit, RigVerdict verdict,
                           const char *unit, double value)
{
	RigFinding *finding = g_new0(RigFinding, 1);
	finding->limit = g_strdup(limit);
	finding->verdict = verdict;
	finding->unit = g_strdup(unit);
	finding->has_value = TRUE;
	finding->value = value;
	finding->expected = g_strdup("at least 0.940");
	finding->got = g_strdup_printf("%.3f", value);
	finding->has_min = TRUE;
	finding->min = 0.94;
	finding->integrity = RIG_INTEGRITY_CHECKED;
	g_ptr_array_add(report->judgement->findings, finding);
	return finding;
}

static void sample_add_pass(RigRunReport *run, const char *name)
{
	RigCaseReport *test = sample_case(run, name, RIG_VERDICT_PASS);
	RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_PASS, NULL);
	sample_finding(report, "r.top1", RIG_VERDICT_PASS, "ratio", 0.98);
	sample_finding(report, "r.latency_p90", RIG_VERDICT_PASS, "time", 3200);
}

static void sample_add_fail(RigRunReport *run)
{
	RigCaseReport *test = sample_case(run, "digits", RIG_VERDICT_FAIL);
	RigAttemptReport *report =
	    sample_attempt(test, RIG_VERDICT_FAIL, "45 of 50 inputs are right, the limit asks for 47");
	RigFinding *finding = sample_finding(report, "r.top1", RIG_VERDICT_FAIL, "ratio", 0.9);
	g_free(finding->got);
	finding->got = g_strdup("0.900 (45 of 50)");
	finding->detail = g_strdup("worst inputs: 7 (3 read as 8), 12 (3 read as 8), 31 (9 read as 4)");
	sample_finding(report, "r.latency_p90", RIG_VERDICT_PASS, "time", 3200);
	test->reason = g_strdup("45 of 50 inputs are right, the limit asks for 47");
	report->console = g_strdup("m-load-done\r\nm-ready\r\nm-infer-start-10\r\nm-infer-done\r\n"
	                           "m-results-[0.01,0.02,0.00,0.31,0.00,0.01,0.00,0.00,0.64,0.01]\r\n"
	                           "m-ready\r\n");
}

static void sample_add_error(RigRunReport *run)
{
	static const char message[] =
	    "link console: closed by the other side after 4096 bytes while waiting for m-ready";
	RigCaseReport *test = sample_case(run, "noise-floor", RIG_VERDICT_ERROR);
	sample_attempt(test, RIG_VERDICT_ERROR, "link console: timed out");
	RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_ERROR, message);
	RigStepRecord *step = g_ptr_array_index(report->attempt->steps, 0);
	step->expected = g_strdup("m-ready within 2 s");
	step->got = g_strdup("m-infer-st (10 bytes), then nothing for 2.00 s");
	test->reason = g_strdup(message);
	g_ptr_array_add(report->attempt->notes, g_strdup("load repeated: CRC differs"));
	report->console = g_strdup("m-infer-st");
}

static void sample_add_others(RigRunReport *run)
{
	RigCaseReport *test = sample_case(run, "wake-word", RIG_VERDICT_PASS);
	test->flaky = TRUE;
	sample_attempt(test, RIG_VERDICT_ERROR, "bytes were lost twice on link console");
	sample_finding(sample_attempt(test, RIG_VERDICT_PASS, NULL), "r.top1", RIG_VERDICT_PASS,
	               "ratio", 0.96);

	test = sample_case(run, "latency-tail", RIG_VERDICT_INCONCLUSIVE);
	test->reason = g_strdup("a p99 needs 1000 records, 50 are there");
	RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_INCONCLUSIVE, test->reason);
	sample_finding(report, "r.latency_p99", RIG_VERDICT_INCONCLUSIVE, "time", NAN);

	test = sample_case(run, "energy", RIG_VERDICT_FAIL);
	test->quarantined = TRUE;
	test->reason = g_strdup("41 uJ");
	sample_finding(sample_attempt(test, RIG_VERDICT_FAIL, test->reason), "r.energy_p50",
	               RIG_VERDICT_FAIL, "energy", 41e6);

	test = sample_case(run, "sensor-rate", RIG_VERDICT_SKIP);
	test->reason = g_strdup("the board offers no sensor");
	test->duration_us = 0;
}

RigSessionReport *sample_session_typical(void)
{
	RigSessionReport *session =
	    rig_session_report_new("tinyrig run suites/smoke.yaml --bench desk.yaml");
	RigRunReport *run = sample_run(session, "mps2-a");
	run->unit_serial = g_strdup("0007");
	sample_add_pass(run, "identity");
	sample_add_pass(run, "digits");
	run = sample_run(session, "mps2-b");
	sample_add_fail(run);
	sample_add_error(run);
	sample_add_others(run);
	session->exit_code = RIG_EXIT_FAILED;
	return session;
}

RigSessionReport *sample_session_green(void)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run suites/smoke.yaml");
	RigRunReport *run = sample_run(session, "mps2-a");
	sample_add_pass(run, "identity");
	sample_add_pass(run, "digits");
	return session;
}

static void sample_poison_text(char **text)
{
	g_free(*text);
	*text = g_strdup(sample_poison);
}

static void sample_poison_attempt(RigAttemptReport *report)
{
	RigFinding *finding = sample_finding(report, sample_poison, RIG_VERDICT_FAIL, "time", INFINITY);
	RigStepRecord *step = g_ptr_array_index(report->attempt->steps, 0);
	RigValue *value = g_new0(RigValue, 1);
	sample_poison_text(&finding->got);
	sample_poison_text(&finding->expected);
	sample_poison_text(&finding->message);
	sample_poison_text(&finding->detail);
	sample_poison_text(&finding->unit);
	finding->max = NAN;
	finding->has_max = TRUE;
	sample_poison_text(&step->verb);
	sample_poison_text(&step->message);
	sample_poison_text(&step->expected);
	sample_poison_text(&step->got);
	step->outcome = RIG_VERDICT_FAIL;
	step->end_us = 0;
	value->name = g_strdup(sample_poison);
	value->number = NAN;
	g_ptr_array_add(report->attempt->values, value);
	value = g_new0(RigValue, 1);
	value->name = g_strdup("text");
	value->is_text = TRUE;
	value->text = g_strdup(sample_poison);
	g_ptr_array_add(report->attempt->values, value);
	g_ptr_array_add(report->attempt->notes, g_strdup(sample_poison));
	sample_inference(report->attempt, NAN);
	sample_inference(report->attempt, -INFINITY);
	report->console = g_strdup_printf("%s\n%s", sample_poison, sample_poison);
}

RigSessionReport *sample_session_hostile(void)
{
	RigSessionReport *session = rig_session_report_new(sample_poison);
	RigRunReport *run = sample_run(session, "mps2-a");
	char **texts[] = {&run->id,        &run->folder,       &run->suite,       &run->suite_path,
	                  &run->bench,     &run->board,        &run->target,      &run->unit_serial,
	                  &run->candidate, &run->image_sha256, &run->started,     &run->message,
	                  &run->build_id,  &run->load_digest,  &run->suite_sha256};
	RigCaseReport *test = sample_case(run, sample_poison, RIG_VERDICT_FAIL);
	sample_poison_attempt(sample_attempt(test, RIG_VERDICT_ERROR, sample_poison));
	sample_poison_attempt(sample_attempt(test, RIG_VERDICT_FAIL, sample_poison));
	test->reason = g_strdup(sample_poison);
	sample_poison_text(&test->file);
	sample_poison_text(&test->rerun);
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		sample_poison_text(texts[i]);

	test = sample_case(run, "huge", RIG_VERDICT_ERROR);
	test->reason = g_strnfill(1 << 20, 'x');
	RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_ERROR, NULL);
	report->console = g_strnfill(1 << 20, '\x02');

	test = sample_case(run, "", RIG_VERDICT_SKIP);
	test = sample_case(run, "bare", RIG_VERDICT_FAIL);
	g_clear_pointer(&test->rerun, g_free);
	g_clear_pointer(&test->file, g_free);
	g_clear_pointer(&test->about, g_free);
	test->duration_us = -5;
	report = sample_attempt(test, RIG_VERDICT_ERROR, NULL);
	report->attempt->end_us = 0;

	run = rig_run_report_new();
	g_ptr_array_add(session->runs, run);
	return session;
}

RigSessionReport *sample_session_empty(void)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run suites/smoke.yaml -k nothing");
	session->exit_code = RIG_EXIT_NOTHING;
	return session;
}

RigSessionReport *sample_session_broken(void)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run suites/smoke.yaml");
	RigRunReport *run = sample_run(session, "mps2-a");
	run->busy = TRUE;
	run->verdict = RIG_VERDICT_ERROR;
	run->message = g_strdup("mps2-a is held by anna (pid 4711, tinyrig run suites/full.yaml) since "
	                        "01:40:02; --wait 60s waits for it");
	run = sample_run(session, "mps2-b");
	sample_add_pass(run, "identity");
	run->interrupted = TRUE;
	run->message = g_strdup("stopped by Ctrl-C, 3 cases were not begun");
	session->exit_code = RIG_EXIT_INTERRUPTED;
	return session;
}

RigSessionReport *sample_session_large(guint cases)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run suites/full.yaml");
	RigRunReport *run = sample_run(session, "mps2-a");
	g_autofree char *console = g_strnfill(64 << 10, '<');
	for (guint i = 0; i < cases; i++) {
		g_autofree char *name = g_strdup_printf("case-%u", i);
		RigCaseReport *test = sample_case(run, name, RIG_VERDICT_FAIL);
		RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_FAIL, "wrong");
		sample_finding(report, "r.top1", RIG_VERDICT_FAIL, "ratio", 0.5);
		report->console = g_strdup(console);
	}
	return session;
}
