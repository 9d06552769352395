/* SPDX-License-Identifier: Apache-2.0 */
/* What a core is found like after its firmware has hung or faulted. */
#ifndef RIG_POSTMORTEM_H
#define RIG_POSTMORTEM_H

#include <rig/cortex.h>

#define RIG_POSTMORTEM_STACK 1024u /* words, at most */
#define RIG_POSTMORTEM_FRAME 8u    /* words: r0 to r3, r12, lr, pc, xpsr */

typedef struct RigPostmortem {
	RigCoreState state;                     /* before it was halted */
	guint32 registers[RIG_REG_SPECIAL + 1]; /* by their numbers */
	gboolean has_status;                    /* the next are there (ARMv7-M, B3.2) */
	guint32 icsr, shcsr, cfsr, hfsr, dfsr, mmfar, bfar;
	gboolean has_frame; /* what the core stacked as the exception came (ARMv7-M, B1.5.6) */
	guint32 frame_address, frame[RIG_POSTMORTEM_FRAME];
	guint32 frame_lr, frame_pc, frame_xpsr; /* of it */
	gboolean
	    has_overflown;     /* the stack pointer lies below the RAM; the words are the RAM's first */
	guint32 stack_address; /* of the words that follow; 0 words: it cannot be read */
	guint32 stack[RIG_POSTMORTEM_STACK];
	gsize stack_words;
} RigPostmortem;

/*
 * Halts the core and leaves it so. Registers are read in one round trip. ram: where its RAM begins;
 * 0: not known. Errors as rig/cortex.h.
 */
gboolean rig_cortex_examine(RigCortex *cortex, guint32 ram, RigPostmortem *found, GError **error);

/*
 * The frame of the exception that `found` stands in, of which registers and status are there.
 * main_stack: `count` words from MSP on; process_stack: 8 words from PSP on, NULL: it has none. No
 * frame is taken where it is not known which is the right one.
 */
void rig_postmortem_find_frame(RigPostmortem *found, const guint32 *main_stack, gsize count,
                               const guint32 *process_stack);

/* The number of the exception in an xPSR; 0: none. */
guint32 rig_postmortem_number(guint32 xpsr);
/* Its name: "HardFault"; NULL: none. Caller frees. */
char *rig_postmortem_exception(guint32 xpsr);
/* "precise data bus error at 0x90000000"; NULL: the core tells of none. Caller frees. */
char *rig_postmortem_faults(const RigPostmortem *found);

#endif
