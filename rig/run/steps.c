/* SPDX-License-Identifier: Apache-2.0 */
#include "run/steps.h"

const RigStepExecutor rig_step_executors[RIG_STEP_KINDS + 1] = {
    [RIG_STEP_FLASH] = rig_step_flash,       [RIG_STEP_RESET] = rig_step_reset,
    [RIG_STEP_IDENTIFY] = rig_step_identify, [RIG_STEP_INFER] = rig_step_infer,
    [RIG_STEP_SENSOR] = rig_step_sensor,     [RIG_STEP_DATA] = rig_step_data,
    [RIG_STEP_SEND] = rig_step_send,         [RIG_STEP_EXPECT] = rig_step_expect,
    [RIG_STEP_WAIT] = rig_step_wait,         [RIG_STEP_SET] = rig_step_set,
    [RIG_STEP_RUN] = rig_step_run,           [RIG_STEP_SAFE] = rig_step_safe,
    [RIG_STEP_MEASURE] = rig_step_measure,   [RIG_STEP_POWER] = rig_step_power,
    [RIG_STEP_MEASURED] = rig_step_measured,
};
