/* SPDX-License-Identifier: Apache-2.0 */
/* Reference pages in Markdown, from the rows that the parser uses. */
#ifndef RIG_CONFIG_REFERENCE_H
#define RIG_CONFIG_REFERENCE_H

#include "config/schema.h"

/* The page of a kind of file; caller frees. */
char *rig_reference_markdown(const RigFileKind *kind);

#endif
