/* SPDX-License-Identifier: Apache-2.0 */
/* What commands on kept runs share: the store, a run by its word, its report and its files. */
#ifndef RIG_CLI_KEPT_H
#define RIG_CLI_KEPT_H

#include "store/query.h"

/* The store of this folder, with what killed sessions left taken in (told on stderr). NULL with
 * error. */
RigStore *rig_kept_open(const char *program, GError **error);

/* The whole report of a run as it was told; caller frees. */
RigRunReport *rig_kept_report(RigStore *store, const char *name, GError **error);

/* A run's files in a folder. */
typedef struct RigKeptFiles {
	char *folder;
	gboolean is_copy; /* goes when this is freed */
} RigKeptFiles;

/* `word`: a folder that holds a run, which is used as it is, or what rig_store_find knows. */
RigKeptFiles *rig_kept_files(const char *word, const char *program, GError **error);
/* The files of the run of that name; `only` one of them, or NULL for all. */
RigKeptFiles *rig_kept_copy(RigStore *store, const char *name, const char *only, GError **error);
void rig_kept_files_free(RigKeptFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigKeptFiles, rig_kept_files_free)

/* "2026-11-23 06:55" of this place's time. Caller frees. */
char *rig_kept_time(gint64 unix_us);

#endif
