/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/probe_session.h"

#define REGS_A_LINE 4u

typedef struct {
	RigProbeOptions probe;
	gboolean fpu, json;
} RegsOptions;

static const RigOption regs_options[] = {
    RIG_PROBE_OPTION_ROWS,
    {"fpu", 0, RIG_OPTION_FLAG, offsetof(RegsOptions, fpu), NULL, "the floating-point ones, too"},
    {"json", 0, RIG_OPTION_FLAG, offsetof(RegsOptions, json), NULL, "print JSON"},
    {0},
};

static void regs_print(const guint8 *numbers, gsize count, const guint32 *values)
{
	for (gsize i = 0; i < count; i++)
		printf("%-7s %08x%s", rig_register_name(numbers[i]), values[i],
		       i + 1 == count || (i + 1) % REGS_A_LINE == 0 ? "\n" : "   ");
}

static void regs_print_json(const char *board, const char *state, const guint8 *numbers,
                            gsize count, const guint32 *values)
{
	json_t *registers = json_object();
	for (gsize i = 0; i < count; i++)
		json_object_set_new(registers, rig_register_name(numbers[i]), json_integer(values[i]));
	json_t *root =
	    json_pack("{s:s, s:s, s:o}", "board", board, "was", state, "registers", registers);
	char *text = json_dumps(root, JSON_INDENT(2));
	puts(text == NULL ? "null" : text);
	free(text);
	json_decref(root);
}

static gboolean regs_with_fpu(RigProbeSession *session, gboolean *with_fpu, GError **error)
{
	const RegsOptions *options = session->invocation->options;
	*with_fpu = FALSE;
	if (!options->fpu)
		return TRUE;
	if (!rig_cortex_has_fpu(session->cortex, with_fpu, error))
		return FALSE;
	if (!*with_fpu)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s: its core has no floating-point registers; leave --fpu out",
		            session->held->board->name);
	return *with_fpu;
}

static gboolean regs_job(RigProbeSession *session, GError **error)
{
	const RegsOptions *options = session->invocation->options;
	RigCortex *cortex = session->cortex;
	RigCoreState was = RIG_CORE_RUNNING;
	gboolean with_fpu = FALSE;
	gsize count = 0;
	if (!rig_cortex_state(cortex, &was, error) || !regs_with_fpu(session, &with_fpu, error))
		return FALSE;
	const guint8 *numbers = rig_cortex_registers(with_fpu, &count);
	guint32 values[RIG_REG_END] = {0};
	gboolean good = rig_cortex_halt(cortex, error) &&
	                rig_cortex_read_registers(cortex, numbers, count, values, error);
	/* What was running runs on, whatever came of it. */
	if (was != RIG_CORE_HALTED && !rig_cortex_release(cortex, good ? error : NULL))
		good = FALSE;
	session->is_kept = was == RIG_CORE_HALTED;
	if (!good)
		return FALSE;
	const char *name = session->held->board->name;
	if (options->json)
		regs_print_json(name, rig_core_state_word(was), numbers, count, values);
	else
		regs_print(numbers, count, values);
	if (was != RIG_CORE_HALTED)
		fprintf(stderr, "Board %s was %s; it was halted for this and runs on.\n", name,
		        rig_core_state_word(was));
	return TRUE;
}

static int regs_command(const RigInvocation *invocation)
{
	return rig_probe_session(invocation, invocation->words[0], regs_job);
}

const RigCommand rig_command_regs = {
    .name = "regs",
    .arguments = "BOARD",
    .about = "show the registers of a board's core",
    .details =
        "A core that runs is halted for it, some milliseconds, and runs on. `special` holds\n"
        "CONTROL, FAULTMASK, BASEPRI and PRIMASK, from its top byte down.",
    .options = regs_options,
    .options_size = sizeof(RegsOptions),
    .least = 1,
    .most = 1,
    .run = regs_command,
};
