/* SPDX-License-Identifier: Apache-2.0 */
/* Reads back what rig_report_json_run wrote. */
#ifndef RIG_REPORT_JSON_READ_H
#define RIG_REPORT_JSON_READ_H

#include "run/result.h"

/*
 * The run that a kept result.json tells of, without inference records; caller frees. What it lacks
 * is unknown. RIG_ERROR_BENCH where it is no such file.
 */
RigRunReport *rig_report_json_run_read(const char *text, gsize size, GError **error);

#endif
