/* SPDX-License-Identifier: Apache-2.0 */
#include "cortex_internal.h"

#include <rig/bytes.h>
#include <rig/postmortem.h>

#define EXAMINE_ICSR   0xe000ed04u
#define EXAMINE_SHCSR  0xe000ed24u /* and CFSR, HFSR, DFSR, MMFAR, BFAR behind it */
#define EXAMINE_STATUS 6u
#define EXAMINE_V7     0xc23u /* CPUID's part from which on there is a CFSR, but for M0+ and M23 */
#define EXAMINE_STACK  64u    /* words of a stack that is one */
#define EXAMINE_MAIN   256u   /* words of the main stack, in which a frame is looked for */

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

/* As much as there is: the end of the stack may be the end of memory. */
static gsize examine_words(RigCortex *cortex, guint32 address, guint32 *words, gsize most)
{
	for (; most > 0; most /= 2)
		if (examine_read(cortex, address, words, most))
			return most;
	return 0;
}

static void examine_status(RigCortex *cortex, RigPostmortem *found)
{
	guint32 words[EXAMINE_STATUS];
	guint part = rig_dap_identity(cortex->dap)->cpuid >> 4 & 0xfffu;
	if (part < EXAMINE_V7 || part == 0xc60 || part == 0xd20 ||
	    !examine_read(cortex, EXAMINE_ICSR, &found->icsr, 1) ||
	    !examine_read(cortex, EXAMINE_SHCSR, words, EXAMINE_STATUS))
		return;
	found->has_status = TRUE;
	found->shcsr = words[0];
	found->cfsr = words[1];
	found->hfsr = words[2];
	found->dfsr = words[3];
	found->mmfar = words[4];
	found->bfar = words[5];
}

/* A frame lies where PSP points, or on the main stack above what its handler has put there. */
static void examine_frame(RigCortex *cortex, RigPostmortem *found)
{
	guint32 main_stack[EXAMINE_MAIN], process_stack[RIG_POSTMORTEM_FRAME];
	guint32 msp = found->registers[RIG_REG_MSP], psp = found->registers[RIG_REG_PSP];
	if (rig_postmortem_number(found->registers[RIG_REG_XPSR]) == 0)
		return;
	gsize words = examine_words(cortex, msp, main_stack, EXAMINE_MAIN);
	gboolean has_process =
	    psp != 0 && examine_read(cortex, psp, process_stack, RIG_POSTMORTEM_FRAME);
	rig_postmortem_find_frame(found, main_stack, words, has_process ? process_stack : NULL);
}

static void examine_stack(RigCortex *cortex, guint32 ram, RigPostmortem *found)
{
	guint32 psp = found->registers[RIG_REG_PSP];
	gboolean is_handled = rig_postmortem_number(found->registers[RIG_REG_XPSR]) != 0;
	gsize words = EXAMINE_STACK;
	found->stack_address = is_handled && psp != 0 ? psp : found->registers[RIG_REG_SP];
	if (found->has_frame)
		found->stack_address = found->frame_address + 4 * RIG_POSTMORTEM_FRAME;
	else if (ram != 0 && found->stack_address < ram) {
		found->has_overflown = TRUE;
		found->stack_address = ram;
		words = RIG_POSTMORTEM_STACK;
	}
	found->stack_words = examine_words(cortex, found->stack_address, found->stack, words);
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
