/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/probe_session.h"

#define RESET_US       (30 * G_USEC_PER_SEC)
#define RESET_PULSE_US (50 * 1000)

typedef struct {
	RigProbeOptions probe;
	char *way;
	gboolean halt, under_reset;
} ResetOptions;

#define RESET_AT(member) offsetof(ResetOptions, member)

static const RigOption reset_options[] = {
    RIG_PROBE_OPTION_ROWS,
    {"way", 0, RIG_OPTION_TEXT, RESET_AT(way), "WAY",
     "by the probe: nsrst (its line) or system (the core's own request)"},
    {"halt", 0, RIG_OPTION_FLAG, RESET_AT(halt), NULL,
     "by the probe, and stop before the first instruction"},
    {"under-reset", 0, RIG_OPTION_FLAG, RESET_AT(under_reset), NULL,
     "connect while nSRST is held, and halt: for firmware that closes the port"},
    {0},
};

/* As the bench file has it. */
static gboolean reset_by_bench(RigProbeSession *session, GError **error)
{
	const RigWiring *wiring = session->held->wiring;
	if (!rig_wiring_reset(session->held->wiring, rig_clock_after(wiring->clock, RESET_US), error))
		return FALSE;
	printf("Board %s was reset.\n", session->held->board->name);
	return TRUE;
}

static gboolean reset_job(RigProbeSession *session, GError **error)
{
	const ResetOptions *options = session->invocation->options;
	RigResetWay way = g_strcmp0(options->way, "nsrst") == 0 ? RIG_RESET_NSRST : RIG_RESET_SYSTEM;
	if (options->way == NULL && !options->halt && !options->under_reset)
		return reset_by_bench(session, error);
	gboolean halt = options->halt || options->under_reset;
	session->is_kept = halt;
	gboolean good = options->under_reset
	                    ? rig_cortex_connect_under_reset(session->cortex, RESET_PULSE_US, error)
	                    : rig_cortex_reset(session->cortex, way, RESET_PULSE_US, halt, error);
	if (good)
		printf("Board %s was reset%s.\n", session->held->board->name,
		       halt ? " and stands at its reset handler" : "");
	return good;
}

static int reset_command(const RigInvocation *invocation)
{
	const ResetOptions *options = invocation->options;
	if (options->way != NULL && strcmp(options->way, "nsrst") != 0 &&
	    strcmp(options->way, "system") != 0)
		return rig_command_usage(invocation->command, "--way: nsrst or system, not \"%.40s\"",
		                         options->way);
	if (options->under_reset && options->way != NULL)
		return rig_command_usage(invocation->command, "--under-reset is a way of its own");
	return rig_probe_session(invocation, invocation->words[0], reset_job);
}

const RigCommand rig_command_reset = {
    .name = "reset",
    .arguments = "BOARD",
    .about = "reset a board",
    .details = "Without options: as `reset:` in its bench file says. With --halt the core stands "
               "until\n`tinyrig resume`.",
    .options = reset_options,
    .options_size = sizeof(ResetOptions),
    .least = 1,
    .most = 1,
    .run = reset_command,
};
