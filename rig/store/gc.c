/* SPDX-License-Identifier: Apache-2.0 */
/* Pins, and the removal of what nobody refers to. */
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "store/objects.h"
#include "store/query.h"
#include "store/store_parts.h"

gboolean rig_store_pin(RigStore *store, const char *name, const char *why, GError **error)
{
	if (why == NULL)
		return rig_db_do(&store->db, error,
		                 "DELETE FROM pin WHERE run = (SELECT id FROM run WHERE name = ?)", "s",
		                 name);
	return rig_db_do(&store->db, error,
	                 "INSERT OR REPLACE INTO pin (run, why) SELECT id, ?2 FROM run WHERE name = ?1",
	                 "ss", name, why);
}

#define GC_OLD                                                                                     \
	" FROM run WHERE started_us < ?1 AND id NOT IN (SELECT run FROM pin)"                          \
	" AND id NOT IN (SELECT id FROM run ORDER BY id DESC LIMIT ?2)"

/* Objects on the disk that no row of `object` tells of. */
typedef struct Sweep {
	RigStore *store;
	gboolean dry;
	RigGcResult *result;
	gboolean good;
	GError **error;
} Sweep;

static void gc_sweep_one(gpointer user, const RigObjectId *id)
{
	Sweep *sweep = user;
	if (!sweep->good)
		return;
	GError *failure = NULL;
	gint64 known =
	    rig_db_number(&sweep->store->db, &failure, 0, "SELECT id FROM object WHERE sha256 = ?", "b",
	                  id->sha256, sizeof id->sha256);
	sweep->good = failure == NULL;
	if (failure != NULL)
		g_propagate_error(sweep->error, failure);
	else if (known == 0 && (sweep->dry || rig_objects_remove(sweep->store->objects, id,
	                                                         &sweep->result->freed_bytes)))
		sweep->result->objects++;
}

/* Rows first: an object without a row is found by the next sweep, a row without its object is a
 * loss. */
static gboolean gc_rows(RigStore *store, gint64 before_us, guint keep, RigGcResult *result,
                        GError **error)
{
	RigDb *db = &store->db;
	if (!rig_db_exec(db, "BEGIN IMMEDIATE", error))
		return FALSE;
	gboolean good = rig_db_do(db, error, "DELETE" GC_OLD, "ii", before_us, (gint64)keep);
	result->runs = good ? (guint)sqlite3_changes(db->handle) : 0;
	good = good &&
	       rig_db_exec(db, "DELETE FROM object WHERE id NOT IN (SELECT object FROM file); COMMIT",
	                   error);
	if (!good)
		rig_db_exec(db, "ROLLBACK", NULL);
	return good;
}

gboolean rig_store_gc(RigStore *store, gint64 before_us, guint keep, gboolean dry,
                      RigGcResult *result, GError **error)
{
	*result = (RigGcResult){0};
	int held = rig_folder_hold(store->objects, LOCK_EX, error); /* nobody takes in a run now */
	if (held < 0)
		return FALSE;
	Sweep sweep = {.store = store, .dry = dry, .result = result, .good = TRUE, .error = error};
	if (dry)
		result->runs = (guint)rig_db_number(&store->db, error, 0, "SELECT count(*)" GC_OLD, "ii",
		                                    before_us, (gint64)keep);
	else
		sweep.good = gc_rows(store, before_us, keep, result, error);
	if (sweep.good)
		rig_objects_each(store->objects, gc_sweep_one, &sweep);
	if (sweep.good && !dry)
		rig_objects_tidy(store->objects, &result->freed_bytes);
	close(held);
	/* It needs as much room as the index has, and what it cannot give back is used again. */
	if (sweep.good && !dry)
		rig_db_exec(&store->db, "VACUUM", NULL);
	return sweep.good;
}
