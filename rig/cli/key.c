/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that sign evidence, decisions and the ledger. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/command.h"
#include "release/keys.h"
#include "release/minisign.h"
#include "release/note.h"
#include <rig/error.h>

typedef struct {
	char *passphrase_file, *format, *public_half;
	char **signer;
} KeyOptions;

#define KEY_AT(member) offsetof(KeyOptions, member)

static const RigOption key_options[] = {
    {"passphrase-file", 0, RIG_OPTION_FILE, KEY_AT(passphrase_file), "FILE",
     "its first line is the passphrase; without it a new key has none"},
    {"format", 0, RIG_OPTION_TEXT, KEY_AT(format), "FORMAT",
     "of what export prints: pem (default), minisign, signify, vkey"},
    {"public", 0, RIG_OPTION_FILE, KEY_AT(public_half), "FILE",
     "the public half (PEM) of a new key whose private half is elsewhere"},
    {"signer", 0, RIG_OPTION_TEXTS, KEY_AT(signer), "WORD",
     "the program that signs for it; again for its arguments"},
    {0},
};

static gboolean key_adopt(const char *name, const KeyOptions *options, GError **error)
{
	if (options->public_half == NULL || options->signer == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "a key that is elsewhere has --public FILE and --signer PROGRAM");
		return FALSE;
	}
	g_autoptr(RigKey) key = rig_keys_adopt(name, options->public_half, options->signer, error);
	if (key != NULL)
		printf("%s  %s\nsigned for by %s\n", name, rig_key_id(key), options->signer[0]);
	return key != NULL;
}

static gboolean key_new(const char *name, const KeyOptions *options, GError **error)
{
	g_autofree char *passphrase = options->passphrase_file == NULL
	                                  ? NULL
	                                  : rig_keys_passphrase(options->passphrase_file, error);
	if (options->passphrase_file != NULL && passphrase == NULL)
		return FALSE;
	g_autoptr(RigKey) key = rig_keys_make(name, passphrase, error);
	if (passphrase != NULL)
		explicit_bzero(passphrase, strlen(passphrase));
	g_autofree char *path = key == NULL ? NULL : rig_keys_path(name, error);
	if (path == NULL)
		return FALSE;
	printf("%s  %s\n", name, rig_key_id(key));
	printf("kept in %s%s; give others its public half: tinyrig key export %s\n", path,
	       passphrase == NULL ? ", without a passphrase" : "", name);
	return TRUE;
}

/* A key whose passphrase nobody gave is told as that, and the others nevertheless. */
static gboolean key_show_all(const KeyOptions *options, GError **error)
{
	g_auto(GStrv) names = rig_keys_list(error);
	if (names == NULL)
		return FALSE;
	if (names[0] == NULL)
		printf("There are no keys; `tinyrig key new NAME` makes one.\n");
	for (guint i = 0; names[i] != NULL; i++) {
		g_autoptr(GError) why = NULL;
		g_autoptr(RigKey) key = rig_keys_open(names[i], options->passphrase_file, &why);
		printf("%-16s  %s\n", names[i], key != NULL ? rig_key_id(key) : why->message);
	}
	return TRUE;
}

static gboolean key_show(const char *name, const KeyOptions *options, GError **error)
{
	if (name == NULL)
		return key_show_all(options, error);
	g_autoptr(RigKey) key = rig_keys_open(name, options->passphrase_file, error);
	if (key == NULL)
		return FALSE;
	printf("id       %s\nhas      %s\n", rig_key_id(key),
	       rig_key_is_private(key) ? "both halves" : "the public half");
	return TRUE;
}

static gboolean key_export(const char *name, const KeyOptions *options, GError **error)
{
	const char *format = options->format == NULL ? "pem" : options->format;
	g_autoptr(RigKey) key = rig_keys_open(name, options->passphrase_file, error);
	g_autofree char *text = NULL;
	if (key == NULL)
		return FALSE;
	g_autofree char *line = rig_minisign_public(key);
	if (strcmp(format, "pem") == 0)
		text = rig_key_public_pem(key, error);
	else if (strcmp(format, "minisign") == 0)
		text = g_strdup_printf("untrusted comment: minisign public key %s\n%s\n", name, line);
	else if (strcmp(format, "signify") == 0)
		text = g_strdup_printf("untrusted comment: %s public key\n%s\n", name, line);
	else if (strcmp(format, "vkey") == 0 && rig_note_name_is_good(name))
		text = rig_note_vkey(name, key);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "--format is pem, minisign, signify or vkey, not \"%.40s\"", format);
	if (text == NULL)
		return FALSE;
	printf("%s%s", text, g_str_has_suffix(text, "\n") ? "" : "\n");
	return TRUE;
}

static int key_command(const RigInvocation *invocation)
{
	const KeyOptions *options = invocation->options;
	const char *action = invocation->words[0];
	const char *name = invocation->count > 1 ? invocation->words[1] : NULL;
	g_autoptr(GError) error = NULL;
	gboolean good = FALSE;
	if (name == NULL && (strcmp(action, "new") == 0 || strcmp(action, "export") == 0))
		return rig_command_usage(invocation->command, "%s needs the NAME of a key", action);
	if (strcmp(action, "new") == 0 && (options->public_half != NULL || options->signer != NULL))
		good = key_adopt(name, options, &error);
	else if (strcmp(action, "new") == 0)
		good = key_new(name, options, &error);
	else if (strcmp(action, "show") == 0)
		good = key_show(name, options, &error);
	else if (strcmp(action, "export") == 0)
		good = key_export(name, options, &error);
	else
		return rig_command_usage(
		    invocation->command,
		    "\"%s\" is nothing to do with a key: new NAME, show or export NAME", action);
	return good ? RIG_EXIT_PASSED : rig_command_error(invocation->command, error);
}

const RigCommand rig_command_key = {
    .name = "key",
    .arguments = "new|show|export [NAME]",
    .about = "make, list and give out signing keys",
    .details =
        "new makes an Ed25519 key in the state folder ($TINYRIG_STATE), readable by its owner\n"
        "alone; show lists all, or tells of one; export prints the public half, for OpenSSL "
        "(pem),\n"
        "minisign, signify, or verifiers of signed notes (vkey). NAME may be a file NAME.pem.",
    .options = key_options,
    .options_size = sizeof(KeyOptions),
    .least = 1,
    .most = 2,
    .run = key_command,
};
