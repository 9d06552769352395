/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log that is appended to through memory: no system call per record, and what was
 * appended is in the file however the process ends. Space is reserved before it is
 * used, so a full disk is an error and never a signal. Until it is closed in order the
 * file has NUL bytes after its end.
 */
#ifndef RIG_BASE_APPEND_H
#define RIG_BASE_APPEND_H

#include <rig/error.h>

typedef struct RigAppend RigAppend;

/* Creates the file; RIG_ERROR_BENCH when it is there already or cannot be made. */
RigAppend *rig_append_new(const char *path, GError **error);

/* Appends. The first failure (disk full) is kept, later calls do nothing and return FALSE. */
gboolean rig_append_write(RigAppend *append, const void *data, gsize size);

/* Bytes appended so far. */
guint64 rig_append_size(const RigAppend *append);

/* FALSE with the first failure. */
gboolean rig_append_check(const RigAppend *append, GError **error);

/* Cuts the file to its size and closes it; NULL is allowed. */
void rig_append_free(RigAppend *append);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigAppend, rig_append_free)

#endif
