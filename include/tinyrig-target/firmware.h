/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board's firmware does and says of itself, whichever way it is asked: by the monitor
 * (monitor.h) over a line, or by the mailbox (mailbox.h) through a debug probe. C99 without libc.
 */
#ifndef TINYRIG_TARGET_FIRMWARE_H
#define TINYRIG_TARGET_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sends all bytes to the host; may block. */
typedef void (*TinyrigWrite)(void *user, const char *data, size_t size);

/* What the board does. `user` is handed to each. */
typedef struct TinyrigPort {
	void *user;
	TinyrigWrite write;             /* the monitor's line; the mailbox needs none */
	uint32_t (*now_us)(void *user); /* free running, wraps at 2^32 */

	/* Untimed: takes the input buffer as the model's input. false: not its size. */
	bool (*load_tensor)(void *user, const uint8_t *input, size_t size);
	/* Timed: one inference on the input that was taken last. */
	void (*infer)(void *user);
	/* Untimed: the outputs of the last inference, at most `max`; returns how many. */
	size_t (*results)(void *user, float *outputs, size_t max);

	/* With the extension or the mailbox; NULL where the board has no such thing. */
	void (*stack)(void *user, uint32_t *size_bytes, uint32_t *used_bytes);
	void (*read_sensor)(void *user, int32_t *values);  /* one frame, sensor->channels values */
	void (*wait_until_us)(void *user, uint32_t at_us); /* needed by read_sensor */
} TinyrigPort;

typedef struct TinyrigSensor {
	const char *identity; /* [a-z0-9-]+ */
	uint32_t channels;    /* >= 1 */
	uint32_t rate_mhz;    /* frames a second, in 1/1000 Hz; >= 1 */
} TinyrigSensor;

typedef struct TinyrigConfig {
	const char *vendor;      /* its name; NULL: unspecified */
	const char *model;       /* model id, as kws01 */
	bool extension;          /* of the monitor; false: the plain protocol, no x command */
	const uint8_t *build_id; /* bytes; NULL: unknown */
	size_t build_id_size;
	TinyrigSensor sensor; /* used where the port has read_sensor */
} TinyrigConfig;

#endif
