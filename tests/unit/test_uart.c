/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/line/uart.h"

#include <string.h>

#define UART_FIFO  16u
#define UART_BEGIN 1000000000 /* ns: any moment but 0 */
#define UART_MS    1000000

/* A line at 10000 baud: a character takes 1 ms. */
static Uart *uart_at_10k(guint fifo, UartBend bend, gpointer user)
{
	Uart *uart = uart_new(fifo, bend, user);
	UartFormat format = uart_format(10000);

	uart_set_format(uart, UART_HOST, &format);
	uart_set_format(uart, UART_BOARD, &format);
	return uart;
}

START_TEST(answers_come_in_line_time)
{
	Uart *uart = uart_at_10k(UART_FIFO, NULL, NULL);
	UartChar got[UART_FIFO];

	uart_answer(uart, (const guint8 *)"abc", 3, UART_BEGIN);
	ck_assert_uint_eq(uart_received(uart, UART_BEGIN + UART_MS - 1), 0);
	ck_assert_uint_eq(uart_received(uart, UART_BEGIN + UART_MS), 1);
	ck_assert_int_eq(uart_received_at_ns(uart, 1, UART_BEGIN + UART_MS), UART_BEGIN + UART_MS);
	ck_assert_int_eq(uart_received_at_ns(uart, 3, UART_BEGIN + UART_MS), UART_BEGIN + 3 * UART_MS);
	ck_assert_int_eq(uart_received_at_ns(uart, 4, UART_BEGIN + UART_MS), UART_NEVER_NS);
	/* What is said while the line is busy comes behind. */
	uart_answer(uart, (const guint8 *)"d", 1, UART_BEGIN + UART_MS);
	ck_assert_uint_eq(uart_receive(uart, got, UART_FIFO, UART_BEGIN + 4 * UART_MS - 1), 3);
	ck_assert_uint_eq(uart_receive(uart, got, UART_FIFO, UART_BEGIN + 4 * UART_MS), 1);
	ck_assert_uint_eq(got[0].value, 'd');
	ck_assert_uint_eq(got[0].status, 0);
	/* An idle line starts at once. */
	uart_answer(uart, (const guint8 *)"e", 1, UART_BEGIN + 50 * UART_MS);
	ck_assert_int_eq(uart_received_at_ns(uart, 1, UART_BEGIN), UART_BEGIN + 51 * UART_MS);
	uart_free(uart);
}
END_TEST

START_TEST(the_fifo_has_finite_room)
{
	Uart *uart = uart_at_10k(UART_FIFO, NULL, NULL);
	guint8 data[2 * UART_FIFO];

	memset(data, 'x', sizeof data);
	ck_assert_uint_eq(uart_room(uart, UART_BEGIN), UART_FIFO);
	ck_assert(uart_is_sent(uart, UART_BEGIN));
	uart_send(uart, data, sizeof data, UART_BEGIN);
	ck_assert_uint_eq(uart_room(uart, UART_BEGIN), 0);
	ck_assert_uint_eq(uart_room(uart, UART_BEGIN + 3 * UART_MS), 3);
	ck_assert(!uart_is_sent(uart, UART_BEGIN + UART_FIFO * UART_MS - 1));
	ck_assert(uart_is_sent(uart, UART_BEGIN + UART_FIFO * UART_MS));
	/* What found no room is lost. */
	ck_assert_uint_eq(uart_take(uart, data, sizeof data, UART_BEGIN + 100 * UART_MS), UART_FIFO);
	uart_free(uart);
}
END_TEST

START_TEST(a_side_that_is_off_takes_nothing)
{
	Uart *uart = uart_at_10k(UART_FIFO, NULL, NULL);
	UartFormat off = uart_format(0);
	guint8 data[4] = {1, 2, 3, 4};

	uart_set_format(uart, UART_BOARD, &off);
	uart_send(uart, data, sizeof data, UART_BEGIN);
	ck_assert_uint_eq(uart_take(uart, data, sizeof data, UART_BEGIN + 50 * UART_MS), 0);
	uart_answer(uart, data, sizeof data, UART_BEGIN);
	ck_assert_uint_eq(uart_received(uart, UART_BEGIN + 50 * UART_MS), 0);
	uart_set_format(uart, UART_HOST, &off);
	ck_assert_uint_eq(uart_room(uart, UART_BEGIN + 50 * UART_MS), 0);
	uart_free(uart);
}
END_TEST

