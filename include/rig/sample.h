/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a power meter brings, before it is a current: codes as the instrument sent them, so that a
 * trace can be computed again with other constants. Current is a polynomial of the code, one for
 * each range.
 */
#ifndef RIG_SAMPLE_H
#define RIG_SAMPLE_H

#include <glib.h>
#include <math.h>

#define RIG_SAMPLE_RANGES 16u
#define RIG_SAMPLE_NONE   0xffu /* as a range: there was a sample, and its value is not known */

typedef struct RigSample {
	guint16 code;
	guint8 range; /* 0 .. RIG_SAMPLE_RANGES - 1, or RIG_SAMPLE_NONE */
	guint8 logic; /* bit n: digital channel n */
} RigSample;

/* Amperes of a code: c[0] + c[1] code + c[2] code^2. A range that is not there has NaN for c[0]. */
typedef struct RigTransfer {
	double c[RIG_SAMPLE_RANGES][3];
	guint16 last[RIG_SAMPLE_RANGES]; /* the highest code; there the value is a lower bound */
	double gain[RIG_SAMPLE_RANGES];  /* the instrument's accuracy: share of the value, one sigma */
} RigTransfer;

/* NaN where the sample has no value. */
static inline double rig_sample_amperes(const RigTransfer *transfer, const RigSample *sample)
{
	if (sample->range >= RIG_SAMPLE_RANGES)
		return (double)NAN;
	const double *c = transfer->c[sample->range];
	double code = sample->code;
	return c[0] + code * (c[1] + code * c[2]);
}

/*
 * Gets what an instrument's bytes come to, in order. `samples` are borrowed for the call.
 * missing: samples that were lost in front of the next one, or of one of the last `within`, as the
 * instrument tells it; `modulus`: it tells no more than the rest of a division by that (0: it tells
 * all), so that a clock must say how many they really are; negative: so many came twice.
 * rest_bytes: bytes in between that were no samples.
 */
typedef struct RigSampleSink {
	void (*samples)(gpointer user, const RigSample *samples, gsize count);
	void (*gap)(gpointer user, gint64 missing, guint32 modulus, guint32 within, gsize rest_bytes);
	gpointer user;
} RigSampleSink;

#endif
