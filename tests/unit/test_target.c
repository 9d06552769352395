/* SPDX-License-Identifier: Apache-2.0 */
/* What a debugger finds in each machine of the virtual bench. */
#include "virtual-bench/probe/target.h"

#include "test.h"

START_TEST(each_machine_has_a_target)
{
	const char *const *names = machine_names();

	for (guint i = 0; i < 2; i++) {
		const Machine *machine = machine_find(names[i]);
		const Target *target = target_find(names[i]);
		ck_assert_ptr_nonnull(target);
		ck_assert(target_is_memory(target, machine->code.address, 4));
		ck_assert(target_is_memory(target, machine->ram.address + machine->ram.bytes - 4, 4));
		ck_assert(target_has(target, 0xe000ed00, 4));
		ck_assert(!target_is_memory(target, 0xe000ed00, 4));
		ck_assert(!target_is_memory(target, 0x40002000, 4));
	}
	ck_assert_ptr_null(target_find("lm3s6965evb"));
}
END_TEST

START_TEST(bounds_are_kept)
{
	const Target *target = target_find("microbit");

	ck_assert(target_has(target, 0x3fffc, 4));
	ck_assert(!target_has(target, 0x3fffe, 4));
	ck_assert(!target_has(target, 0x40000, 1));
	ck_assert(!target_has(target, 0xfffffffc, 4));
	ck_assert(target_hides(target, 0x10000028));
	ck_assert(!target_hides(target, 0x10000010));
	ck_assert(!target_hides(target_find("mps2-an386"), 0));
}
END_TEST

/* As a debugger walks it: class 1, then entries as signed offsets, to components with their own. */
START_TEST(the_rom_table_leads_to_components)
{
	static const guint32 components[] = {0xe000e000, 0xe0001000, 0xe0002000};
	const Target *target = target_find("mps2-an386");
	guint32 base = target->ap.base & ~3u, value = 0;

	ck_assert(target_read_component(target, base + 0xff4, &value));
	ck_assert_uint_eq(value, 0x10);
	ck_assert(target_read_component(target, base + 0xfe0, &value));
	ck_assert_uint_eq(value, 0xc4);
	ck_assert(target_read_component(target, base + 0xfe4, &value));
	ck_assert_uint_eq(value, 0xb4);
	for (guint i = 0; i < G_N_ELEMENTS(components); i++) {
		ck_assert(target_read_component(target, base + 4 * i, &value));
		ck_assert_uint_eq(value & 3, 3);
		ck_assert_uint_eq(base + (value & ~0xfffu), components[i]);
	}
	ck_assert(target_read_component(target, base + 12, &value));
	ck_assert_uint_eq(value, 0);
	ck_assert(target_read_component(target, 0xe0002ff4, &value));
	ck_assert_uint_eq(value, 0xe0);
	ck_assert(!target_read_component(target, 0xe000eff4, &value));
}
END_TEST

static Suite *target_suite(void)
{
	Suite *suite = suite_create("target");
	TCase *tests = tcase_create("target");

	tcase_add_test(tests, each_machine_has_a_target);
	tcase_add_test(tests, bounds_are_kept);
	tcase_add_test(tests, the_rom_table_leads_to_components);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(target_suite)
