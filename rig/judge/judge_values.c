/* SPDX-License-Identifier: Apache-2.0 */
/* Values that a step left in the journal, the number of records, and judges of one's own. */
#include "judge/limits.h"
#include "judge/measures.h"
#include "yaml/bind.h"
#include <math.h>

static void values_missing(RigJudging *judging)
{
	const RigLimit *limit = judging->limit;
	const RigStepRecord *step = rig_attempt_step(judging->attempt, limit->subject);

	if (step == NULL)
		rig_limit_unknown(judging->finding, "no step left a value of that name");
	else if (step->outcome != RIG_VERDICT_PASS)
		rig_limit_unknown(judging->finding, "step %s did not pass: %s", limit->subject,
		                  step->message ? step->message : "it did not end");
	else
		rig_limit_unknown(judging->finding, "step %s (%s) left no such value", limit->subject,
		                  step->verb);
}

/* The whole of `text` as a number. */
static gboolean values_number(const char *text, double *number)
{
	char *end = NULL;

	if (*text == '\0' || g_ascii_isspace(*text))
		return FALSE;
	*number = g_ascii_strtod(text, &end);
	return *end == '\0' && isfinite(*number);
}

/* `equals` with its placeholders filled from the attempt's texts and the suite's variables. Caller
 * frees; NULL: the finding says why. */
static char *values_equals(RigJudging *judging)
{
	g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
	const GPtrArray *values = judging->attempt->values;
	g_autofree char *unknown = NULL;
	GHashTableIter iter;
	gpointer key, text;

	if (judging->context->variables) {
		g_hash_table_iter_init(&iter, judging->context->variables);
		while (g_hash_table_iter_next(&iter, &key, &text))
			g_hash_table_insert(names, key, text);
	}
	for (guint i = 0; i < values->len; i++) {
		RigValue *value = g_ptr_array_index(values, i);
		if (value->is_text && value->text)
			g_hash_table_insert(names, value->name, value->text);
	}
	char *equals = rig_text_expand(judging->limit->equals, names, FALSE, &unknown);
	if (equals == NULL)
		rig_limit_unknown(judging->finding, "there is no ${%s} to compare with", unknown);
	return equals;
}

static void values_judge_text(RigJudging *judging, const char *text)
{
	const RigLimit *limit = judging->limit;
	RigFinding *finding = judging->finding;
	g_autofree char *equals = NULL;
	double number = 0.0;

	if (limit->min.set || limit->max.set) {
		/* A capture is text on the wire; one that reads as a number may be bounded like one. */
		if (limit->measure.row || !values_number(text, &number)) {
			g_autofree char *quoted = rig_limit_quote(text);
			rig_limit_unknown(finding, "it is the text %s, and min and max need a number", quoted);
			return;
		}
		rig_limit_number(finding, number, NULL);
		if (finding->verdict != RIG_VERDICT_PASS || !(limit->equals || limit->matches))
			return;
	}
	if (limit->equals && (equals = values_equals(judging)) == NULL)
		return;
	rig_limit_text(finding, limit, equals, text);
}

static void values_judge_number(RigJudging *judging, const RigValue *value)
{
	const RigLimit *limit = judging->limit;

	if ((limit->equals || limit->matches) && !isnan(value->number)) {
		g_autofree char *text = rig_measure_format(judging->finding->unit, value->number);
		rig_limit_unknown(judging->finding,
		                  "it is the number %s, and equals and matches need a text", text);
		return;
	}
	rig_limit_number(judging->finding, value->number, NULL);
}

void rig_judge_value(RigJudging *judging)
{
	const RigLimit *limit = judging->limit;
	const RigValue *value = rig_attempt_value(judging->attempt, limit->name);
	RigFinding *finding = judging->finding;

	if (value == NULL) {
		values_missing(judging);
		return;
	}
	finding->integrity = value->integrity;
	if (finding->unit == NULL && !value->is_text && value->unit)
		rig_limit_begin(finding, limit, judging->context->target, value->unit);
	if (!value->is_text) {
		values_judge_number(judging, value);
		rig_limit_uncertain(finding, value->uncertainty, value->gain);
	} else if (value->text)
		values_judge_text(judging, value->text);
	else
		rig_limit_unknown(finding, "the board does not say it");
}

void rig_judge_inferences(RigJudging *judging)
{
	judging->finding->integrity =
	    rig_records_integrity(judging->records.list, judging->limit->integrity, &judging->below);
	rig_limit_number(judging->finding, judging->records.list->len, NULL);
}

void rig_judge_command(RigJudging *judging)
{
	const RigJudgeContext *context = judging->context;
	RigFinding *finding = judging->finding;
	g_autoptr(GError) error = NULL;

	if (context->command == NULL) {
		rig_limit_unknown(finding, "programs are not run here");
		return;
	}
	rig_records_select(&judging->records, judging->attempt, judging->limit->subject);
	guint total = judging->records.list->len;
	finding->integrity =
	    rig_records_integrity(judging->records.list, judging->limit->integrity, &judging->below);
	rig_records_clear(&judging->records);
	finding->verdict = RIG_VERDICT_PASS;
	if (!context->command(context->user, judging->limit, judging->attempt, finding, &error)) {
		g_free(finding->got);
		finding->got = g_strdup("unknown (the judge did not answer)");
		rig_finding_set(finding, RIG_VERDICT_ERROR, "cannot be judged: %s",
		                error ? error->message : "the judge gave no reason");
	} else if (finding->verdict != RIG_VERDICT_PASS && finding->message == NULL) {
		rig_finding_set(finding, finding->verdict, "is %s by %s",
		                rig_verdict_name(finding->verdict), judging->limit->command[0]);
	}
	rig_limit_integrity(finding, judging->limit, judging->below, total);
}
