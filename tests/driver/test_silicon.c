/* SPDX-License-Identifier: Apache-2.0 */
/* A debugger's view of the virtual bench's boards, with their real QEMU and our firmware. */
#include "virtual-bench/probe/silicon.h"

#include "test.h"
#include <string.h>

#define SILICON_WAIT_US (10 * G_USEC_PER_SEC)
#define SILICON_READY   "m-ready\r\n"
#define SILICON_CODE    0x20003800u /* RAM that the firmware does not use while it sleeps */

static const char *const silicon_kinds[] = {"mps2-an386", "microbit"};
#define SILICON_KINDS (int)G_N_ELEMENTS(silicon_kinds)

enum { R0 = 0, R13 = 13, LR = 14, PC = 15, XPSR = 16, S1 = 0x41, S2 = 0x42 };

typedef struct {
	Board *board;
	Silicon *silicon;
	CoreMachine of; /* its calls */
} SiliconBed;

static void silicon_bed_begin(SiliconBed *bed, const char *machine, gboolean loaded)
{
	g_autoptr(GError) error = NULL;
	const char *folder = g_getenv("FIRMWARE");
	g_autofree char *path =
	    g_strdup_printf("%s/digits-%s.elf", folder != NULL ? folder : "build/firmware", machine);

	bed->board = board_new("test-a", machine_find(machine), FALSE, &error);
	ck_assert_ptr_nonnull(bed->board);
	if (loaded)
		ck_assert(board_load(bed->board, path, &error));
	bed->silicon = silicon_new(bed->board, target_find(machine));
	bed->of = silicon_machine(bed->silicon);
}

static void silicon_bed_end(SiliconBed *bed)
{
	silicon_free(bed->silicon);
	board_free(bed->board);
}

static guint32 silicon_bed_get(SiliconBed *bed, guint number)
{
	guint32 value = 0;

	ck_assert(bed->of.get_register(bed->of.user, number, &value));
	return value;
}

static void silicon_bed_set(SiliconBed *bed, guint number, guint32 value)
{
	ck_assert(bed->of.set_register(bed->of.user, number, value));
}

static guint32 silicon_bed_read(SiliconBed *bed, guint32 address, guint size)
{
	guint32 value = 0;

	ck_assert(bed->of.read(bed->of.user, address, size, &value));
	return value;
}

static void silicon_bed_write(SiliconBed *bed, guint32 address, guint size, guint32 value)
{
	ck_assert(bed->of.write(bed->of.user, address, size, value));
}

/* Until the board has said it is ready; and then until it sleeps. */
static void silicon_bed_hear(SiliconBed *bed)
{
	gint64 until_us = g_get_monotonic_time() + SILICON_WAIT_US;
	g_autoptr(GString) heard = g_string_new(NULL);

	while (strstr(heard->str, SILICON_READY) == NULL) {
		guint8 data[64];
		gint64 now_us = g_get_monotonic_time();
		board_tick(bed->board, now_us * 1000);
		g_string_append_len(heard, (char *)data,
		                    (gssize)board_take(bed->board, data, sizeof data, now_us * 1000));
		ck_assert_int_lt(now_us, until_us);
	}
}

static void silicon_bed_await_trap(SiliconBed *bed)
{
	gint64 until_us = g_get_monotonic_time() + SILICON_WAIT_US;

	while (bed->of.state(bed->of.user) != CORE_TRAPPED)
		ck_assert_int_lt(g_get_monotonic_time(), until_us);
	ck_assert_int_eq(bed->of.state(bed->of.user), CORE_HALTED);
}

