/* SPDX-License-Identifier: Apache-2.0 */
/* The names a limit can speak of, their units and what they need. One table. */
#ifndef RIG_CONFIG_MEASURE_H
#define RIG_CONFIG_MEASURE_H

#include <glib.h>

typedef enum {
	RIG_MEASURE_VALUE,        /* a value that a step left in the journal under the whole name */
	RIG_MEASURE_TOP,          /* topK: share of inputs whose label is among the K highest outputs */
	RIG_MEASURE_RECALL,       /* recall of the worst class */
	RIG_MEASURE_RECALL_CLASS, /* recall_N: recall of class N */
	RIG_MEASURE_AUC,          /* area under ROC; macro one-vs-rest for more than two classes */
	RIG_MEASURE_OUTPUTS,      /* against golden outputs */
	RIG_MEASURE_LATENCY_PERCENTILE, /* latency_pNN, nearest rank */
	RIG_MEASURE_LATENCY_AVG,
	RIG_MEASURE_LATENCY_MIN,
	RIG_MEASURE_LATENCY_MAX,
	RIG_MEASURE_LATENCY_JITTER,    /* max - min */
	RIG_MEASURE_ENERGY_PERCENTILE, /* energy_pNN, nearest rank */
	RIG_MEASURE_ENERGY_AVG,
	RIG_MEASURE_BATTERY_LIFE,
	RIG_MEASURE_INFERENCES, /* number of records */
	RIG_MEASURE_COMMAND,    /* any name with `command:` */
} RigMeasureKind;

typedef struct RigMeasureRow {
	const char *name; /* as written after the dot; a trailing `#` stands for a number */
	RigMeasureKind kind;
	int step; /* RigStepKind that yields it */
	const char *
	    unit; /* dimension as in field.h; "ratio" (0..1, `94%` allowed); "count"; "text"; "value" */
	const char *help;
} RigMeasureRow;
/* Ends with name NULL. A name that several steps yield (count, min) has a row for each, all with
 * the same kind and unit. */
extern const RigMeasureRow rig_measure_rows[];

typedef struct RigMeasureRef {
	const RigMeasureRow *row; /* NULL for free names (captures, program values, commands) */
	RigMeasureKind kind;
	double number; /* K, class or NN where the name has one */
} RigMeasureRef;

/*
 * Finds `name` (top1, latency_p99.9, …). FALSE, *ref untouched: no such measure. K is 1..1024, a
 * class 0..1023, NN over 0 and under 100; no leading zeros, so that a measure has one spelling.
 */
gboolean rig_measure_find(const char *name, RigMeasureRef *ref);
/* The same among what steps of the kind `step` (RigStepKind) yield. */
gboolean rig_measure_find_step(const char *name, int step, RigMeasureRef *ref);

/* Records that a percentile needs: ceil(10/(1-NN/100)); 1 for the others. */
guint rig_measure_needs(const RigMeasureRef *ref);

/*
 * "3.20 ms", "0.940", "12 KiB": a base-unit value for people; NaN gives "unknown". `unit` as in a
 * row; NULL: a plain number. Caller frees.
 */
char *rig_measure_format(const char *unit, double value);
/* The same with `digits` (1..17) significant digits; of a ratio, digits after the point. */
char *rig_measure_format_digits(const char *unit, double value, guint digits);

#endif
