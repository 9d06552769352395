/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the Cortex-M driver. Registers: ARMv7-M ARM, C1.6, C1.11, B3.2. */
#ifndef RIG_TARGET_CORTEX_INTERNAL_H
#define RIG_TARGET_CORTEX_INTERNAL_H

#include <rig/cortex.h>

#define CORTEX_AIRCR 0xe000ed0cu
#define CORTEX_DFSR  0xe000ed30u
#define CORTEX_CPACR 0xe000ed88u
#define CORTEX_DHCSR 0xe000edf0u
#define CORTEX_DCRSR 0xe000edf4u
#define CORTEX_DCRDR 0xe000edf8u
#define CORTEX_DEMCR 0xe000edfcu

#define DHCSR_KEY      0xa05f0000u
#define DHCSR_DEBUGEN  0x1u
#define DHCSR_HALT     0x2u
#define DHCSR_STEP     0x4u
#define DHCSR_MASKINTS 0x8u
#define DHCSR_REGRDY   0x00010000u
#define DHCSR_HALTED   0x00020000u
#define DHCSR_SLEEP    0x00040000u
#define DHCSR_LOCKUP   0x00080000u
#define DHCSR_RESET    0x02000000u /* since it was last read */

#define DEMCR_VC_CORERESET 0x1u
#define DEMCR_TRCENA       0x01000000u

#define CORTEX_BREAKPOINTS_MAX 16u

struct RigCortex {
	RigDap *dap;
	/* The comparators as they are set; 0: free. */
	guint32 breakpoints[CORTEX_BREAKPOINTS_MAX];
	guint comparators;  /* that the core has */
	guint8 fpb_version; /* of FP_CTRL */
	gboolean is_fpb_known;
};

/* Connects where that is not so. */
gboolean cortex_ready(RigCortex *cortex, GError **error);
/* Reads DHCSR until one bit of `mask` is set, or `span_us` have passed (then *dhcsr has none). */
gboolean cortex_await(RigCortex *cortex, guint32 mask, gint64 span_us, guint32 *dhcsr,
                      GError **error);
/* The board's name before the text; returns FALSE. */
gboolean cortex_failed(RigCortex *cortex, GError **error, RigErrorCode code, const char *text);
/* DHCSR by `control`, with debugging enabled. */
void cortex_queue_control(RigCortex *cortex, guint32 control);

#endif
