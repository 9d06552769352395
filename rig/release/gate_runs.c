/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs say something of an image, and how one of them counts. */
#include <string.h>

#include "base/verdict.h"
#include "release/gate_parts.h"
#include <rig/inference.h>

#define RUNS_SKEW_S 300 /* clocks of two hosts may differ by so much */

static RigVerdict runs_verdict(const json_t *object)
{
	const char *word = rig_json_string(object, "verdict");
	RigVerdict verdict;
	return word != NULL && rig_verdict_parse(word, &verdict) ? verdict : RIG_VERDICT_ERROR;
}

static gboolean runs_is_suite(const RigStatement *statement, const char *suite, const char *target)
{
	return strcmp(statement->kind, RIG_STATEMENT_HIL_RUN) == 0 &&
	       g_strcmp0(statement->suite, suite) == 0 && g_strcmp0(statement->target, target) == 0;
}

static gboolean runs_is_image(const RigGateEvidence *evidence, const RigGateImage *image)
{
	const json_t *report = json_object_get(evidence->statement.predicate, "run");
	g_autofree char *subject = rig_hash_hex(&evidence->statement.subjects[0]);
	return strcmp(subject, image->sha256) == 0 &&
	       g_strcmp0(rig_json_string(report, "load_digest"), image->load_digest) == 0;
}

static int runs_compare(gconstpointer a, gconstpointer b)
{
	const RigGateRun *one = a, *other = b;
	if (strcmp(one->evidence->signer, other->evidence->signer) == 0)
		return one->statement->number < other->statement->number ? -1 : 1;
	return one->time_s < other->time_s ? -1 : 1;
}

GArray *rig_gate_runs(const RigGateInput *input, const char *suite, const char *target,
                      const RigGateImage *image, const char **why)
{
	GArray *runs = g_array_new(FALSE, FALSE, sizeof(RigGateRun));
	*why = NULL;
	for (guint i = 0; i < input->evidence->len; i++) {
		const RigGateEvidence *evidence = input->evidence->pdata[i];
		const RigStatement *statement = &evidence->statement;
		gboolean revoked;
		if (!runs_is_suite(statement, suite, target))
			continue;
		if (!runs_is_image(evidence, image)) {
			*why = *why == NULL ? "other-image" : *why;
			continue;
		}
		if (!rig_gate_trusts(input, evidence, FALSE, &revoked)) {
			*why = revoked ? "revoked-signer" : "wrong-signer";
			continue;
		}
		const json_t *report = json_object_get(statement->predicate, "run");
		const RigGateRun run = {.evidence = evidence,
		                        .statement = statement,
		                        .report = report,
		                        .time_s = rig_time_read(statement->time),
		                        .verdict = runs_verdict(report),
		                        .interrupted =
		                            json_is_true(json_object_get(report, "interrupted"))};
		g_array_append_val(runs, run);
	}
	g_array_sort(runs, runs_compare);
	return runs;
}

static const json_t *runs_find_case(const json_t *report, const char *name)
{
	const json_t *cases = json_object_get(report, "cases");
	for (gsize i = 0; i < json_array_size(cases); i++) {
		const json_t *test = json_array_get(cases, i);
		if (g_strcmp0(rig_json_string(test, "name"), name) == 0)
			return test;
	}
	return NULL;
}

static RigGateJudged runs_no(RigRuleVerdict verdict, const char *reason, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static RigGateJudged runs_no(RigRuleVerdict verdict, const char *reason, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	RigGateJudged judged = {verdict, reason, g_strdup_vprintf(format, arguments)};
	va_end(arguments);
	return judged;
}

static RigIntegrity runs_integrity(const json_t *finding)
{
	const char *word = rig_json_string(finding, "integrity");
	RigIntegrity integrity;
	return word != NULL && rig_integrity_parse(word, &integrity) ? integrity
	                                                             : RIG_INTEGRITY_UNKNOWN;
}

/* The judged value of a case that is not as sure as is asked; NULL: all are. */
static const char *runs_unsure(const json_t *test, RigIntegrity least)
{
	const json_t *attempts = json_object_get(test, "attempts");
	const json_t *last = json_array_get(attempts, json_array_size(attempts) - 1);
	const json_t *findings = json_object_get(last, "findings");
	for (gsize i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);
		const char *limit = rig_json_string(finding, "limit");
		if (runs_integrity(finding) < least)
			return limit == NULL ? "?" : limit;
	}
	return NULL;
}

