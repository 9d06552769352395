/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIG_RUN_RECORDINGS_H
#define RIG_RUN_RECORDINGS_H

#include "data/recording.h"

/* Opens a recording; what is wrong with it is RIG_ERROR_BENCH with all issues in the text. */
RigRecording *rig_run_open_recording(const char *path, GError **error);

/* All values of a recording. */
typedef struct RigTable {
	double *values; /* shape (count, channels); g_free */
	guint count, channels;
} RigTable;

/* RIG_ERROR_BENCH: over 64 Mi values, or a file that cannot be read. *table is zero then. */
gboolean rig_run_table(RigRecording *recording, RigTable *table, GError **error);

#endif
