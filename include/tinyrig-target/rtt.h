/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A console for firmware without a UART: one channel up and one down of SEGGER's Real Time
 * Transfer, laid out as any RTT host expects it (SEGGER UM08001), in an implementation of our own.
 * The block is found by its symbol, which is to be named _SEGGER_RTT, or by its ID. Where there is
 * a data cache, block and buffers must not be cached. C99 without libc; no allocation.
 */
#ifndef TINYRIG_TARGET_RTT_H
#define TINYRIG_TARGET_RTT_H

#include <stddef.h>
#include <stdint.h>

typedef struct TinyrigRttRing {
	const char *name;
	char *buffer;
	uint32_t size;
	volatile uint32_t write, read; /* offsets; who writes and who reads moves its own */
	uint32_t flags;                /* 2: who writes waits while it is full */
} TinyrigRttRing;

typedef struct TinyrigRtt {
	volatile char id[16]; /* written last */
	int32_t ups, downs;
	TinyrigRttRing up, down;
} TinyrigRtt;

/* Buffers of 2 bytes and more, lent for its life. The host may come from here on. */
void tinyrig_rtt_start(TinyrigRtt *rtt, char *up, uint32_t up_size, char *down, uint32_t down_size);

/* As much of it as there is room for; returns how much. */
size_t tinyrig_rtt_write(TinyrigRtt *rtt, const char *data, size_t size);
/* As much as is there, at most `size`. */
size_t tinyrig_rtt_read(TinyrigRtt *rtt, char *data, size_t size);

#endif
