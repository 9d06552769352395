/* SPDX-License-Identifier: Apache-2.0 */
/* Signed statements of kept runs. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/verdict.h"
#include "cli/command.h"
#include "cli/kept.h"
#include "release/dsse.h"
#include "release/keys.h"
#include "release/statement.h"
#include "report/report.h"
#include <rig/error.h>

typedef struct {
	char **keys;
	char *output, *passphrase_file;
} EvidenceOptions;

#define EVIDENCE_AT(member) offsetof(EvidenceOptions, member)

static const RigOption evidence_options[] = {
    {"key", 0, RIG_OPTION_TEXTS, EVIDENCE_AT(keys), "NAME",
     "signs (export) or is trusted (verify, again for more): a name, or a file .pem"},
    {"output", 'o', RIG_OPTION_FILE, EVIDENCE_AT(output), "FILE",
     "where export writes; else on the standard output"},
    {"passphrase-file", 0, RIG_OPTION_FILE, EVIDENCE_AT(passphrase_file), "FILE",
     "its first line is the key's passphrase"},
    {0},
};

static gboolean evidence_refuse(GError **error, const char *what)
{
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, what);
	return FALSE;
}

static gboolean evidence_digest_file(const char *folder, const char *name, GArray *files,
                                     GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GMappedFile) mapped = g_mapped_file_new(path, FALSE, error);
	RigStatementFile file = {.name = name};
	if (mapped == NULL)
		return FALSE;
	rig_hash_of(g_mapped_file_get_contents(mapped), g_mapped_file_get_length(mapped), &file.sha256);
	g_array_append_val(files, file);
	return TRUE;
}

/* Files of a folder and of those below it. names: owns what `files` call them. */
static gboolean evidence_digest_files(const char *folder, GPtrArray *names, GArray *files,
                                      GError **error)
{
	g_autoptr(GPtrArray) below = g_ptr_array_new();
	g_ptr_array_add(names, g_strdup(""));
	g_ptr_array_add(below, names->pdata[0]);
	for (guint i = 0; i < below->len; i++) {
		const char *prefix = below->pdata[i], *entry;
		g_autofree char *path = g_build_filename(folder, prefix, NULL);
		g_autoptr(GDir) there = g_dir_open(path, 0, error);
		if (there == NULL)
			return FALSE;
		while ((entry = g_dir_read_name(there)) != NULL) {
			char *name = *prefix == '\0' ? g_strdup(entry) : g_build_filename(prefix, entry, NULL);
			g_autofree char *whole = g_build_filename(folder, name, NULL);
			g_ptr_array_add(names, name);
			if (g_file_test(whole, G_FILE_TEST_IS_DIR))
				g_ptr_array_add(below, name);
			else if (!evidence_digest_file(folder, name, files, error))
				return FALSE;
		}
	}
	return TRUE;
}

static int evidence_compare(gconstpointer a, gconstpointer b)
{
	return strcmp(((const RigStatementFile *)a)->name, ((const RigStatementFile *)b)->name);
}

/* tinyrig's own statement of a run that is kept. */
static char *evidence_statement(RigStore *store, const char *id, const RigRunReport *run,
                                GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(RigStatementFile));
	g_autoptr(RigKeptFiles) kept = rig_kept_copy(store, id, NULL, error);
	if (kept == NULL || !evidence_digest_files(kept->folder, names, files, error))
		return NULL;
	g_array_sort(files, evidence_compare);
	g_autofree char *report = rig_report_json_run(run);
	return rig_statement_hil_run(run, report, (const RigStatementFile *)(gconstpointer)files->data,
	                             files->len, error);
}

static gboolean evidence_sign(const RigKey *key, const char *statement, GString *out,
                              GError **error)
{
	g_autofree char *line =
	    rig_dsse_sign(key, RIG_DSSE_IN_TOTO, (const guint8 *)statement, strlen(statement), error);
	if (line != NULL)
		g_string_append_printf(out, "%s\n", line);
	return line != NULL;
}

static gboolean evidence_put(const EvidenceOptions *options, const GString *text, const RigKey *key,
                             guint statements, GError **error)
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
	printf("%s: %u statement%s, signed by %.16s\n", options->output, statements,
	       statements == 1 ? "" : "s", rig_key_id(key));
	return TRUE;
}

