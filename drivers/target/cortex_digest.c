/* SPDX-License-Identifier: Apache-2.0 */
/* What flash holds, by a routine on the core itself: code/digest.S, as the assembler made it. */
#include "cortex_internal.h"
#include "digest_code.h"

#include <rig/bytes.h>

#define DIGEST_END         4u /* from its end: where its breakpoint stands */
#define DIGEST_STACK       512u
#define DIGEST_RANGE_BYTES 8u
#define DIGEST_A_CALL      256u /* ranges */
#define DIGEST_RETRIES     3u
#define DIGEST_CLOCK_HZ    16000000u /* what a core that nothing is known of runs at, at least */
#define DIGEST_SLOWEST_HZ  1000000u

/* Of the routine, counted: 28 instructions a byte of whole blocks, two more blocks a range. */
#define DIGEST_CYCLES_A_BYTE  29u
#define DIGEST_CYCLES_A_RANGE 2400u

/* What the RAM is used for, from its beginning. */
typedef struct DigestPlaces {
	guint32 code, ranges, digests, stack;
} DigestPlaces;

static guint32 digest_ram_bytes(gsize ranges)
{
	return (guint32)(sizeof digest_code + ranges * (DIGEST_RANGE_BYTES + RIG_DIGEST_BYTES) +
	                 DIGEST_STACK);
}

gboolean rig_cortex_can_digest(RigCortex *cortex, guint32 ram_bytes)
{
	guint part = rig_dap_identity(cortex->dap)->cpuid >> 4 & 0xfffu;
	static const guint16 small[] = {0xc20, 0xc21, 0xc60, 0xd20}; /* M0, M1, M0+, M23 */
	for (gsize i = 0; i < G_N_ELEMENTS(small); i++)
		if (part == small[i])
			return FALSE;
	return (part >> 8 == 0xc || part >> 8 == 0xd) && ram_bytes >= digest_ram_bytes(1);
}

static gboolean digest_call(RigCortex *cortex, const DigestPlaces *places, guint32 core_hz,
                            const RigMemoryRange *ranges, gsize count, guint8 *digests,
                            GError **error)
{
	g_autofree guint32 *words = g_new0(guint32, count * RIG_DIGEST_BYTES / 4);
	guint64 cycles = 0;
	rig_cortex_begin_call(cortex);
	for (guint32 at = 0; at < sizeof digest_code; at += 4)
		rig_dap_write_next(cortex->dap, places->code + at, rig_get_le32(digest_code + at));
	for (gsize i = 0; i < count; i++) {
		guint32 at = places->ranges + DIGEST_RANGE_BYTES * (guint32)i;
		rig_dap_write_next(cortex->dap, at, ranges[i].address);
		rig_dap_write_next(cortex->dap, at + 4, ranges[i].bytes);
		cycles += (guint64)ranges[i].bytes * DIGEST_CYCLES_A_BYTE + DIGEST_CYCLES_A_RANGE;
	}
	const RigCall call = {.name = "the digest routine",
	                      .entry = places->code,
	                      .stack = places->stack,
	                      .end = places->code + (guint32)(sizeof digest_code - DIGEST_END),
	                      .arguments = {places->ranges, (guint32)count, places->digests},
	                      .expected_us = (gint64)(cycles * G_USEC_PER_SEC / core_hz),
	                      .longest_us = (gint64)(cycles * G_USEC_PER_SEC / DIGEST_SLOWEST_HZ) +
	                                    G_USEC_PER_SEC,
	                      .result_address = places->digests,
	                      .result = words,
	                      .results = count * RIG_DIGEST_BYTES / 4};
	if (!rig_cortex_call(cortex, &call, error))
		return FALSE;
	for (gsize i = 0; i < call.results; i++) {
		guint32 swapped = GUINT32_SWAP_LE_BE(words[i]);
		rig_put_le32(digests + 4 * i, swapped);
	}
	return TRUE;
}

gboolean rig_cortex_digest(RigCortex *cortex, guint32 ram_address, guint32 ram_bytes,
                           guint32 core_hz, const RigMemoryRange *ranges, gsize count,
                           guint8 *digests, GError **error)
{
	if (!rig_cortex_can_digest(cortex, ram_bytes))
		return cortex_failed(cortex, error, RIG_ERROR_USAGE,
		                     "this core cannot tell digests of its memory");
	gsize room = (ram_bytes - digest_ram_bytes(0)) / (DIGEST_RANGE_BYTES + RIG_DIGEST_BYTES);
	gsize most = MIN(room, DIGEST_A_CALL);
	const DigestPlaces places = {
	    .code = ram_address,
	    .ranges = ram_address + (guint32)sizeof digest_code,
	    .digests = ram_address + (guint32)(sizeof digest_code + most * DIGEST_RANGE_BYTES),
	    .stack = (ram_address + digest_ram_bytes(most)) & ~7u};
	guint failed = 0;

	for (gsize at = 0; at < count;) {
		g_autoptr(GError) trouble = NULL;
		gsize part = MIN(count - at, most);
		if (digest_call(cortex, &places, core_hz == 0 ? DIGEST_CLOCK_HZ : core_hz, ranges + at,
		                part, digests + at * RIG_DIGEST_BYTES, &trouble)) {
			at += part;
			continue;
		}
		/* Noise on the wire: it may run, or not. Nothing is lost by asking again. */
		if (!g_error_matches(trouble, RIG_ERROR, RIG_ERROR_DAMAGED) || ++failed > DIGEST_RETRIES ||
		    !rig_cortex_halt(cortex, NULL)) {
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
	}
	return TRUE;
}
