/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "data/recording_parts.h"
#include "recording_folder.h"

static const char *const head = "recording: digits\n"
                                "about: two by two\n"
                                "sensor: {name: imager-2x2, rate: 10Hz}\n"
                                "format: bin\n"
                                "dtype: u8\n"
                                "shape: [2, 2]\n"
                                "scale: 0.5\n"
                                "zero_point: 1\n"
                                "labels: y_labels.csv\n"
                                "origin: a test\n"
                                "licence: CC-BY-4.0\n";

/* Two files of one and two inputs; labels in the other order than `files`. */
static RecordingFolder *digits(void)
{
	RecordingFolder *folder = recording_folder_new();
	recording_folder_put(folder, "a.bin", "\x01\x02\x03\x04", 4);
	recording_folder_put(folder, "b.bin", "\x05\x06\x07\x08\x09\x0a\x0b\x0c", 8);
	recording_folder_text(folder, "y_labels.csv", "b.bin,3,2\na.bin,3,0\n");
	recording_folder_yaml(folder, head);
	return folder;
}

static RigRecording *open_good(const RecordingFolder *folder)
{
	g_autofree char *issues = NULL;
	RigRecording *recording = recording_folder_open(folder, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	return recording;
}

static void check_refused(const RecordingFolder *folder, const char *why)
{
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = recording_folder_open(folder, &issues);
	ck_assert_ptr_null(recording);
	ck_assert_msg(strstr(issues, why) != NULL, "%s\nlacks: %s", issues, why);
}

START_TEST(test_info_and_inputs_in_the_order_of_the_labels)
{
	g_autoptr(RecordingFolder) folder = digits();
	g_autoptr(RigRecording) recording = open_good(folder);
	const RigRecordingInfo *info = rig_recording_info(recording);
	ck_assert_str_eq(info->name, "digits");
	ck_assert_str_eq(info->about, "two by two");
	ck_assert_str_eq(info->sensor, "imager-2x2");
	ck_assert_str_eq(info->origin, "a test");
	ck_assert_str_eq(info->licence, "CC-BY-4.0");
	ck_assert_int_eq(info->rate_mhz, 10000);
	ck_assert_int_eq(info->item_us, 100000);
	ck_assert_uint_eq(info->rank, 2);
	ck_assert_uint_eq(info->dims[0] * info->dims[1], 4);
	ck_assert_uint_eq(info->classes, 3);
	ck_assert_uint_eq(info->count, 3);
	ck_assert_uint_eq(strlen(info->sha256), 64);
	static const struct {
		guint8 first;
		gint32 label;
	} wanted[] = {{5, 2}, {9, 2}, {1, 0}};
	for (guint i = 0; i < 3; i++) {
		RigInput input;
		ck_assert(rig_recording_input(recording, i, &input, NULL));
		ck_assert_uint_eq(input.size, 4);
		ck_assert_uint_eq(input.data[0], wanted[i].first);
		ck_assert_int_eq(input.label, wanted[i].label);
	}
}
END_TEST

START_TEST(test_values_have_scale_and_zero_point)
{
	g_autoptr(RecordingFolder) folder = digits();
	g_autoptr(RigRecording) recording = open_good(folder);
	double values[4];
	ck_assert(rig_recording_values(recording, 2, values, NULL));
	static const double wanted[] = {0, 0.5, 1, 1.5};
	for (int i = 0; i < 4; i++)
		ck_assert_double_eq(values[i], wanted[i]);
}
END_TEST

START_TEST(test_input_beyond_the_last_is_an_error)
{
	g_autoptr(RecordingFolder) folder = digits();
	g_autoptr(RigRecording) recording = open_good(folder);
	g_autoptr(GError) error = NULL;
	RigInput input;
	double values[4];
	ck_assert(!rig_recording_input(recording, 3, &input, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_INTERNAL));
	ck_assert(!rig_recording_values(recording, G_MAXUINT, values, NULL));
}
END_TEST

START_TEST(test_a_changed_file_is_told_with_both_digests)
{
	g_autoptr(RecordingFolder) folder = digits();
	recording_folder_write(folder, "a.bin", "\x01\x02\x03\x05", 4);
	g_autofree char *found = rig_sha256_hex("\x01\x02\x03\x05", 4);
	g_autofree char *stated = rig_sha256_hex("\x01\x02\x03\x04", 4);
	found[12] = stated[12] = '\0';
	check_refused(folder, "a.bin: digest is");
	check_refused(folder, found);
	check_refused(folder, stated);
	check_refused(folder, "recording changed or is damaged");
}
END_TEST

START_TEST(test_changed_labels_are_not_believed)
{
	g_autoptr(RecordingFolder) folder = digits();
	recording_folder_write(folder, "y_labels.csv", "b.bin,3,1\na.bin,3,0\n", 20);
	check_refused(folder, "y_labels.csv: digest is");
}
END_TEST

START_TEST(test_missing_and_odd_files)
{
	g_autoptr(RecordingFolder) folder = digits();
	g_autofree char *path = g_build_filename(folder->path, "a.bin", NULL);
	ck_assert_int_eq(g_unlink(path), 0);
	check_refused(folder, "a.bin: No such file");
	ck_assert_int_eq(g_mkdir(path, 0700), 0);
	check_refused(folder, "a.bin: not a regular file");
	ck_assert_int_eq(g_rmdir(path), 0);
	g_autofree char *yaml = g_build_filename(folder->path, "recording.yaml", NULL);
	ck_assert_int_eq(g_unlink(yaml), 0);
	check_refused(folder, "recording.yaml");
}
END_TEST

START_TEST(test_all_damaged_files_are_told_up_to_a_bound)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GString) labels = g_string_new(NULL);
	for (int i = 0; i < 30; i++) {
		g_autofree char *name = g_strdup_printf("f%02d.bin", i);
		recording_folder_put(folder, name, "abc", 3);
		g_string_append_printf(labels, "%s,3,0\n", name);
	}
	recording_folder_text(folder, "y_labels.csv", labels->str);
	recording_folder_yaml(folder, head);
	check_refused(folder, "f00.bin: 3 bytes are no whole number of inputs of 4 bytes");
	check_refused(folder, "f19.bin");
	g_autofree char *issues = NULL;
	ck_assert_ptr_null(recording_folder_open(folder, &issues));
	ck_assert_ptr_null(strstr(issues, "f20.bin"));
}
END_TEST

