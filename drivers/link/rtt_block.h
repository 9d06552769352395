/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control block of SEGGER's Real Time Transfer, from bytes of the target's RAM (SEGGER UM08001,
 * chapter "RTT"): 16 bytes of ID, the numbers of up and down channels, then 24 bytes for each. Pure
 * functions.
 */
#ifndef DRIVERS_LINK_RTT_BLOCK_H
#define DRIVERS_LINK_RTT_BLOCK_H

#include <rig/access.h>

#define RTT_ID          "SEGGER RTT\0\0\0\0\0\0" /* 16 bytes */
#define RTT_ID_BYTES    16u
#define RTT_BLOCK_BYTES 24u /* ID and numbers */
#define RTT_RING_BYTES  24u
enum { RTT_RING_WRITE = 12, RTT_RING_READ = 16 }; /* offsets of WrOff and RdOff */

typedef struct RttRing {
	guint32 buffer, size, write, read; /* size >= 1; write, read < size */
} RttRing;

typedef enum {
	RTT_BLOCK_NONE, /* no control block, or not yet */
	RTT_BLOCK_CORRUPT,
	RTT_BLOCK_THERE,
} RttBlockState;
/* bytes: RTT_BLOCK_BYTES. */
RttBlockState rtt_parse_block(const guint8 *bytes, guint *ups, guint *downs);

/* bytes: RTT_RING_BYTES. ram: where buffers may lie; 0 of them: anywhere. NULL: *ring is filled;
 * else what is wrong, static. */
const char *rtt_parse_ring(const guint8 *bytes, const RigMemoryRange *ram, gsize ram_count,
                           RttRing *ring);

/* Bytes that are to be read; that may be written. */
guint32 rtt_ring_full(const RttRing *ring);
guint32 rtt_ring_free(const RttRing *ring);

#endif
