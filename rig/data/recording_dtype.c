/* SPDX-License-Identifier: Apache-2.0 */
#include "data/recording_parts.h"

#include <float.h>
#include <math.h>
#include <rig/bytes.h>
#include <string.h>

const RigDtypeRow rig_dtypes[] = {
    [RIG_DTYPE_U8] = {"u8", 1, 0, G_MAXUINT8},
    [RIG_DTYPE_I8] = {"i8", 1, G_MININT8, G_MAXINT8},
    [RIG_DTYPE_I16] = {"i16", 2, G_MININT16, G_MAXINT16},
    [RIG_DTYPE_I32] = {"i32", 4, G_MININT32, G_MAXINT32},
    [RIG_DTYPE_F32] = {"f32", 4, -(double)FLT_MAX, (double)FLT_MAX},
};

const char *const rig_dtype_choices[] = {"u8", "i8", "i16", "i32", "f32", NULL};

double rig_dtype_get(RigDtype dtype, const guint8 *data)
{
	float single;
	guint32 word;
	switch (dtype) {
	case RIG_DTYPE_U8:
		return data[0];
	case RIG_DTYPE_I8:
		return (gint8)data[0];
	case RIG_DTYPE_I16:
		return (gint16)rig_get_le16(data);
	case RIG_DTYPE_I32:
		return (gint32)rig_get_le32(data);
	case RIG_DTYPE_F32:
		word = rig_get_le32(data);
		memcpy(&single, &word, sizeof single);
		return (double)single;
	}
	return NAN;
}

gboolean rig_dtype_put(RigDtype dtype, guint8 *data, double value)
{
	if (dtype == RIG_DTYPE_F32) {
		if (isfinite(value) && fabs(value) > rig_dtypes[dtype].max)
			return FALSE;
		float single = (float)value;
		guint32 word;
		memcpy(&word, &single, sizeof word);
		rig_put_le32(data, word);
		return TRUE;
	}
	const RigDtypeRow *row = &rig_dtypes[dtype];
	/* Written so that NaN fails too. */
	if (!(value >= row->min && value <= row->max) || value != floor(value))
		return FALSE;
	guint32 word = (guint32)(gint64)value;
	for (gsize i = 0; i < row->size; i++)
		data[i] = (guint8)(word >> 8 * i);
	return TRUE;
}
