/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <string.h>

#include "recording_folder.h"

static const char *const head = "recording: r\nformat: csv\ndtype: i8\nshape: [2]\nclasses: 3\n";

static RigRecording *open_csv(RecordingFolder *folder, const char *yaml, const char *csv,
                              char **issues)
{
	recording_folder_text(folder, "data.csv", csv);
	recording_folder_yaml(folder, yaml);
	return recording_folder_open(folder, issues);
}

START_TEST(test_a_row_is_an_input_and_label_is_its_class)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording =
	    open_csv(folder, head, "x, label ,y\r\n 1 ,2, -3\n\n4,0,5.0e0", &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 2);
	RigInput input;
	ck_assert(rig_recording_input(recording, 0, &input, NULL));
	ck_assert_int_eq(input.label, 2);
	ck_assert_mem_eq(input.data, "\x01\xfd", 2);
	ck_assert(rig_recording_input(recording, 1, &input, NULL));
	ck_assert_int_eq(input.label, 0);
	ck_assert_mem_eq(input.data, "\x04\x05", 2);
}
END_TEST

START_TEST(test_windows_overlap_and_lose_a_mixed_label)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording =
	    open_csv(folder,
	             "recording: r\nformat: csv\ndtype: u8\nshape: [2]\nclasses: 3\n"
	             "sensor: {rate: 100Hz}\nwindow: {length: 2, stride: 1}\n",
	             "v,label\n1,1\n2,1\n3,2\n4,2\n", &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 3);
	ck_assert_int_eq(rig_recording_info(recording)->item_us, 10000);
	static const gint32 labels[] = {1, RIG_LABEL_NONE, 2};
	for (guint i = 0; i < 3; i++) {
		RigInput input;
		ck_assert(rig_recording_input(recording, i, &input, NULL));
		ck_assert_int_eq(input.label, labels[i]);
		ck_assert_uint_eq(input.data[0], i + 1);
		ck_assert_uint_eq(input.data[1], i + 2);
	}
}
END_TEST

START_TEST(test_floats_may_be_no_numbers)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording =
	    open_csv(folder, "recording: r\nformat: csv\ndtype: f32\nshape: [3]\n",
	             "a,b,c\n0.1,nan,-inf\n", &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	double values[3];
	ck_assert(rig_recording_values(recording, 0, values, NULL));
	ck_assert_double_eq(values[0], (double)0.1f);
	ck_assert(values[1] != values[1]);
	ck_assert_double_lt(values[2], -1e300);
}
END_TEST

static const struct {
	const char *csv, *why;
} wrong[] = {
    {"", "data.csv: is empty"},
    {"1,2\n3,4\n", "line 1: holds numbers only"},
    {"label\n1\n", "line 1: names no column"},
    {"label,label,x\n1,1,1\n", "line 1: two columns"},
    {"a,b\n1\n", "line 2: 1 columns, but the first line names 2"},
    {"a,b\n1,2,3\n", "line 2: 3 columns"},
    {"a,b\n\n1,x\n", "line 3, column 2: \"x\" is no i8 value"},
    {"a,b\n1,\n", "line 2, column 2: \"\" is no i8 value"},
    {"a,b\n1,128\n", "line 2, column 2: \"128\""},
    {"a,b\n1,1.5\n", "line 2, column 2: \"1.5\""},
    {"a,b\n1,nan\n", "line 2, column 2: \"nan\""},
    {"a,b\n1,1e999\n", "line 2, column 2: \"1e999\""},
    {"a,b,label\n1,2,3\n", "line 2, column 3: label \"3\" is no class from 0 to 2"},
    {"a,b,label\n1,2,-1\n", "line 2, column 3: label"},
    {"a,b,label\n1,2,0.5\n", "line 2, column 3: label"},
    {"a,b,c,label\n1,2,3,0\n", "an input is 1 rows or samples of 3 bytes, but shape [2] of i8"},
    {"a,b,label\n", "too short for one input"},
    {"a,b\n1,2\n", "there are no labels"},
};

START_TEST(test_wrong_tables)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = open_csv(folder, head, wrong[_i].csv, &issues);
	ck_assert_ptr_null(recording);
	ck_assert_msg(strstr(issues, wrong[_i].why) != NULL, "%s\nlacks: %s", issues, wrong[_i].why);
}
END_TEST

START_TEST(test_labels_need_classes_and_one_source)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	ck_assert_ptr_null(open_csv(folder, "recording: r\nformat: csv\ndtype: u8\nshape: [1]\n",
	                            "v,label\n1,0\n", &issues));
	ck_assert_ptr_nonnull(strstr(issues, "data.csv: line 1: has labels, so write `classes`"));
	g_clear_pointer(&issues, g_free);
	g_string_assign(folder->entries, "");
	recording_folder_text(folder, "y.csv", "data.csv,3,1\n");
	ck_assert_ptr_null(open_csv(
	    folder, "recording: r\nformat: csv\ndtype: u8\nshape: [1]\nclasses: 3\nlabels: y.csv\n",
	    "v,label\n1,0\n", &issues));
	ck_assert_ptr_nonnull(strstr(issues, "y.csv labels it too"));
}
END_TEST

START_TEST(test_columns_four_and_five_are_for_bin)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	recording_folder_text(folder, "y.csv", "data.csv,3,1,1,1\n");
	ck_assert_ptr_null(open_csv(folder,
	                            "recording: r\nformat: csv\ndtype: u8\nshape: [1]\nlabels: y.csv\n",
	                            "v\n1\n", &issues));
	ck_assert_ptr_nonnull(strstr(issues, "are for bin files"));
}
END_TEST

static Suite *recording_csv_suite(void)
{
	Suite *suite = suite_create("recording_csv");
	TCase *tests = tcase_create("recording_csv");
	tcase_add_test(tests, test_a_row_is_an_input_and_label_is_its_class);
	tcase_add_test(tests, test_windows_overlap_and_lose_a_mixed_label);
	tcase_add_test(tests, test_floats_may_be_no_numbers);
	tcase_add_loop_test(tests, test_wrong_tables, 0, G_N_ELEMENTS(wrong));
	tcase_add_test(tests, test_labels_need_classes_and_one_source);
	tcase_add_test(tests, test_columns_four_and_five_are_for_bin);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_csv_suite)
