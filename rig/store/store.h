/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a project remembers of its runs: FOLDER/store.db is the index (SQLite), FOLDER/objects/
 * holds the files of each run by their SHA-256. A run at work has a folder of its own,
 * FOLDER/runs/ID; when it has ended it is taken into the store and its folder goes. A folder that a
 * killed session left is taken in by whoever opens the store next.
 *
 * All calls block on the disk only; one thread a store; any number of processes.
 */
#ifndef RIG_STORE_STORE_H
#define RIG_STORE_STORE_H

#include "run/result.h"

typedef struct RigStore RigStore;

/* Where the project's store is: .tinyrig here. Absolute; caller frees. */
char *rig_store_folder(void);

/*
 * Opens the store; an older one is brought up to date. Where there is none it is made, or with
 * `make` FALSE that is RIG_ERROR_USAGE. A newer one: RIG_ERROR_USAGE. Disk: RIG_ERROR_BENCH. With
 * `make` FALSE a store that cannot be written is opened to be read.
 */
RigStore *rig_store_open(const char *folder, gboolean make, GError **error);
void rig_store_close(RigStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigStore, rig_store_close)

/*
 * Takes in a run that has ended: its report as result.json and the files of run->folder; then
 * removes the folder. In one transaction: after a failure the folder is still whole. A run that is
 * in the store already is only removed from the folder. A folder that cannot go is no failure:
 * rig_store_import_left tells of it.
 */
gboolean rig_store_import(RigStore *store, const RigRunReport *run, GError **error);

/*
 * Takes in the folders that killed sessions left; those of live sessions are passed over. Verdicts
 * that were kept stand; a case without one is `skip`, the run an `error`. `say` (may be NULL) gets
 * a line for each, also for one that cannot be taken in: it stays, and the others are taken in.
 * FALSE: the store itself cannot be read.
 */
gboolean rig_store_import_left(RigStore *store, const char *program,
                               void (*say)(gpointer user, const char *text), gpointer user,
                               GError **error);

/*
 * The files of a run as they were, into `folder`, which must exist; `only` one of them, or NULL for
 * all. RIG_ERROR_BENCH where an object is missing or damaged.
 */
gboolean rig_store_unpack(RigStore *store, const char *name, const char *only, const char *folder,
                          GError **error);

/* TRUE: a run of that name is in the store. */
gboolean rig_store_has(RigStore *store, const char *name);

/* A file of a run as the store has it. */
typedef struct RigStoredFile {
	char *name, *sha256; /* within the run's folder; hex */
} RigStoredFile;
/* RigStoredFile by name; NULL with an error. Caller frees. */
GPtrArray *rig_store_files(RigStore *store, const char *name, GError **error);

/* Removes a folder of a run, or one that rig_store_unpack filled. */
gboolean rig_store_clear(const char *folder, GError **error);

#endif
