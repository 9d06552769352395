/* SPDX-License-Identifier: Apache-2.0 */
/* What channels there are, and what stops them. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/channel_export.h"
#include "cli/command.h"
#include "release/channel.h"

typedef struct {
	char *why, *output;
	gint64 floor;
} ChannelOptions;

static const RigOption channel_options[] = {
    {"why", 0, RIG_OPTION_TEXT, offsetof(ChannelOptions, why), "TEXT",
     "the reason, for the ledger"},
    {"counter", 0, RIG_OPTION_NUMBER, offsetof(ChannelOptions, floor), "N",
     "the least security counter (floor)"},
    {"output", 'o', RIG_OPTION_FILE, offsetof(ChannelOptions, output), "DIR",
     "where export writes"},
    {0},
};

static void channel_tell(const RigHead *head)
{
	printf("%-10s %4d  %.12s  %-8s  %s%s%s\n", head->channel, (int)head->version, head->candidate,
	       head->action, head->time, head->why == NULL ? "" : "  ",
	       head->why == NULL ? "" : head->why);
}

/* All heads of one channel, or the last of each. */
static gboolean channel_list(RigLedger *ledger, const char *only, GError **error)
{
	g_autoptr(GPtrArray) heads = rig_heads_read(&ledger->db, only, error);
	const RigHead *last = NULL;
	for (guint i = 0; heads != NULL && i < heads->len; i++) {
		const RigHead *head = heads->pdata[i];
		if (last != NULL && (only != NULL || strcmp(last->channel, head->channel) != 0))
			channel_tell(last);
		last = head;
	}
	if (last != NULL)
		channel_tell(last);
	else if (heads != NULL)
		printf("Nothing was promoted%s%s yet; `tinyrig promote CANDIDATE --to CHANNEL` does.\n",
		       only == NULL ? "" : " to ", only == NULL ? "" : only);
	return heads != NULL;
}

/* What an action writes; its fields. NULL: it is no such action. */
static json_t *channel_entry(const char *action, const char *what, const ChannelOptions *options)
{
	if (strcmp(action, "freeze") == 0 || strcmp(action, "unfreeze") == 0)
		return json_pack("{s:s, s:s}", "channel", what, "why", options->why);
	if (strcmp(action, "floor") == 0)
		return json_pack("{s:s, s:I, s:s}", "channel", what, "counter", (json_int_t)options->floor,
		                 "why", options->why);
	if (strcmp(action, "bad") == 0)
		return json_pack("{s:s, s:s}", "candidate", what, "why", options->why);
	return NULL;
}

/* A candidate by its digest, whole or its beginning as a head has it; caller frees. */
static char *channel_candidate(RigLedger *ledger, const char *word, GError **error)
{
	RigHash hash;
	if (rig_hash_read(&hash, word))
		return rig_hash_hex(&hash);
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error,
	    "SELECT DISTINCT candidate FROM head WHERE substr(candidate, 1, length(?1)) = ?1 LIMIT 2",
	    "s", word);
	g_autofree char *found = NULL;
	if (rows != NULL && strlen(word) >= 4 && rig_rows_next(&ledger->db, rows, NULL) == 1)
		found = g_strdup(rig_rows_text(rows, 0));
	if (found != NULL && rig_rows_next(&ledger->db, rows, NULL) == 0)
		return g_steal_pointer(&found);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "\"%.64s\" is no candidate's digest, nor the beginning of just one", word);
	return NULL;
}

static gboolean channel_act(const RigInvocation *invocation, GError **error)
{
	const ChannelOptions *options = invocation->options;
	const char *action = invocation->words[0], *what = invocation->words[1];
	g_autoptr(RigLedger) ledger = rig_ledger_open(TRUE, error);
	if (ledger == NULL)
		return FALSE;
	gboolean is_bad = strcmp(action, "bad") == 0;
	g_autofree char *candidate = is_bad ? channel_candidate(ledger, what, error) : g_strdup(what);
	if (candidate == NULL || (!is_bad && !rig_channel_is_name(what, error)) ||
	    !rig_ledger_add(ledger, action, channel_entry(action, candidate, options), error))
		return FALSE;
	printf("%s: %.12s, %s\n", action, candidate, options->why);
	return TRUE;
}

static gboolean channel_look(const RigInvocation *invocation, GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	const char *only = invocation->count > 1 ? invocation->words[1] : NULL;
	return ledger != NULL && channel_list(ledger, only, error);
}

static int channel_command(const RigInvocation *invocation)
{
	static const char *const acts[] = {"freeze", "unfreeze", "floor", "bad", NULL};
	const ChannelOptions *options = invocation->options;
	const char *action = invocation->words[0];
	g_autoptr(GError) error = NULL;
	gboolean acts_on = g_strv_contains(acts, action), good;
	if (acts_on && (invocation->count < 2 || options->why == NULL || *options->why == '\0'))
		return rig_command_usage(invocation->command, "%s needs a name, and --why TEXT", action);
	if (acts_on)
		good = channel_act(invocation, &error);
	else if (strcmp(action, "export") == 0 && invocation->count > 1 && options->output != NULL)
		good = rig_channel_export(invocation->words[1], options->output, &error);
	else if (strcmp(action, invocation->count > 1 ? "show" : "list") == 0)
		good = channel_look(invocation, &error);
	else
		return rig_command_usage(invocation->command,
		                         "list, show CHANNEL, export CHANNEL -o DIR, freeze CHANNEL, "
		                         "unfreeze CHANNEL, floor CHANNEL or bad CANDIDATE, not \"%.40s\"",
		                         action);
	return good ? RIG_EXIT_PASSED : rig_command_error(invocation->command, error);
}

const RigCommand rig_command_channel = {
    .name = "channel",
    .arguments = "ACTION [CHANNEL|CANDIDATE]",
    .about = "what the channels hold, and what stops them",
    .details =
        "list tells the head of each channel, show all heads of one; export writes what its head\n"
        "releases, with signatures for minisign and signify by the key `ledger`. freeze stops "
        "promotions (a\n"
        "rollback still works), unfreeze ends that, and the hold that a rollback leaves. floor\n"
        "sets the least security counter (--counter N), which never falls. bad marks a candidate,\n"
        "by its digest, so that it goes nowhere. All need --why, and are in the ledger.",
    .options = channel_options,
    .options_size = sizeof(ChannelOptions),
    .least = 1,
    .most = 2,
    .run = channel_command,
};
