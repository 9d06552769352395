/* SPDX-License-Identifier: Apache-2.0 */
#include "release/signer.h"

#include <string.h>

#include "base/files.h"
#include "release/dsse.h"
#include "release/json_text.h"
#include "run/program.h"

#define SIGNER_TIME_US (60 * G_USEC_PER_SEC) /* a token may want to be touched */

static char *signer_path(const char *pem)
{
	gsize length = strlen(pem) - (g_str_has_suffix(pem, ".pem") ? strlen(".pem") : 0);
	return g_strdup_printf("%.*s.signer", (int)length, pem);
}

/* The argument list of the file; g_strfreev. NULL: it is none. */
static char **signer_read(const char *path)
{
	json_t *list = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	gboolean good = json_array_size(list) > 0;
	for (gsize i = 0; i < json_array_size(list); i++) {
		const char *word = json_string_value(json_array_get(list, i));
		good = good && word != NULL;
		if (word != NULL)
			g_strv_builder_add(words, word);
	}
	json_decref(list);
	char **argv = g_strv_builder_end(words);
	if (!good)
		g_clear_pointer(&argv, g_strfreev);
	return argv;
}

static gboolean signer_take(const json_t *answer, guint8 *signature)
{
	const char *text = rig_json_string(answer, "signature");
	g_autoptr(GByteArray) bytes = text == NULL ? NULL : rig_base64_decode(text, strlen(text));
	if (bytes == NULL || bytes->len != RIG_SIGNATURE_BYTES)
		return FALSE;
	memcpy(signature, bytes->data, RIG_SIGNATURE_BYTES);
	return TRUE;
}

static gboolean signer_sign(gpointer path, const void *data, gsize size, guint8 *signature,
                            GError **error)
{
	g_auto(GStrv) argv = signer_read(path);
	if (argv == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "%s: is no list of words in JSON, as [\"sign-with-token\"]", (char *)path);
		return FALSE;
	}
	g_autofree char *body = g_base64_encode(data, size);
	json_t *asked = json_pack("{s:s}", "data", body);
	g_autofree char *input = rig_json_canonical(asked);
	json_decref(asked);
	const RigProgram program = {.argv = argv,
	                            .input = input,
	                            .deadline_us = rig_clock_now(&rig_clock_monotonic) + SIGNER_TIME_US,
	                            .clock = &rig_clock_monotonic,
	                            .stop_fd = -1};
	RigProgramResult result;
	gboolean good = rig_program_run(&program, &result, error);
	if (good && !signer_take(result.answer, signature)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
		            "%s: did not answer {\"signature\": …} of 64 bytes in base64", argv[0]);
		good = FALSE;
	}
	rig_program_result_clear(&result);
	return good;
}

void rig_signer_find(RigKey *key, const char *pem)
{
	g_autofree char *path = signer_path(pem);
	if (g_file_test(path, G_FILE_TEST_EXISTS))
		rig_key_set_signer(key, signer_sign, g_steal_pointer(&path));
}

gboolean rig_signer_write(const char *pem, char **argv, GError **error)
{
	g_autofree char *path = signer_path(pem);
	json_t *list = json_array();
	for (guint i = 0; argv[i] != NULL; i++)
		json_array_append_new(list, json_string(argv[i]));
	g_autofree char *text = rig_json_canonical(list);
	json_decref(list);
	return rig_file_replace(path, text, strlen(text), error);
}
