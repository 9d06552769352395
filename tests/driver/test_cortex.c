/* SPDX-License-Identifier: Apache-2.0 */
/* A core behind the virtual bench's ports, its debug registers modelled here by the reference
 * manual. */
#include "bed_probe.h"
#include "test.h"
#include <rig/cortex.h>
#include <string.h>

#define CORE_PART 0x410fc241u

/* DHCSR and its kin as ARMv7-M ARM C1.6 has them. */
typedef struct {
	BedProbe it;
	RigCortex *cortex;
	guint32 registers[128], dcrdr, demcr, dfsr, fp_ctrl, comparators[8], cpuid;
	gboolean is_debugged, is_halted, is_masked, was_reset, never_halts, has_no_fpb;
	guint late; /* reads of DHCSR until a register is there */
	guint steps, resets, runs;
} Core;

static guint32 core_status(Core *core)
{
	guint32 value =
	    (core->is_debugged ? 1U : 0) | (core->is_halted ? 2U : 0) | (core->is_masked ? 8U : 0);
	value |= core->is_halted ? 0x00020000u : 0;
	value |= core->was_reset ? 0x02000000u : 0;
	value |= core->late == 0 ? 0x00010000u : 0;
	core->late -= core->late > 0 ? 1 : 0;
	core->was_reset = FALSE;
	return value;
}

static void core_control(Core *core, guint32 value)
{
	if (value >> 16 != 0xa05f)
		return;
	core->is_debugged = (value & 1) != 0;
	core->is_masked = (value & 8) != 0;
	gboolean halt = (value & 3) == 3 && !core->never_halts;
	if (core->is_halted && !halt) {
		if ((value & 5) == 5) { /* steps, and is halted again */
			core->steps++;
			core->registers[15] += 2;
			return;
		}
		core->runs++;
	}
	core->is_halted = halt;
}

static gboolean core_read(gpointer user, guint32 address, guint size, guint32 *value)
{
	Core *core = user;
	*value = 0;
	if (size != 4)
		return FALSE;
	switch (address) {
	case 0xe000ed00:
		*value = core->cpuid;
		return TRUE;
	case 0xe000edf0:
		*value = core_status(core);
		return TRUE;
	case 0xe000edf8:
		*value = core->dcrdr;
		return TRUE;
	case 0xe000edfc:
		*value = core->demcr;
		return TRUE;
	case 0xe000ed30:
		*value = core->dfsr;
		return TRUE;
	case 0xe000ef40:
		*value = 0x10110021;
		return TRUE;
	case 0xe0002000:
		*value = core->fp_ctrl;
		return TRUE;
	default:
		return address >= 0xe0002008 && address < 0xe0002028;
	}
}

static gboolean core_write(gpointer user, guint32 address, guint size, guint32 value)
{
	Core *core = user;
	(void)size;
	switch (address) {
	case 0xe000edf0:
		core_control(core, value);
		return TRUE;
	case 0xe000edf4:
		if ((value & 0x10000) != 0)
			core->registers[value & 0x7f] = core->dcrdr;
		else
			core->dcrdr = core->registers[value & 0x7f];
		return TRUE;
	case 0xe000edf8:
		core->dcrdr = value;
		return TRUE;
	case 0xe000edfc:
		core->demcr = value;
		return TRUE;
	case 0xe000ed30:
		core->dfsr &= ~value;
		return TRUE;
	case 0xe000ed0c:
		if (value == 0x05fa0004) {
			core->resets++;
			core->was_reset = TRUE;
			core->registers[15] = 0x100;
			core->is_halted = core->is_debugged && (core->demcr & 1) != 0;
			core->dfsr |= core->is_halted ? 8 : 0;
		}
		return TRUE;
	default:
		if (address >= 0xe0002008 && address < 0xe0002028)
			core->comparators[(address - 0xe0002008) / 4] = value;
		return address >= 0xe0002000 && address < 0xe0002028;
	}
}

