/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/audit_export.h"
#include "cli/command.h"
#include "release/audit.h"
#include "release/keys.h"
#include "release/rebuild.h"

typedef struct {
	char *key, *output;
} AuditOptions;

static const RigOption audit_options[] = {
    {"key", 0, RIG_OPTION_TEXT, offsetof(AuditOptions, key), "NAME",
     "the ledger's key, a name or a file .pem; else the one that its first entry names"},
    {"output", 'o', RIG_OPTION_FILE, offsetof(AuditOptions, output), "DIR", "where export writes"},
    {0},
};

static int audit_verify(const AuditOptions *options, GError **error)
{
	RigAudit audit = {0};
	g_autoptr(RigKey) pin = options->key == NULL ? NULL : rig_keys_open(options->key, NULL, error);
	if ((options->key != NULL && pin == NULL) || !rig_audit_verify(&audit, pin, error)) {
		rig_audit_clear(&audit);
		return RIG_EXIT_INTERNAL;
	}
	for (guint i = 0; i < audit.damage->len; i++)
		printf("damaged: %s\n", (const char *)audit.damage->pdata[i]);
	guint damage = audit.damage->len;
	printf("%" G_GUINT64_FORMAT " entries, %" G_GUINT64_FORMAT " objects, %" G_GUINT64_FORMAT
	       " signatures: %s",
	       audit.entries, audit.objects, audit.signatures, damage == 0 ? "all stand" : "");
	if (damage > 0)
		printf("%u damaged", damage);
	if (audit.unpublished > 0)
		printf("; %" G_GUINT64_FORMAT " not yet behind the signed checkpoint", audit.unpublished);
	printf("\n");
	rig_audit_clear(&audit);
	return damage > 0 ? RIG_EXIT_DAMAGED : RIG_EXIT_PASSED;
}

static gboolean audit_print(gpointer user, guint64 seq, const char *body, gsize size,
                            const json_t *entry, GError **error)
{
	(void)user;
	(void)seq;
	(void)entry;
	(void)error;
	printf("%.*s\n", (int)size, body);
	return TRUE;
}

static int audit_log(GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	if (ledger == NULL || !rig_ledger_walk(&ledger->db, ledger->size, audit_print, NULL, error))
		return RIG_EXIT_INTERNAL;
	return RIG_EXIT_PASSED;
}

static int audit_command(const RigInvocation *invocation)
{
	const AuditOptions *options = invocation->options;
	const char *action = invocation->words[0];
	g_autoptr(GError) error = NULL;
	int code = RIG_EXIT_INTERNAL;
	if (strcmp(action, "verify") == 0)
		code = audit_verify(options, &error);
	else if (strcmp(action, "log") == 0)
		code = audit_log(&error);
	else if (strcmp(action, "export") == 0 && options->output != NULL)
		code = rig_audit_export(options->output, &error) ? RIG_EXIT_PASSED : RIG_EXIT_INTERNAL;
	else
		return rig_command_usage(invocation->command,
		                         "verify, log, or export -o DIR, not \"%.40s\"", action);
	if (error == NULL)
		return code;
	code = rig_command_error(invocation->command, error);
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED) ? RIG_EXIT_DAMAGED : code;
}

const RigCommand rig_command_audit = {
    .name = "audit",
    .arguments = "verify|log|export",
    .about = "what happened on the way to release, and whether it stands",
    .details =
        "verify looks at every entry, tile, table, object and signature, and names what is not\n"
        "what it was (14). log prints the entries, a JSON object a line. export copies what an\n"
        "auditor needs into a new folder: docs/audit.md shows the check with OpenSSL and a script.",
    .options = audit_options,
    .options_size = sizeof(AuditOptions),
    .least = 1,
    .most = 1,
    .run = audit_command,
};
