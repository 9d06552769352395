/* SPDX-License-Identifier: Apache-2.0 */
/* Hardware breakpoints: the FPB of ARMv7-M (C1.11), the BPU of ARMv6-M, which is laid out alike. */
#include "cortex_internal.h"

#define FPB_CTRL    0xe0002000u
#define FPB_COMP0   0xe0002008u
#define FPB_ENABLE  0x3u /* with the key that a write needs */
#define FPB_CODE    0x20000000u
#define FPB_VERSION 28

static gboolean fpb_know(RigCortex *cortex, GError **error)
{
	guint32 control = 0;
	if (!cortex_ready(cortex, error))
		return FALSE;
	if (cortex->is_fpb_known)
		return TRUE;
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	/* Debug events first: without them a comparator that hits is a fault. */
	rig_dap_write_word(cortex->dap, FPB_CTRL, FPB_ENABLE);
	rig_dap_read_word(cortex->dap, FPB_CTRL, &control);
	if (!rig_dap_commit(cortex->dap, error))
		return FALSE;
	cortex->comparators =
	    MIN((control >> 4 & 0xfu) | (control >> 8 & 0x70u), CORTEX_BREAKPOINTS_MAX);
	cortex->fpb_version = (guint8)(control >> FPB_VERSION);
	for (guint i = 0; i < CORTEX_BREAKPOINTS_MAX; i++)
		cortex->breakpoints[i] = 0;
	cortex->is_fpb_known = TRUE;
	return TRUE;
}

gboolean rig_cortex_count_breakpoints(RigCortex *cortex, guint *count, GError **error)
{
	gboolean good = fpb_know(cortex, error);
	*count = good ? cortex->comparators : 0;
	return good;
}

/* What a comparator holds for a halfword's address. */
static guint32 fpb_value(const RigCortex *cortex, guint32 address)
{
	if (cortex->fpb_version > 0)
		return address | 1u;
	return (address & 0x1ffffffcu) | ((address & 2u) != 0 ? 2u : 1u) << 30 | 1u;
}

static gboolean fpb_write(RigCortex *cortex, guint index, guint32 value, GError **error)
{
	return rig_dap_poke(cortex->dap, FPB_COMP0 + 4 * index, value, error);
}

gboolean rig_cortex_set_breakpoint(RigCortex *cortex, guint32 address, GError **error)
{
	if (!fpb_know(cortex, error))
		return FALSE;
	if (cortex->fpb_version == 0 && address >= FPB_CODE)
		return cortex_failed(cortex, error, RIG_ERROR_USAGE,
		                     "this core's breakpoints reach code below 0x20000000 only");
	guint32 wanted = (address & ~1u) | 1u;
	guint place = CORTEX_BREAKPOINTS_MAX;
	for (guint i = 0; i < cortex->comparators; i++) {
		if (cortex->breakpoints[i] == wanted)
			return TRUE;
		if (cortex->breakpoints[i] == 0)
			place = MIN(place, i);
	}
	if (place == CORTEX_BREAKPOINTS_MAX)
		return cortex_failed(cortex, error, RIG_ERROR_USAGE,
		                     "all hardware breakpoints are taken; clear one first");
	if (!fpb_write(cortex, place, fpb_value(cortex, address & ~1u), error))
		return FALSE;
	cortex->breakpoints[place] = wanted;
	return TRUE;
}

gboolean rig_cortex_clear_breakpoint(RigCortex *cortex, guint32 address, GError **error)
{
	if (!fpb_know(cortex, error))
		return FALSE;
	for (guint i = 0; i < cortex->comparators; i++) {
		if (cortex->breakpoints[i] != ((address & ~1u) | 1u))
			continue;
		if (!fpb_write(cortex, i, 0, error))
			return FALSE;
		cortex->breakpoints[i] = 0;
	}
	return TRUE;
}