/* The board is given characters up to the lead early; what it answers waits for their time. */
START_TEST(leads_and_holds)
{
	Uart *uart = uart_at_10k(UART_FIFO, NULL, NULL);
	guint8 data[UART_FIFO];
	const gint64 lead_ms = UART_LEAD_NS / UART_MS;

	ck_assert_int_eq(uart_next_ns(uart), UART_NEVER_NS);
	uart_send(uart, (const guint8 *)"name%", 5, UART_BEGIN);
	ck_assert_int_eq(uart_next_ns(uart), UART_BEGIN + UART_MS - UART_LEAD_NS / 2);
	ck_assert_uint_eq(uart_take(uart, data, sizeof data, UART_BEGIN), lead_ms);
	gint64 early_ns = UART_BEGIN + 5 * UART_MS - UART_LEAD_NS;
	ck_assert_uint_eq(uart_take(uart, data, sizeof data, early_ns - 1), 5 - lead_ms - 1);
	ck_assert_uint_eq(uart_take(uart, data, sizeof data, early_ns), 1);
	ck_assert_uint_eq(data[0], '%');
	uart_answer(uart, (const guint8 *)"m", 1, early_ns + 1000);
	ck_assert_int_eq(uart_received_at_ns(uart, 1, early_ns + 1000), UART_BEGIN + 6 * UART_MS);
	/* A late answer is not held. */
	uart_answer(uart, (const guint8 *)"n", 1, UART_BEGIN + 20 * UART_MS);
	ck_assert_int_eq(uart_received_at_ns(uart, 2, early_ns + 1000), UART_BEGIN + 21 * UART_MS);
	uart_free(uart);
}
END_TEST

START_TEST(a_full_receiver_overruns)
{
	Uart *uart = uart_at_10k(4, NULL, NULL);
	UartChar got[8];

	uart_answer(uart, (const guint8 *)"abcdefgh", 8, UART_BEGIN);
	ck_assert_uint_eq(uart_received(uart, UART_BEGIN + 6 * UART_MS), 4);
	ck_assert_uint_eq(uart_receive(uart, got, 8, UART_BEGIN + 6 * UART_MS), 4);
	for (guint i = 0; i < 4; i++)
		ck_assert_uint_eq(got[i].status, 0);
	/* e and f were lost: the next one tells, and only it. */
	ck_assert_uint_eq(uart_receive(uart, got, 8, UART_BEGIN + 8 * UART_MS), 2);
	ck_assert_uint_eq(got[0].value, 'g');
	ck_assert_uint_eq(got[0].status, UART_OVERRUN);
	ck_assert_uint_eq(got[1].value, 'h');
	ck_assert_uint_eq(got[1].status, 0);
	uart_free(uart);
}
END_TEST

START_TEST(a_purge_forgets)
{
	Uart *uart = uart_at_10k(4, NULL, NULL);
	guint8 data[8];
	UartChar got[8];

	uart_answer(uart, (const guint8 *)"abcdefgh", 8, UART_BEGIN);
	uart_send(uart, (const guint8 *)"1234", 4, UART_BEGIN);
	ck_assert_uint_eq(uart_received(uart, UART_BEGIN + 6 * UART_MS), 4);
	uart_purge(uart, UART_HOST);
	ck_assert_uint_eq(uart_received(uart, UART_BEGIN + 9 * UART_MS), 0);
	ck_assert_uint_eq(uart_take(uart, data, 8, UART_BEGIN + 9 * UART_MS), 4);
	uart_send(uart, (const guint8 *)"56", 2, UART_BEGIN + 10 * UART_MS);
	uart_purge(uart, UART_BOARD);
	ck_assert(uart_is_sent(uart, UART_BEGIN + 10 * UART_MS));
	ck_assert_uint_eq(uart_take(uart, data, 8, UART_BEGIN + 20 * UART_MS), 0);
	/* The overrun went with the rest. */
	uart_answer(uart, (const guint8 *)"i", 1, UART_BEGIN + 20 * UART_MS);
	ck_assert_uint_eq(uart_receive(uart, got, 8, UART_BEGIN + 30 * UART_MS), 1);
	ck_assert_uint_eq(got[0].status, 0);
	uart_free(uart);
}
END_TEST

