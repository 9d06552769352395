/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on values: the candidate beside the channel's head, unit by unit, since two specimens
 * differ by more than two builds. The head's middle value is the reference; where the candidate's
 * runs stand on both sides of the bound, nobody knows.
 */
#include <math.h>
#include <string.h>

#include "release/gate_parts.h"

#define LIMITS_RUNS_MAX 64u

typedef struct {
	RigGate *gate;
	const RigPolicyLimit *limit;
	const char *target;
	char *name; /* of the rule */
} Limits;

/* The value of the last attempt; NaN: it is not known. */
static double limits_value(const json_t *report, const char *value)
{
	const char *slash = strchr(value, '/');
	const json_t *cases = json_object_get(report, "cases");
	for (gsize i = 0; slash != NULL && i < json_array_size(cases); i++) {
		const json_t *test = json_array_get(cases, i);
		const char *name = rig_json_string(test, "name");
		if (name == NULL || strlen(name) != (gsize)(slash - value) ||
		    strncmp(name, value, (gsize)(slash - value)) != 0)
			continue;
		const json_t *attempts = json_object_get(test, "attempts");
		const json_t *last = json_array_get(attempts, json_array_size(attempts) - 1);
		const json_t *findings = json_object_get(last, "findings");
		for (gsize k = 0; k < json_array_size(findings); k++) {
			const json_t *finding = json_array_get(findings, k);
			const json_t *number = json_object_get(finding, "value");
			if (g_strcmp0(rig_json_string(finding, "limit"), slash + 1) == 0)
				return json_is_number(number) ? json_number_value(number) : NAN;
		}
	}
	return NAN;
}

/* Values of a unit's runs that passed, the newest first; at most `most`. */
static guint limits_gather(const Limits *limits, const GArray *runs, const char *unit, guint most,
                           double *values)
{
	guint count = 0;
	for (guint i = runs->len; i > 0 && count < most; i--) {
		const RigGateRun *run = &g_array_index(runs, RigGateRun, i - 1);
		if (run->verdict == RIG_VERDICT_PASS && g_strcmp0(run->statement->unit, unit) == 0)
			values[count++] = limits_value(run->report, limits->limit->value);
	}
	return count;
}

static int limits_compare(const void *a, const void *b)
{
	const double one = *(const double *)a, other = *(const double *)b;
	return (one > other) - (one < other);
}

