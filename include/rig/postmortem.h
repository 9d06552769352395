/* SPDX-License-Identifier: Apache-2.0 */
/* What a core is found like after its firmware has hung or faulted. */
#ifndef RIG_POSTMORTEM_H
#define RIG_POSTMORTEM_H

#include <rig/cortex.h>

#define RIG_POSTMORTEM_STACK 1024u /* words, at most */

typedef struct RigPostmortem {
	RigCoreState state;                     /* before it was halted */
	guint32 registers[RIG_REG_SPECIAL + 1]; /* by their numbers */
	gboolean has_status;                    /* the next are there (ARMv7-M, B3.2.15 to B3.2.18) */
	guint32 cfsr, hfsr, mmfar, bfar;
	gboolean has_frame; /* what the core stacked as the exception came (ARMv7-M, B1.5.6) */
	guint32 frame_lr, frame_pc;
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

/* The exception that it stood in: "HardFault"; NULL: none. Caller frees. */
char *rig_postmortem_exception(const RigPostmortem *found);
/* "precise data bus error at 0x90000000, forced"; NULL: the core tells of none. Caller frees. */
char *rig_postmortem_faults(const RigPostmortem *found);

#endif
