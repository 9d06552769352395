/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/evidence_file.h"

#include <stdio.h>
#include <string.h>

#include "release/dsse.h"
#include "release/evidence.h"
#include "release/keys.h"

/* What is done with a line; FALSE with an error ends the file. */
typedef struct {
	char **names;
	GPtrArray *keys; /* RigKey, as `names` */
	RigLedger *ledger;
	guint taken, known, passed;
} FileWork;
typedef gboolean (*FileLine)(FileWork *work, const char *line, GError **error);

static gboolean file_refuse(GError **error, const char *what)
{
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, what);
	return FALSE;
}

static gboolean file_each(const char *path, FileWork *work, FileLine each, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;
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
		if (!each(work, lines[i], error)) {
			g_prefix_error(error, "%s:%u: ", path, i + 1);
			return FALSE;
		}
	}
	return found > 0 || file_refuse(error, "the file holds no evidence");
}

static gboolean file_statement(const RigEnvelope *envelope, RigStatement *statement, GError **error)
{
	if (strcmp(envelope->type, RIG_DSSE_IN_TOTO) != 0)
		return file_refuse(error, "its payload is no in-toto statement");
	return rig_statement_read(statement, envelope->payload->data, envelope->payload->len, error);
}

static gboolean file_show_line(FileWork *work, const char *line, GError **error)
{
	g_auto(RigEnvelope) envelope = {0};
	g_auto(RigStatement) statement = {0};
	(void)work;
	if (!rig_dsse_read(&envelope, line, strlen(line), error) ||
	    !file_statement(&envelope, &statement, error))
		return FALSE;
	printf("%.*s\n", (int)envelope.payload->len, (const char *)envelope.payload->data);
	return TRUE;
}

gboolean rig_evidence_file_show(const char *path, GError **error)
{
	FileWork work = {0};
	return file_each(path, &work, file_show_line, error);
}

static void file_tell(const RigStatement *statement)
{
	printf("%s: ", statement->run != NULL ? statement->run : statement->kind);
	if (statement->verdict != NULL)
		printf("%s; sha256", statement->verdict);
	else if (statement->number >= 0)
		printf("last run is %" G_GINT64_FORMAT "; sha256", statement->number);
	else
		printf("sha256");
	for (guint i = 0; i < statement->count; i++) {
		g_autofree char *hex = rig_hash_hex(&statement->subjects[i]);
		printf(" %s", hex);
	}
	printf("\n");
}

static gboolean file_verify_line(FileWork *work, const char *line, GError **error)
{
	g_auto(RigEnvelope) envelope = {0};
	g_auto(RigStatement) statement = {0};
	if (!rig_dsse_read(&envelope, line, strlen(line), error) ||
	    !rig_dsse_verify(&envelope, (RigKey *const *)work->keys->pdata, work->keys->len, 1,
	                     error) ||
	    !file_statement(&envelope, &statement, error))
		return FALSE;
	file_tell(&statement);
	return TRUE;
}

/* The first key that signed it takes it in. */
static gboolean file_import_line(FileWork *work, const char *line, GError **error)
{
	gboolean known, passed;
	for (guint i = 0; i < work->keys->len; i++) {
		g_autoptr(GError) why = NULL;
		g_autofree char *base = g_path_get_basename(work->names[i]);
		if (rig_evidence_take(work->ledger, line, base, work->keys->pdata[i], &known, &passed,
		                      &why)) {
			work->known += known ? 1 : 0;
			work->passed += passed ? 1 : 0;
			work->taken += known || passed ? 0 : 1;
			return TRUE;
		}
		if (!g_error_matches(why, RIG_ERROR, RIG_ERROR_DAMAGED) || i + 1 == work->keys->len) {
			g_propagate_error(error, g_steal_pointer(&why));
			return FALSE;
		}
	}
	return FALSE;
}

static gboolean file_open_keys(FileWork *work, char **names, GError **error)
{
	work->names = names;
	work->keys = g_ptr_array_new_with_free_func((GDestroyNotify)rig_key_free);
	for (guint i = 0; names != NULL && names[i] != NULL; i++) {
		RigKey *key = rig_keys_open(names[i], NULL, error);
		if (key == NULL)
			return FALSE;
		g_ptr_array_add(work->keys, key);
	}
	return work->keys->len > 0 ||
	       file_refuse(error, "nobody is trusted without --key NAME or --key FILE.pem");
}

gboolean rig_evidence_file_verify(const char *path, char **keys, GError **error)
{
	FileWork work = {0};
	gboolean good =
	    file_open_keys(&work, keys, error) && file_each(path, &work, file_verify_line, error);
	g_ptr_array_unref(work.keys);
	return good;
}

gboolean rig_evidence_file_import(const char *path, char **keys, GError **error)
{
	FileWork work = {0};
	gboolean good = file_open_keys(&work, keys, error) &&
	                (work.ledger = rig_ledger_open(TRUE, error)) != NULL &&
	                file_each(path, &work, file_import_line, error);
	good = work.ledger != NULL && rig_ledger_publish(work.ledger, good ? error : NULL) && good;
	if (good)
		printf("%s: %u taken in, %u known already, %u of other kinds passed over\n", path,
		       work.taken, work.known, work.passed);
	g_ptr_array_unref(work.keys);
	rig_ledger_close(work.ledger);
	return good;
}
