/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/faults.h"

#include <string.h>

typedef struct {
	Faults *faults;
	guint acts;
	FaultAction last;
	gint64 delay_ns;
	UartChar got[64]; /* of all characters so far */
	guint count;
} FaultBed;

static void fault_bed_act(gpointer user, FaultAction action)
{
	FaultBed *bed = user;

	bed->acts++;
	bed->last = action;
}

static void fault_bed_begin(FaultBed *bed, const Fault *fault)
{
	memset(bed, 0, sizeof *bed);
	bed->faults = faults_new(fault_bed_act, bed);
	if (fault != NULL)
		faults_add(bed->faults, fault);
}

static void fault_bed_send(FaultBed *bed, UartSide side, const char *text)
{
	for (; *text != '\0'; text++) {
		UartChar sent = {.value = (guint8)*text}, out[UART_READ_MAX];
		guint count = faults_bend(bed->faults, side, sent, out, &bed->delay_ns);
		ck_assert_uint_le(bed->count + count, G_N_ELEMENTS(bed->got));
		memcpy(bed->got + bed->count, out, count * sizeof out[0]);
		bed->count += count;
	}
}

static void fault_bed_expect(const FaultBed *bed, const char *text)
{
	char got[G_N_ELEMENTS(bed->got) + 1] = "";

	for (guint i = 0; i < bed->count; i++)
		got[i] = (char)bed->got[i].value;
	ck_assert_str_eq(got, text);
}