/* As flash algorithms are run: a routine in RAM that ends in a BKPT, from a core that slept. */
START_TEST(code_in_ram_runs_from_a_core_that_slept)
{
	static const guint16 code[] = {0x3001, 0x3001, 0xbe00}; /* ADDS r0, #1, twice; BKPT */
	guint32 kept[17];
	SiliconBed bed;

	silicon_bed_begin(&bed, silicon_kinds[_i], TRUE);
	silicon_bed_hear(&bed);
	for (guint round = 0; round < 3; round++) {
		ck_assert(bed.of.halt(bed.of.user));
		ck_assert_str_eq(board_state(bed.board), "halted");
		for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
			kept[i] = silicon_bed_get(&bed, i);
		for (guint i = 0; i < G_N_ELEMENTS(code); i++)
			silicon_bed_write(&bed, SILICON_CODE + 2 * i, 2, code[i]);
		silicon_bed_set(&bed, R0, 40);
		silicon_bed_set(&bed, PC, SILICON_CODE | 1);
		ck_assert(bed.of.step(bed.of.user));
		ck_assert_uint_eq(silicon_bed_get(&bed, R0), 41);
		ck_assert(bed.of.resume(bed.of.user));
		silicon_bed_await_trap(&bed);
		ck_assert_uint_eq(silicon_bed_get(&bed, R0), 42);
		ck_assert_uint_eq(silicon_bed_get(&bed, PC), SILICON_CODE + 4);
		for (guint i = 0; i < G_N_ELEMENTS(kept); i++)
			silicon_bed_set(&bed, i, kept[i]);
		ck_assert(bed.of.resume(bed.of.user));
		board_give(bed.board, (const guint8 *)"name%", 5, g_get_monotonic_time() * 1000);
		silicon_bed_hear(&bed); /* it goes on as if nothing had been */
	}
	silicon_bed_end(&bed);
}
END_TEST

/* The firmware runs on the process stack, and exceptions on the main one. */
START_TEST(stacks_and_masks_are_told_and_set)
{
	SiliconBed bed;

	silicon_bed_begin(&bed, silicon_kinds[_i], TRUE);
	silicon_bed_hear(&bed);
	ck_assert(bed.of.halt(bed.of.user));
	guint32 sp = silicon_bed_get(&bed, 13), msp = silicon_bed_get(&bed, 17);
	guint32 psp = silicon_bed_get(&bed, 18), special = silicon_bed_get(&bed, 20);
	guint32 r0 = silicon_bed_get(&bed, 0), pc = silicon_bed_get(&bed, 15);
	ck_assert_uint_eq(special >> 24 & 2, 2);
	ck_assert_uint_eq(psp, sp);
	ck_assert_uint_ne(msp, sp);
	ck_assert_uint_eq(msp >> 28, 2);
	silicon_bed_set(&bed, 17, msp - 64);
	silicon_bed_set(&bed, 20, special | 1);
	ck_assert_uint_eq(silicon_bed_get(&bed, 17), msp - 64);
	ck_assert_uint_eq(silicon_bed_get(&bed, 20), special | 1);
	silicon_bed_set(&bed, 17, msp);
	silicon_bed_set(&bed, 20, special);
	ck_assert_uint_eq(silicon_bed_get(&bed, 0), r0);
	ck_assert_uint_eq(silicon_bed_get(&bed, 15), pc);
	ck_assert(bed.of.resume(bed.of.user));
	board_give(bed.board, (const guint8 *)"name%", 5, g_get_monotonic_time() * 1000);
	silicon_bed_hear(&bed);
	silicon_bed_end(&bed);
}
END_TEST

/* Reads ahead and writes behind are seen by nobody. */
START_TEST(memory_is_what_was_written)
{
	guint32 at = 0x20000800;
	SiliconBed bed;

	silicon_bed_begin(&bed, silicon_kinds[_i], FALSE);
	for (guint i = 0; i < 600; i++)
		silicon_bed_write(&bed, at + 4 * i, 4, i * 0x01010101u);
	silicon_bed_write(&bed, at + 5, 1, 0x77);
	silicon_bed_write(&bed, at + 10, 2, 0x8899);
	ck_assert_uint_eq(silicon_bed_read(&bed, at + 4, 4), 0x01017701);
	ck_assert_uint_eq(silicon_bed_read(&bed, at + 8, 4), 0x88990202);
	ck_assert_uint_eq(silicon_bed_read(&bed, at + 11, 1), 0x88);
	ck_assert_uint_eq(silicon_bed_read(&bed, at + 4 * 599, 4), 599 * 0x01010101u);
	/* What others change is seen with the next stream. */
	ck_assert(qemu_write_word(board_qemu(bed.board), at, 0xcafe, NULL));
	silicon_settle(bed.silicon);
	ck_assert_uint_eq(silicon_bed_read(&bed, at, 4), 0xcafe);
	silicon_bed_write(&bed, at, 4, 0xbeef);
	silicon_settle(bed.silicon);
	guint8 seen[4];
	ck_assert(qemu_read(board_qemu(bed.board), at, seen, sizeof seen, NULL));
	ck_assert_uint_eq(seen[0], 0xef);
	silicon_bed_end(&bed);
}
END_TEST

