/* SPDX-License-Identifier: Apache-2.0 */
/* The debug port, bit for bit, through the MPSSE that drives it. */
#include "virtual-bench/probe/swdp.h"

#include "probe_bed.h"
#include "test.h"
#include <string.h>

enum { OK = 1, WAIT = 2, FAULT = 4, NOBODY = 7, PARITY = 8 };

#define POWER   0x50000000u
#define OVERRUN 0x50000001u
#define WORDS   0x23000012u /* CSW: words, counting up */

static void bed_expect_stat(ProbeBed *bed, guint32 set, guint32 clear)
{
	guint32 value = 0;

	ck_assert_uint_eq(probe_bed_read(bed, PROBE_READ_STAT, &value), OK);
	ck_assert_uint_eq(value & set, set);
	ck_assert_uint_eq(value & clear, 0);
}

static void bed_expect_rdbuff(ProbeBed *bed, guint32 expected)
{
	guint32 value = 0;

	ck_assert_uint_eq(probe_bed_read(bed, PROBE_READ_RDBUFF, &value), OK);
	ck_assert_uint_eq(value, expected);
}

START_TEST(words_are_written_and_read_in_a_stream)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, OVERRUN, WORDS);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, PROBE_BED_RAM + 8), OK);
	for (guint32 i = 0; i < 4; i++)
		ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_DRW, 0x11223344u * (i + 1)), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, PROBE_BED_RAM + 8), OK);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DRW, &value), OK);
	/* An AP read tells what the one before it has found. */
	for (guint32 i = 0; i < 3; i++) {
		ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DRW, &value), OK);
		ck_assert_uint_eq(value, 0x11223344u * (i + 1));
	}
	bed_expect_rdbuff(&bed, 0x11223344u * 4);
	bed_expect_rdbuff(&bed, 0x11223344u * 4);
	ck_assert_uint_eq(bed.memory[8], 0x44);
	ck_assert_uint_eq(wiring_report(bed.wiring)->contention_clocks, 0);
	ck_assert_uint_eq(wiring_report(bed.wiring)->floating_clocks, 0);
	ck_assert_uint_eq(wiring_report(bed.wiring)->direction_switches, 1);
	probe_bed_end(&bed);
}
END_TEST

/* It wakes up as JTAG; a line reset alone is not enough, and nothing but DPIDR may follow one. */
START_TEST(the_way_in)
{
	static const guint8 resets[] = {0x19, 7, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0};
	static const guint8 to_jtag[] = {0x19, 9,    0,    0xff, 0xff, 0xff, 0xff,
	                                 0xff, 0xff, 0xff, 0x3c, 0xe7, 0xff};
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_send(&bed, resets, sizeof resets);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
	probe_bed_connect(&bed);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_STAT, POWER), NOBODY);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
	probe_bed_send(&bed, resets, sizeof resets);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), OK);
	ck_assert_uint_eq(value, PROBE_BED_DPIDR);
	probe_bed_send(&bed, to_jtag, sizeof to_jtag);
	probe_bed_send(&bed, resets, sizeof resets);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
	probe_bed_end(&bed);
}
END_TEST

/* Fifty ones and two zeros; less is none. */
START_TEST(a_line_reset_has_its_length)
{
	static const struct {
		guint ones, zeros, ack;
	} cases[] = {{50, 2, OK}, {49, 2, NOBODY}, {50, 1, NOBODY}, {90, 2, OK}, {50, 9, OK}};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		ProbeBed bed;
		guint32 value = 0;

		probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
		probe_bed_connect(&bed);
		/* A bad request: it is deaf now. */
		ck_assert_uint_eq(probe_bed_read(&bed, 0x85, &value), NOBODY);
		ck_assert_uint_eq(swdp_counts(bed.swdp)->protocol_errors, 1);
		ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
		for (guint k = 0; k < cases[i].ones; k++)
			probe_bed_send(&bed, (const guint8[]){0x1b, 0, 1}, 3);
		probe_bed_idle(&bed, cases[i].zeros);
		ck_assert_msg(probe_bed_read(&bed, PROBE_READ_DPIDR, &value) == cases[i].ack, "case %zu",
		              i);
		probe_bed_end(&bed);
	}
}
END_TEST