/* What each does to `abcdefgh` on its way to the host. */
START_TEST(a_line_fault_does_what_it_says)
{
	static const struct {
		Fault fault;
		const char *got;
		guint status_at, status;
	} cases[] = {
	    {{.action = FAULT_DROP, .at = 3, .count = 2}, "abefgh", 0, 0},
	    {{.action = FAULT_DROP, .at = 2, .count = 1, .every = 3}, "acdfg", 0, 0},
	    {{.action = FAULT_FLIP, .at = 1, .count = 1, .bit = 1}, "cbcdefgh", 0, 0},
	    {{.action = FAULT_FLIP, .at = 8, .count = 9, .bit = 0}, "abcdefgi", 0, 0},
	    {{.action = FAULT_INSERT, .at = 2, .count = 1, .byte = '!'}, "a!bcdefgh", 0, 0},
	    {{.action = FAULT_FRAMING, .at = 4, .count = 1}, "abcdefgh", 3, UART_FRAMING},
	    {{.action = FAULT_OVERRUN, .at = 4, .count = 2}, "abcfgh", 3, UART_OVERRUN},
	    {{.action = FAULT_DROP, .at = 9, .count = 1}, "abcdefgh", 0, 0},
	    {{.action = FAULT_DROP, .at = 1, .count = 8, .towards = UART_BOARD}, "abcdefgh", 0, 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		FaultBed bed;
		fault_bed_begin(&bed, &cases[i].fault);
		fault_bed_send(&bed, UART_HOST, "abcdefgh");
		fault_bed_expect(&bed, cases[i].got);
		for (guint k = 0; k < bed.count; k++)
			ck_assert_uint_eq(bed.got[k].status, k == cases[i].status_at ? cases[i].status : 0);
		ck_assert_int_eq(bed.delay_ns, 0);
		faults_free(bed.faults);
	}
}
END_TEST

START_TEST(a_break_comes_in_place_of_a_character)
{
	FaultBed bed;
	Fault fault = {.action = FAULT_BREAK, .at = 2, .count = 1};

	fault_bed_begin(&bed, &fault);
	fault_bed_send(&bed, UART_HOST, "abc");
	ck_assert_uint_eq(bed.count, 3);
	ck_assert_uint_eq(bed.got[1].value, 0);
	ck_assert_uint_eq(bed.got[1].status, UART_BREAK | UART_FRAMING);
	ck_assert_uint_eq(bed.got[2].status, 0);
	faults_free(bed.faults);
}
END_TEST

START_TEST(a_delay_is_time)
{
	FaultBed bed;
	Fault fault = {.action = FAULT_DELAY, .at = 2, .count = 2, .time_us = 1500};

	fault_bed_begin(&bed, &fault);
	fault_bed_send(&bed, UART_HOST, "abcd");
	fault_bed_expect(&bed, "abcd");
	ck_assert_int_eq(bed.delay_ns, 2 * 1500000);
	faults_free(bed.faults);
}
END_TEST

START_TEST(what_is_not_the_lines_business_is_passed_on)
{
	for (FaultAction action = FAULT_UNPLUG; action <= FAULT_POWER_CYCLE; action++) {
		FaultBed bed;
		Fault fault = {.action = (int)action, .at = 3, .count = 1, .towards = UART_BOARD};
		fault_bed_begin(&bed, &fault);
		fault_bed_send(&bed, UART_HOST, "abcd");
		fault_bed_send(&bed, UART_BOARD, "ef");
		ck_assert_uint_eq(bed.acts, 0);
		fault_bed_send(&bed, UART_BOARD, "gh");
		ck_assert_uint_eq(bed.acts, 1);
		ck_assert_int_eq(bed.last, action);
		fault_bed_expect(&bed, "abcdefgh");
		faults_free(bed.faults);
	}
}
END_TEST

/* Several meet the same character; more of them than fit into its place do no harm. */
START_TEST(faults_add_up_and_are_taken_away)
{
	FaultBed bed;
	Fault insert = {.action = FAULT_INSERT, .at = 1, .count = 1, .byte = '+'};
	Fault flip = {.action = FAULT_FLIP, .at = 1, .count = 1, .bit = 5};

	fault_bed_begin(&bed, &flip);
	for (guint i = 0; i < 2 * UART_READ_MAX; i++)
		faults_add(bed.faults, &insert);
	fault_bed_send(&bed, UART_HOST, "a");
	ck_assert_uint_eq(bed.count, UART_READ_MAX);
	ck_assert_uint_eq(bed.got[UART_READ_MAX - 1].value, 'A');
	bed.count = 0;
	fault_bed_send(&bed, UART_HOST, "bc");
	fault_bed_expect(&bed, "bc");
	/* Counted from when it is set, not from the first character ever. */
	faults_add(bed.faults, &flip);
	fault_bed_send(&bed, UART_HOST, "d");
	fault_bed_expect(&bed, "bcD");
	faults_add(bed.faults, &flip);
	faults_clear(bed.faults);
	fault_bed_send(&bed, UART_HOST, "e");
	fault_bed_expect(&bed, "bcDe");
	faults_free(bed.faults);
	faults_free(NULL);
}
END_TEST

/* Those of a debug port count its transfers, and meet no character. */
START_TEST(transfers_are_counted_apart)
{
	for (FaultAction action = FAULT_WAIT; action <= FAULT_STUCK; action++) {
		FaultBed bed;
		Fault fault = {.action = (int)action, .at = 2, .count = 2, .every = 4};

		fault_bed_begin(&bed, &fault);
		fault_bed_send(&bed, UART_HOST, "abcd");
		fault_bed_send(&bed, UART_BOARD, "efgh");
		fault_bed_expect(&bed, "abcdefgh");
		for (guint i = 1; i <= 8; i++)
			ck_assert_uint_eq(faults_transfer(bed.faults),
			                  i % 4 == 2 || i % 4 == 3 ? 1u << action : 0);
		ck_assert_uint_eq(bed.acts, 0);
		faults_free(bed.faults);
	}
}
END_TEST

START_TEST(boards_fail_at_transfers_too)
{
	FaultBed bed;
	Fault fault = {.action = FAULT_UNPLUG, .at = 3, .count = 1, .towards = FAULT_PROBE};

	fault_bed_begin(&bed, &fault);
	fault_bed_send(&bed, UART_HOST, "abcd");
	(void)faults_transfer(bed.faults);
	(void)faults_transfer(bed.faults);
	ck_assert_uint_eq(bed.acts, 0);
	(void)faults_transfer(bed.faults);
	ck_assert_uint_eq(bed.acts, 1);
	ck_assert_int_eq(bed.last, FAULT_UNPLUG);
	faults_free(bed.faults);
}
END_TEST

static Suite *faults_suite(void)
{
	Suite *suite = suite_create("faults");
	TCase *tests = tcase_create("faults");

	tcase_add_test(tests, a_line_fault_does_what_it_says);
	tcase_add_test(tests, a_break_comes_in_place_of_a_character);
	tcase_add_test(tests, a_delay_is_time);
	tcase_add_test(tests, what_is_not_the_lines_business_is_passed_on);
	tcase_add_test(tests, faults_add_up_and_are_taken_away);
	tcase_add_test(tests, transfers_are_counted_apart);
	tcase_add_test(tests, boards_fail_at_transfers_too);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(faults_suite)