/* A blank board is said to run, and does not: QEMU would abort. Neither does it step. */
START_TEST(a_blank_board_lives)
{
	SiliconBed bed;

	silicon_bed_begin(&bed, silicon_kinds[_i], FALSE);
	ck_assert(bed.of.halt(bed.of.user));
	ck_assert(bed.of.step(bed.of.user));
	ck_assert(bed.of.resume(bed.of.user));
	ck_assert(bed.of.reset(bed.of.user, FALSE));
	ck_assert_int_eq(bed.of.state(bed.of.user), CORE_RUNNING);
	ck_assert(bed.of.halt(bed.of.user));
	ck_assert(!board_is_dead(bed.board, NULL));
	silicon_bed_end(&bed);
}
END_TEST

START_TEST(a_reset_is_caught_at_the_first_instruction)
{
	SiliconBed bed;

	silicon_bed_begin(&bed, silicon_kinds[_i], TRUE);
	silicon_bed_hear(&bed);
	guint64 starts = bed.of.resets(bed.of.user);
	ck_assert(bed.of.reset(bed.of.user, TRUE));
	ck_assert_uint_eq(bed.of.resets(bed.of.user), starts + 1);
	ck_assert_int_eq(bed.of.state(bed.of.user), CORE_HALTED);
	ck_assert_uint_eq(silicon_bed_get(&bed, PC) | 1, silicon_bed_read(&bed, 4, 4));
	ck_assert_uint_eq(silicon_bed_get(&bed, R13), silicon_bed_read(&bed, 0, 4));
	guint32 entry = silicon_bed_get(&bed, PC);
	ck_assert(bed.of.step(bed.of.user));
	ck_assert_uint_ne(silicon_bed_get(&bed, PC), entry);
	/* A breakpoint on what comes next, and on all after it: it runs when that is gone. */
	ck_assert(bed.of.set_breakpoint(bed.of.user, silicon_bed_get(&bed, PC), TRUE));
	ck_assert(bed.of.resume(bed.of.user));
	silicon_bed_await_trap(&bed);
	ck_assert(bed.of.set_breakpoint(bed.of.user, silicon_bed_get(&bed, PC), FALSE));
	bed.of.catch(bed.of.user, FALSE);
	ck_assert(bed.of.resume(bed.of.user));
	silicon_bed_hear(&bed);
	silicon_bed_end(&bed);
}
END_TEST

/* Two single-precision registers share one of QEMU's; a Cortex-M0 has none. */
START_TEST(floating_point_registers)
{
	SiliconBed bed;
	gboolean has_fpu = _i == 0;

	silicon_bed_begin(&bed, silicon_kinds[_i], TRUE);
	ck_assert(bed.of.reset(bed.of.user, TRUE));
	silicon_bed_set(&bed, S1, 0x3f800000);
	silicon_bed_set(&bed, S2, 0x40000000);
	ck_assert_uint_eq(silicon_bed_get(&bed, S1), has_fpu ? 0x3f800000 : 0);
	ck_assert_uint_eq(silicon_bed_get(&bed, S2), has_fpu ? 0x40000000 : 0);
	ck_assert_uint_eq(silicon_bed_get(&bed, S1 - 1), 0);
	silicon_bed_set(&bed, LR, 0x1235);
	ck_assert_uint_eq(silicon_bed_get(&bed, LR), 0x1235);
	ck_assert_uint_ne(silicon_bed_get(&bed, XPSR) & 1u << 24, 0);
	silicon_bed_end(&bed);
}
END_TEST

static Suite *silicon_suite(void)
{
	Suite *suite = suite_create("silicon");
	TCase *tests = tcase_create("silicon");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, code_in_ram_runs_from_a_core_that_slept, 0, SILICON_KINDS);
	tcase_add_loop_test(tests, stacks_and_masks_are_told_and_set, 0, SILICON_KINDS);
	tcase_add_loop_test(tests, memory_is_what_was_written, 0, SILICON_KINDS);
	tcase_add_loop_test(tests, a_blank_board_lives, 0, SILICON_KINDS);
	tcase_add_loop_test(tests, a_reset_is_caught_at_the_first_instruction, 0, SILICON_KINDS);
	tcase_add_loop_test(tests, floating_point_registers, 0, SILICON_KINDS);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(silicon_suite)
