/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which windows belong to which inferences: by order and count and duration, or none at all. Pure.
 */
#ifndef RIG_POWER_MATCH_H
#define RIG_POWER_MATCH_H

#include "power/energy.h"

/* What the protocol knows of some inferences in a row. */
typedef struct RigMatch {
	guint32 warmups, iterations;
	gint64 lap_us;     /* of all iterations, by the board's clock; -1: unknown */
	guint first, last; /* filled: indexes of the windows of the iterations */
} RigMatch;

/*
 * TRUE: all are filled. windows: RigSpan, in order; seconds_of_sample: of one. FALSE: *why (caller
 * frees) says what does not fit.
 */
gboolean rig_match_windows(const GArray *windows, double sample_us, RigMatch *matches, guint count,
                           char **why);

#endif
