/* SPDX-License-Identifier: Apache-2.0 */
/* Between steps_power.c and what becomes of the inferences of a measure. */
#ifndef RIG_RUN_MEASURE_H
#define RIG_RUN_MEASURE_H

#include "power/energy.h"
#include "power/trace_read.h"
#include "run/station.h"

/* Leaves a measured number; amounts are in the unit's base. */
void rig_measure_leave(RigStation *station, const char *as, const char *name, double number,
                       const char *unit, double uncertainty, double gain);

/*
 * Gives each inference of the measure its energy, or says why it has none. all: of the time in
 * which the trace has a witness for losses. RIG_ERROR_BENCH: the trace is damaged.
 */
gboolean rig_measure_records(RigStation *station, const RigStepMeasure *options, RigTrace *trace,
                             const char *as, const RigFigures *all, GError **error);

/*
 * The greatest current beside each switching-on of the supply within the measure, where there was
 * one and it is known.
 */
gboolean rig_measure_inrush(RigStation *station, RigTrace *trace, const char *as, GError **error);

#endif
