/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware's sensor: in range, alive on every channel, the same after each reset. */
#include "test.h"

#include "sensor.h"

#include <string.h>

#define FRAMES 20

static void sensor_frames(int32_t values[FRAMES][SENSOR_CHANNELS])
{
	Sensor sensor = {0};

	for (guint i = 0; i < FRAMES; i++)
		sensor_read(&sensor, values[i]);
}

START_TEST(in_range_and_alive)
{
	int32_t values[FRAMES][SENSOR_CHANNELS];

	sensor_frames(values);
	for (guint c = 0; c < SENSOR_CHANNELS; c++) {
		int32_t least = values[0][c], most = least;
		for (guint i = 0; i < FRAMES; i++) {
			least = MIN(least, values[i][c]);
			most = MAX(most, values[i][c]);
		}
		ck_assert_int_ge(least, 1); /* 0 and 16 are free: noise never clips */
		ck_assert_int_le(most, 15);
		ck_assert_int_gt(most, least);
	}
	for (guint i = 1; i < FRAMES; i++)
		for (guint j = 0; j < i; j++)
			ck_assert(memcmp(values[i], values[j], sizeof values[i]) != 0);
}
END_TEST

START_TEST(repeats_after_reset)
{
	int32_t first[FRAMES][SENSOR_CHANNELS], second[FRAMES][SENSOR_CHANNELS];

	sensor_frames(first);
	sensor_frames(second);
	ck_assert_mem_eq(first, second, sizeof first);
}
END_TEST

static Suite *sensor_suite(void)
{
	Suite *suite = suite_create("sensor");
	TCase *tests = tcase_create("sensor");

	tcase_add_test(tests, in_range_and_alive);
	tcase_add_test(tests, repeats_after_reset);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(sensor_suite)
