/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include <rig/postmortem.h>

/* ARMv7-M ARM, B3.2.15 and B3.2.16. */
START_TEST(faults_are_told_in_words)
{
	static const struct {
		guint32 cfsr, hfsr;
		const char *words;
	} rows[] = {
	    {0, 0, NULL},
	    {0, 1u << 30, NULL},
	    {0x00000082, 1u << 30, "data access violation at 0x20000004"},
	    {0x00008200, 1u << 30, "precise data bus error at 0x90000000"},
	    {0x00000400, 1u << 30, "imprecise data bus error"},
	    {0x00010000, 1u << 30, "undefined instruction"},
	    {0x02000000, 0, "division by zero"},
	    {0x01001000, 0, "bus error on stacking, unaligned access"},
	    {0, 1u << 1, "bus error on the vector table"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		RigPostmortem found = {.has_status = TRUE,
		                       .cfsr = rows[i].cfsr,
		                       .hfsr = rows[i].hfsr,
		                       .mmfar = 0x20000004,
		                       .bfar = 0x90000000};
		g_autofree char *words = rig_postmortem_faults(&found);
		ck_assert_pstr_eq(words, rows[i].words);
		found.has_status = FALSE;
		g_autofree char *none = rig_postmortem_faults(&found);
		ck_assert_ptr_null(none);
	}
}
END_TEST

START_TEST(exceptions_have_names)
{
	static const struct {
		guint32 xpsr;
		const char *name;
	} rows[] = {{0x01000000, NULL},          {0x01000003, "HardFault"},
	            {0x61000006, "UsageFault"},  {0x0100000f, "SysTick"},
	            {0x01000007, "exception 7"}, {0x01000010, "interrupt 0"},
	            {0x01000025, "interrupt 21"}};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		RigPostmortem found = {.registers = {[RIG_REG_XPSR] = rows[i].xpsr}};
		g_autofree char *name = rig_postmortem_exception(&found);
		ck_assert_pstr_eq(name, rows[i].name);
	}
}
END_TEST

static Suite *postmortem_suite(void)
{
	Suite *suite = suite_create("postmortem");
	TCase *tests = tcase_create("postmortem");
	tcase_add_test(tests, faults_are_told_in_words);
	tcase_add_test(tests, exceptions_have_names);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(postmortem_suite)
