/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a kept run again, without a board: journal and suite in, verdicts out. */
#ifndef RIG_RUN_REJUDGE_H
#define RIG_RUN_REJUDGE_H

#include "run/result.h"

/*
 * `folder`: of the run. `suite`: another suite file to judge by; NULL: the run's own, as it was.
 * The report has the cases that both the run and the suite have. Programs of the suite's own
 * are run again. RIG_ERROR_USAGE, RIG_ERROR_BENCH.
 */
RigSessionReport *rig_rejudge(const char *folder, const char *suite, const char *program,
                              GError **error);

/*
 * The report on a run whose session was killed: each case has the verdict that was kept, and no
 * program is run; a case without one is `skip`. The run is an `error`.
 */
RigSessionReport *rig_rejudge_left(const char *folder, const char *program, GError **error);

#endif