START_TEST(a_break_holds_the_line)
{
	Uart *uart = uart_at_10k(UART_FIFO, NULL, NULL);
	guint8 data[8];

	uart_send_break(uart, 10 * UART_MS, UART_BEGIN);
	uart_send(uart, (const guint8 *)"a", 1, UART_BEGIN);
	ck_assert_uint_eq(uart_take(uart, data, 8, UART_BEGIN + 7 * UART_MS), 0);
	ck_assert_uint_eq(uart_take(uart, data, 8, UART_BEGIN + 11 * UART_MS), 2);
	ck_assert_uint_eq(data[0], 0);
	ck_assert_uint_eq(data[1], 'a');
	uart_free(uart);
}
END_TEST

/* Doubles an `x`, holds the line up for a `y`, swallows a `z` on its way to the board. */
static guint uart_test_bend(gpointer user, UartSide side, UartChar sent, UartChar *out,
                            gint64 *delay_ns)
{
	guint *seen = user;

	seen[side]++;
	out[0] = out[1] = sent;
	if (sent.value == 'y')
		*delay_ns += 10 * UART_MS;
	return sent.value == 'x' ? 2 : sent.value == 'z' && side == UART_BOARD ? 0 : 1;
}

START_TEST(faults_bend_the_line)
{
	guint seen[2] = {0, 0};
	Uart *uart = uart_at_10k(UART_FIFO, uart_test_bend, seen);
	guint8 data[8];

	uart_send(uart, (const guint8 *)"axzb", 4, UART_BEGIN);
	ck_assert_uint_eq(uart_take(uart, data, 8, UART_BEGIN + 10 * UART_MS), 4);
	ck_assert_int_eq(memcmp(data, "axxb", 4), 0);
	uart_answer(uart, (const guint8 *)"yz", 2, UART_BEGIN + 10 * UART_MS);
	ck_assert_int_eq(uart_received_at_ns(uart, 1, UART_BEGIN), UART_BEGIN + 21 * UART_MS);
	ck_assert_int_eq(uart_received_at_ns(uart, 2, UART_BEGIN), UART_BEGIN + 22 * UART_MS);
	ck_assert_uint_eq(seen[UART_BOARD], 4);
	ck_assert_uint_eq(seen[UART_HOST], 2);
	uart_free(uart);
}
END_TEST

/* Any order of calls: what goes in comes out, once and in order, while buffers are not full. */
START_TEST(nothing_is_lost_or_doubled)
{
	Uart *uart = uart_at_10k(4096, NULL, NULL);
	g_autoptr(GRand) random = g_rand_new_with_seed(7);
	guint8 sent = 0, taken = 0, answered = 0, received = 0;
	gint64 now_ns = UART_BEGIN;

	for (guint round = 0; round < 2000; round++) {
		guint8 data[300];
		UartChar got[300];
		guint size = (guint)g_rand_int_range(random, 1, 300);
		now_ns += g_rand_int_range(random, 0, 300 * UART_MS);
		size = MIN(size, uart_room(uart, now_ns));
		for (guint i = 0; i < size; i++)
			data[i] = sent++;
		uart_send(uart, data, size, now_ns);
		gsize count = uart_take(uart, data, sizeof data, now_ns);
		for (gsize i = 0; i < count; i++)
			ck_assert_uint_eq(data[i], taken++);
		count = MIN(count, uart_board_room(uart));
		for (gsize i = 0; i < count; i++)
			data[i] = answered++;
		uart_answer(uart, data, count, now_ns);
		count = uart_receive(uart, got, G_N_ELEMENTS(got), now_ns);
		for (gsize i = 0; i < count; i++) {
			ck_assert_uint_eq(got[i].value, received++);
			ck_assert_uint_eq(got[i].status, 0);
		}
	}
	uart_free(uart);
}
END_TEST

static Suite *uart_suite(void)
{
	Suite *suite = suite_create("uart");
	TCase *tests = tcase_create("uart");

	tcase_add_test(tests, answers_come_in_line_time);
	tcase_add_test(tests, the_fifo_has_finite_room);
	tcase_add_test(tests, a_side_that_is_off_takes_nothing);
	tcase_add_test(tests, leads_and_holds);
	tcase_add_test(tests, a_full_receiver_overruns);
	tcase_add_test(tests, a_purge_forgets);
	tcase_add_test(tests, a_break_holds_the_line);
	tcase_add_test(tests, faults_bend_the_line);
	tcase_add_test(tests, nothing_is_lost_or_doubled);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(uart_suite)
