/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of files that people write, with the rows that bind them. */
#ifndef RIG_DATA_KINDS_H
#define RIG_DATA_KINDS_H

#include "config/schema.h"

/* Ends with name NULL. */
extern const RigFileKind rig_file_kinds[];

/* NULL with RIG_ERROR_USAGE: no such kind. */
const RigFileKind *rig_file_kind_find(const char *what, GError **error);

#endif
