/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "release/channel.h"
#include "release/dsse.h"
#include "release/evidence.h"
#include "release/keys.h"

typedef struct {
	char *to, *key, *why;
} ApproveOptions;

static const RigOption approve_options[] = {
    {"to", 0, RIG_OPTION_TEXT, offsetof(ApproveOptions, to), "CHANNEL", "where it may go"},
    {"key", 0, RIG_OPTION_TEXT, offsetof(ApproveOptions, key), "NAME", "your key; signs"},
    {"why", 0, RIG_OPTION_TEXT, offsetof(ApproveOptions, why), "TEXT", "a reason, for the ledger"},
    {0},
};

static gboolean approve(const char *word, const ApproveOptions *options, GError **error)
{
	gboolean known, passed;
	g_autoptr(RigGateCandidate) candidate = rig_decision_candidate(word, error);
	g_autoptr(RigKey) key = candidate == NULL ? NULL : rig_keys_open(options->key, NULL, error);
	g_autoptr(RigLedger) ledger = key == NULL ? NULL : rig_ledger_open(TRUE, error);
	if (ledger == NULL || !rig_channel_is_name(options->to, error))
		return FALSE;
	g_autofree char *text = rig_statement_approval(candidate->digest, options->to, options->why,
	                                               g_get_real_time() / G_USEC_PER_SEC);
	g_autofree char *line =
	    rig_dsse_sign(key, RIG_DSSE_IN_TOTO, (const guint8 *)text, strlen(text), error);
	if (line == NULL ||
	    !rig_evidence_take(ledger, line, options->key, key, &known, &passed, error) ||
	    !rig_ledger_publish(ledger, error))
		return FALSE;
	printf("%s approves %.12s for %s\n", options->key, candidate->digest, options->to);
	return TRUE;
}

static int approve_command(const RigInvocation *invocation)
{
	const ApproveOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	if (options->to == NULL || options->key == NULL)
		return rig_command_usage(invocation->command,
		                         "--to CHANNEL says where it may go, --key NAME who approves");
	return approve(invocation->words[0], options, &error)
	           ? RIG_EXIT_PASSED
	           : rig_command_error(invocation->command, error);
}

const RigCommand rig_command_approve = {
    .name = "approve",
    .arguments = "CANDIDATE",
    .about = "sign that a candidate may go to a channel",
    .details = "A signed statement on the candidate's digest and the channel, in the ledger; a\n"
               "policy says how many people approve, by whose keys, and how old it may be.",
    .options = approve_options,
    .options_size = sizeof(ApproveOptions),
    .least = 1,
    .most = 1,
    .run = approve_command,
};
