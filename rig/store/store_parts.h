/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's own files share. */
#ifndef RIG_STORE_STORE_PARTS_H
#define RIG_STORE_STORE_PARTS_H

#include "store/db.h"
#include "store/store.h"

struct RigStore {
	RigDb db;
	char *folder, *objects, *runs;
	gboolean unwritable;
};

/* Id of a text in `word`, which it joins where it is new; NULL gives 0. -1 with an error. */
gint64 rig_store_word(RigStore *store, const char *text, GError **error);

/* Id of the run of that name; 0: not in the store; -1 with an error. */
gint64 rig_store_run(RigStore *store, const char *name, GError **error);

/* rig_store_import; `left`: what a killed session left. */
gboolean rig_store_take(RigStore *store, const RigRunReport *run, gboolean left, GError **error);

#endif
