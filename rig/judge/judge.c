/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/judge.h"

#include "judge/limits.h"
#include "judge/measures.h"

const RigMeasureJudge rig_measure_judges[] = {
    [RIG_MEASURE_VALUE] = {FALSE, rig_judge_value},
    [RIG_MEASURE_TOP] = {TRUE, rig_judge_top},
    [RIG_MEASURE_RECALL] = {TRUE, rig_judge_recall},
    [RIG_MEASURE_RECALL_CLASS] = {TRUE, rig_judge_recall_class},
    [RIG_MEASURE_AUC] = {TRUE, rig_judge_auc},
    [RIG_MEASURE_OUTPUTS] = {TRUE, rig_judge_outputs},
    [RIG_MEASURE_LATENCY_PERCENTILE] = {TRUE, rig_judge_latency},
    [RIG_MEASURE_LATENCY_AVG] = {TRUE, rig_judge_latency},
    [RIG_MEASURE_LATENCY_MIN] = {TRUE, rig_judge_latency},
    [RIG_MEASURE_LATENCY_MAX] = {TRUE, rig_judge_latency},
    [RIG_MEASURE_LATENCY_JITTER] = {TRUE, rig_judge_latency},
    [RIG_MEASURE_ENERGY_PERCENTILE] = {TRUE, rig_judge_energy},
    [RIG_MEASURE_ENERGY_AVG] = {TRUE, rig_judge_energy},
    [RIG_MEASURE_BATTERY_LIFE] = {TRUE, rig_judge_battery_life},
    [RIG_MEASURE_INFERENCES] = {TRUE, rig_judge_inferences},
    [RIG_MEASURE_COMMAND] = {FALSE, rig_judge_command},
};

void rig_finding_free(RigFinding *finding)
{
	if (finding == NULL)
		return;
	g_free(finding->limit);
	g_free(finding->expected);
	g_free(finding->got);
	g_free(finding->message);
	g_free(finding->unit);
	g_free(finding->detail);
	g_free(finding);
}

static void judge_free_finding(gpointer data)
{
	rig_finding_free(data);
}

void rig_judgement_free(RigJudgement *judgement)
{
	if (judgement == NULL)
		return;
	g_free(judgement->case_name);
	g_free(judgement->message);
	g_ptr_array_unref(judgement->findings);
	g_free(judgement);
}

static const char *judge_why(const RigStepRecord *step)
{
	return step->message ? step->message : "it did not end";
}

/* Records of the limit's step. FALSE: none; the finding says why. */
static gboolean judge_select(RigJudging *judging)
{
	const char *subject = judging->limit->subject;

	rig_records_select(&judging->records, judging->attempt, subject);
	if (judging->records.list->len > 0)
		return TRUE;
	if (!judging->records.ran)
		rig_limit_unknown(judging->finding, "no records: step %s did not run", subject);
	else if (judging->records.unpassed)
		rig_limit_unknown(judging->finding, "no records: step %s did not pass: %s", subject,
		                  judge_why(judging->records.unpassed));
	else
		rig_limit_unknown(judging->finding, "no records: step %s gave none", subject);
	return FALSE;
}

/* What came before the step broke off is no proof that all of it would have been good. */
static void judge_incomplete(RigJudging *judging)
{
	const RigStepRecord *step = judging->records.unpassed;

	if (step == NULL || judging->finding->verdict != RIG_VERDICT_PASS)
		return;
	rig_finding_set(judging->finding, RIG_VERDICT_INCONCLUSIVE,
	                "is %s, but step %s did not pass: %s",
	                judging->finding->got ? judging->finding->got : "known in part",
	                judging->limit->subject, judge_why(step));
}

static void judge_records(RigJudging *judging, const RigMeasureJudge *measure)
{
	if (judge_select(judging)) {
		measure->judge(judging);
		rig_limit_integrity(judging->finding, judging->limit, judging->below,
		                    judging->records.list->len);
		judge_incomplete(judging);
	}
	rig_records_clear(&judging->records);
}

static gboolean judge_asks_nothing(const RigLimit *limit)
{
	return !limit->min.set && !limit->max.set && !limit->equals && !limit->matches &&
	       !limit->golden && !limit->command && !limit->has_integrity &&
	       !rig_limit_has_baseline(limit);
}

