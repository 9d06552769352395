/* SPDX-License-Identifier: Apache-2.0 */
/* The ladder: what is where, since when, on what. */
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "release/head.h"

static char *status_text(RigLedger *ledger, const char *sql, const char *channel)
{
	g_autoptr(RigRows) rows = rig_db_query(&ledger->db, NULL, sql, "s", channel);
	if (rows == NULL || rig_rows_next(&ledger->db, rows, NULL) != 1)
		return NULL;
	return g_strdup(rig_rows_text(rows, 0));
}

/* "digits 1.4.0", or the beginning of its digest. */
static char *status_candidate(RigLedger *ledger, const RigHead *head, GError **error)
{
	json_t *record = rig_head_record(ledger->objects, ledger->key, head->digest, error);
	const json_t *candidate = json_object_get(record, "candidate");
	const char *name = rig_json_string(candidate, "name");
	const char *version = rig_json_string(candidate, "version");
	char *text = record == NULL ? NULL
	             : name != NULL ? g_strdup_printf("%s %s (%.12s)", name,
	                                              version == NULL ? "" : version, head->candidate)
	                            : g_strdup_printf("%.12s", head->candidate);
	json_decref(record);
	return text;
}

static gboolean status_channel(RigLedger *ledger, const char *channel, GError **error)
{
	g_autoptr(RigHead) head = rig_head_read(&ledger->db, channel, error);
	g_autofree char *what = head == NULL ? NULL : status_candidate(ledger, head, error);
	if (what == NULL)
		return FALSE;
	g_autofree char *stop = status_text(
	    ledger, "SELECT group_concat(kind || ': ' || why, '; ') FROM stop WHERE channel = ?",
	    channel);
	g_autofree char *waits = status_text(
	    ledger,
	    "SELECT group_concat(hook, ', ') FROM delivery WHERE channel = ? AND state = 'pending'",
	    channel);
	printf("%s\n", channel);
	printf("  version %d  %s\n", (int)head->version, what);
	printf("  since     %s, by %s\n", head->time, head->why != NULL ? head->why : head->action);
	if (head->decision != NULL)
		printf("  decision  %.12s, policy %.12s\n", head->decision,
		       head->policy == NULL ? "" : head->policy);
	if (stop != NULL && *stop != '\0')
		printf("  stopped   %s\n", stop);
	if (waits != NULL && *waits != '\0')
		printf("  not told  %s (`tinyrig deliver`)\n", waits);
	return TRUE;
}

static gboolean status_all(GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	g_autoptr(RigRows) rows =
	    ledger == NULL ? NULL
	                   : rig_db_query(&ledger->db, error,
	                                  "SELECT channel FROM head GROUP BY channel ORDER BY"
	                                  " min(rowid)",
	                                  "");
	int more = -1;
	guint count = 0;
	while (rows != NULL && (more = rig_rows_next(&ledger->db, rows, error)) == 1) {
		count++;
		if (!status_channel(ledger, rig_rows_text(rows, 0), error))
			return FALSE;
	}
	if (more == 0 && count == 0)
		printf("Nothing was promoted yet; `tinyrig promote CANDIDATE --to CHANNEL` does.\n");
	return more == 0;
}

static int status_command(const RigInvocation *invocation)
{
	g_autoptr(GError) error = NULL;
	if (status_all(&error))
		return RIG_EXIT_PASSED;
	int code = rig_command_error(invocation->command, error);
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED) ? RIG_EXIT_DAMAGED : code;
}

const RigCommand rig_command_status = {
    .name = "status",
    .arguments = "",
    .about = "the release ladder: what is in each channel, since when, and why",
    .least = 0,
    .most = 0,
    .run = status_command,
};
