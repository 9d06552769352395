/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a journal back into attempts. The file may be cut anywhere and may be hostile. */
#ifndef RIG_JOURNAL_READER_H
#define RIG_JOURNAL_READER_H

#include "journal/attempt.h"

typedef struct RigJournalReader RigJournalReader;

RigJournalReader *rig_journal_reader_new(void);
void rig_journal_reader_free(RigJournalReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigJournalReader, rig_journal_reader_free)

/*
 * Takes the next bytes of the file, in pieces of any size. An incomplete last line waits for
 * more. FALSE: not a journal, a newer version, a broken line (RIG_ERROR_BENCH, with its number);
 * what was read before stays.
 */
gboolean rig_journal_reader_feed(RigJournalReader *reader, const char *data, gsize size,
                                 GError **error);

/*
 * The attempts so far, in order: array of RigAttempt, owned by the reader. The last may not have
 * ended (end_us 0): its outcome is `error`.
 */
const GPtrArray *rig_journal_reader_attempts(const RigJournalReader *reader);

/* The attempt of that case and number, taken from the reader; NULL: none. Caller frees. */
RigAttempt *rig_journal_reader_take(RigJournalReader *reader, const char *case_name, guint number);

/* Counters of the last attempt that ended. */
typedef struct RigJournalTotals {
	guint64 sent_bytes, received_bytes, repeats;
} RigJournalTotals;
RigJournalTotals rig_journal_reader_totals(const RigJournalReader *reader);

#endif
