/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

extern const RigCommand rig_command_boards, rig_command_check, rig_command_completion,
    rig_command_console, rig_command_diff, rig_command_flash, rig_command_gc, rig_command_gdb,
    rig_command_halt, rig_command_mem, rig_command_probe, rig_command_regs, rig_command_reset,
    rig_command_resume, rig_command_history, rig_command_judge_run, rig_command_list,
    rig_command_lock, rig_command_man, rig_command_pin, rig_command_record, rig_command_reference,
    rig_command_rtt, rig_command_run, rig_command_runs, rig_command_schema, rig_command_show,
    rig_command_power, rig_command_trace, rig_command_unlock, rig_command_watch, rig_command_worker;

/* clang-format off */ /* one a line, whatever their number */
const RigCommand *const rig_commands[] = {
    &rig_command_boards,
    &rig_command_check,
    &rig_command_completion,
    &rig_command_console,
    &rig_command_diff,
    &rig_command_flash,
    &rig_command_gc,
    &rig_command_gdb,
    &rig_command_halt,
    &rig_command_history,
    &rig_command_judge_run,
    &rig_command_list,
    &rig_command_lock,
    &rig_command_man,
    &rig_command_mem,
    &rig_command_pin,
    &rig_command_power,
    &rig_command_probe,
    &rig_command_record,
    &rig_command_reference,
    &rig_command_regs,
    &rig_command_reset,
    &rig_command_resume,
    &rig_command_rtt,
    &rig_command_run,
    &rig_command_runs,
    &rig_command_schema,
    &rig_command_show,
    &rig_command_trace,
    &rig_command_unlock,
    &rig_command_watch,
    &rig_command_worker,
    NULL,
};
/* clang-format on */
