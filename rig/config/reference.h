/* SPDX-License-Identifier: Apache-2.0 */
/* Reference pages in Markdown, from the rows that the parser uses. */
#ifndef RIG_CONFIG_REFERENCE_H
#define RIG_CONFIG_REFERENCE_H

#include <rig/error.h>

/* The page of a kind of file (rig_file_kinds of schema.h); caller frees. RIG_ERROR_USAGE: none. */
char *rig_reference_markdown(const char *what, GError **error);

#endif
