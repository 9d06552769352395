/* SPDX-License-Identifier: Apache-2.0 */
/* A picture of a trace. */
#ifndef RIG_POWER_PLOT_H
#define RIG_POWER_PLOT_H

#include "power/energy.h"

/*
 * Current over time as SVG, in the reader's dark or light: for each column the least, the greatest
 * and the average; windows shaded, the marker below, gaps as gaps. channel -1: no marker. windows:
 * RigSpan. Caller frees. RIG_ERROR_USAGE: the span is empty; RIG_ERROR_BENCH: the trace is damaged.
 */
char *rig_trace_plot(RigTrace *trace, RigSpan span, gint channel, const GArray *windows,
                     GError **error);

#endif
