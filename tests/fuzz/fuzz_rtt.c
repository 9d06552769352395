/* SPDX-License-Identifier: Apache-2.0 */
/* The control block of RTT, and a ring of it, as a target may have them in its RAM. */
#include "../../drivers/link/rtt_block.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	static const RigMemoryRange ram[] = {{0x20000000, 0x10000}, {0x10000000, 0x100}};
	RttRing ring;
	guint ups, downs;
	if (size < 1 + RTT_BLOCK_BYTES + RTT_RING_BYTES)
		return 0;
	/* A copy of its own, so that a read beyond its end is seen. */
	g_autofree guint8 *bytes = g_memdup2(data + 1, RTT_BLOCK_BYTES + RTT_RING_BYTES);
	static const guint8 id[RTT_ID_BYTES] = {'S', 'E', 'G', 'G', 'E', 'R', ' ', 'R', 'T', 'T'};
	if ((data[0] & 1) == 0)
		memcpy(bytes, id, sizeof id);
	if (rtt_parse_block(bytes, &ups, &downs) == RTT_BLOCK_THERE && (ups > 32 || downs > 32))
		g_error("%u and %u channels", ups, downs);
	gsize ranges = data[0] >> 1 & 1 ? G_N_ELEMENTS(ram) : 0;
	if (rtt_parse_ring(bytes + RTT_BLOCK_BYTES, ram, ranges, &ring) != NULL)
		return 0;
	if (ring.size == 0 || ring.write >= ring.size || ring.read >= ring.size ||
	    ring.size - 1 > G_MAXUINT32 - ring.buffer ||
	    rtt_ring_full(&ring) + rtt_ring_free(&ring) != ring.size - 1)
		g_error("a ring of %u bytes at 0x%x, %u and %u", ring.size, ring.buffer, ring.write,
		        ring.read);
	return 0;
}
