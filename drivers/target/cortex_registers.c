/* SPDX-License-Identifier: Apache-2.0 */
/* Core registers, all of them in one round trip: the debug registers lie in one window. */
#include "cortex_internal.h"

#define CORTEX_REGRDY_US   (100 * 1000)
#define CORTEX_DCRSR_WRITE 0x00010000u
#define CORTEX_MVFR0       0xe000ef40u

static const guint8 cortex_numbers[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
                                        14, 15, 16, 17, 18, 20, 33, 64, 65, 66, 67, 68, 69, 70,
                                        71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84,
                                        85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95};
#define CORTEX_INTEGER_REGISTERS 20u

const guint8 *rig_cortex_registers(gboolean with_fpu, gsize *count)
{
	*count = with_fpu ? G_N_ELEMENTS(cortex_numbers) : CORTEX_INTEGER_REGISTERS;
	return cortex_numbers;
}

const char *rig_register_name(guint number)
{
	static const char *const names[RIG_REG_END] = {"r0",        "r1",
	                                               "r2",        "r3",
	                                               "r4",        "r5",
	                                               "r6",        "r7",
	                                               "r8",        "r9",
	                                               "r10",       "r11",
	                                               "r12",       "sp",
	                                               "lr",        "pc",
	                                               "xpsr",      "msp",
	                                               "psp",       NULL,
	                                               "special",   [RIG_REG_FPSCR] = "fpscr",
	                                               [64] = "s0", "s1",
	                                               "s2",        "s3",
	                                               "s4",        "s5",
	                                               "s6",        "s7",
	                                               "s8",        "s9",
	                                               "s10",       "s11",
	                                               "s12",       "s13",
	                                               "s14",       "s15",
	                                               "s16",       "s17",
	                                               "s18",       "s19",
	                                               "s20",       "s21",
	                                               "s22",       "s23",
	                                               "s24",       "s25",
	                                               "s26",       "s27",
	                                               "s28",       "s29",
	                                               "s30",       "s31"};
	return number < RIG_REG_END && names[number] != NULL ? names[number] : "?";
}

gboolean rig_cortex_has_fpu(RigCortex *cortex, gboolean *has_fpu, GError **error)
{
	guint32 features = 0;
	if (!cortex_ready(cortex, error))
		return FALSE;
	guint part = rig_dap_identity(cortex->dap)->cpuid >> 4 & 0xfffu;
	/* ARMv6-M has none, and nothing at that address; ARMv7-M ARM, B3.2.20. */
	*has_fpu = FALSE;
	if (part == 0xc20 || part == 0xc60 || part == 0xc21)
		return TRUE;
	if (!rig_dap_peek(cortex->dap, CORTEX_MVFR0, &features, error))
		return FALSE;
	*has_fpu = (features & 0xf0u) != 0;
	return TRUE;
}

/* One register in its own visits, for a core that is slow to tell. */
static gboolean cortex_read_late(RigCortex *cortex, guint8 number, guint32 *value, GError **error)
{
	guint32 dhcsr = 0;
	if (!rig_dap_poke(cortex->dap, CORTEX_DCRSR, number, error) ||
	    !cortex_await(cortex, DHCSR_REGRDY, CORTEX_REGRDY_US, &dhcsr, error))
		return FALSE;
	if ((dhcsr & DHCSR_REGRDY) == 0)
		return cortex_failed(cortex, error, RIG_ERROR_BOARD, "the core does not tell a register");
	return rig_dap_peek(cortex->dap, CORTEX_DCRDR, value, error);
}

static gboolean cortex_check_halted(RigCortex *cortex, guint32 dhcsr, GError **error)
{
	return (dhcsr & DHCSR_HALTED) != 0 ||
	       cortex_failed(cortex, error, RIG_ERROR_USAGE,
	                     "the core is not halted: its registers cannot be reached");
}

gboolean rig_cortex_read_registers(RigCortex *cortex, const guint8 *numbers, gsize count,
                                   guint32 *values, GError **error)
{
	if (!cortex_ready(cortex, error))
		return FALSE;
	guint32 state = 0;
	g_autofree guint32 *ready = g_new0(guint32, MAX(count, 1));
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &state);
	for (gsize i = 0; i < count; i++) {
		rig_dap_write_word(cortex->dap, CORTEX_DCRSR, numbers[i]);
		rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &ready[i]);
		rig_dap_read_word(cortex->dap, CORTEX_DCRDR, &values[i]);
	}
	if (!rig_dap_commit(cortex->dap, error) || !cortex_check_halted(cortex, state, error))
		return FALSE;
	for (gsize i = 0; i < count; i++) {
		if ((ready[i] & DHCSR_REGRDY) == 0 &&
		    !cortex_read_late(cortex, numbers[i], &values[i], error))
			return FALSE;
	}
	return TRUE;
}

gboolean rig_cortex_write_register(RigCortex *cortex, guint number, guint32 value, GError **error)
{
	guint32 state = 0, ready = 0;
	if (!cortex_ready(cortex, error))
		return FALSE;
	rig_dap_begin(cortex->dap, RIG_DAP_REPEATABLE);
	rig_dap_window(cortex->dap, CORTEX_DHCSR);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &state);
	rig_dap_write_word(cortex->dap, CORTEX_DCRDR, value);
	rig_dap_write_word(cortex->dap, CORTEX_DCRSR, CORTEX_DCRSR_WRITE | number);
	rig_dap_read_word(cortex->dap, CORTEX_DHCSR, &ready);
	if (!rig_dap_commit(cortex->dap, error) || !cortex_check_halted(cortex, state, error))
		return FALSE;
	if ((ready & DHCSR_REGRDY) == 0 &&
	    !cortex_await(cortex, DHCSR_REGRDY, CORTEX_REGRDY_US, &ready, error))
		return FALSE;
	return (ready & DHCSR_REGRDY) != 0 ||
	       cortex_failed(cortex, error, RIG_ERROR_BOARD, "the core does not take a register");
}
