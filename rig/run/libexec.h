/* SPDX-License-Identifier: Apache-2.0 */
/* Where the programs of its own are that tinyrig starts: libexec. */
#ifndef RIG_RUN_LIBEXEC_H
#define RIG_RUN_LIBEXEC_H

#include <glib.h>

/* In $TINYRIG_LIBEXEC, or beside this program as it is built or installed. NULL: nowhere. Caller
 * frees. */
char *rig_libexec_find(const char *name);

#endif
