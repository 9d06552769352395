/* SPDX-License-Identifier: Apache-2.0 */
/* outputs: limits against a golden file. */
#include "judge/confusion.h"
#include "judge/golden.h"
#include "judge/limits.h"
#include "judge/measures.h"
#include <math.h>

#define OUTPUTS_SHOWN 5u

static RigGolden *outputs_read(RigJudging *judging, GError **error)
{
	const char *path = judging->limit->golden;
	const RigSource *source =
	    judging->context->sources ? rig_sources_read(judging->context->sources, path, error) : NULL;

	if (source == NULL)
		return NULL;
	return rig_golden_parse(path, g_bytes_get_data(source->bytes, NULL),
	                        g_bytes_get_size(source->bytes), error);
}

static void outputs_describe(GString *text, const RigGoldenDifference *difference)
{
	char wanted[G_ASCII_DTOSTR_BUF_SIZE], got[G_ASCII_DTOSTR_BUF_SIZE];

	g_string_append_printf(text, "input %u", difference->input);
	if (difference->outputs != difference->wanted_outputs) {
		g_string_append_printf(text, ": %u outputs, golden has %u", difference->outputs,
		                       difference->wanted_outputs);
		return;
	}
	g_string_append_printf(text, ", output %u: %s, golden is %s", difference->output,
	                       rig_golden_number(got, difference->got),
	                       rig_golden_number(wanted, difference->wanted));
}

/* Caller frees; NULL: nothing to tell. */
static char *outputs_detail(const RigGoldenResult *result, guint golden_count)
{
	g_autoptr(GString) text = g_string_new(NULL);
	guint shown = MIN(result->differences->len, OUTPUTS_SHOWN);

	for (guint i = 0; i < shown; i++) {
		outputs_describe(text, &g_array_index(result->differences, RigGoldenDifference, i));
		g_string_append_c(text, '\n');
	}
	if (shown < result->differences->len)
		g_string_append_printf(text, "and %u more records\n", result->differences->len - shown);
	if (result->inputs < golden_count)
		g_string_append_printf(text, "%u of %u golden inputs were not run\n",
		                       golden_count - result->inputs, golden_count);
	if (result->unknown > 0)
		g_string_append_printf(text, "%u records have no golden line; the first is input %u\n",
		                       result->unknown, result->unknown_input);
	return text->len == 0 ? NULL : g_string_free(g_steal_pointer(&text), FALSE);
}

static void outputs_decide(RigJudging *judging, const RigGoldenResult *result)
{
	RigFinding *finding = judging->finding;

	if (result->differences->len > 0) {
		g_autoptr(GString) worst = g_string_new(NULL);
		outputs_describe(worst, &g_array_index(result->differences, RigGoldenDifference, 0));
		g_free(finding->got);
		finding->got = g_strdup_printf("%u of %u differ; %s", result->differences->len,
		                               result->compared, worst->str);
		rig_finding_set(finding, RIG_VERDICT_FAIL, "must be %s: %s", finding->expected,
		                finding->got);
		return;
	}
	if (result->unknown > 0) {
		rig_limit_unknown(finding,
		                  "%u of %u records have no golden line (first: input %u); "
		                  "--update-golden adds them",
		                  result->unknown, judging->records.list->len, result->unknown_input);
		return;
	}
	g_autofree char *worst = rig_measure_format("value", result->worst);
	g_free(finding->got);
	finding->got = result->worst > 0.0
	                   ? g_strdup_printf("at most %s off (%u records)", worst, result->compared)
	                   : g_strdup_printf("equal (%u records)", result->compared);
	finding->verdict = RIG_VERDICT_PASS;
}

void rig_judge_outputs(RigJudging *judging)
{
	RigFinding *finding = judging->finding;
	g_autoptr(GError) error = NULL;
	g_auto(RigGoldenResult) result = {0};

	finding->integrity =
	    rig_records_integrity(judging->records.list, judging->limit->integrity, &judging->below);
	if (judging->limit->golden == NULL) {
		rig_limit_unknown(finding, "the limit names no golden file");
		return;
	}
	g_autoptr(RigGolden) golden = outputs_read(judging, &error);
	if (golden == NULL) {
		finding->got = g_strdup("unknown (no golden outputs)");
		rig_finding_set(finding, RIG_VERDICT_ERROR, "cannot be judged: %s",
		                error ? error->message : "no golden files can be read here");
		return;
	}
	rig_golden_compare(&result, golden, judging->records.list, judging->limit->tolerance);
	finding->detail = outputs_detail(&result, rig_golden_count(golden));
	if (result.compared > 0 && isfinite(result.worst)) {
		finding->has_value = TRUE;
		finding->value = result.worst;
		finding->has_max = TRUE;
		finding->max = judging->limit->tolerance;
	}
	outputs_decide(judging, &result);
}
