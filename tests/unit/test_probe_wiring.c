/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual probe's wires: who drives a node, who reads it, and what is counted. */
#include "virtual-bench/probe/wiring.h"

#include "test.h"
#include "virtual-bench/probe/mpsse.h"

enum {
	LOW_OUT = MPSSE_TCK | MPSSE_TDI, /* direction: both are outputs */
	ENABLE = MPSSE_GPIOL1,
	NSRST = MPSSE_GPIOL0,
};

typedef struct {
	Wiring *wiring;
	WiringDrive drive; /* what the target does after each edge */
	guint rises, traces, resets;
	gboolean last_level, is_low, swclk, swdio;
} WireBed;

static WiringDrive wire_bed_rise(gpointer user, gboolean level)
{
	WireBed *bed = user;

	bed->rises++;
	bed->last_level = level;
	return bed->drive;
}

static void wire_bed_reset(gpointer user, gboolean is_low)
{
	WireBed *bed = user;

	bed->resets++;
	bed->is_low = is_low;
}

static void wire_bed_trace(gpointer user, gboolean swclk, gboolean swdio)
{
	WireBed *bed = user;

	bed->traces++;
	bed->swclk = swclk;
	bed->swdio = swdio;
}

static void wire_bed_begin(WireBed *bed, WiringKind kind, gboolean drives, gboolean level)
{
	*bed = (WireBed){.drive = {.is_driving = drives, .level = level, .is_listening = !drives}};
	const WiringTarget target = {wire_bed_rise, wire_bed_reset, wire_bed_trace, bed};
	bed->wiring = wiring_new(kind, &target);
}

/* One clock with the other pins as they are given. */
static void wire_bed_clock(WireBed *bed, guint16 value, guint16 direction)
{
	wiring_set_pins(bed->wiring, value, direction);
	wiring_set_pins(bed->wiring, value | MPSSE_TCK, direction);
	wiring_set_pins(bed->wiring, value, direction);
}

static gboolean wire_bed_tdo(const WireBed *bed)
{
	return (wiring_get_pins(bed->wiring) & MPSSE_TDO) != 0;
}

/* What TDO is while host and target drive, and what that counts as. */
START_TEST(two_on_a_wire)
{
	static const struct {
		WiringKind kind;
		guint16 value, direction;
		gboolean drives, level; /* the target */
		gboolean tdo;
		guint contention, floating; /* in three clocks; the target begins with the first */
	} cases[] = {
	    {WIRING_RESISTOR, 0, LOW_OUT, FALSE, FALSE, FALSE, 0, 0},
	    {WIRING_RESISTOR, MPSSE_TDI, LOW_OUT, FALSE, FALSE, TRUE, 0, 0},
	    {WIRING_RESISTOR, MPSSE_TDI, LOW_OUT, TRUE, FALSE, FALSE, 0, 0},
	    {WIRING_RESISTOR, 0, LOW_OUT, TRUE, TRUE, TRUE, 0, 0},
	    {WIRING_RESISTOR, 0, MPSSE_TCK, FALSE, FALSE, TRUE, 0, 3},
	    {WIRING_RESISTOR, 0, LOW_OUT | MPSSE_TDO, TRUE, TRUE, FALSE, 2, 0},
	    {WIRING_DIRECT, MPSSE_TDI, LOW_OUT, FALSE, FALSE, TRUE, 0, 0},
	    {WIRING_DIRECT, MPSSE_TDI, LOW_OUT, TRUE, FALSE, FALSE, 2, 0},
	    {WIRING_DIRECT, MPSSE_TDI, LOW_OUT, TRUE, TRUE, TRUE, 0, 0},
	    {WIRING_DIRECT, 0, LOW_OUT, TRUE, TRUE, FALSE, 2, 0},
	    {WIRING_DIRECT, 0, MPSSE_TCK, TRUE, TRUE, TRUE, 0, 1},
	    {WIRING_DIRECT, 0, MPSSE_TCK, FALSE, FALSE, TRUE, 0, 3},
	    {WIRING_BUFFER, MPSSE_TDI, LOW_OUT, FALSE, FALSE, TRUE, 0, 3},
	    {WIRING_BUFFER, ENABLE, LOW_OUT | ENABLE, FALSE, FALSE, FALSE, 0, 0},
	    {WIRING_BUFFER, ENABLE, LOW_OUT | ENABLE, TRUE, TRUE, FALSE, 2, 0},
	    {WIRING_BUFFER, 0, LOW_OUT | ENABLE, TRUE, TRUE, TRUE, 0, 1},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		WireBed bed;

		wire_bed_begin(&bed, cases[i].kind, cases[i].drives, cases[i].level);
		for (guint k = 0; k < 3; k++)
			wire_bed_clock(&bed, cases[i].value, cases[i].direction);
		const WiringReport *report = wiring_report(bed.wiring);
		ck_assert_msg(wire_bed_tdo(&bed) == cases[i].tdo, "case %zu: TDO", i);
		ck_assert_msg(report->contention_clocks == cases[i].contention, "case %zu: contention", i);
		ck_assert_msg(report->floating_clocks == cases[i].floating, "case %zu: floating", i);
		ck_assert_uint_eq(report->clocks, 3);
		ck_assert_uint_eq(report->contention_first, cases[i].contention > 0 ? 2 : 0);
		ck_assert_uint_eq(report->floating_first, cases[i].floating > 0 ? 1 : 0);
		wiring_free(bed.wiring);
	}
}
END_TEST

