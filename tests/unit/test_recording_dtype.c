/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "data/recording_parts.h"

static const struct {
	RigDtype dtype;
	double value;
	guint8 bytes[4];
} fits[] = {
    {RIG_DTYPE_U8, 255, {0xff}},
    {RIG_DTYPE_I8, -128, {0x80}},
    {RIG_DTYPE_I16, -2, {0xfe, 0xff}},
    {RIG_DTYPE_I32, -2147483648.0, {0, 0, 0, 0x80}},
    {RIG_DTYPE_I32, 2147483647.0, {0xff, 0xff, 0xff, 0x7f}},
    {RIG_DTYPE_F32, -1.5, {0, 0, 0xc0, 0xbf}},
    {RIG_DTYPE_F32, INFINITY, {0, 0, 0x80, 0x7f}},
};

START_TEST(test_values_are_little_endian)
{
	guint8 data[4] = {0};
	ck_assert(rig_dtype_put(fits[_i].dtype, data, fits[_i].value));
	ck_assert_mem_eq(data, fits[_i].bytes, 4);
	ck_assert_double_eq(rig_dtype_get(fits[_i].dtype, data), fits[_i].value);
}
END_TEST

static const struct {
	RigDtype dtype;
	double value;
} refused[] = {
    {RIG_DTYPE_U8, -1},      {RIG_DTYPE_U8, 256},           {RIG_DTYPE_U8, 0.5},
    {RIG_DTYPE_I8, 128},     {RIG_DTYPE_I16, 32768},        {RIG_DTYPE_I32, 2147483648.0},
    {RIG_DTYPE_I8, NAN},     {RIG_DTYPE_I32, INFINITY},     {RIG_DTYPE_F32, 1e39},
    {RIG_DTYPE_F32, -1e300}, {RIG_DTYPE_I16, -32768.00001},
};

START_TEST(test_values_out_of_range_write_nothing)
{
	guint8 data[4] = {7, 7, 7, 7};
	ck_assert(!rig_dtype_put(refused[_i].dtype, data, refused[_i].value));
	ck_assert_mem_eq(data, "\7\7\7\7", 4);
}
END_TEST

START_TEST(test_not_a_number_is_kept)
{
	guint8 data[4];
	ck_assert(rig_dtype_put(RIG_DTYPE_F32, data, NAN));
	ck_assert(isnan(rig_dtype_get(RIG_DTYPE_F32, data)));
}
END_TEST

static Suite *recording_dtype_suite(void)
{
	Suite *suite = suite_create("recording_dtype");
	TCase *tests = tcase_create("recording_dtype");
	tcase_add_loop_test(tests, test_values_are_little_endian, 0, G_N_ELEMENTS(fits));
	tcase_add_loop_test(tests, test_values_out_of_range_write_nothing, 0, G_N_ELEMENTS(refused));
	tcase_add_test(tests, test_not_a_number_is_kept);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_dtype_suite)
