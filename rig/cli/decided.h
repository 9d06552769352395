/* SPDX-License-Identifier: Apache-2.0 */
/* A decision as people and programs see it. */
#ifndef RIG_CLI_DECIDED_H
#define RIG_CLI_DECIDED_H

#include "release/decision.h"

/* The exit code: 0, 12 or 13. */
int rig_decided_code(const RigDecided *decided);
/* The rules that do not pass (all: every one), what was waived, and the decision. */
void rig_decided_tell(const RigDecided *decided, gboolean all);

/* An ISO 8601 time, or NULL: -1. RIG_ERROR_USAGE. */
gboolean rig_decided_time(const char *text, gint64 *unix_s, GError **error);

#endif
