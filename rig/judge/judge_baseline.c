/* SPDX-License-Identifier: Apache-2.0 */
/* A number beside that of an earlier run on the same unit. */
#include <math.h>
#include <string.h>

#include "judge/limits.h"
#include "judge/measures.h"

static void baseline_replace(char **text, char *taken)
{
	g_free(*text);
	*text = taken;
}

/* "at most 5.00 ms, and +3% over 3.20 ms" */
static void baseline_expect(RigFinding *finding, const RigLimit *limit, double before)
{
	g_autofree char *was = rig_measure_format(finding->unit, before);
	g_autoptr(GString) text = g_string_new(NULL);
	if (limit->min.set || limit->max.set)
		g_string_append_printf(text, "%s, and ", finding->expected);
	if (limit->baseline.min.set)
		g_string_append_printf(text, "at least %+.3g%%", 100.0 * limit->baseline.min.ratio);
	if (limit->baseline.max.set)
		g_string_append_printf(text, "%sat most %+.3g%%", limit->baseline.min.set ? ", " : "",
		                       100.0 * limit->baseline.max.ratio);
	g_string_append_printf(text, " against %s", was);
	baseline_replace(&finding->expected, g_strdup(text->str));
}

static void baseline_compare(RigFinding *finding, const RigLimit *limit, const char *run,
                             double before)
{
	const RigLimitBaseline *baseline = &limit->baseline;
	double least = before + baseline->min.ratio * fabs(before);
	double most = before + baseline->max.ratio * fabs(before);
	baseline_expect(finding, limit, before);
	if (finding->verdict != RIG_VERDICT_PASS)
		return; /* what it fails by is worse */
	if (baseline->min.set) {
		finding->min = finding->has_min ? fmax(finding->min, least) : least;
		finding->has_min = TRUE;
	}
	if (baseline->max.set) {
		finding->max = finding->has_max ? fmin(finding->max, most) : most;
		finding->has_max = TRUE;
	}
	/* Both were measured; the same instrument's accuracy is the same in both. */
	double off = finding->uncertainty * G_SQRT2;
	if ((baseline->min.set && fabs(finding->value - least) < off) ||
	    (baseline->max.set && fabs(finding->value - most) < off)) {
		g_autofree char *told = rig_measure_format(finding->unit, off);
		g_autofree char *earlier = rig_measure_format(finding->unit, before);
		rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE,
		                "is %s against %s of run %s, and the difference is known to ± %s only",
		                finding->got, earlier, run, told);
		return;
	}
	gboolean low = baseline->min.set && finding->value < least;
	gboolean high = baseline->max.set && finding->value > most;
	if (!low && !high)
		return;
	g_autofree char *was = rig_measure_format(finding->unit, before);
	g_autofree char *change =
	    before == 0.0
	        ? g_strdup("")
	        : g_strdup_printf(", %+.3g%%", 100.0 * (finding->value - before) / fabs(before));
	rig_finding_set(finding, RIG_VERDICT_FAIL,
	                "is %s%s against %s of run %s, must be at %s %+.3g%%", finding->got, change,
	                was, run, high ? "most" : "least",
	                100.0 * (high ? baseline->max.ratio : baseline->min.ratio));
}

/* Without a baseline the other bounds of the limit judge alone. */
static void baseline_none(RigFinding *finding, const RigLimit *limit)
{
	if (limit->min.set || limit->max.set)
		return;
	baseline_replace(&finding->expected, g_strdup("a baseline to compare with"));
	rig_finding_set(finding, RIG_VERDICT_SKIP,
	                "is not judged: no baseline is named (--baseline RUN)");
}

void rig_judge_baseline(RigJudging *judging)
{
	RigFinding *finding = judging->finding;
	const RigJudgeContext *context = judging->context;
	if (finding->verdict > RIG_VERDICT_PASS && finding->verdict != RIG_VERDICT_FAIL)
		return; /* unknown already */
	if (context->baseline == NULL) {
		baseline_none(finding, judging->limit);
		return;
	}
	const RigBaselineRun *run = rig_baseline_find(context->baseline, context->unit);
	g_autofree char *key =
	    g_strconcat(judging->attempt->case_name, "/", judging->limit->name, NULL);
	const RigBaselineNumber *number = run == NULL ? NULL : g_hash_table_lookup(run->numbers, key);
	gboolean comparable =
	    number != NULL && finding->has_value && g_strcmp0(number->unit, finding->unit) == 0;
	if (finding->verdict == RIG_VERDICT_FAIL && !comparable)
		return;
	if (run == NULL)
		rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE,
		                "is %s, but no run that is named as a baseline is of this unit (%s)",
		                finding->got, context->unit);
	else if (!comparable)
		rig_finding_set(finding, RIG_VERDICT_INCONCLUSIVE,
		                "is %s, but the baseline run %s has no number for it", finding->got,
		                run->run);
	else
		baseline_compare(finding, judging->limit, run->run, number->value);
}
