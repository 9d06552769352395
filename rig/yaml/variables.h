/* SPDX-License-Identifier: Apache-2.0 */
/* `variables:` of a file: names for texts, set anew by -D on the command line. */
#ifndef RIG_YAML_VARIABLES_H
#define RIG_YAML_VARIABLES_H

#include "yaml/bind.h"

/* The row's custom for the key `variables` (a GHashTable member that stays NULL): any file. */
extern const RigFieldCustom rig_custom_variables;

/* A map of names to texts: calls `each` for each pair with its text; issues for what is none. */
void rig_bind_pairs(RigBinder *binder, const RigNode *node, gboolean late,
                    void (*each)(gpointer user, const char *name, char *text), gpointer user);

/*
 * A new table char * -> char * of what `variables:` of the file's map `root` (NULL: none) sets;
 * a value may use the variables above it. What `over` has too (may be NULL) has the value of
 * `over`. Caller unrefs.
 */
GHashTable *rig_variables_bind(RigBinder *binder, const RigNode *root, GHashTable *over);

#endif