static RigGateJudged runs_judge_case(const RigPolicySuite *suite, const json_t *report,
                                     const char *name)
{
	static const RigGateJudged counts = {RIG_RULE_PASS, "", NULL};
	const json_t *test = runs_find_case(report, name);
	gboolean optional =
	    suite->optional != NULL && g_strv_contains((const char *const *)suite->optional, name);
	RigVerdict verdict = test == NULL ? RIG_VERDICT_SKIP : runs_verdict(test);
	if (verdict == RIG_VERDICT_SKIP && optional)
		return counts;
	if (test == NULL)
		return runs_no(RIG_RULE_HOLD, "not-run", "the case %s was not run", name);
	if (verdict == RIG_VERDICT_SKIP)
		return runs_no(RIG_RULE_HOLD, "skipped", "the case %s was skipped", name);
	if (json_is_true(json_object_get(test, "quarantined")))
		return runs_no(RIG_RULE_HOLD, "quarantined",
		               "the case %s is quarantined, so that nobody knows", name);
	if (verdict != RIG_VERDICT_PASS)
		return runs_no(RIG_RULE_HOLD, rig_verdict_name(verdict), "the case %s came out as %s", name,
		               rig_verdict_name(verdict));
	const RigIntegrity least[] = {[RIG_POLICY_ANY_INTEGRITY] = RIG_INTEGRITY_UNKNOWN,
	                              [RIG_POLICY_PLAUSIBLE] = RIG_INTEGRITY_PLAUSIBLE,
	                              [RIG_POLICY_CHECKED] = RIG_INTEGRITY_CHECKED};
	const char *unsure = runs_unsure(test, least[suite->integrity]);
	if (unsure != NULL)
		return runs_no(RIG_RULE_HOLD, "integrity", "%s of the case %s is not %s", unsure, name,
		               suite->integrity == RIG_POLICY_CHECKED ? "checked" : "even plausible");
	return counts;
}

/* All cases that the suite has, not those alone that were selected. */
static RigGateJudged runs_judge_cases(const RigPolicySuite *suite, const RigGateRun *run)
{
	const json_t *header = json_object_get(run->statement->predicate, "header");
	const json_t *names = json_object_get(header, "suite_cases");
	RigGateJudged judged = {RIG_RULE_PASS, "", NULL};
	if (json_array_size(names) == 0)
		return runs_no(RIG_RULE_HOLD, "too-thin", "it does not say which cases the suite has");
	for (gsize i = 0; judged.verdict == RIG_RULE_PASS && i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		judged = runs_judge_case(suite, run->report, name == NULL ? "" : name);
	}
	return judged;
}

static gboolean runs_is_version(const RigPolicySuite *suite, const RigGateRun *run)
{
	const char *sha256 = rig_json_string(run->report, "suite_sha256");
	return suite->sha256 == NULL ||
	       (sha256 != NULL && g_strv_contains((const char *const *)suite->sha256, sha256));
}

RigGateJudged rig_gate_judge_run(const RigGateInput *input, const RigPolicySuite *suite,
                                 const RigGateRun *run)
{
	const char *readback = rig_json_string(run->statement->predicate, "readback");
	gint64 age_s = input->as_of_s - run->time_s;
	if (run->verdict == RIG_VERDICT_FAIL)
		return runs_no(RIG_RULE_REFUSE, "failed", "run %s failed", run->statement->run);
	if (run->interrupted)
		return runs_no(RIG_RULE_HOLD, "aborted", "run %s was interrupted", run->statement->run);
	if (run->verdict != RIG_VERDICT_PASS)
		return runs_no(RIG_RULE_HOLD, rig_verdict_name(run->verdict), "run %s came out as %s",
		               run->statement->run, rig_verdict_name(run->verdict));
	if (run->time_s < 0 || age_s < -RUNS_SKEW_S)
		return runs_no(RIG_RULE_HOLD, "of-the-future", "run %s is of a time to come",
		               run->statement->run);
	if (age_s > suite->fresh_s)
		return runs_no(RIG_RULE_HOLD, "stale",
		               "run %s is %" G_GINT64_FORMAT " s old, of %" G_GINT64_FORMAT " s",
		               run->statement->run, age_s, suite->fresh_s);
	if (!runs_is_version(suite, run))
		return runs_no(RIG_RULE_HOLD, "other-suite", "run %s was of another version of the suite",
		               run->statement->run);
	if (input->policy->readback == RIG_POLICY_READBACK_REQUIRED &&
	    (readback == NULL || strcmp(readback, "none") == 0))
		return runs_no(RIG_RULE_HOLD, "not-read-back",
		               "run %s does not prove that the board held the image", run->statement->run);
	return runs_judge_cases(suite, run);
}
