/* SPDX-License-Identifier: Apache-2.0 */
/* What lies behind a debug port: its access ports, and the components that ROM tables name. */
#include "dap_internal.h"

#include <rig/bytes.h>

#define SCAN_APS           256u
#define SCAN_BATCH         8u /* access ports asked in one round trip */
#define SCAN_GAP           2u /* this many that do not answer end the list */
#define SCAN_COMPONENTS    64u
#define SCAN_DEPTH         4u
#define SCAN_ENTRIES       (0xf00u / 4) /* of a table; IHI 0029, D6.4 */
#define SCAN_BLOCK         16u          /* entries read in one round trip */
#define SCAN_PRESENT       0x1u
#define SCAN_IDS           0xfccu /* from DEVTYPE on: PIDR4 to CIDR3 */
#define SCAN_ARCH          0xfbcu /* DEVARCH */
#define SCAN_ARCH_ROM      0x0af7u
#define SCAN_CONTROL_SPACE 0xe000e000u
#define SCAN_ARM           0x23bu /* JEP106 bank 4, 0x3b */

enum { SCAN_CLASS_ROM = 1, SCAN_CLASS_CORESIGHT = 9 };

GArray *rig_dap_scan_aps(RigDap *dap, GError **error)
{
	if (!rig_dap_connect(dap, error))
		return NULL;
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(RigDapAp));
	guint missing = 0;
	for (guint first = 0; first < SCAN_APS && missing < SCAN_GAP; first += SCAN_BATCH) {
		guint32 idr[SCAN_BATCH] = {0}, base[SCAN_BATCH] = {0};
		rig_dap_begin(dap, RIG_DAP_REPEATABLE);
		for (guint i = 0; i < SCAN_BATCH; i++) {
			rig_dap_read_ap(dap, (guint8)(first + i), AP_IDR, &idr[i]);
			rig_dap_read_ap(dap, (guint8)(first + i), AP_BASE, &base[i]);
		}
		if (!rig_dap_commit(dap, error))
			return NULL;
		for (guint i = 0; i < SCAN_BATCH && missing < SCAN_GAP; i++) {
			RigDapAp ap = {(guint8)(first + i), idr[i], base[i]};
			missing = idr[i] == 0 ? missing + 1 : 0;
			if (idr[i] != 0)
				g_array_append_val(found, ap);
		}
	}
	return g_steal_pointer(&found);
}

/* By Arm's part numbers, as the reference manuals of the cores give them. */
static const char *scan_name(guint64 pidr)
{
	static const struct {
		guint part;
		const char *name;
	} parts[] = {
	    {0x000, "system control space (M3)"},
	    {0x001, "ITM"},
	    {0x002, "DWT"},
	    {0x003, "breakpoints (FPB)"},
	    {0x008, "system control space (M0)"},
	    {0x00a, "DWT (M0)"},
	    {0x00b, "breakpoints (BPU)"},
	    {0x00c, "system control space (M4)"},
	    {0x00d, "ETM"},
	    {0x470, "Cortex-M1 ROM table"},
	    {0x471, "Cortex-M0 ROM table"},
	    {0x490, "generic interrupt controller"},
	    {0x4c0, "Cortex-M0+ ROM table"},
	    {0x4c3, "Cortex-M3 ROM table"},
	    {0x4c4, "Cortex-M4 ROM table"},
	    {0x4c7, "Cortex-M7 ROM table"},
	    {0x923, "TPIU (M3)"},
	    {0x924, "ETM (M3)"},
	    {0x925, "ETM (M4)"},
	    {0x932, "MTB (M0+)"},
	    {0x9a1, "TPIU (M4)"},
	    {0x9a9, "TPIU (M7)"},
	    {0x975, "ETM (M7)"},
	};
	guint designer = (guint)(pidr >> 12 & 0x7f) | (guint)(pidr >> 32 & 0xf) << 7;
	for (gsize i = 0; i < G_N_ELEMENTS(parts) && designer == (SCAN_ARM & 0x7ffu); i++) {
		if (parts[i].part == (pidr & 0xfff))
			return parts[i].name;
	}
	return NULL;
}

/* TRUE: the trouble is one address's; FALSE: the whole walk's. */
static gboolean scan_is_local(GError **trouble)
{
	gboolean is_local = g_error_matches(*trouble, RIG_ERROR, RIG_ERROR_BOARD);
	if (is_local)
		g_clear_error(trouble);
	return is_local;
}

