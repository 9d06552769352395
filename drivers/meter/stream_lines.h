/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples as lines of text (docs/power.md): a current, or a voltage over a shunt, and the digital
 * inputs. "1.25e-3", "1.25 mA", "0.0012,3", "A0: 12.5 mV DC", "nan", "gap 12", "# a remark". Pure,
 * but for the line that is not whole.
 */
#ifndef DRIVERS_METER_STREAM_LINES_H
#define DRIVERS_METER_STREAM_LINES_H

#include <rig/sample.h>

#define STREAM_LINE_MAX  256u
#define STREAM_FULL_A    32.0   /* of the range 0; each further one holds a quarter */
#define STREAM_CODE_ZERO 32768u /* codes of less are of negative currents */
#define STREAM_CODE_SPAN 32767.0
#define STREAM_GAP_MAX   1000000000u

typedef struct StreamLines {
	const RigSampleSink *sink; /* borrowed */
	double scale;              /* amperes of a volt, or of a number without a unit */
	char line[STREAM_LINE_MAX];
	gsize line_bytes;
	gboolean is_too_long;
	guint64 samples, bad; /* lines */
	char wrong[64];       /* the first bad line, printable; "": none */
} StreamLines;

void stream_lines_begin(StreamLines *lines, double scale, const RigSampleSink *sink);
/* Any bytes. */
void stream_lines_take(StreamLines *lines, const guint8 *data, gsize size);
/* Amperes of its samples; accuracy: share of the value, one sigma. */
void stream_lines_transfer(RigTransfer *transfer, double accuracy);

#endif
