/* SPDX-License-Identifier: Apache-2.0 */
/* What was read of a core, understood. No device is asked here. */
#include <rig/postmortem.h>

#define FRAME_LR              5u /* ARMv7-M ARM, B1.5.6 */
#define FRAME_PC              6u
#define FRAME_XPSR            7u
#define FRAME_THUMB           0x01000000u
#define FRAME_RESERVED        0x00f00000u /* ARMv7-M ARM, B1.4.2 */
#define FRAME_PLAIN           0x0efffdc0u /* and no IT, GE, Q: all that ARMv6-M can have (B1.4.2) */
#define FRAME_NUMBER          0x1ffu
#define FRAME_LAST_CODE       0xa0000000u /* from here on nothing can be executed (B3.1) */
#define POSTMORTEM_RETTOBASE  0x00000800u /* of ICSR, B3.2.4: no other exception is active */
#define POSTMORTEM_MMARVALID  0x00000080u
#define POSTMORTEM_BFARVALID  0x00008000u
#define POSTMORTEM_IN_PROCESS 0x4u /* of a return code: the frame is on the process stack */
#define POSTMORTEM_TO_THREAD  0x8u /* of a return code: no handler was interrupted */

guint32 rig_postmortem_number(guint32 xpsr)
{
	return xpsr & FRAME_NUMBER;
}

/* The codes that LR has as a handler begins (ARMv7-M ARM, B1.5.8). */
static gboolean postmortem_is_code(guint32 word)
{
	static const guint32 codes[] = {0xfffffff1u, 0xfffffff9u, 0xfffffffdu,
	                                0xffffffe1u, 0xffffffe9u, 0xffffffedu};
	gboolean is_code = FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
		is_code = is_code || word == codes[i];
	return is_code;
}

static gboolean postmortem_is_frame(const guint32 *words, guint32 reserved)
{
	guint32 xpsr = words[FRAME_XPSR];
	return (xpsr & FRAME_THUMB) != 0 && (xpsr & reserved) == 0 && words[FRAME_PC] % 2 == 0 &&
	       words[FRAME_PC] < FRAME_LAST_CODE;
}

static void postmortem_take(RigPostmortem *found, guint32 address, const guint32 *words)
{
	found->has_frame = TRUE;
	found->frame_address = address;
	for (gsize i = 0; i < RIG_POSTMORTEM_FRAME; i++)
		found->frame[i] = words[i];
	found->frame_lr = words[FRAME_LR];
	found->frame_pc = words[FRAME_PC];
	found->frame_xpsr = words[FRAME_XPSR];
}

/*
 * The lowest frame of the main stack. A handler that was itself interrupted has had a return code,
 * which is in its own LR or on the stack above; without one the words are a frame's by chance.
 */
static gboolean postmortem_search(RigPostmortem *found, const guint32 *words, gsize count,
                                  gboolean is_nested, guint32 reserved)
{
	guint32 own = rig_postmortem_number(found->registers[RIG_REG_XPSR]);
	guint32 msp = found->registers[RIG_REG_MSP];
	for (gsize i = msp / 4 % 2; i + RIG_POSTMORTEM_FRAME <= count; i += 2) {
		guint32 number = rig_postmortem_number(words[i + FRAME_XPSR]);
		gboolean has_code = !is_nested;
		for (gsize k = i + FRAME_LR; is_nested && k < count; k++)
			has_code = has_code || postmortem_is_code(words[k]);
		if (!postmortem_is_frame(words + i, reserved) || (number != 0) != is_nested ||
		    number == own || !has_code)
			continue;
		postmortem_take(found, msp + 4 * (guint32)i, words + i);
		return TRUE;
	}
	return FALSE;
}

/* The stack holds text and numbers too: first what can hardly be anything but a frame. */
static gboolean postmortem_search_main(RigPostmortem *found, const guint32 *words, gsize count,
                                       gboolean is_nested)
{
	return postmortem_search(found, words, count, is_nested, FRAME_PLAIN) ||
	       (found->has_status && postmortem_search(found, words, count, is_nested, FRAME_RESERVED));
}

void rig_postmortem_find_frame(RigPostmortem *found, const guint32 *main_stack, gsize count,
                               const guint32 *process_stack)
{
	guint32 lr = found->registers[RIG_REG_LR];
	gboolean may_be_nested = TRUE, may_be_thread = TRUE, may_be_main = TRUE, may_be_process = TRUE;
	if (postmortem_is_code(lr)) { /* the handler has called nobody yet */
		may_be_thread = (lr & POSTMORTEM_TO_THREAD) != 0;
		may_be_nested = !may_be_thread;
		may_be_process = (lr & POSTMORTEM_IN_PROCESS) != 0;
		may_be_main = !may_be_process;
	} else if (found->has_status) { /* ARMv6-M tells of no nesting */
		may_be_thread = (found->icsr & POSTMORTEM_RETTOBASE) != 0;
		may_be_nested = !may_be_thread;
	}
	if (may_be_nested && postmortem_search_main(found, main_stack, count, TRUE))
		return;
	if (!may_be_thread)
		return;
	if (may_be_process && process_stack != NULL &&
	    postmortem_is_frame(process_stack, found->has_status ? FRAME_RESERVED : FRAME_PLAIN) &&
	    rig_postmortem_number(process_stack[FRAME_XPSR]) == 0)
		postmortem_take(found, found->registers[RIG_REG_PSP], process_stack);
	else if (may_be_main)
		(void)postmortem_search_main(found, main_stack, count, FALSE);
}

char *rig_postmortem_exception(guint32 xpsr)
{
	static const char *const names[] = {
	    [2] = "NMI",           [3] = "HardFault",  [4] = "MemManage",
	    [5] = "BusFault",      [6] = "UsageFault", [11] = "SVCall",
	    [12] = "DebugMonitor", [14] = "PendSV",    [15] = "SysTick"};
	guint32 number = rig_postmortem_number(xpsr);
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
	if (text->len > 0 && (found->cfsr & POSTMORTEM_BFARVALID) != 0)
		g_string_append_printf(text, " at 0x%08x", found->bfar);
	else if (text->len > 0 && (found->cfsr & POSTMORTEM_MMARVALID) != 0)
		g_string_append_printf(text, " at 0x%08x", found->mmfar);
	return g_string_free(text, text->len == 0);
}
