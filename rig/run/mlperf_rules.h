/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIG_RUN_MLPERF_RULES_H
#define RIG_RUN_MLPERF_RULES_H

#include "run/station.h"

/*
 * Energy of an inference by MLPerf Tiny's rules: each request of the measure is a window; 5 or
 * more, of 10 s and 10 inferences or more each, none of them unknown; the median of them is left
 * as `AS.mlperf_energy`. Where a rule is broken a note says which, and nothing is left. records:
 * as station->measured; NULL: their energy is not known. gain: a share. Nothing is subtracted.
 */
void rig_mlperf_rules(RigStation *station, const char *as, const RigInference *records,
                      double gain);

#endif
