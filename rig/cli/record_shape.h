/* SPDX-License-Identifier: Apache-2.0 */
/* How frames of a sensor become a recording: its type, shape and rate. Pure functions. */
#ifndef RIG_CLI_RECORD_SHAPE_H
#define RIG_CLI_RECORD_SHAPE_H

#include "data/recording.h"

/* The smallest of u8, i16, i32 that holds all values; f32 where they are not all whole. */
RigDtype rig_record_dtype(const double *values, gsize count);

/* channels = n * n with n >= 2: [n, n], else [channels]. Sets dims and rank. */
void rig_record_shape(guint channels, RigRecordingMaker *maker);

/* The rate of frames that were read in several blocks, and the pauses between the blocks. */
typedef struct RigRecordRate {
	gint64 span_us;   /* device time inside blocks */
	guint64 periods;  /* in that span */
	gint64 last_us;   /* of the last frame */
	guint blocks;     /* with times */
	guint pauses;     /* block ends after which the next frame did not come at the rate */
	gboolean unknown; /* a block had no times, or they fell */
} RigRecordRate;

/* Takes the times of one block; NULL: unknown. */
void rig_record_rate_add(RigRecordRate *rate, const gint64 *at_us, guint count);
/* In 1/1000 Hz; 0: unknown. */
gint64 rig_record_rate_mhz(const RigRecordRate *rate);

#endif