/* Data that change with the edge come too late for it. */
START_TEST(the_target_reads_what_was_there_before_the_edge)
{
	WireBed bed;

	wire_bed_begin(&bed, WIRING_RESISTOR, FALSE, FALSE);
	wiring_set_pins(bed.wiring, MPSSE_TDI, LOW_OUT);
	wiring_set_pins(bed.wiring, MPSSE_TCK, LOW_OUT);
	ck_assert_uint_eq(bed.rises, 1);
	ck_assert_int_eq(bed.last_level, TRUE);
	wiring_set_pins(bed.wiring, MPSSE_TCK | MPSSE_TDI, LOW_OUT);
	wiring_set_pins(bed.wiring, 0, LOW_OUT);
	ck_assert_uint_eq(bed.rises, 1);
	wiring_free(bed.wiring);
}
END_TEST

/* A clock that is no output clocks nothing. */
START_TEST(an_undriven_clock_is_counted)
{
	WireBed bed;

	wire_bed_begin(&bed, WIRING_RESISTOR, FALSE, FALSE);
	wire_bed_clock(&bed, 0, MPSSE_TDI);
	ck_assert_uint_eq(bed.rises, 0);
	ck_assert_uint_eq(wiring_report(bed.wiring)->undriven_clocks, 1);
	ck_assert_uint_eq(wiring_report(bed.wiring)->clocks, 0);
	wiring_clear_report(bed.wiring);
	ck_assert_uint_eq(wiring_report(bed.wiring)->undriven_clocks, 0);
	wiring_free(bed.wiring);
}
END_TEST

START_TEST(direction_switches_are_counted)
{
	WireBed bed;

	wire_bed_begin(&bed, WIRING_DIRECT, FALSE, FALSE);
	for (guint i = 0; i < 3; i++) {
		wiring_set_pins(bed.wiring, 0, LOW_OUT);
		wiring_set_pins(bed.wiring, MPSSE_TDI, LOW_OUT);
		wiring_set_pins(bed.wiring, 0, MPSSE_TCK);
	}
	ck_assert_uint_eq(wiring_report(bed.wiring)->direction_switches, 6);
	wiring_free(bed.wiring);
}
END_TEST

/* Open drain, as most do it, and driven high. */
START_TEST(nsrst_is_pulled_low_and_let_go)
{
	WireBed bed;

	wire_bed_begin(&bed, WIRING_RESISTOR, FALSE, FALSE);
	wiring_set_pins(bed.wiring, 0, LOW_OUT);
	ck_assert_uint_eq(bed.resets, 0);
	wiring_set_pins(bed.wiring, 0, LOW_OUT | NSRST);
	ck_assert_uint_eq(bed.resets, 1);
	ck_assert(bed.is_low);
	ck_assert_uint_eq(wiring_get_pins(bed.wiring) & NSRST, 0);
	wiring_set_pins(bed.wiring, MPSSE_TDI, LOW_OUT | NSRST);
	ck_assert_uint_eq(bed.resets, 1);
	wiring_set_pins(bed.wiring, NSRST, LOW_OUT | NSRST);
	ck_assert_uint_eq(bed.resets, 2);
	ck_assert(!bed.is_low);
	wiring_set_pins(bed.wiring, 0, 0);
	ck_assert_uint_eq(bed.resets, 2);
	ck_assert_uint_eq(wiring_get_pins(bed.wiring) & NSRST, NSRST);
	wiring_free(bed.wiring);
}
END_TEST

START_TEST(nodes_are_traced_as_they_move)
{
	WireBed bed;

	wire_bed_begin(&bed, WIRING_RESISTOR, FALSE, FALSE);
	wiring_set_pins(bed.wiring, MPSSE_TDI, LOW_OUT);
	ck_assert_uint_eq(bed.traces, 0);
	wiring_set_pins(bed.wiring, 0, LOW_OUT);
	ck_assert_uint_eq(bed.traces, 1);
	ck_assert(!bed.swclk && !bed.swdio);
	wiring_set_pins(bed.wiring, MPSSE_TCK, LOW_OUT);
	ck_assert_uint_eq(bed.traces, 2);
	ck_assert(bed.swclk && !bed.swdio);
	wiring_free(bed.wiring);
}
END_TEST

static Suite *wiring_suite(void)
{
	Suite *suite = suite_create("probe wiring");
	TCase *tests = tcase_create("wiring");

	tcase_add_test(tests, two_on_a_wire);
	tcase_add_test(tests, the_target_reads_what_was_there_before_the_edge);
	tcase_add_test(tests, an_undriven_clock_is_counted);
	tcase_add_test(tests, direction_switches_are_counted);
	tcase_add_test(tests, nsrst_is_pulled_low_and_let_go);
	tcase_add_test(tests, nodes_are_traced_as_they_move);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(wiring_suite)
