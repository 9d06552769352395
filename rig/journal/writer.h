/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of a run: JSON lines, one event each (docs/journal.md). The worker writes it, in
 * order; every event is in the file when its call returns, inferences when their step ends.
 * The first failure is kept and told by sync; later calls do nothing.
 */
#ifndef RIG_JOURNAL_WRITER_H
#define RIG_JOURNAL_WRITER_H

#include "journal/attempt.h"

#define RIG_JOURNAL_VERSION  1
#define RIG_JOURNAL_LINE_MAX 65536u

typedef struct RigJournal RigJournal;

/* Creates the file with its first line. Errors: RIG_ERROR_BENCH. */
RigJournal *rig_journal_new(const char *path, const char *run, const char *board, GError **error);
void rig_journal_free(RigJournal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigJournal, rig_journal_free)

void rig_journal_attempt_begin(RigJournal *journal, const char *case_name, guint number,
                               gint64 at_us, guint64 console);
void rig_journal_step_begin(RigJournal *journal, const RigStepRecord *step);
void rig_journal_inference(RigJournal *journal, const RigInference *record);
/* Energy, charge and marker of a record that was written before: what is measured is known later.
 */
void rig_journal_energy(RigJournal *journal, const RigInference *record);
void rig_journal_value(RigJournal *journal, const RigValue *value);
void rig_journal_note(RigJournal *journal, const char *text);
/* What a program of others was: argv, digest of its file (NULL: not found), how it ended. */
void rig_journal_program(RigJournal *journal, char **argv, const char *sha256, int status,
                         const char *said);
void rig_journal_step_end(RigJournal *journal, const RigStepRecord *step);
void rig_journal_attempt_end(RigJournal *journal, const RigAttempt *attempt, gint64 at_us,
                             guint64 console, guint64 sent_bytes, guint64 received_bytes,
                             guint64 repeats);

/* Makes all that was written survive a power cut. */
gboolean rig_journal_sync(RigJournal *journal, GError **error);
/* Bytes in the file. */
guint64 rig_journal_size(const RigJournal *journal);

#endif
