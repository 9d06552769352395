/* SPDX-License-Identifier: Apache-2.0 */
/* The debug registers of a core, before a machine that only writes down what it is asked. */
#include "virtual-bench/probe/core.h"

#include "test.h"

#define DHCSR 0xe000edf0u
#define DCRSR 0xe000edf4u
#define DCRDR 0xe000edf8u
#define DEMCR 0xe000edfcu
#define DFSR  0xe000ed30u
#define AIRCR 0xe000ed0cu
#define FP    0xe0002000u
#define KEY   0xa05f0000u
#define RAM   0x20000000u

enum { S_REGRDY = 1 << 16, S_HALT = 1 << 17, S_RESET = 1 << 25 };

typedef struct {
	CoreState state;
	guint64 resets;
	gboolean is_caught;
	GString *log;
	Core *core;
} CoreBed;

static gboolean core_bed_read(gpointer user, guint32 address, guint size, guint32 *value)
{
	CoreBed *bed = user;

	g_string_append_printf(bed->log, "read%u ", size);
	*value = address;
	return TRUE;
}

static gboolean core_bed_write(gpointer user, guint32 address, guint size, guint32 value)
{
	CoreBed *bed = user;

	g_string_append_printf(bed->log, "write%u:%x=%x ", size, address, value);
	return TRUE;
}

static gboolean core_bed_halt(gpointer user)
{
	CoreBed *bed = user;

	g_string_append(bed->log, "halt ");
	bed->state = CORE_HALTED;
	return TRUE;
}

static gboolean core_bed_resume(gpointer user)
{
	CoreBed *bed = user;

	g_string_append(bed->log, "resume ");
	bed->state = CORE_RUNNING;
	return TRUE;
}

static gboolean core_bed_step(gpointer user)
{
	CoreBed *bed = user;

	g_string_append(bed->log, "step ");
	return TRUE;
}

static gboolean core_bed_reset(gpointer user, gboolean caught)
{
	CoreBed *bed = user;

	g_string_append(bed->log, caught ? "reset-caught " : "reset ");
	bed->state = caught ? CORE_HALTED : CORE_RUNNING;
	bed->resets++;
	return TRUE;
}

static void core_bed_catch(gpointer user, gboolean caught)
{
	CoreBed *bed = user;

	bed->is_caught = caught;
}

static gboolean core_bed_get(gpointer user, guint number, guint32 *value)
{
	CoreBed *bed = user;

	g_string_append_printf(bed->log, "get%u ", number);
	*value = 0x1000 + number;
	return TRUE;
}

static gboolean core_bed_set(gpointer user, guint number, guint32 value)
{
	CoreBed *bed = user;

	g_string_append_printf(bed->log, "set%u=%x ", number, value);
	return TRUE;
}

static gboolean core_bed_breakpoint(gpointer user, guint32 address, gboolean on)
{
	CoreBed *bed = user;

	g_string_append_printf(bed->log, "%c%x ", on ? '+' : '-', address);
	return TRUE;
}

static CoreState core_bed_state(gpointer user)
{
	CoreBed *bed = user;
	CoreState state = bed->state;

	if (state == CORE_TRAPPED)
		bed->state = CORE_HALTED;
	return state;
}

static guint64 core_bed_resets(gpointer user)
{
	CoreBed *bed = user;

	return bed->resets;
}

static void core_bed_begin(CoreBed *bed)
{
	*bed = (CoreBed){.state = CORE_RUNNING, .log = g_string_new(NULL)};
	const CoreMachine machine = {.read = core_bed_read,
	                             .write = core_bed_write,
	                             .halt = core_bed_halt,
	                             .resume = core_bed_resume,
	                             .step = core_bed_step,
	                             .reset = core_bed_reset,
	                             .catch = core_bed_catch,
	                             .get_register = core_bed_get,
	                             .set_register = core_bed_set,
	                             .set_breakpoint = core_bed_breakpoint,
	                             .state = core_bed_state,
	                             .resets = core_bed_resets,
	                             .user = bed};
	bed->core = core_new(target_find("microbit"), &machine);
}

