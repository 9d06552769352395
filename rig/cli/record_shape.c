/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/record_shape.h"

#include <math.h>

RigDtype rig_record_dtype(const double *values, gsize count)
{
	double least = 0, most = 0;
	for (gsize i = 0; i < count; i++) {
		if (!isfinite(values[i]) || values[i] != trunc(values[i]))
			return RIG_DTYPE_F32;
		least = fmin(least, values[i]);
		most = fmax(most, values[i]);
	}
	if (least >= 0 && most <= G_MAXUINT8)
		return RIG_DTYPE_U8;
	if (least >= G_MININT16 && most <= G_MAXINT16)
		return RIG_DTYPE_I16;
	/* A float would round whole numbers over 2^24. */
	return least >= G_MININT32 && most <= G_MAXINT32 ? RIG_DTYPE_I32 : RIG_DTYPE_F32;
}

void rig_record_shape(guint channels, RigRecordingMaker *maker)
{
	guint side = (guint)(sqrt((double)channels) + 0.5);
	gboolean square = side >= 2 && (guint64)side * side == channels;
	maker->rank = square ? 2 : 1;
	maker->dims[0] = square ? side : channels;
	maker->dims[1] = square ? side : 0;
}

void rig_record_rate_add(RigRecordRate *rate, const gint64 *at_us, guint count)
{
	if (count == 0)
		return;
	if (at_us == NULL || at_us[count - 1] < at_us[0]) {
		rate->unknown = TRUE;
		return;
	}
	if (rate->blocks++ > 0 && rate->periods > 0) {
		gint64 between_us = at_us[0] - rate->last_us;
		double period_us = (double)rate->span_us / (double)rate->periods;
		if (between_us <= 0 || (double)between_us > 1.5 * period_us)
			rate->pauses++;
	}
	rate->span_us += at_us[count - 1] - at_us[0];
	rate->periods += count - 1;
	rate->last_us = at_us[count - 1];
}

gint64 rig_record_rate_mhz(const RigRecordRate *rate)
{
	if (rate->unknown || rate->span_us <= 0)
		return 0;
	double rate_mhz = 1e9 * (double)rate->periods / (double)rate->span_us;
	return rate_mhz < 1e15 ? (gint64)(rate_mhz + 0.5) : 0;
}
