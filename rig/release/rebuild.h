/* SPDX-License-Identifier: Apache-2.0 */
/* The derived tables anew, from the entries alone: in memory, up to a size. */
#ifndef RIG_RELEASE_REBUILD_H
#define RIG_RELEASE_REBUILD_H

#include "release/ledger.h"

/* Told of each entry, in order, with its bytes; FALSE with an error ends it. */
typedef gboolean (*RigEntryVisit)(gpointer user, guint64 seq, const char *body, gsize size,
                                  const json_t *entry, GError **error);

/* Every entry before `size`. RIG_ERROR_DAMAGED: one is missing, or no JSON. */
gboolean rig_ledger_walk(RigDb *db, guint64 size, RigEntryVisit visit, gpointer user,
                         GError **error);

/* *into is opened in memory and filled, and closed in any case by rig_db_close. */
gboolean rig_ledger_rebuild(RigDb *db, guint64 size, RigDb *into, GError **error);

#endif
