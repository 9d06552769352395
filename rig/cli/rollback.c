/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/deliveries.h"
#include "release/channel.h"

typedef struct {
	char *to, *why;
} RollbackOptions;

static const RigOption rollback_options[] = {
    {"to", 0, RIG_OPTION_TEXT, offsetof(RollbackOptions, to), "CANDIDATE",
     "the digest, or its beginning; else the one before"},
    {"why", 0, RIG_OPTION_TEXT, offsetof(RollbackOptions, why), "TEXT",
     "the reason, for the ledger"},
    {0},
};

static int rollback_code(const RigCommand *command, const GError *error)
{
	int code = rig_command_error(command, error);
	if (g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED))
		return RIG_EXIT_DAMAGED;
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD) ? RIG_EXIT_REFUSED : code;
}

static int rollback_command(const RigInvocation *invocation)
{
	const RollbackOptions *options = invocation->options;
	const char *channel = invocation->words[0];
	g_autoptr(GError) error = NULL;
	g_autoptr(RigHead) head = NULL;
	if (options->why == NULL || *options->why == '\0')
		return rig_command_usage(invocation->command, "--why TEXT says why; the ledger keeps it");
	g_autoptr(RigLedger) ledger = rig_ledger_open(TRUE, &error);
	if (ledger == NULL ||
	    !rig_channel_rollback(ledger, channel, options->to, options->why, &head, &error))
		return rollback_code(invocation->command, error);
	printf("%s is at version %d now: back to %.12s, and held until `tinyrig channel unfreeze %s`\n",
	       channel, (int)head->version, head->candidate, channel);
	rig_deliver_now(ledger);
	return RIG_EXIT_PASSED;
}

const RigCommand rig_command_rollback = {
    .name = "rollback",
    .arguments = "CHANNEL",
    .about = "make an earlier candidate the head of a channel again",
    .details =
        "A new head with the next version names the earlier candidate, whose images are\n"
        "verified first. It works while the channel is frozen, and holds it: nothing is\n"
        "promoted until `tinyrig channel unfreeze`. A candidate that is marked bad, or whose\n"
        "security counter is below the channel's floor, is refused (12).",
    .options = rollback_options,
    .options_size = sizeof(RollbackOptions),
    .least = 1,
    .most = 1,
    .run = rollback_command,
};
