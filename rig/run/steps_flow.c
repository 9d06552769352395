/* SPDX-License-Identifier: Apache-2.0 */
/* wait, set, run: steps that do not speak with the board. */
#include <math.h>
#include <string.h>

#include "run/commands.h"
#include "run/steps.h"
#include "yaml/bind.h"

gboolean rig_step_wait(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error)
{
	const RigStepWait *options = step->options;
	gint64 until_us = rig_clock_after(station->clock, options->span_us);
	return rig_station_wait(station, MIN(until_us, deadline_us), error);
}

gboolean rig_step_set(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error)
{
	(void)deadline_us;
	const RigStepSet *options = step->options;
	for (guint i = 0; i < options->names->len; i++) {
		const char *name = g_ptr_array_index(options->names, i);
		const char *value = g_ptr_array_index(options->values, i);
		g_autofree char *unknown = NULL;
		char *filled = rig_text_expand(value, station->variables, FALSE, &unknown);
		if (filled == NULL) {
			g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "set %s: there is no ${%s}", name,
			            unknown);
			return FALSE;
		}
		rig_station_text(station, NULL, name, filled, RIG_INTEGRITY_CHECKED);
		g_hash_table_insert(station->variables, g_strdup(name), filled);
	}
	return TRUE;
}

/* {"values": {"name": 1.5, …}, "text": {"name": "…"}} become values for limits and variables. */
static void flow_keep_answer(RigStation *station, const char *as, const json_t *answer)
{
	const char *name;
	json_t *value;
	json_object_foreach(json_object_get(answer, "values"), name, value)
	{
		double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
		rig_station_number(station, as, name, number, NULL, RIG_INTEGRITY_PLAUSIBLE);
		char digits[G_ASCII_DTOSTR_BUF_SIZE];
		g_hash_table_insert(station->variables, g_strdup(name),
		                    g_strdup(g_ascii_dtostr(digits, sizeof digits, number)));
	}
	json_object_foreach(json_object_get(answer, "text"), name, value)
	{
		const char *text = json_string_value(value);
		if (text == NULL)
			continue;
		rig_station_text(station, as, name, text, RIG_INTEGRITY_PLAUSIBLE);
		g_hash_table_insert(station->variables, g_strdup(name), g_strdup(text));
	}
}

static char *flow_input(const RigStation *station)
{
	json_t *variables = json_object();
	GHashTableIter iter;
	gpointer name, value;
	g_hash_table_iter_init(&iter, station->variables);
	while (g_hash_table_iter_next(&iter, &name, &value))
		json_object_set_new(variables, name, json_string(value));
	json_t *input =
	    json_pack("{ss ss ss so}", "board", station->board->name, "target", station->board->target,
	              "run", station->header->id, "variables", variables);
	char *dumped = json_dumps(input, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(input);
	char *text = g_strdup(dumped);
	free(dumped);
	return text;
}

/* {"verdict": "fail", "message": "…"}: the program found the board wrong. */
static gboolean flow_answer_verdict(const json_t *answer, const char *program, GError **error)
{
	const char *verdict = json_string_value(json_object_get(answer, "verdict"));
	if (verdict == NULL || strcmp(verdict, "pass") == 0)
		return TRUE;
	const char *message = json_string_value(json_object_get(answer, "message"));
	gboolean fail = strcmp(verdict, "fail") == 0;
	g_set_error(error, RIG_ERROR, fail ? RIG_ERROR_BOARD : RIG_ERROR_BENCH,
	            "program %s says %s: %s", program, verdict,
	            message == NULL ? "without a message" : message);
	return FALSE;
}

gboolean rig_step_run(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error)
{
	const RigStepRun *options = step->options;
	g_auto(GStrv) argv =
	    rig_command_allowed(station->bench, station->suite->path, options->argv, error);
	if (argv == NULL)
		return FALSE;
	g_auto(GStrv) filled = rig_program_expand(argv, station->variables, error);
	if (filled == NULL)
		return FALSE;
	g_autofree char *input = flow_input(station);
	RigProgram program = {.argv = filled,
	                      .input = input,
	                      .deadline_us = deadline_us,
	                      .clock = station->clock,
	                      .stop_fd = station->stop_fd};
	RigProgramResult result;
	gboolean good = rig_program_run(&program, &result, error);
	rig_journal_program(station->journal, filled, result.sha256, result.status, result.said);
	if (good && result.answer != NULL) {
		flow_keep_answer(station, rig_step_as(step), result.answer);
		good = flow_answer_verdict(result.answer, filled[0], error);
	}
	rig_program_result_clear(&result);
	return good;
}
