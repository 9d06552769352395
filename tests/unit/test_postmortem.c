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
		g_autofree char *name = rig_postmortem_exception(rows[i].xpsr);
		ck_assert_pstr_eq(name, rows[i].name);
	}
}
END_TEST

#define THUMB 0x01000000u
#define BASE  0x00000800u /* ICSR.RETTOBASE */
#define MSP   0x20001000u
#define PSP   0x20000800u

/* Words of a main stack, as a handler and what it has interrupted leave them. */
typedef struct {
	const char *what;
	guint32 lr, icsr; /* icsr 1: the core tells none */
	guint32 nested;   /* number of the exception in a frame at word 4; 0: there is none */
	guint32 code;     /* above it */
	gboolean has_thread, has_process; /* a frame of thread mode at word 16; at PSP */
	guint32 address;                  /* 0: none is taken */
} Stacks;

static const Stacks stacks[] = {
    {"thread on PSP", 0x101, BASE, 0, 0, FALSE, TRUE, PSP},
    {"thread on MSP", 0x101, BASE, 0, 0, TRUE, FALSE, MSP + 64},
    {"an interrupt, thread on PSP", 0x101, 0, 18, 0xfffffffd, FALSE, TRUE, MSP + 16},
    {"an interrupt, thread on MSP", 0x101, 0, 18, 0xfffffff9, TRUE, FALSE, MSP + 16},
    {"an interrupt, its frame lost", 0x101, 0, 0, 0, FALSE, TRUE, 0},
    {"words of an earlier interrupt", 0x101, BASE, 18, 0xfffffffd, FALSE, TRUE, PSP},
    {"ARMv6-M, thread on PSP", 0x101, 1, 0, 0, FALSE, TRUE, PSP},
    {"ARMv6-M, thread on MSP", 0x101, 1, 0, 0, TRUE, FALSE, MSP + 64},
    {"ARMv6-M, an interrupt", 0x101, 1, 18, 0xfffffffd, FALSE, TRUE, MSP + 16},
    {"ARMv6-M, a frame by chance", 0x101, 1, 18, 0, FALSE, TRUE, PSP},
    {"ARMv6-M, its own number", 0x101, 1, 3, 0xfffffffd, FALSE, TRUE, PSP},
    {"LR says PSP", 0xfffffffd, 1, 18, 0xfffffffd, TRUE, TRUE, PSP},
    {"LR says PSP, with floats", 0xffffffed, 0, 18, 0xfffffffd, TRUE, TRUE, PSP},
    {"LR says PSP, which is lost", 0xfffffffd, 1, 0, 0, TRUE, FALSE, 0},
    {"LR says MSP", 0xfffffff9, 1, 18, 0xfffffff9, TRUE, TRUE, MSP + 64},
    {"LR says a handler", 0xfffffff1, 1, 18, 0xfffffffd, TRUE, TRUE, MSP + 16},
    {"no stack", 0x101, BASE, 0, 0, FALSE, FALSE, 0},
};

static void put_frame(guint32 *words, guint32 number)
{
	words[5] = 0x801;
	words[6] = 0x900 + number;
	words[7] = THUMB | number;
}

/* ARMv7-M ARM, B1.5.6 and B1.5.8. */
START_TEST(frames_are_found)
{
	const Stacks *row = &stacks[_i];
	guint32 main_stack[32] = {0}, process_stack[8] = {0};
	RigPostmortem found = {.has_status = row->icsr != 1, .icsr = row->icsr == 1 ? 0 : row->icsr};
	found.registers[RIG_REG_LR] = row->lr;
	found.registers[RIG_REG_MSP] = MSP;
	found.registers[RIG_REG_PSP] = row->has_process ? PSP : 0;
	found.registers[RIG_REG_XPSR] = THUMB | 3;
	if (row->nested != 0)
		put_frame(main_stack + 4, row->nested);
	main_stack[13] = row->code;
	if (row->has_thread)
		put_frame(main_stack + 16, 0);
	put_frame(process_stack, 0);
	rig_postmortem_find_frame(&found, main_stack, 32, row->has_process ? process_stack : NULL);
	ck_assert_msg(found.has_frame == (row->address != 0), "%s", row->what);
	ck_assert_msg(found.frame_address == row->address, "%s: 0x%x", row->what, found.frame_address);
	if (row->address != 0)
		ck_assert_uint_eq(found.frame_pc, 0x900 + rig_postmortem_number(found.frame_xpsr));
}
END_TEST

START_TEST(what_is_no_frame_is_not_taken)
{
	static const struct {
		guint32 pc, xpsr;
	} rows[] = {{0x900, 0},                   /* not Thumb */
	            {0x901, THUMB},               /* an odd PC */
	            {0xe0000000, THUMB},          /* the system's region, B3.1 */
	            {0x900, 0x6174206fu | THUMB}, /* text */
	            {0x900, THUMB | 3}};          /* a handler does not run on PSP */
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint32 words[8] = {[5] = 0x801, [6] = rows[i].pc, [7] = rows[i].xpsr};
		RigPostmortem found = {
		    .registers = {
		        [RIG_REG_LR] = 0xfffffffd, [RIG_REG_PSP] = PSP, [RIG_REG_XPSR] = THUMB | 3}};
		rig_postmortem_find_frame(&found, NULL, 0, words);
		ck_assert(!found.has_frame);
	}
}
END_TEST

/* The end of a message that a handler has made, on a core that tells of no nesting. */
START_TEST(text_on_the_stack_is_no_frame)
{
	guint32 main_stack[32] = {0}, process_stack[8] = {0};
	RigPostmortem found = {.registers = {[RIG_REG_LR] = 0x101,
	                                     [RIG_REG_MSP] = MSP,
	                                     [RIG_REG_PSP] = PSP,
	                                     [RIG_REG_XPSR] = THUMB | 3}};
	main_stack[10] = 0x31303230;
	main_stack[11] = 0x0100015d; /* "]" and what was there before: interrupt 333 */
	put_frame(main_stack + 16, 18);
	main_stack[25] = 0xfffffffd;
	put_frame(process_stack, 0);
	rig_postmortem_find_frame(&found, main_stack, 32, process_stack);
	ck_assert_uint_eq(found.frame_address, MSP + 64);
	/* With an IT block in the frame: ARMv7-M has it, ARMv6-M does not. */
	main_stack[11] = 0;
	main_stack[23] |= 0x0600a000;
	found.has_frame = FALSE;
	rig_postmortem_find_frame(&found, main_stack, 32, process_stack);
	ck_assert_uint_eq(found.frame_address, PSP);
	found.has_status = TRUE;
	rig_postmortem_find_frame(&found, main_stack, 32, process_stack);
	ck_assert_uint_eq(found.frame_address, MSP + 64);
}
END_TEST

static Suite *postmortem_suite(void)
{
	Suite *suite = suite_create("postmortem");
	TCase *tests = tcase_create("postmortem");
	tcase_add_test(tests, faults_are_told_in_words);
	tcase_add_test(tests, exceptions_have_names);
	tcase_add_loop_test(tests, frames_are_found, 0, (int)G_N_ELEMENTS(stacks));
	tcase_add_test(tests, text_on_the_stack_is_no_frame);
	tcase_add_test(tests, what_is_no_frame_is_not_taken);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(postmortem_suite)