/* Start, parity, stop and park of a request. */
START_TEST(bad_requests_are_not_answered)
{
	static const guint8 bad[] = {0x85, 0xe5, 0x25, 0xad, 0xb5};

	for (gsize i = 0; i < sizeof bad; i++) {
		ProbeBed bed;
		guint32 value = 0;

		probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
		probe_bed_power_up(&bed, POWER, WORDS);
		ck_assert_uint_eq(probe_bed_read(&bed, bad[i], &value), NOBODY);
		ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
		ck_assert_uint_eq(swdp_counts(bed.swdp)->protocol_errors, 1);
		probe_bed_end(&bed);
	}
}
END_TEST

/* An AP write is done by the clocks that come after it: eight of them. */
START_TEST(a_write_needs_clocks)
{
	ProbeBed bed;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, POWER, WORDS);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, PROBE_BED_RAM), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_DRW, 0x12345678), OK);
	ck_assert_uint_eq(bed.writes, 0);
	probe_bed_idle(&bed, 5); /* two came with the transfer */
	ck_assert_uint_eq(bed.writes, 0);
	probe_bed_idle(&bed, 1);
	ck_assert_uint_eq(bed.writes, 1);
	ck_assert_uint_eq(bed.memory[0], 0x78);
	probe_bed_end(&bed);
}
END_TEST

/* Without its power the access port refuses; with it, it does not. */
START_TEST(the_debug_domain_is_to_be_powered)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_connect(&bed);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_STAT, 1), OK);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_CSW, &value), FAULT);
	bed_expect_stat(&bed, 0x22, 0);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_ABORT, 0x1e), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_STAT, POWER), OK);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_CSW, &value), OK);
	probe_bed_end(&bed);
}
END_TEST

/* A bus fault is told by the transfer after it, and by all until it is cleared. */
START_TEST(a_bus_fault_sticks)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, OVERRUN, WORDS);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, 0x10000000), OK);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DRW, &value), OK);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_RDBUFF, &value), FAULT);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_SELECT, 0), FAULT);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), OK);
	bed_expect_stat(&bed, 0x22, 0x90); /* STICKYORUN, as the data phase went on */
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_ABORT, 0x04), OK);
	bed_expect_stat(&bed, 0x02, 0x20);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_ABORT, 0x1e), OK);
	bed_expect_stat(&bed, 0, 0xb2);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_SELECT, 0), OK);
	ck_assert_uint_eq(swdp_counts(bed.swdp)->faults, 2);
	probe_bed_end(&bed);
}
END_TEST

/* With overrun detection a refused transfer keeps its length; without, framing goes with it. */
START_TEST(waits_in_a_stream)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, OVERRUN, WORDS);
	bed.trouble = SWDP_WAIT;
	bed.trouble_at = (gint)bed.transfers + 2;
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, PROBE_BED_RAM), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_DRW, 1), WAIT);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_DRW, 2), FAULT);
	probe_bed_idle(&bed, 8);
	ck_assert_uint_eq(bed.writes, 0);
	bed_expect_stat(&bed, 0x02, 0xb0);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_ABORT, 0x1e), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_STAT, POWER), OK);
	bed.trouble_at = (gint)bed.transfers + 1;
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_DRW, 0x55555555), WAIT);
	/* What should have been data was read as requests. */
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
	ck_assert_uint_eq(swdp_counts(bed.swdp)->waits, 2);
	probe_bed_end(&bed);
}
END_TEST

