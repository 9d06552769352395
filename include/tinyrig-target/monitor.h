/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor: the device side of the MLPerf Tiny protocol, with the tinyrig extension
 * (docs/protocol.md). A board's port gives the functions and buffers below, calls boot once,
 * and hands over every byte that its UART receives; the monitor answers through port->write.
 * C99; of the C library it needs memcpy, memset, memcmp and strlen. No allocation, no globals, one
 * instance per line; everything runs in the caller's context and returns when it is answered.
 */
#ifndef TINYRIG_TARGET_MONITOR_H
#define TINYRIG_TARGET_MONITOR_H

#include "firmware.h"
#include "reply.h"

#define TINYRIG_LINE_MIN   80u   /* the protocol's own limit; no less is allowed */
#define TINYRIG_FRAMES_MAX 1000u /* frames of one read-out of the sensor */

/* Memory that the caller owns and lends for the monitor's life. No pointer may be NULL but `frame`.
 */
typedef struct TinyrigBuffers {
	char *line;       /* a command */
	size_t line_size; /* longest command in characters, >= TINYRIG_LINE_MIN */
	uint8_t *input;
	size_t input_size; /* largest input that db load takes */
	char *reply;       /* replies are gathered here and leave in one write where they fit */
	size_t reply_size; /* >= 1 */
	float *outputs;    /* shape (kept, outputs_max) */
	size_t outputs_max;
	uint32_t *laps_us; /* shape (kept) */
	size_t kept;       /* inferences of one infer call that are kept one by one, >= 1 */
	int32_t *frame;    /* shape (sensor->channels); NULL without a sensor */
} TinyrigBuffers;

/* Fields are the monitor's own, but for looking. */
typedef struct TinyrigMonitor {
	TinyrigPort port;
	TinyrigBuffers buffers;
	TinyrigConfig config;
	TinyrigReply reply;
	size_t line_used;
	bool line_too_long;
	bool extension_on;
	size_t expected_bytes; /* of the load; 0: none */
	size_t stored_bytes;
} TinyrigMonitor;

/* Copies the three structs (what they point to stays the caller's) and prints the banner. */
void tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                          const TinyrigBuffers *buffers, const TinyrigConfig *config);

/* Takes bytes from the host, any bytes; answers each command that they complete. */
void tinyrig_monitor_receive(TinyrigMonitor *monitor, const void *data, size_t size);

#endif
