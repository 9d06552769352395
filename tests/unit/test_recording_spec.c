/* SPDX-License-Identifier: Apache-2.0 */
/* recording.yaml and y_labels.csv as people get them wrong. */
#include "test.h"

#include <string.h>

#include "recording_folder.h"

static void check_issue(const RecordingFolder *folder, const char *place, const char *why)
{
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = recording_folder_open(folder, &issues);
	ck_assert_ptr_null(recording);
	ck_assert_msg(strstr(issues, place) != NULL, "%s\nlacks: %s", issues, place);
	ck_assert_msg(strstr(issues, why) != NULL, "%s\nlacks: %s", issues, why);
}

/* A good file is data.bin of 8 bytes; each row is a YAML that is wrong in one thing. */
static const struct {
	const char *yaml, *place, *why;
} wrong_yaml[] = {
    {"format: bin\ndtype: u8\nshape: [4]\n", "recording.yaml:1:1", "recording"},
    {"recording: r\nformat: bmp\ndtype: u8\nshape: [4]\n", "recording.yaml:2:9", "bmp"},
    {"recording: r\nformat: bin\ndtype: u9\nshape: [4]\n", "recording.yaml:3:8", "u9"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: 4\n", "recording.yaml:4:8", "[8, 8]"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: []\n", "recording.yaml:4:8", "1 to 4"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [1,1,1,1,4]\n", "recording.yaml:4:8", "1 to 4"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [0]\n", "recording.yaml:4:9", "whole number"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [[4]]\n", "recording.yaml:4:9", "whole number"},
    {"recording: r\nformat: bin\ndtype: i32\nshape: [4096, 4096]\n", "shape", "over 16 MiB"},
    {"recording: r\nformat: bin\ndtype: u8\nshap: [4]\n", "recording.yaml:4:1", "shape"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [4]\nscale: 0\n", "scale", "every value 0"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [4]\nclasses: 3\n", "classes", "no labels"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [4]\nwindow: {length: 4}\n", "window",
     "is for continuous"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [4]\nlabels: y.csv\n", "files", "y.csv"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [3]\n", "data.bin", "no whole number"},
    {"recording: r\nformat: bin\ndtype: u8\nshape: [4]\nsensor: {rate: 10}\n", "sensor.rate", "Hz"},
};

START_TEST(test_wrong_yaml)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_put(folder, "data.bin", "abcdefgh", 8);
	recording_folder_yaml(folder, wrong_yaml[_i].yaml);
	check_issue(folder, wrong_yaml[_i].place, wrong_yaml[_i].why);
}
END_TEST

static const char *const good = "recording: r\nformat: bin\ndtype: u8\nshape: [4]\n";

START_TEST(test_a_missing_digest_is_told_ready_to_paste)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_write(folder, "data.bin", "abcdefgh", 8);
	g_string_append(folder->entries, "  - {file: data.bin}\n");
	recording_folder_yaml(folder, good);
	g_autofree char *sha256 = rig_sha256_hex("abcdefgh", 8);
	g_autofree char *line = g_strdup_printf("{file: data.bin, sha256: %s}", sha256);
	check_issue(folder, "recording.yaml:6:5", line);
	g_autofree char *text = g_strdup_printf("  - %s\n", line);
	g_string_assign(folder->entries, text);
	recording_folder_yaml(folder, good);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = recording_folder_open(folder, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
}
END_TEST

START_TEST(test_lists_of_files)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_put(folder, "data.bin", "abcdefgh", 8);
	recording_folder_put(folder, "data.bin", "abcdefgh", 8);
	recording_folder_yaml(folder, good);
	check_issue(folder, "recording.yaml:7:5", "listed twice");
	g_string_assign(folder->entries, "");
	recording_folder_text(folder, "y.csv", "data.bin,2,0\n");
	g_autofree char *labelled = g_strconcat(good, "labels: y.csv\n", NULL);
	recording_folder_yaml(folder, labelled);
	check_issue(folder, "files", "no data file");
	recording_folder_put(folder, "data.bin", "abcdefgh", 8);
	recording_folder_put(folder, "more.bin", "abcdefgh", 8);
	recording_folder_yaml(folder, labelled);
	check_issue(folder, "recording.yaml:9:5", "more.bin has no row in y.csv");
}
END_TEST

