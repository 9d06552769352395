/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual-bench/probe/counters.h"

#include "test.h"
#include "virtual-bench/probe/mpsse.h"

#define US(us) ((guint64)(us)*MPSSE_TICK_HZ / 1000000)
#define FRAME  125000u

START_TEST(a_round_trip_is_an_answer)
{
	Counters counters = {0};

	ck_assert_uint_eq(counters_ns(&counters, 0), 0);
	counters_out(&counters, 100, 0);
	ck_assert_uint_eq(counters.round_trips, 0);
	ck_assert_uint_eq(counters_ns(&counters, US(30)), FRAME + 30000);
	counters_in(&counters, 62, TRUE, 0);
	ck_assert_uint_eq(counters.round_trips, 1);
	ck_assert_uint_eq(counters_ns(&counters, US(30)), 2 * FRAME + 30000);
	counters_out(&counters, 1, US(30));
	counters_in(&counters, 12, TRUE, 0);
	ck_assert_uint_eq(counters.round_trips, 2);
	ck_assert_uint_eq(counters.out_bytes, 101);
	ck_assert_uint_eq(counters.in_bytes, 74);
	ck_assert_uint_eq(counters_ns(&counters, US(40)), 4 * FRAME + 40000);
}
END_TEST

/* Full packets flow while the host goes on sending: nobody waits for them. */
START_TEST(a_stream_is_one)
{
	Counters counters = {0};

	for (guint i = 0; i < 100; i++) {
		counters_out(&counters, 512, US(10) * i);
		counters_in(&counters, 512, FALSE, 0);
	}
	ck_assert_uint_eq(counters.round_trips, 0);
	counters_in(&counters, 40, TRUE, 0);
	counters_in(&counters, 2, FALSE, 0);
	ck_assert_uint_eq(counters.round_trips, 1);
	ck_assert_uint_eq(counters_ns(&counters, US(1000)), 2 * FRAME + (100 * 512 + 42) * 25);
	ck_assert_uint_eq(counters_ns(&counters, US(2000)), 2 * FRAME + 2000000);
}
END_TEST

START_TEST(the_latency_timer_is_waited_for)
{
	Counters counters = {0};

	counters_out(&counters, 1, 0);
	counters_in(&counters, 4, TRUE, 16000000);
	ck_assert_uint_eq(counters_ns(&counters, 0), 2 * FRAME + 16000000 + 4 * 25);
	counters_control(&counters);
	ck_assert_uint_eq(counters.controls, 1);
	counters_clear(&counters, 77);
	ck_assert_uint_eq(counters_ns(&counters, 77), 0);
	ck_assert_uint_eq(counters.controls, 0);
}
END_TEST

static Suite *counters_suite(void)
{
	Suite *suite = suite_create("counters");
	TCase *tests = tcase_create("counters");

	tcase_add_test(tests, a_round_trip_is_an_answer);
	tcase_add_test(tests, a_stream_is_one);
	tcase_add_test(tests, the_latency_timer_is_waited_for);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(counters_suite)
