/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/line/uart.h"

static UartFormat format_of(double baud, guint data_bits, UartParity parity, guint stop_bits)
{
	UartFormat format = uart_format(baud);

	format.data_bits = data_bits;
	format.parity = parity;
	format.stop_bits = stop_bits;
	return format;
}

/* How many of the 256 values arrive as one good character, as they were sent. */
static guint format_count_right(const UartFormat *from, const UartFormat *to)
{
	guint right = 0;

	for (guint value = 0; value < 256; value++) {
		UartChar read[UART_READ_MAX];
		guint count = uart_read_as(from, to, (guint8)value, read);
		right += count == 1 && read[0].value == value && read[0].status == 0;
	}
	return right;
}

START_TEST(equal_rates_are_exact)
{
	static const double rates[] = {300, 9600, 115200, 921600, 3000000};

	for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
		UartFormat format = uart_format(rates[i]);
		ck_assert_uint_eq(format_count_right(&format, &format), 256);
	}
}
END_TEST

/* The last sample is taken 9.5 bits after the edge: 5 % are half a bit. */
START_TEST(small_differences_do_not_matter)
{
	static const struct {
		double ratio;
		gboolean right;
	} cases[] = {{1.012, TRUE}, {0.988, TRUE}, {1.04, TRUE}, {0.96, TRUE},
	             {1.06, FALSE}, {0.94, FALSE}, {2, FALSE},   {0.5, FALSE}};
	UartFormat to = uart_format(115200);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		UartFormat from = uart_format(115200 * cases[i].ratio);
		guint right = format_count_right(&from, &to);
		if (cases[i].right)
			ck_assert_uint_eq(right, 256);
		else
			ck_assert_msg(right < 160, "%g: %u right", cases[i].ratio, right);
	}
}
END_TEST

/* A sender that is 6 % slow: its bit 6 is read twice, its bit 7 where the stop bit is looked for.
 */
START_TEST(a_slow_sender_breaks_the_frame)
{
	UartFormat from = uart_format(115200 * 0.94), to = uart_format(115200);
	UartChar read[UART_READ_MAX];

	ck_assert_uint_ge(uart_read_as(&from, &to, 0x41, read), 1);
	ck_assert_uint_eq(read[0].value, 0xc1);
	ck_assert_uint_eq(read[0].status, UART_FRAMING);
}
END_TEST

START_TEST(half_the_rate_is_garbage)
{
	UartFormat slow = uart_format(57600), fast = uart_format(115200);
	UartChar read[UART_READ_MAX];
	guint framing = 0, two = 0;

	/* Each bit is seen twice: 0x55 begins 0 1 0 1 with its start bit, so 00 11 00 11 11... */
	guint count = uart_read_as(&slow, &fast, 0x55, read);
	ck_assert_uint_ge(count, 2);
	ck_assert_uint_eq(read[0].value, 0x66);
	for (guint value = 0; value < 256; value++) {
		count = uart_read_as(&slow, &fast, (guint8)value, read);
		two += count >= 2;
		for (guint i = 0; i < count; i++)
			framing += (read[i].status & UART_FRAMING) != 0;
	}
	ck_assert_uint_gt(two, 100);
	ck_assert_uint_gt(framing, 100);
}
END_TEST

START_TEST(twice_the_rate_is_garbage)
{
	UartFormat slow = uart_format(57600), fast = uart_format(115200);
	UartChar read[UART_READ_MAX];

	/* Nine low bits are over at the fourth sample; the line is high from there. */
	ck_assert_uint_eq(uart_read_as(&fast, &slow, 0x00, read), 1);
	ck_assert_uint_eq(read[0].value, 0xf8);
	/* A lone start bit is too short to be one. */
	ck_assert_uint_eq(uart_read_as(&fast, &slow, 0xff, read), 0);
}
END_TEST

START_TEST(parity_is_kept_and_checked)
{
	UartFormat even = format_of(9600, 7, UART_PARITY_EVEN, 1);
	UartFormat odd = format_of(9600, 7, UART_PARITY_ODD, 1);
	UartFormat mark = format_of(9600, 8, UART_PARITY_MARK, 2);
	UartFormat space = format_of(9600, 8, UART_PARITY_SPACE, 2);
	UartFormat plain = uart_format(9600);

	ck_assert_uint_eq(format_count_right(&even, &even), 128);
	ck_assert_uint_eq(format_count_right(&odd, &odd), 128);
	ck_assert_uint_eq(format_count_right(&mark, &mark), 256);
	ck_assert_uint_eq(format_count_right(&space, &space), 256);
	for (guint value = 0; value < 128; value++) {
		UartChar read[UART_READ_MAX];
		ck_assert_uint_eq(uart_read_as(&even, &odd, (guint8)value, read), 1);
		ck_assert_uint_eq(read[0].value, value);
		ck_assert_uint_eq(read[0].status, UART_PARITY_ERROR);
		/* 7E1 read as 8N1: the parity bit is the eighth. */
		ck_assert_uint_eq(uart_read_as(&even, &plain, (guint8)value, read), 1);
		guint ones = (guint)__builtin_popcount(value);
		ck_assert_uint_eq(read[0].value, value | (ones % 2) << 7);
		ck_assert_uint_eq(read[0].status, 0);
	}
}
END_TEST

/* A character of a far slower sender is a line that stays low: one break, no second start bit. */
START_TEST(a_long_low_is_a_break)
{
	UartFormat slow = uart_format(1200), fast = uart_format(115200);
	UartChar read[UART_READ_MAX];

	ck_assert_uint_eq(uart_read_as(&slow, &fast, 0x00, read), 1);
	ck_assert_uint_eq(read[0].value, 0);
	ck_assert_uint_eq(read[0].status, UART_BREAK | UART_FRAMING);
	ck_assert_uint_eq(uart_read_as(&slow, &fast, 0x55, read), 5);
	for (guint i = 0; i < 5; i++)
		ck_assert_uint_eq(read[i].status, UART_BREAK | UART_FRAMING);
}
END_TEST

START_TEST(characters_take_their_time)
{
	UartFormat plain = uart_format(115200), long_one = format_of(9600, 8, UART_PARITY_EVEN, 2);
	UartFormat off = uart_format(0);
	UartChar read[UART_READ_MAX];

	ck_assert_int_le(ABS(uart_char_ns(&plain) - 86806), 1);
	ck_assert_int_le(ABS(uart_char_ns(&long_one) - 1250000), 1);
	ck_assert_int_eq(uart_char_ns(&off), 0);
	ck_assert_uint_eq(uart_read_as(&off, &plain, 0, read), 0);
	ck_assert_uint_eq(uart_read_as(&plain, &off, 0, read), 0);
}
END_TEST

static Suite *format_suite(void)
{
	Suite *suite = suite_create("uart_format");
	TCase *tests = tcase_create("uart_format");

	tcase_add_test(tests, equal_rates_are_exact);
	tcase_add_test(tests, small_differences_do_not_matter);
	tcase_add_test(tests, a_slow_sender_breaks_the_frame);
	tcase_add_test(tests, half_the_rate_is_garbage);
	tcase_add_test(tests, twice_the_rate_is_garbage);
	tcase_add_test(tests, parity_is_kept_and_checked);
	tcase_add_test(tests, a_long_low_is_a_break);
	tcase_add_test(tests, characters_take_their_time);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(format_suite)
