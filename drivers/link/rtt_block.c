/* SPDX-License-Identifier: Apache-2.0 */
#include "rtt_block.h"

#include <rig/bytes.h>
#include <string.h>

#define RTT_CHANNELS_MAX 32u
#define RTT_BYTES_MAX    (1u << 20) /* of a buffer */

RttBlockState rtt_parse_block(const guint8 *bytes, guint *ups, guint *downs)
{
	*ups = *downs = 0;
	if (memcmp(bytes, RTT_ID, RTT_ID_BYTES) != 0)
		return RTT_BLOCK_NONE;
	*ups = rig_get_le32(bytes + 16);
	*downs = rig_get_le32(bytes + 20);
	return *ups <= RTT_CHANNELS_MAX && *downs <= RTT_CHANNELS_MAX ? RTT_BLOCK_THERE
	                                                              : RTT_BLOCK_CORRUPT;
}

static gboolean rtt_is_inside(const RttRing *ring, const RigMemoryRange *ram, gsize ram_count)
{
	gboolean is_inside = ram_count == 0;
	for (gsize i = 0; i < ram_count; i++)
		is_inside |= ring->buffer >= ram[i].address && ring->size <= ram[i].bytes &&
		             ring->buffer - ram[i].address <= ram[i].bytes - ring->size;
	return is_inside;
}

const char *rtt_parse_ring(const guint8 *bytes, const RigMemoryRange *ram, gsize ram_count,
                           RttRing *ring)
{
	*ring = (RttRing){.buffer = rig_get_le32(bytes + 4),
	                  .size = rig_get_le32(bytes + 8),
	                  .write = rig_get_le32(bytes + RTT_RING_WRITE),
	                  .read = rig_get_le32(bytes + RTT_RING_READ)};
	if (ring->size == 0 || ring->buffer == 0)
		return "the channel has no buffer";
	if (ring->size > RTT_BYTES_MAX || ring->size - 1 > G_MAXUINT32 - ring->buffer)
		return "the channel's buffer is too large to be one";
	if (ring->write >= ring->size || ring->read >= ring->size)
		return "an offset of the channel is beyond its buffer";
	if (!rtt_is_inside(ring, ram, ram_count))
		return "the channel's buffer is not in RAM";
	return NULL;
}

guint32 rtt_ring_full(const RttRing *ring)
{
	return (ring->write + ring->size - ring->read) % ring->size;
}

guint32 rtt_ring_free(const RttRing *ring)
{
	return ring->size - 1 - rtt_ring_full(ring);
}