START_TEST(test_text_that_is_no_yaml)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_write(folder, "recording.yaml", "{", 1);
	check_issue(folder, "recording.yaml", "");
	recording_folder_write(folder, "recording.yaml", "", 0);
	check_issue(folder, "recording.yaml", "");
}
END_TEST

/* data.bin has 8 bytes, an input 4, recording.yaml says 3 classes. */
static const struct {
	const char *labels, *place, *why;
} wrong_labels[] = {
    {"", "y.csv", "holds no row"},
    {"\n\n", "y.csv", "holds no row"},
    {"data.bin,3\n", "y.csv:1:1", "2 columns"},
    {"data.bin,3,1,4\n", "y.csv:1:1", "4 columns"},
    {"data.bin,3,1,4,4,4\n", "y.csv:1:1", "6 columns"},
    {"\ndata.bin,3,3\n", "y.csv:2:1", "class 3 of 3 classes"},
    {"data.bin,3,-1\n", "y.csv:1:1", "column 3 (class) is \"-1\""},
    {"data.bin,x,1\n", "y.csv:1:1", "column 2 (classes) is \"x\""},
    {"data.bin,4,1\n", "y.csv:1:1", "says 4 classes, but"},
    {"data.bin,3,1,3,4\n", "y.csv:1:1", "says 3 bytes an input, but shape [4] of u8 needs 4"},
    {"data.bin,3,1,4,0\n", "y.csv:1:1", "column 5"},
    {"data.bin,3,1,-,4\n", "y.csv:1:1", "column 4"},
    {"data.bin,3,1\ndata.bin,3,2\n", "y.csv:2:1", "labelled twice"},
    {"other.bin,3,1\n", "y.csv:1:1", "is no data file under `files`"},
    {"y.csv,3,1\n", "y.csv:1:1", "is no data file"},
};

START_TEST(test_wrong_labels)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_put(folder, "data.bin", "abcdefgh", 8);
	recording_folder_text(folder, "y.csv", wrong_labels[_i].labels);
	g_autofree char *yaml = g_strconcat(good, "classes: 3\nlabels: y.csv\n", NULL);
	recording_folder_yaml(folder, yaml);
	check_issue(folder, wrong_labels[_i].place, wrong_labels[_i].why);
}
END_TEST

START_TEST(test_five_columns_cut_windows_of_one_class)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_put(folder, "data.bin", "abcdefghi", 9);
	recording_folder_text(folder, "y.csv", "\xef\xbb\xbf data.bin , 3 , 2 , 4 , 2\r\n\r\n");
	g_autofree char *yaml = g_strconcat(good, "labels: y.csv\nsensor: {rate: 2Hz}\n", NULL);
	recording_folder_yaml(folder, yaml);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = recording_folder_open(folder, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 3);
	ck_assert_uint_eq(rig_recording_info(recording)->classes, 3);
	ck_assert_int_eq(rig_recording_info(recording)->item_us, 500000);
	static const char *const wanted[] = {"abcd", "cdef", "efgh"};
	for (guint i = 0; i < 3; i++) {
		RigInput input;
		ck_assert(rig_recording_input(recording, i, &input, NULL));
		ck_assert_int_eq(input.label, 2);
		ck_assert_mem_eq(input.data, wanted[i], 4);
	}
}
END_TEST

START_TEST(test_a_file_shorter_than_its_window)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_put(folder, "data.bin", "abc", 3);
	recording_folder_text(folder, "y.csv", "data.bin,3,2,4,2\n");
	g_autofree char *yaml = g_strconcat(good, "labels: y.csv\n", NULL);
	recording_folder_yaml(folder, yaml);
	check_issue(folder, "data.bin", "too short for one input (3 of 4");
}
END_TEST

static Suite *recording_spec_suite(void)
{
	Suite *suite = suite_create("recording_spec");
	TCase *tests = tcase_create("recording_spec");
	tcase_add_loop_test(tests, test_wrong_yaml, 0, G_N_ELEMENTS(wrong_yaml));
	tcase_add_test(tests, test_a_missing_digest_is_told_ready_to_paste);
	tcase_add_test(tests, test_lists_of_files);
	tcase_add_test(tests, test_text_that_is_no_yaml);
	tcase_add_loop_test(tests, test_wrong_labels, 0, G_N_ELEMENTS(wrong_labels));
	tcase_add_test(tests, test_five_columns_cut_windows_of_one_class);
	tcase_add_test(tests, test_a_file_shorter_than_its_window);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_spec_suite)
