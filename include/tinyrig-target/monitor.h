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

#include "reply.h"

#define TINYRIG_LINE_MIN   80u   /* the protocol's own limit; no less is allowed */
#define TINYRIG_FRAMES_MAX 1000u /* frames of one read-out of the sensor */

/* What the board does for the monitor. `user` is handed to each. */
typedef struct TinyrigPort {
	void *user;
	TinyrigWrite write;
	uint32_t (*now_us)(void *user); /* free running, wraps at 2^32 */

	/* Untimed: takes the input buffer as the model's input. false: not its size. */
	bool (*load_tensor)(void *user, const uint8_t *input, size_t size);
	/* Timed: one inference on the input that was taken last. */
	void (*infer)(void *user);
	/* Untimed: the outputs of the last inference, at most `max`; returns how many. */
	size_t (*results)(void *user, float *outputs, size_t max);

	/* With the extension; NULL where the board has no such thing. */
	void (*stack)(void *user, uint32_t *size_bytes, uint32_t *used_bytes);
	void (*read_sensor)(void *user, int32_t *values);  /* one frame, sensor->channels values */
	void (*wait_until_us)(void *user, uint32_t at_us); /* needed by read_sensor */
} TinyrigPort;

typedef struct TinyrigSensor {
	const char *identity; /* [a-z0-9-]+ */
	uint32_t channels;    /* >= 1 */
	uint32_t rate_mhz;    /* frames a second, in 1/1000 Hz; >= 1 */
} TinyrigSensor;

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

typedef struct TinyrigMonitorConfig {
	const char *vendor;      /* of the reply to name; NULL: unspecified */
	const char *model;       /* model id, as kws01 */
	bool extension;          /* false: the plain protocol, no x command */
	const uint8_t *build_id; /* bytes; NULL: unknown */
	size_t build_id_size;
	TinyrigSensor sensor; /* used where the port has read_sensor */
} TinyrigMonitorConfig;

/* Fields are the monitor's own, but for looking. */
typedef struct TinyrigMonitor {
	TinyrigPort port;
	TinyrigBuffers buffers;
	TinyrigMonitorConfig config;
	TinyrigReply reply;
	size_t line_used;
	bool line_too_long;
	bool extension_on;
	size_t expected_bytes; /* of the load; 0: none */
	size_t stored_bytes;
} TinyrigMonitor;

/* Copies the three structs (what they point to stays the caller's) and prints the banner. */
void tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                          const TinyrigBuffers *buffers, const TinyrigMonitorConfig *config);

/* Takes bytes from the host, any bytes; answers each command that they complete. */
void tinyrig_monitor_receive(TinyrigMonitor *monitor, const void *data, size_t size);

#endif