static void core_begin(Core *core)
{
	static const MemapKind kind = {
	    .idr = 0x24770011, .base = 0xe00ff003, .has_packed = TRUE, .increment_span = 1024};
	memset(core, 0, sizeof *core);
	core->cpuid = CORE_PART;
	core->fp_ctrl = 0x00000260; /* six for code, two for literals */
	bed_probe_begin(&core->it, WIRING_RESISTOR, NULL);
	const MemapBus bus = {core_read, core_write, core};
	memap_free(core->it.bed.memap);
	core->it.bed.memap = memap_new(&kind, &bus);
	core->cortex = rig_cortex_new(core->it.dap);
	for (guint i = 0; i < G_N_ELEMENTS(core->registers); i++)
		core->registers[i] = 0x01010101u * i;
	rig_dap_set_deadline(core->it.dap, RIG_FOREVER);
	bed_probe_connect(&core->it);
}

static void core_end(Core *core)
{
	rig_cortex_free(core->cortex);
	bed_probe_end(&core->it);
}

static void core_must(gboolean good, const GError *error)
{
	ck_assert_msg(good, "%s", error == NULL ? "FALSE without an error" : error->message);
}

START_TEST(halts_and_reads_all_registers_in_one_visit_each)
{
	Core core;
	RigCoreState state = RIG_CORE_HALTED;
	guint32 values[RIG_REG_END] = {0};
	gsize count = 0;
	const guint8 *numbers = rig_cortex_registers(TRUE, &count);
	g_autoptr(GError) error = NULL;
	core_begin(&core);
	core_must(rig_cortex_state(core.cortex, &state, &error), error);
	ck_assert_int_eq(state, RIG_CORE_RUNNING);
	bed_probe_trouble(&core.it, 0, 0);
	core_must(rig_cortex_halt(core.cortex, &error), error);
	ck_assert_uint_eq(core.it.visits, 1);
	core_must(rig_cortex_read_registers(core.cortex, numbers, count, values, &error), error);
	ck_assert_uint_eq(core.it.visits, 2);
	for (gsize i = 0; i < count; i++)
		ck_assert_uint_eq(values[i], 0x01010101u * numbers[i]);
	core_must(rig_cortex_write_register(core.cortex, RIG_REG_PC, 0x2000, &error), error);
	ck_assert_uint_eq(core.registers[15], 0x2000);
	core_end(&core);
}
END_TEST

