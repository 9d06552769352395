/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Content by its SHA-256: FOLDER/ab/cdef….zst, compressed with zstd, written once, verified on
 * every read. All calls block on the disk only.
 */
#ifndef RIG_STORE_OBJECTS_H
#define RIG_STORE_OBJECTS_H

#include <rig/error.h>

#define RIG_OBJECT_BYTES 32

typedef struct RigObjectId {
	guint8 sha256[RIG_OBJECT_BYTES];
} RigObjectId;

/*
 * Puts the file's content and has it on the disk when the call returns; content that is there is
 * not written again. *size: bytes of the content. RIG_ERROR_BENCH.
 */
gboolean rig_objects_put(const char *folder, const char *file, RigObjectId *id, gint64 *size,
                         GError **error);

/* Writes the content to a new file. RIG_ERROR_BENCH where it is missing, damaged or not `size`
 * long. */
gboolean rig_objects_get(const char *folder, const RigObjectId *id, gint64 size, const char *file,
                         GError **error);

/* Takes an object away. FALSE: it was not there. *freed (may be NULL) grows by its bytes on disk.
 */
gboolean rig_objects_remove(const char *folder, const RigObjectId *id, gint64 *freed);

/* Calls `each` for every object in the folder. Files of another form are passed over. */
void rig_objects_each(const char *folder, void (*each)(gpointer user, const RigObjectId *id),
                      gpointer user);

/*
 * Takes away what killed sessions left half written; nobody may be putting objects meanwhile.
 * *freed grows by its bytes.
 */
void rig_objects_tidy(const char *folder, gint64 *freed);

#endif
