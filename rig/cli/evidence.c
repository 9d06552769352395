/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of runs, as the ledger has it, and as it goes from host to host. */
#include "cli/evidence_file.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/command.h"
#include "release/decision.h"
#include "release/evidence.h"

typedef struct {
	char **keys;
	char *output;
} EvidenceOptions;

#define EVIDENCE_AT(member) offsetof(EvidenceOptions, member)

static const RigOption evidence_options[] = {
    {"key", 0, RIG_OPTION_TEXTS, EVIDENCE_AT(keys), "NAME",
     "is trusted by import and verify (again for more): a name, or a file .pem"},
    {"output", 'o', RIG_OPTION_FILE, EVIDENCE_AT(output), "FILE",
     "where export writes; else on the standard output"},
    {0},
};

static gboolean evidence_list(GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	g_autoptr(RigRows) rows =
	    ledger == NULL ? NULL
	                   : rig_db_query(&ledger->db, error,
	                                  "SELECT number, run, verdict, suite, target, unit, subject,"
	                                  " signer FROM evidence WHERE run IS NOT NULL ORDER BY seq",
	                                  "");
	int more = -1;
	guint count = 0;
	while (rows != NULL && (more = rig_rows_next(&ledger->db, rows, error)) == 1) {
		printf("%5s  %-36s %-12s %-16s unit %-8s image %.12s  rig %.8s\n", rig_rows_text(rows, 0),
		       rig_rows_text(rows, 1), rig_rows_text(rows, 2), rig_rows_text(rows, 3),
		       *rig_rows_text(rows, 5) == '\0' ? "?" : rig_rows_text(rows, 5),
		       rig_rows_text(rows, 6), rig_rows_text(rows, 7));
		count++;
	}
	if (more == 0 && count == 0)
		printf("There is no evidence yet; each `tinyrig run` with an image leaves some.\n");
	return more == 0;
}

/* Lines of a row: tinyrig's own and the standard's. */
static gboolean evidence_add_row(RigLedger *ledger, RigRows *rows, GString *text, guint *count,
                                 GError **error)
{
	for (int column = 0; column < 2; column++) {
		const char *digest = rig_rows_text(rows, column);
		if (*digest == '\0')
			continue;
		g_autofree char *line = rig_evidence_line(ledger, digest, error);
		if (line == NULL)
			return FALSE;
		g_string_append_printf(text, "%s\n", line);
		++*count;
	}
	return TRUE;
}

/* All statements on an image by this rig, and how many there are. */
static gboolean evidence_add_image(RigLedger *ledger, const char *sha256, GString *text,
                                   guint *count, GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(&ledger->db, error,
	                                       "SELECT digest, standard FROM evidence WHERE subject = ?"
	                                       " AND run IS NOT NULL ORDER BY seq",
	                                       "s", sha256);
	int more = -1;
	while (rows != NULL && (more = rig_rows_next(&ledger->db, rows, error)) == 1)
		if (!evidence_add_row(ledger, rows, text, count, error))
			return FALSE;
	g_autofree char *tally = more == 0 ? rig_evidence_tally(ledger, sha256, error) : NULL;
	if (tally == NULL)
		return FALSE;
	g_string_append_printf(text, "%s\n", tally);
	++*count;
	return TRUE;
}

static gboolean evidence_add_run(RigLedger *ledger, const char *word, GString *text, guint *count,
                                 GError **error)
{
	g_autoptr(RigRows) rows = rig_db_query(
	    &ledger->db, error,
	    "SELECT digest, standard, subject FROM evidence WHERE run = ?1 OR (?1 = 'last' AND seq ="
	    " (SELECT max(seq) FROM evidence WHERE run IS NOT NULL)) LIMIT 1",
	    "s", word);
	int more = rows == NULL ? -1 : rig_rows_next(&ledger->db, rows, error);
	if (more == 1) {
		g_autofree char *subject = g_strdup(rig_rows_text(rows, 2));
		g_autofree char *tally = rig_evidence_tally(ledger, subject, error);
		gboolean good = tally != NULL && evidence_add_row(ledger, rows, text, count, error);
		if (good)
			g_string_append_printf(text, "%s\n", tally);
		*count += good ? 1 : 0;
		return good;
	}
	if (more == 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "\"%.64s\" is no run with evidence, no manifest and no TARGET=FILE; `tinyrig "
		            "evidence list` shows the runs",
		            word);
	return FALSE;
}

