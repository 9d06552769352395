/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inferences.h"

#include <errno.h>
#include <fnmatch.h>
#include <rig/inference.h>
#include <string.h>

#include "cli/kept.h"
#include "journal/reader.h"
#include "judge/golden.h"
#include "run/follow.h"

static void inferences_free(gpointer attempt)
{
	rig_attempt_free(attempt);
}

static gboolean inferences_read(GPtrArray *attempts, const char *path, GError **error)
{
	g_autofree char *text = NULL;
	gsize size;
	if (!g_file_get_contents(path, &text, &size, error))
		return FALSE;
	g_autoptr(RigJournalReader) reader = rig_journal_reader_new();
	if (!rig_journal_reader_feed(reader, text, size, error))
		return FALSE;
	const GPtrArray *read = rig_journal_reader_attempts(reader);
	while (read->len > 0) {
		const RigAttempt *first = g_ptr_array_index(read, 0);
		g_ptr_array_add(attempts, rig_journal_reader_take(reader, first->case_name, first->number));
	}
	return TRUE;
}

GPtrArray *rig_inferences_attempts(RigStore *store, const char *name, GError **error)
{
	g_autoptr(GPtrArray) attempts = g_ptr_array_new_with_free_func(inferences_free);
	g_autoptr(RigKeptFiles) files = rig_kept_copy(store, name, NULL, error);
	for (guint generation = 1; files != NULL; generation++) {
		char suffix[RIG_SUFFIX_BYTES];
		g_autofree char *file =
		    g_strconcat("journal", rig_run_suffix(suffix, generation), ".jsonl", NULL);
		g_autofree char *path = g_build_filename(files->folder, file, NULL);
		if (!g_file_test(path, G_FILE_TEST_EXISTS))
			return g_steal_pointer(&attempts);
		if (!inferences_read(attempts, path, error)) {
			g_prefix_error(error, "run %s: %s: ", name, file);
			return NULL;
		}
	}
	return NULL;
}

static gboolean inferences_wants(char **patterns, const RigAttempt *attempt)
{
	for (guint i = 0; patterns != NULL && patterns[i] != NULL; i++) {
		if (fnmatch(patterns[i], attempt->case_name, 0) == 0)
			return TRUE;
	}
	return patterns == NULL;
}

static void inferences_known(GString *line, gint64 number, gint64 unknown)
{
	g_string_append_c(line, ',');
	if (number != unknown)
		g_string_append_printf(line, "%" G_GINT64_FORMAT, number);
}

/* RFC 4180: a field with a comma, a quote or a line's end stands in quotes. */
static void inferences_text(GString *line, const char *text)
{
	if (text == NULL)
		return;
	if (strpbrk(text, ",\"\r\n") == NULL) {
		g_string_append(line, text);
		return;
	}
	g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
	g_autofree char *quoted = g_strjoinv("\"\"", parts);
	g_string_append_printf(line, "\"%s\"", quoted);
}

static void inferences_line(GString *line, const RigAttempt *attempt, const RigInference *record,
                            guint outputs)
{
	g_string_truncate(line, 0);
	inferences_text(line, attempt->case_name);
	g_string_append_printf(line, ",%u,%u,%u,", attempt->number, record->seq, record->step);
	inferences_text(line, record->recording);
	inferences_known(line, record->input, -1);
	inferences_known(line, record->label, RIG_LABEL_NONE);
	inferences_known(line, record->iterations, 0);
	inferences_known(line, record->sent_us, 0);
	inferences_known(line, record->done_us, 0);
	inferences_known(line, record->lap_us, -1);
	g_string_append_printf(line, ",%s,%s", rig_integrity_name(record->integrity),
	                       rig_integrity_name(record->lap_integrity));
	inferences_known(line, record->marker_first, -1);
	inferences_known(line, record->marker_last, -1);
	inferences_known(line, record->charge_pc, G_MININT64);
	inferences_known(line, record->energy_pj, G_MININT64);
	inferences_known(line, record->uncertainty_pj, G_MININT64);
	for (guint i = 0; i < outputs; i++) {
		char text[G_ASCII_DTOSTR_BUF_SIZE] = "";
		if (i < record->outputs_count)
			rig_golden_number(text, record->outputs[i]); /* to the last bit */
		g_string_append_printf(line, ",%s", text);
	}
	g_string_append_c(line, '\n');
}

/* The head line; the number of outputs that the widest record has. */
static guint inferences_head(const GPtrArray *attempts, FILE *stream)
{
	guint outputs = 0;
	for (guint i = 0; i < attempts->len; i++) {
		const RigAttempt *attempt = g_ptr_array_index(attempts, i);
		for (guint k = 0; k < attempt->inferences->len; k++) {
			const RigInference *record = g_ptr_array_index(attempt->inferences, k);
			outputs = MAX(outputs, record->outputs_count);
		}
	}
	fputs("case,attempt,seq,step,recording,input,label,iterations,sent_us,done_us,lap_us,"
	      "integrity,lap_integrity,marker_first,marker_last,charge_pc,energy_pj,uncertainty_pj",
	      stream);
	for (guint i = 0; i < outputs; i++)
		fprintf(stream, ",output_%u", i);
	fputc('\n', stream);
	return outputs;
}

gboolean rig_inferences_print(RigStore *store, const char *name, char **patterns, FILE *stream,
                              GError **error)
{
	g_autoptr(GPtrArray) attempts = rig_inferences_attempts(store, name, error);
	if (attempts == NULL)
		return FALSE;
	g_autoptr(GString) line = g_string_new(NULL);
	guint outputs = inferences_head(attempts, stream);
	for (guint i = 0; i < attempts->len; i++) {
		const RigAttempt *attempt = g_ptr_array_index(attempts, i);
		for (guint k = 0; inferences_wants(patterns, attempt) && k < attempt->inferences->len;
		     k++) {
			inferences_line(line, attempt, g_ptr_array_index(attempt->inferences, k), outputs);
			fputs(line->str, stream);
		}
	}
	if (fflush(stream) == 0 && ferror(stream) == 0)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "the records cannot be written: %s",
	            g_strerror(errno));
	return FALSE;
}
