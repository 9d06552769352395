/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/attempt.h"

static void attempt_free_step(gpointer data)
{
	RigStepRecord *step = data;
	g_free(step->verb);
	g_free(step->as);
	g_free(step->message);
	g_free(step->expected);
	g_free(step->got);
	g_free(step);
}

static void attempt_free_inference(gpointer data)
{
	RigInference *record = data;
	g_free(record->outputs);
	g_free(record);
}

static void attempt_free_value(gpointer data)
{
	RigValue *value = data;
	g_free(value->name);
	g_free(value->text);
	g_free(value->unit);
	g_free(value);
}

RigAttempt *rig_attempt_new(const char *case_name, guint number)
{
	RigAttempt *attempt = g_new0(RigAttempt, 1);
	attempt->case_name = g_strdup(case_name);
	attempt->number = number;
	attempt->outcome = RIG_VERDICT_ERROR; /* until it is known to have ended well */
	attempt->steps = g_ptr_array_new_with_free_func(attempt_free_step);
	attempt->inferences = g_ptr_array_new_with_free_func(attempt_free_inference);
	attempt->values = g_ptr_array_new_with_free_func(attempt_free_value);
	attempt->notes = g_ptr_array_new_with_free_func(g_free);
	attempt->texts = g_string_chunk_new(64);
	return attempt;
}

void rig_attempt_free(RigAttempt *attempt)
{
	if (attempt == NULL)
		return;
	g_free(attempt->case_name);
	g_free(attempt->message);
	g_ptr_array_unref(attempt->steps);
	g_ptr_array_unref(attempt->inferences);
	g_ptr_array_unref(attempt->values);
	g_ptr_array_unref(attempt->notes);
	g_string_chunk_free(attempt->texts);
	g_free(attempt);
}

const RigValue *rig_attempt_value(const RigAttempt *attempt, const char *name)
{
	for (guint i = attempt->values->len; i > 0; i--) {
		const RigValue *value = g_ptr_array_index(attempt->values, i - 1);
		if (g_strcmp0(value->name, name) == 0)
			return value;
	}
	return NULL;
}

const RigStepRecord *rig_attempt_step(const RigAttempt *attempt, const char *as)
{
	for (guint i = 0; i < attempt->steps->len; i++) {
		const RigStepRecord *step = g_ptr_array_index(attempt->steps, i);
		if (step->as != NULL && g_strcmp0(step->as, as) == 0)
			return step;
	}
	return NULL;
}