static RigFinding *judge_limit(const RigJudgeContext *context, const RigAttempt *attempt,
                               const RigLimit *limit)
{
	RigFinding *finding = g_new0(RigFinding, 1);
	RigJudging judging = {
	    .context = context, .attempt = attempt, .limit = limit, .finding = finding};
	const RigMeasureRow *row = limit->measure.row;
	RigMeasureKind kind = limit->command ? RIG_MEASURE_COMMAND : limit->measure.kind;
	const RigMeasureJudge *measure = &rig_measure_judges[kind];

	finding->limit = g_strdup(limit->name);
	finding->verdict = RIG_VERDICT_INCONCLUSIVE;
	rig_limit_begin(finding, limit, context->target, row ? row->unit : NULL);
	if (attempt->outcome == RIG_VERDICT_SKIP) {
		finding->got = g_strdup("not run");
		finding->verdict = RIG_VERDICT_SKIP;
	} else if (rig_limit_is_elsewhere(finding, limit)) {
		return finding;
	} else if (judge_asks_nothing(limit)) {
		rig_limit_unknown(finding, "the limit asks for nothing");
	} else if (measure->needs_records) {
		judge_records(&judging, measure);
	} else {
		measure->judge(&judging);
		if (kind == RIG_MEASURE_VALUE)
			rig_limit_integrity(finding, limit, 0, 0);
	}
	if (rig_limit_has_baseline(limit) && finding->verdict != RIG_VERDICT_SKIP)
		rig_judge_baseline(&judging);
	return finding;
}

/* The first of the heaviest findings; NULL: all passed or were skipped. */
static const RigFinding *judge_worst(const GPtrArray *findings, guint *others)
{
	const RigFinding *worst = NULL;

	*others = 0;
	for (guint i = 0; i < findings->len; i++) {
		const RigFinding *finding = g_ptr_array_index(findings, i);
		if (finding->verdict <= RIG_VERDICT_PASS)
			continue;
		if (worst == NULL || finding->verdict > worst->verdict) {
			worst = finding;
			*others = 0;
		} else if (finding->verdict == worst->verdict) {
			(*others)++;
		}
	}
	return worst;
}

/* What the steps say goes first: a limit without records is but the echo of it. */
static void judge_conclude(RigJudgement *judgement, const RigAttempt *attempt)
{
	guint others;
	const RigFinding *worst = judge_worst(judgement->findings, &others);
	const char *told = attempt->message ? attempt->message : "the attempt did not pass";

	judgement->verdict = attempt->outcome;
	if (worst && worst->verdict > attempt->outcome) {
		g_autoptr(GString) text = g_string_new(worst->message ? worst->message : worst->limit);
		judgement->verdict = worst->verdict;
		if (others > 0)
			g_string_append_printf(text, " (and %u more limit%s)", others, others > 1 ? "s" : "");
		if (attempt->outcome > RIG_VERDICT_PASS)
			g_string_append_printf(text, "; before that: %s", told);
		judgement->message = g_string_free(g_steal_pointer(&text), FALSE);
	} else if (attempt->outcome != RIG_VERDICT_PASS) {
		judgement->message = g_strdup(told);
	}
}

RigJudgement *rig_judgement_new(const char *case_name, guint attempt)
{
	RigJudgement *judgement = g_new0(RigJudgement, 1);
	judgement->case_name = g_strdup(case_name);
	judgement->attempt = attempt;
	judgement->verdict = RIG_VERDICT_PASS;
	judgement->findings = g_ptr_array_new_with_free_func(judge_free_finding);
	return judgement;
}

RigJudgement *rig_judge(const RigJudgeContext *context, const RigCase *test,
                        const RigAttempt *attempt)
{
	RigJudgement *judgement = rig_judgement_new(test->name, attempt->number);

	for (guint i = 0; test->limits && i < test->limits->len; i++)
		g_ptr_array_add(judgement->findings,
		                judge_limit(context, attempt, g_ptr_array_index(test->limits, i)));
	judge_conclude(judgement, attempt);
	return judgement;
}
