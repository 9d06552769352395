/* SPDX-License-Identifier: Apache-2.0 */
#include "gdb/registers.h"

#include <rig/cortex.h>
#include <string.h>

#define PROFILE  "org.gnu.gdb.arm.m-profile"
#define SYSTEM   "org.gnu.gdb.arm.m-system"
#define FLOATS   "org.gnu.gdb.arm.vfp"
#define INTEGERS 23u

/* clang-format off */ /* one a line */
static const RigGdbRegister registers[] = {
    {"r0", PROFILE, "uint32", 32, 0, 0}, {"r1", PROFILE, "uint32", 32, 1, 0},
    {"r2", PROFILE, "uint32", 32, 2, 0}, {"r3", PROFILE, "uint32", 32, 3, 0},
    {"r4", PROFILE, "uint32", 32, 4, 0}, {"r5", PROFILE, "uint32", 32, 5, 0},
    {"r6", PROFILE, "uint32", 32, 6, 0}, {"r7", PROFILE, "uint32", 32, 7, 0},
    {"r8", PROFILE, "uint32", 32, 8, 0}, {"r9", PROFILE, "uint32", 32, 9, 0},
    {"r10", PROFILE, "uint32", 32, 10, 0}, {"r11", PROFILE, "uint32", 32, 11, 0},
    {"r12", PROFILE, "uint32", 32, 12, 0},
    {"sp", PROFILE, "data_ptr", 32, RIG_REG_SP, 0},
    {"lr", PROFILE, "uint32", 32, RIG_REG_LR, 0},
    {"pc", PROFILE, "code_ptr", 32, RIG_REG_PC, 0},
    {"xpsr", PROFILE, "uint32", 32, RIG_REG_XPSR, 0},
    {"msp", SYSTEM, "data_ptr", 32, RIG_REG_MSP, 0},
    {"psp", SYSTEM, "data_ptr", 32, RIG_REG_PSP, 0},
    {"primask", SYSTEM, "uint8", 8, RIG_REG_SPECIAL, 0},
    {"basepri", SYSTEM, "uint8", 8, RIG_REG_SPECIAL, 8},
    {"faultmask", SYSTEM, "uint8", 8, RIG_REG_SPECIAL, 16},
    {"control", SYSTEM, "uint8", 8, RIG_REG_SPECIAL, 24},
    {"d0", FLOATS, "ieee_double", 64, RIG_REG_S0, 0}, {"d1", FLOATS, "ieee_double", 64, 66, 0},
    {"d2", FLOATS, "ieee_double", 64, 68, 0}, {"d3", FLOATS, "ieee_double", 64, 70, 0},
    {"d4", FLOATS, "ieee_double", 64, 72, 0}, {"d5", FLOATS, "ieee_double", 64, 74, 0},
    {"d6", FLOATS, "ieee_double", 64, 76, 0}, {"d7", FLOATS, "ieee_double", 64, 78, 0},
    {"d8", FLOATS, "ieee_double", 64, 80, 0}, {"d9", FLOATS, "ieee_double", 64, 82, 0},
    {"d10", FLOATS, "ieee_double", 64, 84, 0}, {"d11", FLOATS, "ieee_double", 64, 86, 0},
    {"d12", FLOATS, "ieee_double", 64, 88, 0}, {"d13", FLOATS, "ieee_double", 64, 90, 0},
    {"d14", FLOATS, "ieee_double", 64, 92, 0}, {"d15", FLOATS, "ieee_double", 64, 94, 0},
    {"fpscr", FLOATS, "uint32", 32, RIG_REG_FPSCR, 0},
};
/* clang-format on */

const RigGdbRegister *rig_gdb_registers(gboolean with_fpu, gsize *count)
{
	*count = with_fpu ? G_N_ELEMENTS(registers) : INTEGERS;
	return registers;
}

char *rig_gdb_description(gboolean with_fpu)
{
	gsize count = 0;
	const RigGdbRegister *list = rig_gdb_registers(with_fpu, &count);
	GString *text =
	    g_string_new("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
	                 "<target version=\"1.0\">\n<architecture>arm</architecture>\n");
	for (gsize i = 0; i < count; i++) {
		if (i == 0 || strcmp(list[i].feature, list[i - 1].feature) != 0)
			g_string_append_printf(text, "<feature name=\"%s\">\n", list[i].feature);
		g_string_append_printf(text,
		                       "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\" regnum=\"%u\"/>\n",
		                       list[i].name, list[i].bits, list[i].type, (guint)i);
		if (i + 1 == count || strcmp(list[i].feature, list[i + 1].feature) != 0)
			g_string_append(text, "</feature>\n");
	}
	g_string_append(text, "</target>\n");
	return g_string_free(text, FALSE);
}
