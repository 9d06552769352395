/* SPDX-License-Identifier: Apache-2.0 */
/* What a session that held boards tells at its end. */
#ifndef RIG_CLI_HELD_TOLD_H
#define RIG_CLI_HELD_TOLD_H

#include "run/plan.h"
#include "run/result.h"

/*
 * For each run that held its board: until when, how to attach to it and how to let go of it.
 * `program`: how the user calls tinyrig; `bench`: of --bench, NULL: of the environment. Caller
 * frees; "" where none is held.
 */
char *rig_held_text(const char *program, const char *bench, const RigPlan *plan,
                    const RigSessionReport *session, gint64 now_us);
/* The same, printed. */
void rig_held_tell(const char *program, const char *bench, const RigPlan *plan,
                   const RigSessionReport *session);

#endif
