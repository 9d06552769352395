/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/decided.h"
#include "cli/deliveries.h"
#include "release/channel.h"

typedef struct {
	char *to, *policy;
	char **evidence;
	gboolean verbose;
} PromoteOptions;

#define PROMOTE_AT(member) offsetof(PromoteOptions, member)

static const RigOption promote_options[] = {
    {"to", 0, RIG_OPTION_TEXT, PROMOTE_AT(to), "CHANNEL", "where it goes"},
    {"policy", 'p', RIG_OPTION_FILE, PROMOTE_AT(policy), "FILE",
     "the channel's rules; else policies/CHANNEL.yaml"},
    {"evidence", 'e', RIG_OPTION_TEXTS, PROMOTE_AT(evidence), "FILE",
     "statements beside those that the ledger has; again for more"},
    {"verbose", 'v', RIG_OPTION_FLAG, PROMOTE_AT(verbose), NULL, "tell the rules that pass, too"},
    {0},
};

static int promote(const char *word, const PromoteOptions *options, GError **error)
{
	g_auto(RigDecided) decided = {0};
	gint64 version;
	g_autofree char *policy = options->policy != NULL
	                              ? g_strdup(options->policy)
	                              : g_strdup_printf("policies/%s.yaml", options->to);
	g_autoptr(RigGateCandidate) candidate = rig_decision_candidate(word, error);
	g_autoptr(RigLedger) ledger = candidate == NULL ? NULL : rig_ledger_open(TRUE, error);
	const RigAsk ask = {
	    .policy = policy, .candidate = candidate, .files = options->evidence, .as_of_s = -1};
	if (ledger == NULL ||
	    !rig_channel_promote(ledger, word, &ask, options->to, &decided, &version, error))
		return RIG_EXIT_INTERNAL;
	rig_decided_tell(&decided, options->verbose);
	if (version > 0) {
		printf("%s is at version %d now: %.12s\n", options->to, (int)version, candidate->digest);
		rig_deliver_now(ledger);
	}
	return rig_decided_code(&decided);
}

static int promote_command(const RigInvocation *invocation)
{
	const PromoteOptions *options = invocation->options;
	g_autoptr(GError) error = NULL;
	if (options->to == NULL)
		return rig_command_usage(invocation->command, "--to CHANNEL says where it goes");
	int code = promote(invocation->words[0], options, &error);
	if (error == NULL)
		return code;
	code = rig_command_error(invocation->command, error);
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED) ? RIG_EXIT_DAMAGED : code;
}

const RigCommand rig_command_promote = {
    .name = "promote",
    .arguments = "CANDIDATE",
    .about = "make a candidate the head of a channel, if the gate says so",
    .details =
        "CANDIDATE is a manifest, or TARGET=FILE. The gate decides by the channel's policy;\n"
        "the decision is kept, whatever it is. Where it says promote, manifest and images\n"
        "are kept, the channel gets a signed head with the next version, and the policy's\n"
        "hooks are told. 0: promoted; 12: refused; 13: on hold.",
    .options = promote_options,
    .options_size = sizeof(PromoteOptions),
    .least = 1,
    .most = 1,
    .run = promote_command,
};
