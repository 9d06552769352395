/* SPDX-License-Identifier: Apache-2.0 */
#include "cortex_internal.h"

#include <rig/bytes.h>
#include <rig/postmortem.h>

#define EXAMINE_CFSR      0xe000ed28u /* and HFSR, DFSR, MMFAR, BFAR behind it */
#define EXAMINE_STATUS    5u
#define EXAMINE_FRAME     8u /* words */
#define EXAMINE_THUMB     0x01000000u
#define EXAMINE_EXCEPTION 0x1ffu
#define EXAMINE_V7        0xc23u /* CPUID's part from which on there is a CFSR, but for M0+ */
#define EXAMINE_STACK     64u    /* words of a stack that is one */
#define EXAMINE_MMARVALID 0x00000080u
#define EXAMINE_BFARVALID 0x00008000u

static guint32 examine_exception(const RigPostmortem *found)
{
	return found->registers[RIG_REG_XPSR] & EXAMINE_EXCEPTION;
}

static gboolean examine_read(RigCortex *cortex, guint32 address, guint32 *words, gsize count)
{
	guint8 bytes[4 * RIG_POSTMORTEM_STACK];
	if (address % 4 != 0 ||
	    !rig_dap_read_memory(cortex->dap, address, bytes, 4 * count, RIG_DAP_WORDS, NULL))
		return FALSE;
	for (gsize i = 0; i < count; i++)
		words[i] = rig_get_le32(bytes + 4 * i);
	return TRUE;
}

static void examine_status(RigCortex *cortex, RigPostmortem *found)
{
	guint32 words[EXAMINE_STATUS];
	guint part = rig_dap_identity(cortex->dap)->cpuid >> 4 & 0xfffu;
	if (part < EXAMINE_V7 || part == 0xc60 || part == 0xd20 ||
	    !examine_read(cortex, EXAMINE_CFSR, words, EXAMINE_STATUS))
		return;
	found->has_status = TRUE;
	found->cfsr = words[0];
	found->hfsr = words[1];
	found->mmfar = words[3];
	found->bfar = words[4];
}

/*
 * The frame lies where the stack of whoever was interrupted ends. Handlers run on the main stack,
 * so the process stack still points at it; that it is one is seen from its xPSR.
 */
static void examine_frame(RigCortex *cortex, RigPostmortem *found)
{
	guint32 frame[EXAMINE_FRAME];
	if (examine_exception(found) == 0 || found->registers[RIG_REG_PSP] == 0 ||
	    !examine_read(cortex, found->registers[RIG_REG_PSP], frame, EXAMINE_FRAME) ||
	    (frame[7] & EXAMINE_THUMB) == 0 || (frame[7] & EXAMINE_EXCEPTION) != 0)
		return;
	found->has_frame = TRUE;
	found->frame_lr = frame[5];
	found->frame_pc = frame[6];
}

static void examine_stack(RigCortex *cortex, guint32 ram, RigPostmortem *found)
{
	gboolean is_process = examine_exception(found) != 0 && found->registers[RIG_REG_PSP] != 0;
	gsize words = EXAMINE_STACK;
	found->stack_address = found->registers[is_process ? RIG_REG_PSP : RIG_REG_SP];
	if (ram != 0 && found->stack_address < ram) {
		found->has_overflown = TRUE;
		found->stack_address = ram;
		words = RIG_POSTMORTEM_STACK;
	}
	/* As much as there is: the end of the stack may be the end of memory. */
	for (; words > 0 && found->stack_words == 0; words /= 2)
		if (examine_read(cortex, found->stack_address, found->stack, words))
			found->stack_words = words;
}

gboolean rig_cortex_examine(RigCortex *cortex, guint32 ram, RigPostmortem *found, GError **error)
{
	gsize count = 0;
	guint32 values[RIG_REG_SPECIAL + 1];
	const guint8 *numbers = rig_cortex_registers(FALSE, &count);
	*found = (RigPostmortem){0};
	if (!rig_cortex_state(cortex, &found->state, error) || !rig_cortex_halt(cortex, error) ||
	    !rig_cortex_read_registers(cortex, numbers, count, values, error))
		return FALSE;
	for (gsize i = 0; i < count; i++)
		found->registers[numbers[i]] = values[i];
	examine_status(cortex, found);
	examine_frame(cortex, found);
	examine_stack(cortex, ram, found);
	return TRUE;
}

char *rig_postmortem_exception(const RigPostmortem *found)
{
	static const char *const names[] = {
	    [2] = "NMI",           [3] = "HardFault",  [4] = "MemManage",
	    [5] = "BusFault",      [6] = "UsageFault", [11] = "SVCall",
	    [12] = "DebugMonitor", [14] = "PendSV",    [15] = "SysTick"};
	guint32 number = examine_exception(found);
	if (number == 0)
		return NULL;
	if (number < G_N_ELEMENTS(names) && names[number] != NULL)
		return g_strdup(names[number]);
	return number < 16 ? g_strdup_printf("exception %u", number)
	                   : g_strdup_printf("interrupt %u", number - 16);
}

char *rig_postmortem_faults(const RigPostmortem *found)
{
	/* ARMv7-M ARM, B3.2.15 and B3.2.16. */
	static const struct {
		guint32 cfsr, hfsr;
		const char *words;
	} rows[] = {{1u << 0, 0, "instruction fetched where none may be"},
	            {1u << 1, 0, "data access violation"},
	            {1u << 3, 0, "access violation on leaving an exception"},
	            {1u << 4, 0, "access violation on stacking"},
	            {1u << 5, 0, "access violation on saving floating-point registers"},
	            {1u << 8, 0, "bus error on an instruction"},
	            {1u << 9, 0, "precise data bus error"},
	            {1u << 10, 0, "imprecise data bus error"},
	            {1u << 11, 0, "bus error on leaving an exception"},
	            {1u << 12, 0, "bus error on stacking"},
	            {1u << 13, 0, "bus error on saving floating-point registers"},
	            {1u << 16, 0, "undefined instruction"},
	            {1u << 17, 0, "branch to an address without the Thumb bit"},
	            {1u << 18, 0, "wrong return from an exception"},
	            {1u << 19, 0, "no coprocessor"},
	            {1u << 24, 0, "unaligned access"},
	            {1u << 25, 0, "division by zero"},
	            {0, 1u << 1, "bus error on the vector table"}};
	GString *text = g_string_new(NULL);
	for (gsize i = 0; found->has_status && i < G_N_ELEMENTS(rows); i++)
		if ((found->cfsr & rows[i].cfsr) != 0 || (found->hfsr & rows[i].hfsr) != 0)
			g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ", rows[i].words);
	if (text->len > 0 && (found->cfsr & EXAMINE_BFARVALID) != 0)
		g_string_append_printf(text, " at 0x%08x", found->bfar);
	else if (text->len > 0 && (found->cfsr & EXAMINE_MMARVALID) != 0)
		g_string_append_printf(text, " at 0x%08x", found->mmfar);
	return g_string_free(text, text->len == 0);
}