static gboolean evidence_export(const char *word, const EvidenceOptions *options, GError **error)
{
	if (options->keys == NULL || options->keys[0] == NULL || options->keys[1] != NULL)
		return evidence_refuse(error,
		                       "export signs with one key: --key NAME (tinyrig key new NAME)");
	g_autoptr(RigKey) key = rig_keys_open(options->keys[0], options->passphrase_file, error);
	g_autoptr(RigStore) store = key == NULL ? NULL : rig_kept_open("tinyrig", error);
	g_autofree char *id = store == NULL ? NULL : rig_store_find(store, word, error);
	g_autoptr(RigRunReport) run = id == NULL ? NULL : rig_kept_report(store, id, error);
	g_autofree char *own = run == NULL ? NULL : evidence_statement(store, id, run, error);
	g_autofree char *standard = own == NULL ? NULL : rig_statement_test_result(run);
	g_autoptr(GString) text = g_string_new(NULL);
	return own != NULL && evidence_sign(key, own, text, error) &&
	       (standard == NULL || evidence_sign(key, standard, text, error)) &&
	       evidence_put(options, text, key, standard != NULL ? 2 : 1, error);
}

static void evidence_tell(const RigStatement *statement)
{
	printf("%s: %s; sha256", statement->run != NULL ? statement->run : statement->predicate_type,
	       statement->verdict != NULL ? statement->verdict : "says what it says");
	for (guint i = 0; i < statement->count; i++) {
		g_autofree char *hex = rig_hash_hex(&statement->subjects[i]);
		printf(" %s", hex);
	}
	printf("\n");
}

/* One line of a bundle. FALSE: it proves nothing. */
static gboolean evidence_look(const char *line, RigKey *const *keys, guint count, gboolean shows,
                              GError **error)
{
	RigEnvelope envelope;
	RigStatement statement = {0};
	gboolean good = rig_dsse_read(&envelope, line, strlen(line), error) &&
	                (shows || rig_dsse_verify(&envelope, keys, count, 1, error));
	if (good && strcmp(envelope.type, RIG_DSSE_IN_TOTO) != 0)
		good = evidence_refuse(error, "its payload is no in-toto statement");
	good = good &&
	       rig_statement_read(&statement, envelope.payload->data, envelope.payload->len, error);
	if (good && shows)
		printf("%.*s\n", (int)envelope.payload->len, (const char *)envelope.payload->data);
	else if (good)
		evidence_tell(&statement);
	rig_statement_clear(&statement);
	rig_envelope_clear(&envelope);
	return good;
}

static gboolean evidence_read(const char *path, const EvidenceOptions *options, gboolean shows,
                              GError **error)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)rig_key_free);
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
	for (guint i = 0; options->keys != NULL && options->keys[i] != NULL; i++) {
		RigKey *key = rig_keys_open(options->keys[i], options->passphrase_file, error);
		if (key == NULL)
			return FALSE;
		g_ptr_array_add(keys, key);
	}
	if (!shows && keys->len == 0)
		return evidence_refuse(error, "verify trusts nobody without --key");
	if (!g_file_get_contents(path, &text, NULL, &why)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "%s", why->message);
		return FALSE;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint found = 0;
	for (guint i = 0; lines[i] != NULL; i++) {
		if (lines[i][0] == '\0')
			continue;
		found++;
		if (!evidence_look(lines[i], (RigKey *const *)keys->pdata, keys->len, shows, error)) {
			g_prefix_error(error, "%s:%u: ", path, i + 1);
			return FALSE;
		}
	}
	return found > 0 || evidence_refuse(error, "the file holds no evidence");
}

static int evidence_command(const RigInvocation *invocation)
{
	const EvidenceOptions *options = invocation->options;
	const char *action = invocation->words[0], *what = invocation->words[1];
	g_autoptr(GError) error = NULL;
	gboolean good = FALSE;
	if (strcmp(action, "export") == 0)
		good = evidence_export(what, options, &error);
	else if (strcmp(action, "verify") == 0 || strcmp(action, "show") == 0)
		good = evidence_read(what, options, action[0] == 's', &error);
	else
		return rig_command_usage(
		    invocation->command,
		    "\"%s\" is nothing to do with evidence: export RUN, show FILE or verify FILE", action);
	if (good)
		return RIG_EXIT_PASSED;
	int code = rig_command_error(invocation->command, error);
	return g_error_matches(error, RIG_ERROR, RIG_ERROR_DAMAGED) ? RIG_EXIT_DAMAGED : code;
}

const RigCommand rig_command_evidence = {
    .name = "evidence",
    .arguments = "export|show|verify RUN|FILE",
    .about = "sign what is known of a run, and check what others signed",
    .details =
        "export writes two in-toto statements of a kept run as signed DSSE envelopes, a line "
        "each:\n"
        "tinyrig's own, with its report and its files by digest, and (where it passed or failed)\n"
        "the standard's test result. show prints the statements of a file; verify says whose they\n"
        "are, and exits with 14 where a line is signed by none of the keys.",
    .options = evidence_options,
    .options_size = sizeof(EvidenceOptions),
    .least = 2,
    .most = 2,
    .run = evidence_command,
};