START_TEST(test_without_labels_files_go_in_their_order)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_put(folder, "b.bin", "\xff\xff", 2);
	recording_folder_put(folder, "a.bin", "\x01\x02\x03\x04", 4);
	recording_folder_yaml(folder, "recording: r\nformat: bin\ndtype: i16\nshape: [1]\n");
	g_autoptr(RigRecording) recording = open_good(folder);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 3);
	ck_assert_uint_eq(rig_recording_info(recording)->classes, 0);
	ck_assert_int_eq(rig_recording_info(recording)->item_us, 0);
	double value;
	ck_assert(rig_recording_values(recording, 0, &value, NULL));
	ck_assert_double_eq(value, -1);
	ck_assert(rig_recording_values(recording, 2, &value, NULL));
	ck_assert_double_eq(value, 0x0403);
	RigInput input;
	ck_assert(rig_recording_input(recording, 0, &input, NULL));
	ck_assert_int_eq(input.label, RIG_LABEL_NONE);
}
END_TEST

/* A file over the bound is read when it is asked for, and must not have changed since. */
START_TEST(test_big_files_are_read_on_demand)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	gsize size = RIG_RECORDING_KEEP_FILE_BYTES + 1024;
	g_autofree guint8 *data = g_malloc(size);
	for (gsize i = 0; i < size; i++)
		data[i] = (guint8)(i / 1024);
	recording_folder_put(folder, "big.bin", data, size);
	recording_folder_yaml(folder, "recording: r\nformat: bin\ndtype: u8\nshape: [1024]\n");
	g_autoptr(RigRecording) recording = open_good(folder);
	RigInput input, again;
	ck_assert(rig_recording_input(recording, 1000, &input, NULL));
	ck_assert_uint_eq(input.data[0], 1000 & 255);
	ck_assert(rig_recording_input(recording, 1000, &again, NULL));
	ck_assert_ptr_eq(input.data, again.data);
	recording_folder_write(folder, "big.bin", data, size - 1);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_recording_input(recording, 1, &input, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "recording r: big.bin: changed since"));
	/* What was read before stays. */
	ck_assert_uint_eq(again.data[1023], 1000 & 255);
}
END_TEST

