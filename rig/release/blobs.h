/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a release rests on, by SHA-256: FOLDER/ab/cdef…, as it is, so that one byte that turned is
 * found whatever byte it is. Written once, verified on every read.
 */
#ifndef RIG_RELEASE_BLOBS_H
#define RIG_RELEASE_BLOBS_H

#include "release/merkle.h"
#include <rig/error.h>

/* On the disk when the call returns. RIG_ERROR_BENCH. */
gboolean rig_blobs_put(const char *folder, const void *data, gsize size, RigHash *id,
                       GError **error);
/* The same with the content of a file. RIG_ERROR_USAGE: it cannot be read. */
gboolean rig_blobs_put_file(const char *folder, const char *file, RigHash *id, GError **error);

/* hex: of its SHA-256. RIG_ERROR_DAMAGED: it is missing, or not what it was. Caller unrefs. */
GBytes *rig_blobs_get(const char *folder, const char *hex, GError **error);

/* Where it is; caller frees. */
char *rig_blobs_path(const char *folder, const char *hex);

#endif
