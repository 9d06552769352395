/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of a suite do. One executor per RigStepKind, in a table. */
#ifndef RIG_RUN_STEPS_H
#define RIG_RUN_STEPS_H

#include "run/station.h"

/*
 * Carries out one step; blocks until the deadline at most. The error's code decides the outcome
 * (RIG_ERROR_BOARD: fail). station->step->expected and got may be set before failing.
 */
typedef gboolean (*RigStepExecutor)(RigStation *station, const RigStep *step, gint64 deadline_us,
                                    GError **error);

extern const RigStepExecutor rig_step_executors[RIG_STEP_KINDS + 1];

/* One family per file. */
gboolean rig_step_flash(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error);
gboolean rig_step_reset(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error);
gboolean rig_step_identify(RigStation *station, const RigStep *step, gint64 deadline_us,
                           GError **error);
gboolean rig_step_safe(RigStation *station, const RigStep *step, gint64 deadline_us,
                       GError **error);
gboolean rig_step_infer(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error);
gboolean rig_step_sensor(RigStation *station, const RigStep *step, gint64 deadline_us,
                         GError **error);
gboolean rig_step_data(RigStation *station, const RigStep *step, gint64 deadline_us,
                       GError **error);
gboolean rig_step_send(RigStation *station, const RigStep *step, gint64 deadline_us,
                       GError **error);
gboolean rig_step_expect(RigStation *station, const RigStep *step, gint64 deadline_us,
                         GError **error);
gboolean rig_step_wait(RigStation *station, const RigStep *step, gint64 deadline_us,
                       GError **error);
gboolean rig_step_set(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error);
gboolean rig_step_measure(RigStation *station, const RigStep *step, gint64 deadline_us,
                          GError **error);
gboolean rig_step_measured(RigStation *station, const RigStep *step, gint64 deadline_us,
                           GError **error);
gboolean rig_step_power(RigStation *station, const RigStep *step, gint64 deadline_us,
                        GError **error);
/* A measure whose steps did not all pass is ended; its trace stays. */
void rig_step_measure_abandon(RigStation *station);
/* After a case: the supply's voltage is the bench's again. */
void rig_step_power_restore(RigStation *station);
gboolean rig_step_run(RigStation *station, const RigStep *step, gint64 deadline_us, GError **error);

#endif
