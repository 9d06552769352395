/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/line/tty_baud.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* As ftdi_sio was seen to send them: value low, high byte of the index above. */
START_TEST(divisors_are_ftdi_sios)
{
	static const struct {
		guint baud;
		guint32 encoded;
	} cases[] = {
	    {300, 0x002710},     {600, 0x001388},      {1200, 0x022710},
	    {2400, 0x021388},    {4800, 0x0209c4},     {9600, 0x0204e2},
	    {19200, 0x020271},   {38400, 0x024138},    {57600, 0x0300d0},
	    {115200, 0x02c068},  {230400, 0x02c034},   {250000, 0x020030},
	    {460800, 0x02001a},  {921600, 0x02000d},   {1000000, 0x02000c},
	    {1500000, 0x020008}, {2000000, 0x020006},  {3000000, 0x020004},
	    {8000000, 0x020001}, {12000000, 0x020000}, {0, 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		ck_assert_msg(tty_divisor(cases[i].baud) == cases[i].encoded, "%u: %x", cases[i].baud,
		              tty_divisor(cases[i].baud));
}
END_TEST

/* AN 232B-05: the eighths' code, undone. */
static double baud_of(guint32 encoded)
{
	static const double eighths[8] = {0, 0.5, 0.25, 0.125, 0.375, 0.625, 0.75, 0.875};
	double base_hz = (encoded & 0x20000u) != 0 ? 12e6 : 3e6;
	double divisor = (encoded & 0x3fffu) + eighths[encoded >> 14 & 7u];

	return base_hz / (divisor == 0 ? 1 : divisor == 1 ? 1.5 : divisor);
}

/* Any rate a UART can use is met to 3 %, most of them far better. */
START_TEST(every_rate_is_near)
{
	for (guint baud = 184; baud <= 3000000; baud += 1 + baud / 500) {
		double error = baud_of(tty_divisor(baud)) / baud - 1;
		ck_assert_msg(ABS(error) < (baud < 300000 ? 0.002 : 0.02), "%u: %g", baud, error);
	}
}
END_TEST

START_TEST(any_rate_of_a_terminal_is_read)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios now;

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(tcgetattr(master, &now), 0);
	ck_assert_int_eq(cfsetspeed(&now, B921600), 0);
	ck_assert_int_eq(tcsetattr(master, TCSANOW, &now), 0);
	ck_assert_uint_eq(tty_baud(master), 921600);
	close(master);
	ck_assert_uint_eq(tty_baud(-1), 0);
}
END_TEST

static Suite *baud_suite(void)
{
	Suite *suite = suite_create("tty_baud");
	TCase *tests = tcase_create("tty_baud");

	tcase_add_test(tests, divisors_are_ftdi_sios);
	tcase_add_test(tests, every_rate_is_near);
	tcase_add_test(tests, any_rate_of_a_terminal_is_read);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(baud_suite)