static void core_bed_end(CoreBed *bed)
{
	core_free(bed->core);
	g_string_free(bed->log, TRUE);
}

static void core_bed_put(CoreBed *bed, guint32 address, guint32 value)
{
	ck_assert(core_write(bed->core, address, 4, value));
}

static guint32 core_bed_look(CoreBed *bed, guint32 address)
{
	guint32 value = 0;

	ck_assert(core_read(bed->core, address, 4, &value));
	return value;
}

static void core_bed_expect(CoreBed *bed, const char *log)
{
	ck_assert_str_eq(bed->log->str, log);
	g_string_set_size(bed->log, 0);
}

START_TEST(halt_registers_resume)
{
	CoreBed bed;

	core_bed_begin(&bed);
	core_bed_put(&bed, DHCSR, 3); /* without its key */
	core_bed_expect(&bed, "");
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | S_REGRDY | 3), S_REGRDY);
	core_bed_put(&bed, DHCSR, KEY | 3);
	core_bed_expect(&bed, "halt ");
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | S_REGRDY | 3), S_HALT | S_REGRDY | 3);
	ck_assert_uint_eq(core_bed_look(&bed, DFSR), 1);
	core_bed_put(&bed, DCRSR, 15);
	ck_assert_uint_eq(core_bed_look(&bed, DCRDR), 0x100f);
	core_bed_put(&bed, DCRDR, 0xcafe);
	core_bed_put(&bed, DCRSR, 1 << 16 | 16);
	core_bed_expect(&bed, "get15 set16=cafe ");
	core_bed_put(&bed, DFSR, 1);
	ck_assert_uint_eq(core_bed_look(&bed, DFSR), 0);
	core_bed_put(&bed, DHCSR, KEY | 5);
	core_bed_expect(&bed, "step ");
	core_bed_put(&bed, DHCSR, KEY | 1);
	core_bed_expect(&bed, "");
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & S_HALT, 0);
	core_bed_expect(&bed, "resume ");
	core_bed_put(&bed, DCRSR, 1); /* of a running core there are none */
	core_bed_expect(&bed, "");
	core_bed_end(&bed);
}
END_TEST

/* Hosts let the core go just before they reset it: it must not run in between. */
START_TEST(it_starts_late)
{
	CoreBed bed;

	core_bed_begin(&bed);
	core_bed_put(&bed, DHCSR, KEY | 3);
	core_bed_put(&bed, DEMCR, 1);
	core_bed_put(&bed, DHCSR, KEY | 1);
	ck_assert(core_is_waiting(bed.core));
	core_bed_put(&bed, AIRCR, 0x05fa0004);
	core_bed_expect(&bed, "halt reset-caught ");
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | S_RESET), S_HALT | S_RESET);
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | S_RESET), S_HALT);
	ck_assert_uint_eq(core_bed_look(&bed, DFSR) & 8, 8);
	core_bed_put(&bed, DHCSR, KEY | 1);
	ck_assert(core_start(bed.core));
	ck_assert(!core_start(bed.core));
	core_bed_expect(&bed, "resume ");
	core_bed_put(&bed, DHCSR, KEY | 3);
	core_bed_put(&bed, DHCSR, KEY | 1);
	core_bed_put(&bed, DHCSR, KEY | 3); /* halted again before it has started */
	core_bed_expect(&bed, "halt ");
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & S_HALT, S_HALT);
	core_bed_end(&bed);
}
END_TEST

