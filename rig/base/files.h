/* SPDX-License-Identifier: Apache-2.0 */
/* Files that survive: whole or not at all, and on the disk when the call returns. */
#ifndef RIG_BASE_FILES_H
#define RIG_BASE_FILES_H

#include <rig/error.h>

/* What an engineer can do about that errno, with a semicolon before it; "" where nothing is known.
 */
const char *rig_file_advice(int error_number);

/* Sets RIG_ERROR_BENCH, "PATH: WHAT: CAUSE" with the advice. Returns FALSE. */
gboolean rig_file_fail(GError **error, const char *path, const char *what, int error_number);

/* Writes beside `path`, syncs, renames over it, syncs the folder. RIG_ERROR_BENCH. */
gboolean rig_file_replace(const char *path, const char *data, gsize size, GError **error);

/*
 * The same in a folder that several users write: the file has the permissions `mode` whatever the
 * umask, and nothing that lies there, as a link of somebody, is written through.
 */
gboolean rig_file_replace_shared(const char *path, guint mode, const char *data, gsize size,
                                 GError **error);

/* Makes a folder and its parents. */
gboolean rig_folder_make(const char *path, GError **error);

/* Makes the names in a folder survive a power cut. */
gboolean rig_folder_sync(const char *path, GError **error);

/*
 * Holds a folder by flock until the descriptor is closed: `operation` as flock(2). -1: with LOCK_NB
 * somebody else holds it (no error is set), or RIG_ERROR_BENCH.
 */
int rig_folder_hold(const char *path, int operation, GError **error);

/* Creates the file (it must not be there) without a sync. */
gboolean rig_file_create(const char *path, const void *data, gsize size, GError **error);

#endif