/* Fills what the last 4 KiB of a component say of it. */
static gboolean scan_identify(RigDap *dap, RigDapComponent *component, gboolean *is_table,
                              GError **error)
{
	guint8 ids[0x1000 - SCAN_IDS];
	guint32 arch = 0;
	g_autoptr(GError) trouble = NULL;
	*is_table = FALSE;
	component->is_readable = rig_dap_read_memory(dap, component->address + SCAN_IDS, ids,
	                                             sizeof ids, RIG_DAP_WORDS, &trouble);
	if (!component->is_readable && !scan_is_local(&trouble)) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	if (!component->is_readable)
		return TRUE;
	/* One byte in each word: PIDR4 at 0xfd0, PIDR0 to PIDR3 at 0xfe0, CIDR1 at 0xff4. */
	component->pidr = (guint64)ids[0xfd0 - SCAN_IDS] << 32;
	for (guint i = 0; i < 4; i++)
		component->pidr |= (guint64)ids[0xfe0 - SCAN_IDS + 4 * i] << 8 * i;
	component->component_class = ids[0xff4 - SCAN_IDS] >> 4;
	component->name = scan_name(component->pidr);
	if (component->name == NULL && component->address == SCAN_CONTROL_SPACE)
		component->name = "system control space"; /* where every Cortex-M has it */
	if (component->component_class == SCAN_CLASS_CORESIGHT &&
	    rig_dap_peek(dap, component->address + SCAN_ARCH, &arch, &trouble))
		*is_table = (arch & 0xffffu) == SCAN_ARCH_ROM;
	if (trouble != NULL && !scan_is_local(&trouble)) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	*is_table = *is_table || component->component_class == SCAN_CLASS_ROM;
	return TRUE;
}

/* Puts what a table names behind it, to be looked at in turn. */
static gboolean scan_table(RigDap *dap, GArray *list, guint at, GError **error)
{
	guint32 table = g_array_index(list, RigDapComponent, at).address;
	guint depth = g_array_index(list, RigDapComponent, at).depth + 1;
	guint place = at + 1;
	for (guint first = 0; first < SCAN_ENTRIES; first += SCAN_BLOCK) {
		guint8 bytes[4 * SCAN_BLOCK];
		g_autoptr(GError) trouble = NULL;
		if (!rig_dap_read_memory(dap, table + 4 * first, bytes, sizeof bytes, RIG_DAP_WORDS,
		                         &trouble)) {
			if (scan_is_local(&trouble))
				return TRUE;
			g_propagate_error(error, g_steal_pointer(&trouble));
			return FALSE;
		}
		for (guint i = 0; i < SCAN_BLOCK; i++) {
			guint32 entry = rig_get_le32(bytes + (gsize)4 * i);
			if (entry == 0 || list->len >= SCAN_COMPONENTS)
				return TRUE;
			if ((entry & SCAN_PRESENT) == 0)
				continue;
			RigDapComponent next = {.address = table + (entry & ~0xfffu), .depth = depth};
			g_array_insert_val(list, place, next);
			place++;
		}
	}
	return TRUE;
}

/* A table that was gone through is not gone through again: they may name each other. */
static gboolean scan_was_seen(const GArray *list, guint at)
{
	guint32 address = g_array_index(list, RigDapComponent, at).address;
	for (guint i = 0; i < at; i++) {
		if (g_array_index(list, RigDapComponent, i).address == address)
			return TRUE;
	}
	return FALSE;
}

GArray *rig_dap_walk_rom(RigDap *dap, GError **error)
{
	if (!rig_dap_connect(dap, error))
		return NULL;
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(RigDapComponent));
	guint32 base = dap->identity.ap_base;
	RigDapComponent root = {.address = base & ~0xfffu};
	/* All ones: there is none; in the old form bit 0 says nothing (C2.6.1). */
	gboolean is_present = (base & 2) == 0 || (base & SCAN_PRESENT) != 0;
	if (base != G_MAXUINT32 && base != 0 && is_present)
		g_array_append_val(list, root);
	for (guint at = 0; at < list->len; at++) {
		RigDapComponent component = g_array_index(list, RigDapComponent, at);
		gboolean is_table = FALSE;
		if (!scan_identify(dap, &component, &is_table, error))
			return NULL;
		g_array_index(list, RigDapComponent, at) = component;
		if (is_table && component.depth < SCAN_DEPTH && !scan_was_seen(list, at) &&
		    !scan_table(dap, list, at, error))
			return NULL;
	}
	return g_steal_pointer(&list);
}
