/* SPDX-License-Identifier: Apache-2.0 */
/* What a board draws while it does not infer. */
#ifndef RIG_RUN_MEASURE_IDLE_H
#define RIG_RUN_MEASURE_IDLE_H

#include "power/energy.h"
#include <rig/inference.h>

/* seconds 0: nothing is known. off, gain: for 95 %, as in RigFigures. */
typedef struct RigIdle {
	double seconds, charge_pc, off_pc, gain_pc;
} RigIdle;

/* While the marker is low. RIG_ERROR_BENCH: the trace is damaged. */
gboolean rig_idle_by_marker(RigTrace *trace, guint channel, RigSpan span, RigIdle *idle,
                            GError **error);

/* What is left of `all` without the inferences, which took so many seconds and are all known. */
void rig_idle_by_rest(const RigFigures *all, const RigInference *records, guint count,
                      double seconds, RigIdle *idle);

#endif
