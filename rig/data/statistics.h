/* SPDX-License-Identifier: Apache-2.0 */
/* Health figures of a table of values: recordings and what a board's sensor reads. Pure. */
#ifndef RIG_DATA_STATISTICS_H
#define RIG_DATA_STATISTICS_H

#include <glib.h>

typedef struct RigStatistics {
	guint count, channels;
	guint64 not_finite;    /* NaN and infinities; left out of the others */
	double min, max, mean; /* NaN when there is no finite value */
	double noise; /* mean over channels of the standard deviation over time; NaN under 2 frames */
	guint stuck;  /* channels whose value never changes; 0 under 2 frames */
	guint duplicates; /* frames equal to an earlier one */
	guint saturated;  /* channels that sit at the table's min or max in over half of the frames, and
	                     vary elsewhere */
} RigStatistics;

/* values: shape (count, channels), row major. */
void rig_statistics_of(const double *values, guint count, guint channels,
                       RigStatistics *statistics);

/*
 * Drift of a against b: the largest over channels of the population stability-like
 * two-sample Kolmogorov-Smirnov distance, 0..1. NaN when either is empty or channels differ.
 */
double rig_statistics_drift(const double *a, guint a_count, const double *b, guint b_count,
                            guint channels);

/* Frames a second from device time stamps (first to last); NaN under 2 or when they do not rise. */
double rig_statistics_rate_hz(const gint64 *at_us, guint count);

#endif
