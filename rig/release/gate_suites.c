/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules on suites: on each target so many units, and of each unit so many of its last runs. A run
 * that did not pass is not tried away: failures of the image count against the flakes allowed,
 * wherever they stand.
 */
#include <string.h>

#include "release/gate_parts.h"

/* What one rule is about. */
typedef struct {
	RigGate *gate;
	const RigPolicySuite *suite;
	const RigPolicyTarget *target;
	const GArray *runs; /* RigGateRun, oldest first */
} Suites;

static char *suites_name(const Suites *suites, const char *what)
{
	return g_strdup_printf("suites.%s.%s.%s", suites->suite->suite, suites->target->target, what);
}

static const RigGateRun *suites_run(const Suites *suites, guint i)
{
	return &g_array_index(suites->runs, RigGateRun, i);
}

/* How a unit stands by its last runs; the worst of them. Message is owned. */
static RigGateJudged suites_judge_unit(const Suites *suites, const char *unit)
{
	RigGateJudged worst = {RIG_RULE_PASS, "", NULL};
	guint looked = 0, wanted = (guint)suites->suite->passes;
	for (guint i = suites->runs->len; i > 0 && looked < wanted; i--) {
		const RigGateRun *run = suites_run(suites, i - 1);
		if (g_strcmp0(run->statement->unit, unit) != 0)
			continue;
		looked++;
		RigGateJudged judged = rig_gate_judge_run(suites->gate->input, suites->suite, run);
		if (judged.verdict > worst.verdict) {
			g_free(worst.message);
			worst = judged;
		} else {
			g_free(judged.message);
		}
	}
	if (worst.verdict == RIG_RULE_PASS && looked < wanted)
		worst = (RigGateJudged){RIG_RULE_HOLD, "too-few-passes",
		                        g_strdup_printf("%u of %u runs", looked, wanted)};
	return worst;
}

/* Serial numbers of units that have runs, in order of their first. */
static GPtrArray *suites_units(const Suites *suites)
{
	GPtrArray *units = g_ptr_array_new();
	for (guint i = 0; i < suites->runs->len; i++) {
		const char *unit = suites_run(suites, i)->statement->unit;
		if (unit != NULL && !g_ptr_array_find_with_equal_func(units, unit, g_str_equal, NULL))
			g_ptr_array_add(units, (gpointer)(guintptr)unit);
	}
	return units;
}

static void suites_tell_units(const Suites *suites, guint good, const RigGateJudged *nearest,
                              const char *unit)
{
	g_autofree char *name = suites_name(suites, "passes");
	guint wanted = (guint)suites->target->units;
	if (good >= wanted)
		rig_gate_tell(suites->gate, RIG_RULE_PASS, "", name, "%u of %u unit%s satisfy", good,
		              wanted, wanted == 1 ? "" : "s");
	else if (nearest->message == NULL)
		rig_gate_tell(suites->gate, RIG_RULE_HOLD, "units", name,
		              "%u of %u units satisfy: run the suite on another unit", good, wanted);
	else
		rig_gate_tell(suites->gate, nearest->verdict, nearest->reason, name,
		              "%u of %u unit%s satisfy; unit %s: %s", good, wanted, wanted == 1 ? "" : "s",
		              unit, nearest->message);
}

/* The unit that is furthest from satisfying is told; a failure before all. */
static void suites_rule_units(const Suites *suites)
{
	g_autoptr(GPtrArray) units = suites_units(suites);
	RigGateJudged told = {RIG_RULE_PASS, "", NULL};
	const char *of = "";
	guint good = 0;
	for (guint i = 0; i < units->len; i++) {
		RigGateJudged judged = suites_judge_unit(suites, units->pdata[i]);
		if (judged.verdict == RIG_RULE_PASS)
			good++;
		if (judged.verdict > told.verdict) {
			g_free(told.message);
			told = judged;
			of = units->pdata[i];
		} else {
			g_free(judged.message);
		}
	}
	if (units->len == 0)
		told = (RigGateJudged){RIG_RULE_HOLD, "unit-unknown",
		                       g_strdup("the bench file gives it no `unit: {serial: …}`")};
	suites_tell_units(suites, good, &told, of);
	g_free(told.message);
}

static guint suites_flaky_cases(const RigGateRun *run)
{
	const json_t *cases = json_object_get(run->report, "cases");
	guint count = 0;
	for (gsize i = 0; i < json_array_size(cases); i++)
		count += json_is_true(json_object_get(json_array_get(cases, i), "flaky"));
	return count;
}

