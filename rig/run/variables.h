/* SPDX-License-Identifier: Apache-2.0 */
/* What ${x} stands for in the programs of a bench, in steps and in limits. */
#ifndef RIG_RUN_VARIABLES_H
#define RIG_RUN_VARIABLES_H

#include "config/bench.h"
#include "config/suite.h"
#include "journal/header.h"

/* Adds the suite's variables, and board, target, unit and image, to `variables` (char * -> char *).
 */
void rig_run_variables(GHashTable *variables, const RigSuite *suite, const RigBench *bench,
                       const RigRunHeader *header);

#endif
