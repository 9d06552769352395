/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal as a stranger may hand it in. The first byte says in how large pieces it comes; the
 * pieces must not matter: what is read is the same as in one go.
 */
#include <glib.h>

#include "journal/reader.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Counts what came out; FALSE where the journal was refused. */
static gboolean fuzz_read(const char *data, gsize size, gsize piece, guint counts[4])
{
	g_autoptr(RigJournalReader) reader = rig_journal_reader_new();
	gboolean good = TRUE;
	for (gsize at = 0; good && at < size; at += piece) {
		g_autoptr(GError) error = NULL;
		good = rig_journal_reader_feed(reader, data + at, MIN(piece, size - at), &error);
		g_assert(good == (error == NULL));
	}
	const GPtrArray *attempts = rig_journal_reader_attempts(reader);
	counts[0] = attempts->len;
	for (guint i = 0; i < attempts->len; i++) {
		const RigAttempt *attempt = g_ptr_array_index(attempts, i);
		counts[1] += attempt->steps->len;
		counts[2] += attempt->inferences->len;
		counts[3] += attempt->values->len + attempt->notes->len;
		rig_attempt_value(attempt, "r.x");
		rig_attempt_step(attempt, "r");
	}
	if (attempts->len > 0) {
		const RigAttempt *first = g_ptr_array_index(attempts, 0);
		g_autofree char *name = g_strdup(first->case_name);
		rig_attempt_free(rig_journal_reader_take(reader, name, first->number));
	}
	rig_journal_reader_totals(reader);
	return good;
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 1)
		return 0;
	const char *text = (const char *)data + 1;
	guint whole[4] = {0}, pieces[4] = {0};
	gboolean good = fuzz_read(text, size - 1, MAX(size - 1, 1), whole);
	gboolean again = fuzz_read(text, size - 1, (gsize)data[0] % 61 + 1, pieces);
	g_assert(good == again);
	for (guint i = 0; i < 4; i++)
		g_assert(whole[i] == pieces[i]);
	return 0;
}