static void suites_rule_flakes(const Suites *suites)
{
	g_autofree char *name = suites_name(suites, "flakes");
	guint failed = 0, flaky = 0, allowed = (guint)suites->suite->flakes;
	for (guint i = 0; i < suites->runs->len; i++) {
		failed += suites_run(suites, i)->verdict == RIG_VERDICT_FAIL;
		flaky += suites_flaky_cases(suites_run(suites, i));
	}
	if (failed + flaky <= allowed)
		rig_gate_tell(suites->gate, RIG_RULE_PASS, "", name, "%u of %u allowed", failed + flaky,
		              allowed);
	else
		rig_gate_tell(suites->gate, failed > 0 ? RIG_RULE_REFUSE : RIG_RULE_HOLD,
		              failed > 0 ? "failed" : "flaky", name,
		              "of %u runs with this image %u failed, and %u cases passed only on a retry; "
		              "%u in all are allowed",
		              suites->runs->len, failed, flaky, allowed);
}

static void suites_rule_attempts(const Suites *suites)
{
	g_autofree char *name = suites_name(suites, "attempts");
	if (suites->suite->attempts < 0)
		return;
	g_autoptr(GPtrArray) units = suites_units(suites);
	for (guint k = 0; k < units->len; k++) {
		guint runs = 0;
		for (guint i = 0; i < suites->runs->len; i++)
			runs += g_strcmp0(suites_run(suites, i)->statement->unit, units->pdata[k]) == 0;
		if (runs > suites->suite->attempts) {
			rig_gate_tell(suites->gate, RIG_RULE_HOLD, "too-many-attempts", name,
			              "unit %s had %u runs of %u", (const char *)units->pdata[k], runs,
			              (guint)suites->suite->attempts);
			return;
		}
	}
	rig_gate_tell(suites->gate, RIG_RULE_PASS, "", name, "not more than %u runs of a unit",
	              (guint)suites->suite->attempts);
}

static void suites_tell_none(const Suites *suites, const char *why)
{
	static const struct {
		const char *reason, *words;
	} rows[] = {
	    {"other-image", "what there is was of another image, or other bytes were loaded"},
	    {"wrong-signer", "what there is was signed by a key that the policy does not name"},
	    {"revoked-signer", "what there is was signed by a key that is revoked"},
	};
	g_autofree char *name = suites_name(suites, "passes");
	for (guint i = 0; why != NULL && i < G_N_ELEMENTS(rows); i++)
		if (strcmp(rows[i].reason, why) == 0) {
			rig_gate_tell(suites->gate, RIG_RULE_HOLD, rows[i].reason, name, "no run counts: %s",
			              rows[i].words);
			return;
		}
	rig_gate_tell(suites->gate, RIG_RULE_HOLD, "missing", name,
	              "no run of %s on %s with this image: `tinyrig run`", suites->suite->suite,
	              suites->target->target);
}

static void suites_judge(RigGate *gate, const RigPolicySuite *suite, const RigPolicyTarget *target)
{
	const RigGateImage *image = rig_gate_image(gate->input->candidate->images, target->target);
	Suites suites = {.gate = gate, .suite = suite, .target = target};
	const char *why = NULL;
	g_autofree char *name = suites_name(&suites, "passes");
	if (image == NULL) {
		rig_gate_tell(gate, RIG_RULE_HOLD, "no-image", name, "the candidate has no image for %s",
		              target->target);
		return;
	}
	g_autoptr(GArray) runs = rig_gate_runs(gate->input, suite->suite, target->target, image, &why);
	suites.runs = runs;
	if (runs->len == 0) {
		suites_tell_none(&suites, why);
		return;
	}
	suites_rule_units(&suites);
	suites_rule_flakes(&suites);
	suites_rule_attempts(&suites);
}

void rig_gate_suite_rules(RigGate *gate)
{
	const GPtrArray *list = gate->input->policy->suites;
	for (guint i = 0; i < list->len; i++) {
		const RigPolicySuite *suite = list->pdata[i];
		for (guint k = 0; k < suite->targets->len; k++)
			suites_judge(gate, suite, suite->targets->pdata[k]);
	}
	if (list->len == 0)
		rig_gate_tell(gate, RIG_RULE_HOLD, "missing", "suites", "the policy asks for no suite");
}
