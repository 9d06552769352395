/* SPDX-License-Identifier: Apache-2.0 */
/* Health figures of a table of values: recordings and what a board's sensor reads. Pure. */
#ifndef RIG_DATA_STATISTICS_H
#define RIG_DATA_STATISTICS_H

#include <glib.h>

typedef struct RigStatistics {
	guint count, channels;
	guint64 not_finite;    /* NaN and infinities; left out of the others */
	double min, max, mean; /* NaN when there is no finite value */
	double noise; /* mean over channels of the sample standard deviation over time; NaN under 2 */
	guint stuck;  /* channels whose value never changes; 0 under 2 frames */
	guint duplicates; /* frames equal, bit for bit, to an earlier one */
	guint saturated;  /* channels at the table's min or max in over half of the frames, and between
	                     them in others */
} RigStatistics;

/* values: shape (count, channels), row major; count <= G_MAXINT. A table of no values gives NaN. */
void rig_statistics_of(const double *values, guint count, guint channels,
                       RigStatistics *statistics);

/*
 * Drift of a against b: the largest over channels of the two-sample Kolmogorov-Smirnov
 * distance, 0..1. NaN when either table is empty or a channel has no finite value.
 */
double rig_statistics_drift(const double *a, guint a_count, const double *b, guint b_count,
                            guint channels);

/* Frames a second from device time stamps (first to last); NaN under 2, when one falls, or no
 * time passes. */
double rig_statistics_rate_hz(const gint64 *at_us, guint count);

#endif
