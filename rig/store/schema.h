/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the store, and the way from each older version to the present one. */
#ifndef RIG_STORE_SCHEMA_H
#define RIG_STORE_SCHEMA_H

#include "store/db.h"

/* `PRAGMA user_version` of a store that this program writes. */
guint rig_schema_version(void);

/*
 * Is this a store that is up to date, or (*older) one that rig_schema_migrate can bring there? Only
 * reads. Errors as there.
 */
gboolean rig_schema_check(RigDb *db, gboolean *older, GError **error);

/*
 * Brings the store to the present version, each step in a transaction of its own. A store of a
 * newer version is refused, RIG_ERROR_USAGE, and not touched. Disk, damage: RIG_ERROR_BENCH.
 */
gboolean rig_schema_migrate(RigDb *db, GError **error);

#endif
