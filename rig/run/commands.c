/* SPDX-License-Identifier: Apache-2.0 */
#include "run/commands.h"

#include <math.h>
#include <string.h>

#define COMMAND_JUDGE_US (30 * G_USEC_PER_SEC)

char **rig_command_allowed(const RigBench *bench, const char *suite_path, char **argv,
                           GError **error)
{
	gboolean is_path = strchr(argv[0], '/') != NULL;
	g_autofree char *program = is_path ? rig_path_resolve(argv[0], suite_path) : g_strdup(argv[0]);
	if (rig_bench_allows(bench, program)) {
		char **copy = g_strdupv(argv);
		g_free(copy[0]);
		copy[0] = g_steal_pointer(&program);
		return copy;
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "the bench does not allow the suite to run %s; its owner can list it under "
	            "`host_commands:` in %s",
	            program, bench->path);
	return NULL;
}

static json_t *commands_number(double number)
{
	return isfinite(number) ? json_real(number) : json_null();
}

static json_t *commands_records(const RigAttempt *attempt, const char *as)
{
	const RigStepRecord *step = rig_attempt_step(attempt, as);
	json_t *list = json_array();
	for (guint i = 0; step != NULL && i < attempt->inferences->len; i++) {
		const RigInference *record = g_ptr_array_index(attempt->inferences, i);
		if (record->step != step->index)
			continue;
		json_t *outputs = json_array();
		for (guint32 k = 0; k < record->outputs_count; k++)
			json_array_append_new(outputs, commands_number(record->outputs[k]));
		json_array_append_new(list, json_pack("{ss? sI sI sI sI so ss}", "recording",
		                                      record->recording, "input", (json_int_t)record->input,
		                                      "label", (json_int_t)record->label, "iterations",
		                                      (json_int_t)record->iterations, "lap_us",
		                                      (json_int_t)record->lap_us, "outputs", outputs,
		                                      "integrity", rig_integrity_name(record->integrity)));
	}
	return list;
}

/* What a board said need not be UTF-8; JSON must. */
static json_t *commands_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	return json_string(valid);
}

static char *commands_input(const RigLimit *limit, const RigAttempt *attempt)
{
	json_t *values = json_object();
	for (guint i = 0; i < attempt->values->len; i++) {
		const RigValue *value = g_ptr_array_index(attempt->values, i);
		json_object_set_new(values, value->name,
		                    value->is_text ? commands_text(value->text)
		                                   : commands_number(value->number));
	}
	json_t *input = json_pack("{ss ss si so so}", "limit", limit->name, "case", attempt->case_name,
	                          "attempt", (int)attempt->number, "inferences",
	                          commands_records(attempt, limit->subject), "values", values);
	char *dumped = json_dumps(input, JSON_COMPACT);
	json_decref(input);
	char *text = g_strdup(dumped);
	free(dumped);
	return text;
}

static gboolean commands_take(const json_t *answer, const char *program, RigFinding *finding,
                              GError **error)
{
	const char *verdict = json_string_value(json_object_get(answer, "verdict"));
	if (verdict == NULL || !rig_verdict_parse(verdict, &finding->verdict) ||
	    finding->verdict == RIG_VERDICT_SKIP) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "judge %s: its answer has no `verdict` of pass, fail, inconclusive or error",
		            program);
		return FALSE;
	}
	const char *message = json_string_value(json_object_get(answer, "message"));
	if (message != NULL) {
		g_free(finding->got);
		finding->got = g_strdup(message);
		g_free(finding->message);
		finding->message = finding->verdict == RIG_VERDICT_PASS ? NULL : g_strdup(message);
	}
	const json_t *values = json_object_get(answer, "values");
	if (json_object_size(values) > 0) {
		char *dumped = json_dumps(values, JSON_COMPACT | JSON_SORT_KEYS);
		g_free(finding->detail);
		finding->detail = g_strndup(dumped, 1024);
		free(dumped);
	}
	return TRUE;
}

gboolean rig_command_judge(gpointer user, const RigLimit *limit, const RigAttempt *attempt,
                           RigFinding *finding, GError **error)
{
	const RigCommandContext *context = user;
	g_auto(GStrv) argv =
	    rig_command_allowed(context->bench, context->suite_path, limit->command, error);
	if (argv == NULL)
		return FALSE;
	g_autofree char *input = commands_input(limit, attempt);
	RigProgram program = {.argv = argv,
	                      .input = input,
	                      .clock = context->clock,
	                      .deadline_us = rig_clock_after(context->clock, COMMAND_JUDGE_US),
	                      .stop_fd = context->stop_fd};
	RigProgramResult result;
	gboolean good = rig_program_run(&program, &result, error) &&
	                commands_take(result.answer, argv[0], finding, error);
	rig_program_result_clear(&result);
	return good;
}