START_TEST(test_pick_spreads_evenly)
{
	ck_assert_uint_eq(rig_recording_picked(360, 0, 0), 360);
	ck_assert_uint_eq(rig_recording_picked(360, 0, 50), 50);
	ck_assert_uint_eq(rig_recording_picked(360, 350, 50), 10);
	ck_assert_uint_eq(rig_recording_picked(360, 360, 0), 0);
	ck_assert_uint_eq(rig_recording_picked(0, 0, 5), 0);
	ck_assert_uint_eq(rig_recording_pick(0, 0, 5, 0), G_MAXUINT);
	ck_assert_uint_eq(rig_recording_pick(10, 20, 5, 0), G_MAXUINT);
	ck_assert_uint_eq(rig_recording_pick(10, 0, 5, 5), G_MAXUINT);
	for (guint i = 0; i < 10; i++)
		ck_assert_uint_eq(rig_recording_pick(360, 350, 0, i), 350 + i);
	/* 360 inputs sorted by class, 36 of each: 50 of them are 5 of each class. */
	guint of_class[10] = {0};
	for (guint i = 0; i < 50; i++)
		of_class[rig_recording_pick(360, 0, 50, i) / 36]++;
	for (guint i = 0; i < 10; i++)
		ck_assert_uint_eq(of_class[i], 5);
	ck_assert_uint_eq(rig_recording_pick(G_MAXUINT, 0, G_MAXUINT - 1, G_MAXUINT - 2),
	                  G_MAXUINT - 2);
}
END_TEST

START_TEST(test_pick_never_repeats)
{
	for (guint count = 1; count < 30; count++)
		for (guint first = 0; first < count; first++)
			for (guint wanted = 0; wanted < 32; wanted++) {
				guint picked = rig_recording_picked(count, first, wanted);
				for (guint i = 0; i < picked; i++) {
					guint index = rig_recording_pick(count, first, wanted, i);
					ck_assert_uint_lt(index, count);
					ck_assert_uint_ge(index, first + i);
					ck_assert(i == 0 || index > rig_recording_pick(count, first, wanted, i - 1));
				}
			}
}
END_TEST

static Suite *recording_suite(void)
{
	Suite *suite = suite_create("recording");
	TCase *tests = tcase_create("recording");
	tcase_add_test(tests, test_info_and_inputs_in_the_order_of_the_labels);
	tcase_add_test(tests, test_values_have_scale_and_zero_point);
	tcase_add_test(tests, test_input_beyond_the_last_is_an_error);
	tcase_add_test(tests, test_a_changed_file_is_told_with_both_digests);
	tcase_add_test(tests, test_changed_labels_are_not_believed);
	tcase_add_test(tests, test_missing_and_odd_files);
	tcase_add_test(tests, test_all_damaged_files_are_told_up_to_a_bound);
	tcase_add_test(tests, test_without_labels_files_go_in_their_order);
	tcase_add_test(tests, test_big_files_are_read_on_demand);
	tcase_add_test(tests, test_pick_spreads_evenly);
	tcase_add_test(tests, test_pick_never_repeats);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_suite)