START_TEST(resets_of_all_kinds)
{
	CoreBed bed;

	core_bed_begin(&bed);
	core_bed_put(&bed, AIRCR, 4); /* without its key */
	core_bed_expect(&bed, "");
	core_bed_put(&bed, AIRCR, 0x05fa0002);
	core_bed_expect(&bed, "write4:e000ed0c=5fa0002 ");
	core_bed_put(&bed, AIRCR, 0x05fa0004);
	core_bed_expect(&bed, "reset ");
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | S_RESET), S_RESET);
	core_bed_put(&bed, DEMCR, 1);
	ck_assert(!bed.is_caught); /* not before debugging is enabled */
	core_bed_put(&bed, DHCSR, KEY | 1);
	ck_assert(bed.is_caught);
	bed.resets++; /* nSRST, seen from outside */
	bed.state = CORE_HALTED;
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | S_RESET), S_HALT | S_RESET);
	core_forget(bed.core);
	ck_assert(!bed.is_caught);
	ck_assert_uint_eq(core_bed_look(&bed, DEMCR), 0);
	core_bed_end(&bed);
}
END_TEST

START_TEST(breakpoints_of_the_unit)
{
	CoreBed bed;

	core_bed_begin(&bed);
	ck_assert_uint_eq(core_bed_look(&bed, FP), 0x40);
	core_bed_put(&bed, FP + 8, 1u << 30 | 0x100 | 1);
	core_bed_expect(&bed, ""); /* the unit is off */
	core_bed_put(&bed, FP, 1);
	core_bed_expect(&bed, ""); /* without its key */
	core_bed_put(&bed, FP, 3);
	core_bed_expect(&bed, "+100 ");
	core_bed_put(&bed, FP + 12, 2u << 30 | 0x200 | 1);
	core_bed_expect(&bed, "+202 ");
	core_bed_put(&bed, FP + 16, 3u << 30 | 0x300 | 1);
	core_bed_expect(&bed, "+300 +302 ");
	core_bed_put(&bed, FP + 8, 0);
	core_bed_expect(&bed, "-100 ");
	core_bed_put(&bed, FP + 8 + 16, 3u << 30 | 1); /* there is no fifth */
	core_bed_expect(&bed, "");
	ck_assert_uint_eq(core_bed_look(&bed, FP + 12), 2u << 30 | 0x200 | 1);
	bed.state = CORE_TRAPPED;
	ck_assert_uint_eq(core_bed_look(&bed, DHCSR) & (S_HALT | 2), S_HALT | 2);
	ck_assert_uint_eq(core_bed_look(&bed, DFSR), 2);
	core_bed_put(&bed, FP, 2);
	core_bed_expect(&bed, "-202 -300 -302 ");
	core_bed_end(&bed);
}
END_TEST

START_TEST(all_else_is_the_machines)
{
	CoreBed bed;
	guint32 value = 0;

	core_bed_begin(&bed);
	ck_assert_uint_eq(core_bed_look(&bed, RAM + 4), RAM + 4);
	ck_assert(core_write(bed.core, RAM + 2, 2, 7));
	ck_assert(core_read(bed.core, 0xe000ed00, 4, &value)); /* CPUID */
	core_bed_expect(&bed, "read4 write2:20000002=7 read4 ");
	ck_assert(!core_read(bed.core, RAM + (16 << 10), 4, &value));
	ck_assert(!core_write(bed.core, 0xdead0000, 4, 1));
	ck_assert_uint_eq(core_bed_look(&bed, 0x10000028), 0xffffffff);
	ck_assert(core_read(bed.core, 0x1000002a, 2, &value));
	ck_assert_uint_eq(value, 0xffff);
	core_bed_expect(&bed, "");
	core_bed_end(&bed);
}
END_TEST

static Suite *core_suite(void)
{
	Suite *suite = suite_create("core");
	TCase *tests = tcase_create("core");

	tcase_add_test(tests, halt_registers_resume);
	tcase_add_test(tests, it_starts_late);
	tcase_add_test(tests, resets_of_all_kinds);
	tcase_add_test(tests, breakpoints_of_the_unit);
	tcase_add_test(tests, all_else_is_the_machines);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(core_suite)
