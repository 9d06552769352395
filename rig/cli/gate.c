/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "cli/decided.h"

typedef struct {
	char *policy, *as_of;
	char **evidence;
	gboolean json, verbose;
} GateOptions;

#define GATE_AT(member) offsetof(GateOptions, member)

static const RigOption gate_options[] = {
    {"policy", 'p', RIG_OPTION_FILE, GATE_AT(policy), "FILE", "the rules"},
    {"evidence", 'e', RIG_OPTION_TEXTS, GATE_AT(evidence), "FILE",
     "statements beside those that the ledger has; again for more"},
    {"as-of", 0, RIG_OPTION_TEXT, GATE_AT(as_of), "TIME", "decide as at that time; else now"},
    {"json", 0, RIG_OPTION_FLAG, GATE_AT(json), NULL, "print the decision as it is kept"},
    {"verbose", 'v', RIG_OPTION_FLAG, GATE_AT(verbose), NULL, "tell the rules that pass, too"},
    {0},
};

static gboolean gate_decide(RigLedger *ledger, const char *word, const GateOptions *options,
                            RigDecided *decided, GError **error)
{
	RigAsk ask = {.policy = options->policy, .files = options->evidence};
	g_autoptr(RigGateCandidate) candidate = rig_decision_candidate(word, error);
	ask.candidate = candidate;
	if (candidate == NULL || !rig_decided_time(options->as_of, &ask.as_of_s, error) ||
	    !rig_ledger_begin(ledger, error))
		return FALSE;
	if (rig_decision_make(ledger, &ask, decided, error))
		return rig_ledger_commit(ledger, error) && rig_ledger_publish(ledger, error);
	rig_ledger_give_up(ledger);
	return FALSE;
}

static int gate_ask(const RigInvocation *invocation, GError **error)
{
	const GateOptions *options = invocation->options;
	g_auto(RigDecided) decided = {0};
	if (options->policy == NULL)
		return rig_command_usage(invocation->command, "--policy FILE says by which rules");
	g_autoptr(RigLedger) ledger = rig_ledger_open(TRUE, error);
	if (ledger == NULL || !gate_decide(ledger, invocation->words[0], options, &decided, error))
		return RIG_EXIT_INTERNAL;
	if (options->json)
		fputs(decided.text, stdout);
	else
		rig_decided_tell(&decided, options->verbose);
	return rig_decided_code(&decided);
}

/* The same bytes, or damage. */
static int gate_replay(const char *word, const GateOptions *options, GError **error)
{
	g_autofree char *text = NULL, *kept = NULL;
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	g_autofree char *digest = ledger == NULL ? NULL : rig_decision_find(ledger, word, error);
	if (digest == NULL || !rig_decision_replay(ledger, digest, &text, &kept, error))
		return RIG_EXIT_INTERNAL;
	if (options->json)
		fputs(text, stdout);
	else
		printf("decision %.12s: %s\n", digest,
		       strcmp(text, kept) == 0 ? "the same comes again" : "something else comes now");
	return strcmp(text, kept) == 0 ? RIG_EXIT_PASSED : RIG_EXIT_DAMAGED;
}

static int gate_command(const RigInvocation *invocation)
{
	g_autoptr(GError) error = NULL;
	gboolean replays = strcmp(invocation->words[0], "replay") == 0;
	if (replays != (invocation->count == 2))
		return rig_command_usage(invocation->command,
		                         replays ? "replay needs a DECISION" : "one candidate at a time");
	int code = replays ? gate_replay(invocation->words[1], invocation->options, &error)
	                   : gate_ask(invocation, &error);
	if (error == NULL)
		return code;
	code = rig_command_error(invocation->command, error);
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED) ? RIG_EXIT_DAMAGED : code;
}

const RigCommand rig_command_gate = {
    .name = "gate",
    .arguments = "CANDIDATE|replay [DECISION]",
    .about = "may a candidate go on? promote, refuse or hold",
    .details =
        "CANDIDATE is a manifest, or TARGET=FILE. What decides is the policy, the evidence in the\n"
        "ledger, the ledger itself, and the time; nothing else. Missing, skipped, stale or too\n"
        "thin is hold. The decision is kept; `tinyrig gate replay DECISION` (its digest, the\n"
        "beginning of it, or `last`) makes it again from what is kept. 0: promote; 12: refuse;\n"
        "13: hold; 14: what is kept is not what it was.",
    .options = gate_options,
    .options_size = sizeof(GateOptions),
    .least = 1,
    .most = 2,
    .run = gate_command,
};