static gboolean evidence_put(const EvidenceOptions *options, const GString *text, guint count,
                             GError **error)
{
	if (options->output == NULL)
		return fwrite(text->str, 1, text->len, stdout) == text->len;
	if (g_file_test(options->output, G_FILE_TEST_EXISTS)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s: is there already; name a new file",
		            options->output);
		return FALSE;
	}
	if (!rig_file_create(options->output, text->str, text->len, error))
		return FALSE;
	printf("%s: %u statements\n", options->output, count);
	return TRUE;
}

static gboolean evidence_export(const char *word, const EvidenceOptions *options, GError **error)
{
	g_autoptr(RigLedger) ledger = rig_ledger_open(FALSE, error);
	g_autoptr(GString) text = g_string_new(NULL);
	guint count = 0;
	gboolean good = ledger != NULL;
	if (good && (strchr(word, '=') != NULL || g_file_test(word, G_FILE_TEST_EXISTS))) {
		g_autoptr(RigGateCandidate) candidate = rig_decision_candidate(word, error);
		good = candidate != NULL;
		for (guint i = 0; good && i < candidate->images->len; i++) {
			const RigGateImage *image = candidate->images->pdata[i];
			good = evidence_add_image(ledger, image->sha256, text, &count, error);
		}
	} else if (good) {
		good = evidence_add_run(ledger, word, text, &count, error);
	}
	return good && evidence_put(options, text, count, error);
}

static int evidence_act(const RigInvocation *invocation, gboolean *good, GError **error)
{
	const EvidenceOptions *options = invocation->options;
	const char *action = invocation->words[0];
	const char *what = invocation->count > 1 ? invocation->words[1] : NULL;
	if (strcmp(action, "list") == 0 && what == NULL)
		*good = evidence_list(error);
	else if (strcmp(action, "export") == 0 && what != NULL)
		*good = evidence_export(what, options, error);
	else if (strcmp(action, "show") == 0 && what != NULL)
		*good = rig_evidence_file_show(what, error);
	else if (strcmp(action, "verify") == 0 && what != NULL)
		*good = rig_evidence_file_verify(what, options->keys, error);
	else if (strcmp(action, "import") == 0 && what != NULL)
		*good = rig_evidence_file_import(what, options->keys, error);
	else
		return rig_command_usage(
		    invocation->command,
		    "\"%s\" is nothing to do with evidence: list, export RUN or CANDIDATE, show, verify "
		    "or import FILE",
		    action);
	return RIG_EXIT_PASSED;
}

static int evidence_command(const RigInvocation *invocation)
{
	g_autoptr(GError) error = NULL;
	gboolean good = FALSE;
	int code = evidence_act(invocation, &good, &error);
	if (good || code != RIG_EXIT_PASSED)
		return code;
	code = rig_command_error(invocation->command, error);
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED) ? RIG_EXIT_DAMAGED : code;
}

const RigCommand rig_command_evidence = {
    .name = "evidence",
    .arguments = "ACTION [RUN|CANDIDATE|FILE]",
    .about = "what this rig and others signed of runs",
    .details =
        "Each run with an image leaves two in-toto statements in signed DSSE envelopes:\n"
        "tinyrig's own, with its report and files by digest, and (where it passed or failed) the\n"
        "standard's test result. list shows them; export writes those of a run, or of all runs of\n"
        "a candidate (a manifest, or TARGET=FILE), with a signed tally of how many there are;\n"
        "show prints the statements of a file; verify says whose they are; import takes them in\n"
        "for the gate. 14: a line is signed by none of the keys.",
    .options = evidence_options,
    .options_size = sizeof(EvidenceOptions),
    .least = 1,
    .most = 2,
    .run = evidence_command,
};
