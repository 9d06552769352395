/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charge and energy of a window of a trace, with their uncertainty, and the windows that a digital
 * channel marks. A sample stands for the time from half a sample before it to half a sample after;
 * an edge between two samples is taken for the middle between them.
 */
#ifndef RIG_POWER_ENERGY_H
#define RIG_POWER_ENERGY_H

#include "power/trace_read.h"

/* Samples first..end-1. */
typedef struct RigSpan {
	guint64 first, end;
} RigSpan;

/*
 * Uncertainties are for 95 % (two sigma, JCGM 100:2008). uncertainty: edges (each anywhere between
 * two samples), quantisation (equal codes in a row err alike), samples without a value and range
 * switches (a sample's worth of the step each), clock (RIG_LEDGER_CLOCK_PPM at most). gain: the
 * instrument's accuracy, which no averaging makes less.
 */
typedef struct RigFigures {
	gboolean is_known; /* FALSE: `why` holds, numbers do not */
	char why[160];
	RigSpan span;
	double seconds;
	gint64 charge_pc, charge_uncertainty_pc, charge_gain_pc;
	gint64 energy_pj, uncertainty_pj, gain_pj; /* G_MININT64: the supply's voltage is not known */
	double average, min, max;                  /* amperes */
	guint range_switches;
	guint64 unknown; /* samples without a value, taken for what lies between their neighbours */
} RigFigures;

/* RIG_ERROR_BENCH: the trace is damaged there. What is only not known says so in the figures. */
gboolean rig_figures_of(RigTrace *trace, RigSpan span, RigFigures *figures, GError **error);

/*
 * Where the channel is high (level TRUE) or low within span, as RigSpan; what goes on at either end
 * of it is left out. RIG_ERROR_BENCH: the trace is damaged.
 */
gboolean rig_spans_find(RigTrace *trace, guint channel, gboolean level, RigSpan span, GArray *spans,
                        GError **error);

#endif
