/* SPDX-License-Identifier: Apache-2.0 */
/* halt and resume: the core stopped and let go. */
#include <stddef.h>
#include <stdio.h>

#include "cli/probe_session.h"

static const RigOption halt_options[] = {RIG_PROBE_OPTION_ROWS, {0}};

static gboolean halt_tell(RigProbeSession *session, GError **error)
{
	static const guint8 numbers[] = {RIG_REG_PC, RIG_REG_XPSR};
	guint32 values[G_N_ELEMENTS(numbers)] = {0};
	if (!rig_cortex_read_registers(session->cortex, numbers, G_N_ELEMENTS(numbers), values, error))
		return FALSE;
	printf("Board %s is halted: pc 0x%08x, %s.\n", session->held->board->name, values[0],
	       (values[1] & 0x1ffU) != 0 ? "in an exception" : "in thread mode");
	return TRUE;
}

static gboolean halt_job(RigProbeSession *session, GError **error)
{
	session->is_kept = TRUE;
	return rig_cortex_halt(session->cortex, error) && halt_tell(session, error);
}

static int halt_command(const RigInvocation *invocation)
{
	return rig_probe_session(invocation, invocation->words[0], halt_job);
}

static gboolean resume_job(RigProbeSession *session, GError **error)
{
	RigCoreState state = RIG_CORE_RUNNING;
	if (!rig_cortex_state(session->cortex, &state, error) ||
	    !rig_cortex_release(session->cortex, error))
		return FALSE;
	printf("Board %s %s.\n", session->held->board->name,
	       state == RIG_CORE_HALTED ? "runs again" : "was not halted; it runs without a debugger");
	return TRUE;
}

static int resume_command(const RigInvocation *invocation)
{
	return rig_probe_session(invocation, invocation->words[0], resume_job);
}

const RigCommand rig_command_halt = {
    .name = "halt",
    .arguments = "BOARD",
    .about = "stop a board's core through its probe",
    .details = "It stays halted when the command has ended, until `tinyrig resume`, a reset or a "
               "run.",
    .options = halt_options,
    .options_size = sizeof(RigProbeOptions),
    .least = 1,
    .most = 1,
    .run = halt_command,
};

const RigCommand rig_command_resume = {
    .name = "resume",
    .arguments = "BOARD",
    .about = "let a halted core run, without a debugger",
    .options = halt_options,
    .options_size = sizeof(RigProbeOptions),
    .least = 1,
    .most = 1,
    .run = resume_command,
};