/* DPIDR, CTRL/STAT and ABORT are answered whatever happens. */
START_TEST(three_are_never_kept_waiting)
{
	static const guint8 headers[] = {PROBE_READ_DPIDR, PROBE_READ_STAT, PROBE_WRITE_ABORT};

	for (gsize i = 0; i < sizeof headers; i++) {
		ProbeBed bed;
		guint32 value = 0;

		probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
		probe_bed_power_up(&bed, POWER, WORDS);
		bed.trouble = SWDP_WAIT | SWDP_FAULT;
		bed.trouble_at = (gint)bed.transfers + 1;
		ck_assert_uint_eq(probe_bed_transfer(&bed, headers[i], &value), OK);
		probe_bed_end(&bed);
	}
}
END_TEST

START_TEST(parity_both_ways)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, POWER, WORDS);
	bed.trouble = SWDP_PARITY;
	bed.trouble_at = (gint)bed.transfers + 1;
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), PARITY);
	ck_assert_uint_eq(value, PROBE_BED_DPIDR);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), OK);
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, PROBE_BED_RAM), OK);
	bed.trouble_at = (gint)bed.transfers + 1;
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_DRW, 5), OK);
	probe_bed_idle(&bed, 8);
	ck_assert_uint_eq(bed.writes, 0);
	bed_expect_stat(&bed, 0x80, 0x20);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_RDBUFF, &value), FAULT);
	ck_assert_uint_eq(swdp_counts(bed.swdp)->parity_errors, 1);
	probe_bed_end(&bed);
}
END_TEST

START_TEST(silence_lasts_until_a_line_reset)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, POWER, WORDS);
	bed.trouble = SWDP_SILENT;
	bed.trouble_at = (gint)bed.transfers + 1;
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_STAT, &value), NOBODY);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_STAT, &value), NOBODY);
	probe_bed_connect(&bed);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), OK);
	/* A line reset leaves the power as it was. */
	bed_expect_stat(&bed, POWER, 0xb2);
	probe_bed_end(&bed);
}
END_TEST

/* The target sends many ones itself; they are no line reset. */
START_TEST(what_the_target_sends_resets_nothing)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	memset(bed.memory, 0xff, sizeof bed.memory);
	probe_bed_power_up(&bed, POWER, WORDS);
	guint64 resets = swdp_counts(bed.swdp)->line_resets;
	ck_assert_uint_eq(probe_bed_write(&bed, PROBE_WRITE_TAR, PROBE_BED_RAM), OK);
	for (guint i = 0; i < 8; i++)
		ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DRW, &value), OK);
	ck_assert_uint_eq(value, 0xffffffff);
	ck_assert_uint_eq(swdp_counts(bed.swdp)->line_resets, resets);
	probe_bed_end(&bed);
}
END_TEST

START_TEST(without_a_supply_nobody_answers)
{
	ProbeBed bed;
	guint32 value = 0;

	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	probe_bed_power_up(&bed, POWER, WORDS);
	swdp_set_power(bed.swdp, FALSE);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
	swdp_set_power(bed.swdp, TRUE);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), NOBODY);
	probe_bed_connect(&bed);
	ck_assert_uint_eq(probe_bed_read(&bed, PROBE_READ_DPIDR, &value), OK);
	bed_expect_stat(&bed, 0, POWER | 0xa0000000u);
	probe_bed_end(&bed);
}
END_TEST

static Suite *swdp_suite(void)
{
	Suite *suite = suite_create("swdp");
	TCase *tests = tcase_create("swdp");

	tcase_add_test(tests, words_are_written_and_read_in_a_stream);
	tcase_add_test(tests, the_way_in);
	tcase_add_test(tests, a_line_reset_has_its_length);
	tcase_add_test(tests, bad_requests_are_not_answered);
	tcase_add_test(tests, a_write_needs_clocks);
	tcase_add_test(tests, the_debug_domain_is_to_be_powered);
	tcase_add_test(tests, a_bus_fault_sticks);
	tcase_add_test(tests, waits_in_a_stream);
	tcase_add_test(tests, three_are_never_kept_waiting);
	tcase_add_test(tests, parity_both_ways);
	tcase_add_test(tests, silence_lasts_until_a_line_reset);
	tcase_add_test(tests, what_the_target_sends_resets_nothing);
	tcase_add_test(tests, without_a_supply_nobody_answers);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(swdp_suite)
