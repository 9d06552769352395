/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <string.h>

#include "recording_folder.h"

static const char *const head = "recording: r\nformat: npy\ndtype: i16\nshape: [2]\n";

/* A file as numpy.save writes it: magic, version, padded header, values. */
static GByteArray *make_npy(guint8 version, const char *header, const void *data, gsize size)
{
	GByteArray *npy = g_byte_array_new();
	const guint8 magic[] = {0x93, 'N', 'U', 'M', 'P', 'Y', version, 0};
	gsize length = strlen(header);
	const guint8 bytes[] = {(guint8)length, (guint8)(length >> 8), 0, 0};
	g_byte_array_append(npy, magic, sizeof magic);
	g_byte_array_append(npy, bytes, version == 1 ? 2 : 4);
	g_byte_array_append(npy, (const guint8 *)header, (guint)length);
	g_byte_array_append(npy, data, (guint)size);
	return npy;
}

static RigRecording *open_npy(RecordingFolder *folder, const char *yaml, const GByteArray *npy,
                              char **issues)
{
	recording_folder_put(folder, "data.npy", npy->data, npy->len);
	recording_folder_yaml(folder, yaml);
	return recording_folder_open(folder, issues);
}

static const char *const plain =
    "{'descr': '<i2', 'fortran_order': False, 'shape': (3, 2), }          \n";
static const guint8 values[] = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xff, 0xff};

START_TEST(test_first_axis_counts_the_inputs)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GByteArray) npy = make_npy((guint8)_i, plain, values, sizeof values);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = open_npy(folder, head, npy, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 3);
	double row[2];
	ck_assert(rig_recording_values(recording, 2, row, NULL));
	ck_assert_double_eq(row[0], 5);
	ck_assert_double_eq(row[1], -1);
}
END_TEST

START_TEST(test_windows_over_samples)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GByteArray) npy = make_npy(
	    1, "{\"shape\":(6,),\"descr\":\"<i2\",\"fortran_order\":True}", values, sizeof values);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording =
	    open_npy(folder,
	             "recording: r\nformat: npy\ndtype: i16\nshape: [3]\n"
	             "window: {length: 3, stride: 2}\nsensor: {rate: 1kHz}\n",
	             npy, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 2);
	ck_assert_int_eq(rig_recording_info(recording)->item_us, 2000);
	double row[3];
	ck_assert(rig_recording_values(recording, 1, row, NULL));
	ck_assert_double_eq(row[0], 3);
	ck_assert_double_eq(row[2], 5);
}
END_TEST

static const struct {
	const char *header, *why;
} wrong[] = {
    {"{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2)}", "NumPy type '<i4', but dtype is"},
    {"{'descr': '>i2', 'fortran_order': False, 'shape': (3, 2)}", ".astype('<i2')"},
    {"{'descr': '<i2', 'fortran_order': True, 'shape': (3, 2)}", "Fortran order"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': ()}", "a single number"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (4, 2)}", "says 4 rows of 4 bytes, but 12"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2)}", "says 2 rows"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3)}", "but shape [2] of i16 is 4"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (6, 0)}", "axis 1 has 0 elements"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (6, 99999999999999)}", "axis 1 has"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (6, 65536, 65536)}", "axis 2 has"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "plain arrays"},
    {"{'descr': [('a', '<i2')], 'fortran_order': False, 'shape': (3, 2)}", "plain arrays"},
    {"{'descr': '<i2', 'fortran_order': 0, 'shape': (3, 2)}", "plain arrays"},
    {"{'descr': '<i2', 'fortran_order': False}", "plain arrays"},
    {"{'descr': '<i2', 'shape': (3, 2)}", "plain arrays"},
    {"{'shape': (3, 2), 'fortran_order': False}", "plain arrays"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (3 2)}", "plain arrays"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': 3}", "plain arrays"},
    {"{'descr': '<i2', 'fortran_order': False, 'shape': (-3,)}", "plain arrays"},
    {"{'descr': '<i2' 'shape': (3,)}", "plain arrays"},
    {"{'descr' '<i2'}", "plain arrays"},
    {"{'descr': '<i2", "plain arrays"},
    {"{'what': 1}", "plain arrays"},
    {"[]", "plain arrays"},
    {"", "plain arrays"},
};

START_TEST(test_wrong_headers)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GByteArray) npy = make_npy(1, wrong[_i].header, values, sizeof values);
	g_autofree char *issues = NULL;
	ck_assert_ptr_null(open_npy(folder, head, npy, &issues));
	ck_assert_msg(strstr(issues, "data.npy: ") != NULL, "%s", issues);
	ck_assert_msg(strstr(issues, wrong[_i].why) != NULL, "%s\nlacks: %s", issues, wrong[_i].why);
}
END_TEST

static void check_bytes(const GByteArray *npy, const char *why)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	ck_assert_ptr_null(open_npy(folder, head, npy, &issues));
	ck_assert_msg(strstr(issues, why) != NULL, "%s\nlacks: %s", issues, why);
}

START_TEST(test_files_that_are_no_npy)
{
	g_autoptr(GByteArray) npy = make_npy(1, plain, values, sizeof values);
	npy->data[6] = 4;
	check_bytes(npy, "NPY version 4");
	npy->data[6] = 1;
	npy->data[9] = 0xff;
	check_bytes(npy, "cut short or damaged");
	npy->data[0] = 0;
	check_bytes(npy, "no NPY file");
	g_autoptr(GByteArray) huge = make_npy(2, plain, values, sizeof values);
	huge->data[10] = 2;
	check_bytes(huge, "cut short or damaged");
}
END_TEST

START_TEST(test_cut_short_anywhere)
{
	g_autoptr(GByteArray) npy = make_npy(1, plain, values, sizeof values);
	while (npy->len > 0) {
		g_byte_array_set_size(npy, npy->len - 1);
		check_bytes(npy, "data.npy: ");
	}
}
END_TEST

static Suite *recording_npy_suite(void)
{
	Suite *suite = suite_create("recording_npy");
	TCase *tests = tcase_create("recording_npy");
	tcase_add_loop_test(tests, test_first_axis_counts_the_inputs, 1, 4);
	tcase_add_test(tests, test_windows_over_samples);
	tcase_add_loop_test(tests, test_wrong_headers, 0, G_N_ELEMENTS(wrong));
	tcase_add_test(tests, test_files_that_are_no_npy);
	tcase_add_test(tests, test_cut_short_anywhere);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_npy_suite)
