/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for people in so many columns: cells are made printable and wrapped, never cut. Pure
 * but for the allocation.
 */
#ifndef RIG_CLI_COLUMNS_H
#define RIG_CLI_COLUMNS_H

#include <glib.h>

#define RIG_COLUMNS_WIDTH 80u

typedef struct RigColumns RigColumns;

/* `titles` end with NULL. */
RigColumns *rig_columns_new(const char *const *titles);
void rig_columns_free(RigColumns *columns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigColumns, rig_columns_free)

/* One cell for each title; copied; NULL is an empty one. */
void rig_columns_add(RigColumns *columns, const char *const *cells);

/* Lines of at most `width` columns where every column can have 8, with the titles. Caller frees. */
char *rig_columns_text(const RigColumns *columns, guint width);

#endif
