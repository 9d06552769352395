/* SPDX-License-Identifier: Apache-2.0 */
#include "judging.h"

#include <string.h>

static void judging_free_limit(gpointer data)
{
	RigLimit *limit = data;
	g_free(limit->subject);
	g_free(limit->name);
	g_clear_pointer(&limit->max.targets, g_ptr_array_unref);
	g_clear_pointer(&limit->max.values, g_array_unref);
	g_free(limit);
}

void judged_init(Judged *judged)
{
	*judged = (Judged){0};
	judged->attempt = rig_attempt_new("digits", 1);
	judged->attempt->outcome = RIG_VERDICT_PASS;
	judged->attempt->end_us = 1000;
	judged->test.name = g_strdup("digits");
	judged->test.limits = g_ptr_array_new_with_free_func(judging_free_limit);
	judged->context.target = "board-a";
	judged->context.sources = rig_sources_new();
}

void judged_clear(Judged *judged)
{
	rig_judgement_free(judged->judgement);
	rig_attempt_free(judged->attempt);
	rig_sources_free(judged->context.sources);
	g_ptr_array_unref(judged->test.limits);
	g_free(judged->test.name);
}

RigStepRecord *judged_step(Judged *judged, const char *verb, const char *as)
{
	RigStepRecord *step = g_new0(RigStepRecord, 1);
	step->index = judged->attempt->steps->len;
	step->verb = g_strdup(verb);
	step->as = g_strdup(as);
	step->end_us = 1000;
	step->outcome = RIG_VERDICT_PASS;
	g_ptr_array_add(judged->attempt->steps, step);
	return step;
}

RigInference *judged_record(Judged *judged, gint32 label, gint64 lap_us, const double *outputs,
                            guint count)
{
	RigInference *record = g_new(RigInference, 1);
	*record = (RigInference)RIG_INFERENCE_INIT;
	record->seq = judged->attempt->inferences->len;
	record->input = record->seq;
	record->step = judged->attempt->steps->len - 1;
	record->label = label;
	record->lap_us = lap_us;
	record->outputs = g_new(double, MAX(count, 1));
	if (count > 0)
		memcpy(record->outputs, outputs, count * sizeof(double));
	record->outputs_count = count;
	record->integrity = RIG_INTEGRITY_CHECKED;
	record->lap_integrity = RIG_INTEGRITY_CHECKED;
	g_ptr_array_add(judged->attempt->inferences, record);
	return record;
}

RigInference *judged_answer(Judged *judged, gint32 label, guint answer, guint classes)
{
	g_autofree double *outputs = g_new0(double, classes);
	outputs[answer] = 1.0;
	return judged_record(judged, label, 1000, outputs, classes);
}

static RigValue *judging_value(Judged *judged, const char *name)
{
	RigValue *value = g_new0(RigValue, 1);
	value->name = g_strdup(name);
	value->integrity = RIG_INTEGRITY_PLAUSIBLE;
	g_ptr_array_add(judged->attempt->values, value);
	return value;
}

RigValue *judged_number(Judged *judged, const char *name, double number, const char *unit)
{
	RigValue *value = judging_value(judged, name);
	value->number = number;
	value->unit = g_strdup(unit);
	return value;
}

RigValue *judged_text(Judged *judged, const char *name, const char *text)
{
	RigValue *value = judging_value(judged, name);
	value->is_text = TRUE;
	value->text = g_strdup(text);
	return value;
}

RigLimit *judged_limit(Judged *judged, const char *name)
{
	RigLimit *limit = g_new0(RigLimit, 1);
	const char *point = strchr(name, '.');
	limit->name = g_strdup(name);
	limit->subject = point ? g_strndup(name, (gsize)(point - name)) : g_strdup(name);
	limit->measure.kind = RIG_MEASURE_VALUE;
	if (point)
		rig_measure_find(point + 1, &limit->measure);
	g_ptr_array_add(judged->test.limits, limit);
	return limit;
}

RigLimit *judged_min(Judged *judged, const char *name, double min)
{
	RigLimit *limit = judged_limit(judged, name);
	limit->min = (RigBound){.set = TRUE, .has_default = TRUE, .fallback = min};
	return limit;
}

RigLimit *judged_max(Judged *judged, const char *name, double max)
{
	RigLimit *limit = judged_limit(judged, name);
	limit->max = (RigBound){.set = TRUE, .has_default = TRUE, .fallback = max};
	return limit;
}

const RigFinding *judged_finding(const Judged *judged, guint i)
{
	return i < judged->judgement->findings->len ? g_ptr_array_index(judged->judgement->findings, i)
	                                            : NULL;
}

const RigFinding *judged_run(Judged *judged)
{
	rig_judgement_free(judged->judgement);
	judged->judgement = rig_judge(&judged->context, &judged->test, judged->attempt);
	return judged_finding(judged, 0);
}

guint32 judged_random(guint32 *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}
