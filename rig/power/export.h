/* SPDX-License-Identifier: Apache-2.0 */
/* A trace in formats of others. */
#ifndef RIG_POWER_EXPORT_H
#define RIG_POWER_EXPORT_H

#include "power/energy.h"

/*
 * Writes samples of the span; the name's end says the format: .csv (seconds, amperes, levels; an
 * unknown value is empty), .sr (sigrok session, version 2: amperes as 32-bit floats, NaN where
 * unknown or missing), .vcd (the digital channels). RIG_ERROR_USAGE: no such format, or the file
 * is there already.
 */
gboolean rig_trace_export(RigTrace *trace, RigSpan span, const char *path, GError **error);

#endif