static double limits_middle(double *values, guint count)
{
	for (guint i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return NAN;
	if (count == 0)
		return NAN;
	qsort(values, count, sizeof *values, limits_compare);
	return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* A number as a text, the same everywhere. */
static const char *limits_text(double number, char *buffer)
{
	return g_ascii_formatd(buffer, G_ASCII_DTOSTR_BUF_SIZE, "%.6g", number);
}

/* One bound: 1 beyond, 0 within, and counts those that are. */
static guint limits_beyond(const Limits *limits, const double *values, guint count, double head)
{
	double share;
	guint beyond = 0;
	for (guint i = 0; i < count; i++) {
		gboolean over = limits->limit->max != NULL &&
		                rig_policy_share(limits->limit->max, &share) &&
		                values[i] > head + share * fabs(head);
		gboolean under = limits->limit->min != NULL &&
		                 rig_policy_share(limits->limit->min, &share) &&
		                 values[i] < head + share * fabs(head);
		beyond += over || under;
	}
	return beyond;
}

static void limits_judge_unit(const Limits *limits, const char *unit, double *own, guint count,
                              double head)
{
	char mine[G_ASCII_DTOSTR_BUF_SIZE], theirs[G_ASCII_DTOSTR_BUF_SIZE];
	double middle = limits_middle(own, count);
	if (!isfinite(middle) || !isfinite(head)) {
		rig_gate_tell(limits->gate, RIG_RULE_HOLD, "unknown-value", limits->name,
		              "unit %s: a value of %s is not known", unit,
		              isfinite(middle) ? "the head" : "the candidate");
		return;
	}
	guint beyond = limits_beyond(limits, own, count, head);
	RigRuleVerdict verdict = beyond == 0       ? RIG_RULE_PASS
	                         : beyond == count ? RIG_RULE_REFUSE
	                                           : RIG_RULE_HOLD;
	const char *reason = beyond == 0 ? "" : beyond == count ? "worse-than-head" : "inconclusive";
	rig_gate_tell(limits->gate, verdict, reason, limits->name,
	              "unit %s: %s, the head had %s; %s%s%s is allowed; %u of %u runs are beyond", unit,
	              limits_text(middle, mine), limits_text(head, theirs),
	              limits->limit->min == NULL ? "" : limits->limit->min,
	              limits->limit->min != NULL && limits->limit->max != NULL ? " to " : "",
	              limits->limit->max == NULL ? "" : limits->limit->max, beyond, count);
}

static gboolean limits_seen(const GArray *runs, guint i)
{
	const char *unit = g_array_index(runs, RigGateRun, i).statement->unit;
	for (guint k = 0; k < i; k++)
		if (g_strcmp0(g_array_index(runs, RigGateRun, k).statement->unit, unit) == 0)
			return TRUE;
	return unit == NULL;
}

static guint limits_judge_units(const Limits *limits, const GArray *own, const GArray *head,
                                guint passes)
{
	double mine[LIMITS_RUNS_MAX], theirs[LIMITS_RUNS_MAX];
	guint shared = 0;
	for (guint i = 0; i < own->len; i++) {
		const char *unit = g_array_index(own, RigGateRun, i).statement->unit;
		if (limits_seen(own, i))
			continue;
		guint count = limits_gather(limits, own, unit, MIN(passes, LIMITS_RUNS_MAX), mine);
		guint before = limits_gather(limits, head, unit, LIMITS_RUNS_MAX, theirs);
		if (count == 0 || before == 0)
			continue;
		shared++;
		limits_judge_unit(limits, unit, mine, count, limits_middle(theirs, before));
	}
	return shared;
}

static void limits_judge(const Limits *limits, guint passes)
{
	const RigGateInput *input = limits->gate->input;
	const RigGateImage *own = rig_gate_image(input->candidate->images, limits->target);
	const RigGateImage *head = rig_gate_image(input->facts->head_images, limits->target);
	const char *why;
	if (own == NULL)
		return; /* the suite's rule told */
	if (head == NULL || strcmp(head->sha256, own->sha256) == 0) {
		rig_gate_tell(limits->gate, RIG_RULE_PASS, "", limits->name, "%s",
		              head == NULL ? "the channel has no head for this target to compare with"
		                           : "it is the head's image");
		return;
	}
	g_autoptr(GArray) mine = rig_gate_runs(input, limits->limit->suite, limits->target, own, &why);
	g_autoptr(GArray) theirs =
	    rig_gate_runs(input, limits->limit->suite, limits->target, head, &why);
	if (limits_judge_units(limits, mine, theirs, passes) == 0)
		rig_gate_tell(limits->gate, RIG_RULE_HOLD, "no-baseline", limits->name,
		              "no unit has passed with both this image and the head's: run the suite on "
		              "a unit that tested the head");
}

void rig_gate_limit_rules(RigGate *gate)
{
	const RigPolicy *policy = gate->input->policy;
	for (guint i = 0; i < policy->limits->len; i++) {
		const RigPolicyLimit *limit = policy->limits->pdata[i];
		guint told = gate->rules->len;
		for (guint k = 0; k < policy->suites->len; k++) {
			const RigPolicySuite *suite = policy->suites->pdata[k];
			for (guint t = 0; strcmp(suite->suite, limit->suite) == 0 && t < suite->targets->len;
			     t++) {
				const RigPolicyTarget *target = suite->targets->pdata[t];
				g_autofree char *name =
				    g_strdup_printf("limits.%s.%s.%s", limit->suite, target->target, limit->value);
				const Limits limits = {gate, limit, target->target, name};
				limits_judge(&limits, (guint)suite->passes);
			}
		}
		if (gate->rules->len == told)
			rig_gate_tell(gate, RIG_RULE_HOLD, "missing", "limits",
			              "%s is no suite that the policy asks for", limit->suite);
	}
}
