/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "data/statistics.h"

START_TEST(test_ramp_has_closed_form)
{
	/* 0, 1, … 9 in channel 0, twice that in channel 1. */
	double values[20];
	for (int i = 0; i < 10; i++) {
		values[2 * i] = i;
		values[2 * i + 1] = 2 * i;
	}
	RigStatistics statistics;
	rig_statistics_of(values, 10, 2, &statistics);
	ck_assert_uint_eq(statistics.count, 10);
	ck_assert_uint_eq(statistics.channels, 2);
	ck_assert_uint_eq(statistics.not_finite, 0);
	ck_assert_double_eq(statistics.min, 0);
	ck_assert_double_eq(statistics.max, 18);
	ck_assert_double_eq_tol(statistics.mean, 6.75, 1e-12);
	/* Sample deviation of 0..n-1 is sqrt(n(n+1)/12). */
	ck_assert_double_eq_tol(statistics.noise, 1.5 * sqrt(10 * 11 / 12.0), 1e-12);
	ck_assert_uint_eq(statistics.stuck, 0);
	ck_assert_uint_eq(statistics.duplicates, 0);
	ck_assert_uint_eq(statistics.saturated, 0);
}
END_TEST

START_TEST(test_empty_tables_are_unknown)
{
	static const guint shapes[][2] = {{0, 0}, {0, 3}, {3, 0}};
	const double none[1] = {0};
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
		RigStatistics statistics;
		rig_statistics_of(none, shapes[i][0], shapes[i][1], &statistics);
		ck_assert(isnan(statistics.min) && isnan(statistics.max));
		ck_assert(isnan(statistics.mean) && isnan(statistics.noise));
		ck_assert_uint_eq(statistics.stuck + statistics.duplicates + statistics.saturated, 0);
		ck_assert_uint_eq(statistics.not_finite, 0);
	}
}
END_TEST

START_TEST(test_one_frame_has_a_mean_and_no_noise)
{
	const double values[] = {3, 5};
	RigStatistics statistics;
	rig_statistics_of(values, 1, 2, &statistics);
	ck_assert_double_eq(statistics.mean, 4);
	ck_assert(isnan(statistics.noise));
	ck_assert_uint_eq(statistics.stuck, 0);
}
END_TEST

START_TEST(test_values_that_are_no_numbers_are_counted_and_left_out)
{
	const double values[] = {1, NAN, 3, INFINITY, -INFINITY, 5};
	RigStatistics statistics;
	rig_statistics_of(values, 3, 2, &statistics);
	ck_assert_uint_eq(statistics.not_finite, 3);
	ck_assert_double_eq(statistics.min, 1);
	ck_assert_double_eq(statistics.max, 5);
	ck_assert_double_eq_tol(statistics.mean, 3, 1e-12);
	/* Channel 0 knows 1 and 3; channel 1 only one value, so it says nothing. */
	ck_assert_double_eq_tol(statistics.noise, sqrt(2), 1e-12);

	const double nothing[] = {NAN, NAN};
	rig_statistics_of(nothing, 2, 1, &statistics);
	ck_assert_uint_eq(statistics.not_finite, 2);
	ck_assert(isnan(statistics.min) && isnan(statistics.mean) && isnan(statistics.noise));
	ck_assert_uint_eq(statistics.stuck, 0);
	ck_assert_uint_eq(statistics.duplicates, 1);
}
END_TEST

START_TEST(test_mean_of_huge_values_does_not_overflow)
{
	const double values[] = {1.5e308, 1.5e308, 1.5e308, 1.5e308};
	RigStatistics statistics;
	rig_statistics_of(values, 2, 2, &statistics);
	ck_assert_double_eq(statistics.mean, 1.5e308);
}
END_TEST

START_TEST(test_stuck_and_duplicates)
{
	const double values[] = {7, 1, 7, 2, 7, 1, 7, 1};
	RigStatistics statistics;
	rig_statistics_of(values, 4, 2, &statistics);
	ck_assert_uint_eq(statistics.stuck, 1);
	ck_assert_uint_eq(statistics.duplicates, 2);
}
END_TEST

