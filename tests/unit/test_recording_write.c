/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <string.h>

#include "recording_folder.h"

static const RigRecordingMaker maker = {.name = "made",
                                        .about = "say \"hi\" \\ ${x}\n\tend \x7f é",
                                        .sensor = "imager-8x8",
                                        .origin = "no: where # at all",
                                        .licence = "CC0-1.0",
                                        .rate_mhz = 12345,
                                        .dtype = RIG_DTYPE_I16,
                                        .dims = {1, 2},
                                        .rank = 2};
static const double values[] = {1, -2, 3.4, -3.6, 32767, -32768};

static RigRecording *open_good(const RecordingFolder *folder)
{
	g_autofree char *issues = NULL;
	RigRecording *recording = recording_folder_open(folder, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	return recording;
}

START_TEST(test_what_is_written_reads_back)
{
	static const gint32 labels[] = {4, 4, 0};
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GError) error = NULL;
	ck_assert_msg(rig_recording_write(folder->path, &maker, values, 3, labels, &error), "%s",
	              error != NULL ? error->message : "");
	g_autoptr(RigRecording) recording = open_good(folder);
	const RigRecordingInfo *info = rig_recording_info(recording);
	ck_assert_str_eq(info->name, maker.name);
	ck_assert_str_eq(info->about, maker.about);
	ck_assert_str_eq(info->sensor, maker.sensor);
	ck_assert_str_eq(info->origin, maker.origin);
	ck_assert_str_eq(info->licence, maker.licence);
	ck_assert_int_eq(info->rate_mhz, maker.rate_mhz);
	ck_assert_uint_eq(info->dtype, RIG_DTYPE_I16);
	ck_assert_uint_eq(info->rank, 2);
	ck_assert_uint_eq(info->dims[1], 2);
	ck_assert_uint_eq(info->classes, 5);
	ck_assert_uint_eq(info->count, 3);
	static const double rounded[] = {1, -2, 3, -4, 32767, -32768};
	for (guint i = 0; i < 3; i++) {
		double row[2];
		RigInput input;
		ck_assert(rig_recording_values(recording, i, row, NULL));
		ck_assert_double_eq(row[0], rounded[2 * i]);
		ck_assert_double_eq(row[1], rounded[2 * i + 1]);
		ck_assert(rig_recording_input(recording, i, &input, NULL));
		ck_assert_int_eq(input.label, labels[i]);
	}
}
END_TEST

START_TEST(test_without_labels_and_texts)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	const RigRecordingMaker plain = {
	    .name = "made", .dtype = RIG_DTYPE_F32, .dims = {6}, .rank = 1};
	ck_assert(rig_recording_write(folder->path, &plain, values, 1, NULL, NULL));
	g_autoptr(RigRecording) recording = open_good(folder);
	const RigRecordingInfo *info = rig_recording_info(recording);
	ck_assert_uint_eq(info->classes, 0);
	ck_assert_ptr_null(info->about);
	ck_assert_ptr_null(info->sensor);
	ck_assert_int_eq(info->rate_mhz, 0);
	double row[6];
	ck_assert(rig_recording_values(recording, 0, row, NULL));
	ck_assert_double_eq(row[2], (double)3.4f);
}
END_TEST

static void check_refused(const char *path, const RigRecordingMaker *wrong, const double *data,
                          guint count, const gint32 *labels, const char *why)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_recording_write(path, wrong, data, count, labels, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_msg(strstr(error->message, why) != NULL, "%s", error->message);
}

START_TEST(test_what_cannot_be_written)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	RigRecordingMaker wrong = maker;
	static const gint32 label = -1;
	check_refused(folder->path, &maker, values, 0, NULL, "0 inputs");
	check_refused(folder->path, &maker, values, 1, &label, "label -1 of input 0");
	wrong.rank = 0;
	check_refused(folder->path, &wrong, values, 1, NULL, "1 to 4 dimensions");
	wrong.rank = 2;
	wrong.dims[0] = 1 << 30;
	check_refused(folder->path, &wrong, values, 1, NULL, "16 MiB");
	wrong = maker;
	wrong.origin = "\xff";
	check_refused(folder->path, &wrong, values, 1, NULL, "UTF-8");
	wrong = maker;
	wrong.dtype = RIG_DTYPE_I8;
	check_refused(folder->path, &wrong, values, 3, NULL,
	              "value 32767 of input 2 is out of range for i8");
	static const double none[] = {NAN, 0};
	check_refused(folder->path, &maker, none, 1, NULL, "value nan of input 0");
	/* Nothing of these is left, so the folder can still be used. */
	ck_assert(rig_recording_write(folder->path, &maker, values, 3, NULL, NULL));
}
END_TEST

START_TEST(test_a_folder_that_holds_something_is_left_alone)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	recording_folder_write(folder, "mine", "x", 1);
	check_refused(folder->path, &maker, values, 3, NULL, "is not empty");
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(folder->path, "mine", "deeper", NULL);
	ck_assert(!rig_recording_write(path, &maker, values, 3, NULL, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
}
END_TEST

static Suite *recording_write_suite(void)
{
	Suite *suite = suite_create("recording_write");
	TCase *tests = tcase_create("recording_write");
	tcase_add_test(tests, test_what_is_written_reads_back);
	tcase_add_test(tests, test_without_labels_and_texts);
	tcase_add_test(tests, test_what_cannot_be_written);
	tcase_add_test(tests, test_a_folder_that_holds_something_is_left_alone);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_write_suite)