START_TEST(a_register_that_comes_late)
{
	Core core;
	static const guint8 numbers[] = {3, 7};
	guint32 values[2] = {0};
	g_autoptr(GError) error = NULL;
	core_begin(&core);
	core_must(rig_cortex_halt(core.cortex, &error), error);
	core.late = 3;
	core_must(rig_cortex_read_registers(core.cortex, numbers, 2, values, &error), error);
	ck_assert_uint_eq(values[0], 0x03030303);
	ck_assert_uint_eq(values[1], 0x07070707);
	core.late = 1000000;
	ck_assert(!rig_cortex_read_registers(core.cortex, numbers, 2, values, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	core_end(&core);
}
END_TEST

/* Registers cannot be read while it runs, and damage on the wire repeats the whole batch. */
START_TEST(registers_are_never_mixed_up)
{
	static const guint troubles[] = {SWDP_WAIT, SWDP_PARITY, SWDP_SILENT};
	Core core;
	static const guint8 numbers[] = {0, 1, 2, 3, 4, 5};
	g_autoptr(GError) error = NULL;
	guint32 values[6] = {0};
	core_begin(&core);
	ck_assert(!rig_cortex_read_registers(core.cortex, numbers, 6, values, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "not halted"));
	g_clear_error(&error);
	core_must(rig_cortex_halt(core.cortex, &error), error);
	for (gint at = 1; at < 40; at++) {
		memset(values, 0, sizeof values);
		bed_probe_trouble(&core.it, troubles[_i], at);
		core_must(rig_cortex_read_registers(core.cortex, numbers, 6, values, &error), error);
		for (guint i = 0; i < 6; i++)
			ck_assert_msg(values[i] == 0x01010101u * i, "r%u after trouble at %d", i, at);
	}
	core_end(&core);
}
END_TEST

START_TEST(steps_runs_and_is_let_go)
{
	Core core;
	g_autoptr(GError) error = NULL;
	core_begin(&core);
	core_must(rig_cortex_halt(core.cortex, &error), error);
	core.registers[15] = 0x1000;
	core_must(rig_cortex_step(core.cortex, &error), error);
	ck_assert_uint_eq(core.steps, 1);
	ck_assert(core.is_halted);
	ck_assert(!core.is_masked);
	/* From a breakpoint it steps first. */
	core_must(rig_cortex_set_breakpoint(core.cortex, 0x1002, &error), error);
	ck_assert_uint_eq(core.comparators[0], 0x80001001u); /* upper halfword, address, enabled */
	core_must(rig_cortex_resume(core.cortex, &error), error);
	ck_assert_uint_eq(core.steps, 2);
	ck_assert(!core.is_halted);
	core_must(rig_cortex_release(core.cortex, &error), error);
	ck_assert_uint_eq(core.comparators[0], 0);
	ck_assert(!core.is_debugged);
	core_end(&core);
}
END_TEST

START_TEST(breakpoints_run_out)
{
	Core core;
	guint count = 0;
	g_autoptr(GError) error = NULL;
	core_begin(&core);
	core_must(rig_cortex_count_breakpoints(core.cortex, &count, &error), error);
	ck_assert_uint_eq(count, 6);
	for (guint i = 0; i < 6; i++)
		core_must(rig_cortex_set_breakpoint(core.cortex, 0x100 + 4 * i, &error), error);
	ck_assert(!rig_cortex_set_breakpoint(core.cortex, 0x200, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "all hardware breakpoints are taken"));
	g_clear_error(&error);
	core_must(rig_cortex_clear_breakpoint(core.cortex, 0x104, &error), error);
	core_must(rig_cortex_set_breakpoint(core.cortex, 0x200, &error), error);
	ck_assert_uint_eq(core.comparators[1], 0x40000201u);
	ck_assert(!rig_cortex_set_breakpoint(core.cortex, 0x20000100, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	core_end(&core);
}
END_TEST

START_TEST(resets)
{
	Core core;
	g_autoptr(GError) error = NULL;
	core_begin(&core);
	core_must(rig_cortex_reset(core.cortex, RIG_RESET_SYSTEM, 0, TRUE, &error), error);
	ck_assert_uint_eq(core.resets, 1);
	ck_assert(core.is_halted);
	ck_assert_uint_eq(core.registers[15], 0x100);
	ck_assert_uint_eq(core.demcr, 0);
	ck_assert_uint_eq(core.dfsr, 0);
	core_must(rig_cortex_reset(core.cortex, RIG_RESET_SYSTEM, 0, FALSE, &error), error);
	ck_assert_uint_eq(core.resets, 2);
	ck_assert(!core.is_halted);
	core_end(&core);
}
END_TEST

START_TEST(a_core_that_does_not_halt)
{
	Core core;
	g_autoptr(GError) error = NULL;
	core_begin(&core);
	core.never_halts = TRUE;
	ck_assert(!rig_cortex_halt(core.cortex, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	ck_assert_ptr_nonnull(strstr(error->message, "does not halt"));
	core_end(&core);
}
END_TEST

START_TEST(names)
{
	g_autofree char *m4 = rig_cortex_name(0x410fc241);
	g_autofree char *m0 = rig_cortex_name(0x410cc200);
	g_autofree char *other = rig_cortex_name(0x12345678);
	ck_assert_str_eq(m4, "Cortex-M4 r0p1");
	ck_assert_str_eq(m0, "Cortex-M0 r0p0");
	ck_assert_ptr_nonnull(strstr(other, "unknown"));
	ck_assert_str_eq(rig_register_name(15), "pc");
	ck_assert_str_eq(rig_register_name(95), "s31");
	ck_assert_str_eq(rig_register_name(19), "?");
	ck_assert_str_eq(rig_register_name(200), "?");
}
END_TEST

static Suite *cortex_suite(void)
{
	Suite *suite = suite_create("cortex");
	TCase *tcase = tcase_create("core");
	tcase_add_test(tcase, halts_and_reads_all_registers_in_one_visit_each);
	tcase_add_test(tcase, a_register_that_comes_late);
	tcase_add_loop_test(tcase, registers_are_never_mixed_up, 0, 3);
	tcase_add_test(tcase, steps_runs_and_is_let_go);
	tcase_add_test(tcase, breakpoints_run_out);
	tcase_add_test(tcase, resets);
	tcase_add_test(tcase, a_core_that_does_not_halt);
	tcase_add_test(tcase, names);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(cortex_suite)