START_TEST(test_saturated_channel_sits_at_the_border_and_varies_elsewhere)
{
	/* Channel 0 clips at 10, channel 1 is a switch, channel 2 is stuck, channel 3 is fine. */
	const double values[] = {10, 0, 10, 3, 10, 10, 10, 4, 10, 0, 10, 5, 6, 0, 10, 6};
	RigStatistics statistics;
	rig_statistics_of(values, 4, 4, &statistics);
	ck_assert_uint_eq(statistics.saturated, 1);
	ck_assert_uint_eq(statistics.stuck, 1);
}
END_TEST

START_TEST(test_half_of_the_frames_is_not_saturated)
{
	const double values[] = {10, 10, 0, 5, 6, 6};
	RigStatistics statistics;
	rig_statistics_of(values, 6, 1, &statistics);
	ck_assert_uint_eq(statistics.saturated, 0);
}
END_TEST

START_TEST(test_drift_is_the_distance_of_distributions)
{
	const double a[] = {1, 2, 3, 4}, same[] = {4, 3, 2, 1}, half[] = {3, 4, 5, 6}, far[] = {9, 9};
	ck_assert_double_eq(rig_statistics_drift(a, 4, same, 4, 1), 0);
	ck_assert_double_eq(rig_statistics_drift(a, 4, half, 4, 1), 0.5);
	ck_assert_double_eq(rig_statistics_drift(a, 4, far, 2, 1), 1);
	ck_assert_double_eq(rig_statistics_drift(far, 2, a, 4, 1), 1);
	/* Two channels: the worse one counts. */
	const double c[] = {1, 1, 2, 2}, d[] = {1, 5, 2, 6};
	ck_assert_double_eq(rig_statistics_drift(c, 2, d, 2, 2), 1);
}
END_TEST

START_TEST(test_drift_of_nothing_is_unknown)
{
	const double a[] = {1, NAN}, b[] = {1, 2};
	ck_assert(isnan(rig_statistics_drift(a, 0, b, 2, 1)));
	ck_assert(isnan(rig_statistics_drift(a, 2, b, 0, 1)));
	ck_assert(isnan(rig_statistics_drift(a, 1, b, 1, 0)));
	ck_assert(isnan(rig_statistics_drift(a, 1, b, 1, 2)));
	ck_assert_double_eq(rig_statistics_drift(a, 2, b, 1, 1), 0);
}
END_TEST

START_TEST(test_rate_from_time_stamps)
{
	const gint64 even[] = {1000, 2000, 3000, 4000}, back[] = {0, 3000, 2000, 4000},
	             still[] = {5, 5};
	const gint64 wide[] = {G_MININT64, G_MAXINT64};
	ck_assert_double_eq_tol(rig_statistics_rate_hz(even, 4), 1000, 1e-9);
	ck_assert(isnan(rig_statistics_rate_hz(even, 1)));
	ck_assert(isnan(rig_statistics_rate_hz(even, 0)));
	ck_assert(isnan(rig_statistics_rate_hz(back, 4)));
	ck_assert(isnan(rig_statistics_rate_hz(still, 2)));
	ck_assert_double_eq_tol(rig_statistics_rate_hz(wide, 2), 1e6 / 18446744073709551616.0, 1e-20);
}
END_TEST

static Suite *statistics_suite(void)
{
	Suite *suite = suite_create("statistics");
	TCase *tests = tcase_create("statistics");
	tcase_add_test(tests, test_ramp_has_closed_form);
	tcase_add_test(tests, test_empty_tables_are_unknown);
	tcase_add_test(tests, test_one_frame_has_a_mean_and_no_noise);
	tcase_add_test(tests, test_values_that_are_no_numbers_are_counted_and_left_out);
	tcase_add_test(tests, test_mean_of_huge_values_does_not_overflow);
	tcase_add_test(tests, test_stuck_and_duplicates);
	tcase_add_test(tests, test_saturated_channel_sits_at_the_border_and_varies_elsewhere);
	tcase_add_test(tests, test_half_of_the_frames_is_not_saturated);
	tcase_add_test(tests, test_drift_is_the_distance_of_distributions);
	tcase_add_test(tests, test_drift_of_nothing_is_unknown);
	tcase_add_test(tests, test_rate_from_time_stamps);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(statistics_suite)
