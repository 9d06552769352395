/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <string.h>

#include "recording_folder.h"

static void put_le(GByteArray *bytes, guint size, guint32 value)
{
	for (guint i = 0; i < size; i++) {
		guint8 byte = (guint8)(value >> 8 * i);
		g_byte_array_append(bytes, &byte, 1);
	}
}

typedef struct WavKind {
	guint tag, bits, channels, rate;
} WavKind;

static GByteArray *make_wav(WavKind kind, const void *data, guint size)
{
	GByteArray *wav = g_byte_array_new();
	g_byte_array_append(wav, (const guint8 *)"RIFF", 4);
	put_le(wav, 4, 36 + size);
	g_byte_array_append(wav, (const guint8 *)"WAVEfmt ", 8);
	put_le(wav, 4, 16);
	put_le(wav, 2, kind.tag);
	put_le(wav, 2, kind.channels);
	put_le(wav, 4, kind.rate);
	put_le(wav, 4, kind.rate * kind.channels * kind.bits / 8);
	put_le(wav, 2, kind.channels * kind.bits / 8);
	put_le(wav, 2, kind.bits);
	g_byte_array_append(wav, (const guint8 *)"data", 4);
	put_le(wav, 4, size);
	g_byte_array_append(wav, data, size);
	return wav;
}

static RigRecording *open_wav(RecordingFolder *folder, const char *yaml, const GByteArray *wav,
                              char **issues)
{
	recording_folder_put(folder, "data.wav", wav->data, wav->len);
	recording_folder_yaml(folder, yaml);
	return recording_folder_open(folder, issues);
}

static const guint8 samples[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const WavKind mono16 = {1, 16, 1, 16000};

START_TEST(test_a_whole_file_is_one_input)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GByteArray) wav = make_wav(mono16, samples, sizeof samples);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording =
	    open_wav(folder, "recording: r\nformat: wav\ndtype: i16\nshape: [6]\n", wav, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, 1);
	ck_assert_int_eq(rig_recording_info(recording)->rate_mhz, 16000000);
	ck_assert_int_eq(rig_recording_info(recording)->item_us, 375);
	RigInput input;
	ck_assert(rig_recording_input(recording, 0, &input, NULL));
	ck_assert_uint_eq(input.size, sizeof samples);
	ck_assert_mem_eq(input.data, samples, sizeof samples);
}
END_TEST

static const struct {
	WavKind kind;
	const char *dtype;
	guint value_bytes;
} kinds[] = {
    {{1, 8, 2, 8000}, "u8", 1},
    {{1, 16, 2, 8000}, "i16", 2},
    {{1, 32, 1, 8000}, "i32", 4},
    {{3, 32, 1, 8000}, "f32", 4},
};

/* Windows of two frames, one frame apart, from the last to the first. */
START_TEST(test_windows_of_every_dtype)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GByteArray) wav = make_wav(kinds[_i].kind, samples, sizeof samples);
	g_autofree char *yaml = g_strdup_printf(
	    "recording: r\nformat: wav\ndtype: %s\nshape: [2, %u]\nsensor: {rate: 8kHz}\n"
	    "window: {length: 2, stride: 1}\n",
	    kinds[_i].dtype, kinds[_i].kind.channels);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = open_wav(folder, yaml, wav, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	guint frame = kinds[_i].value_bytes * kinds[_i].kind.channels;
	guint count = (guint)sizeof samples / frame - 1;
	ck_assert_uint_eq(rig_recording_info(recording)->count, count);
	for (guint i = count; i-- > 0;) {
		RigInput input;
		ck_assert(rig_recording_input(recording, i, &input, NULL));
		ck_assert_uint_eq(input.size, 2 * frame);
		ck_assert_mem_eq(input.data, samples + i * frame, 2 * frame);
	}
}
END_TEST

/* Over the bound of what is kept, libsndfile reads the file itself, piece by piece. */
START_TEST(test_a_big_file_is_read_on_demand)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	guint size = 3 << 19;
	g_autofree guint8 *data = g_malloc(size);
	for (guint i = 0; i < size; i++)
		data[i] = (guint8)(i / 4096);
	g_autoptr(GByteArray) wav = make_wav(mono16, data, size);
	g_autofree char *issues = NULL;
	recording_folder_text(folder, "y.csv", "data.wav,5,4\n");
	g_autoptr(RigRecording) recording =
	    open_wav(folder,
	             "recording: r\nformat: wav\ndtype: i16\nshape: [2048]\nlabels: y.csv\n"
	             "window: {length: 2048}\n",
	             wav, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	ck_assert_uint_eq(rig_recording_info(recording)->count, size / 4096);
	RigInput input;
	ck_assert(rig_recording_input(recording, 300, &input, NULL));
	ck_assert_int_eq(input.label, 4);
	ck_assert_mem_eq(input.data, data + 300 * 4096, 4096);
	/* Gone under way: an error, and what was read stays. */
	recording_folder_write(folder, "data.wav", wav->data, 100);
	g_autoptr(GError) error = NULL;
	RigInput other;
	ck_assert(!rig_recording_input(recording, 7, &other, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_mem_eq(input.data, data + 300 * 4096, 4096);
}
END_TEST

static void check_refused(const char *yaml, const GByteArray *wav, const char *why)
{
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autofree char *issues = NULL;
	ck_assert_ptr_null(open_wav(folder, yaml, wav, &issues));
	ck_assert_msg(strstr(issues, why) != NULL, "%s\nlacks: %s", issues, why);
}

START_TEST(test_what_does_not_fit_is_refused)
{
	const char *yaml = "recording: r\nformat: wav\ndtype: i16\nshape: [6]\n";
	g_autoptr(GByteArray) wav = make_wav(mono16, samples, sizeof samples);
	check_refused("recording: r\nformat: wav\ndtype: u8\nshape: [12]\n", wav,
	              "data.wav: holds i16, but dtype is u8");
	check_refused("recording: r\nformat: wav\ndtype: i16\nshape: [7]\n", wav,
	              "6 rows or samples of 2 bytes, but shape [7] of i16 is 14");
	check_refused("recording: r\nformat: wav\ndtype: i16\nshape: [6]\nsensor: {rate: 8kHz}\n", wav,
	              "data.wav is of 16000 Hz, but recording.yaml or an earlier file says 8000 Hz");
	g_autoptr(GByteArray) deep = make_wav((WavKind){1, 24, 1, 8000}, samples, sizeof samples);
	check_refused(yaml, deep, "an encoding that is not 8, 16, 32-bit PCM");
	g_autoptr(GByteArray) empty = make_wav(mono16, samples, 0);
	check_refused(yaml, empty, "data.wav");
	g_byte_array_set_size(wav, wav->len - 1);
	check_refused(yaml, wav, "says it is 56 bytes but is 55: it is cut short");
	wav->data[20] = 0x77;
	check_refused(yaml, wav, "data.wav");
	wav->data[8] = 'x';
	check_refused(yaml, wav, "no WAV file");
	g_byte_array_set_size(wav, 11);
	check_refused(yaml, wav, "no WAV file");
}
END_TEST

START_TEST(test_a_header_that_libsndfile_refuses)
{
	g_autoptr(GByteArray) wav = make_wav(mono16, samples, sizeof samples);
	wav->data[22] = 0; /* no channels */
	check_refused("recording: r\nformat: wav\ndtype: i16\nshape: [6]\n", wav, "libsndfile: ");
}
END_TEST

/* Puts a chunk that says it has `stated` bytes, and has two, before the format. */
static void insert_chunk(GByteArray *wav, guint32 stated)
{
	g_autoptr(GByteArray) chunk = g_byte_array_new();
	g_byte_array_append(chunk, (const guint8 *)"LIST", 4);
	put_le(chunk, 4, stated);
	put_le(chunk, 2, 0xffff);
	g_byte_array_append(chunk, wav->data + 12, wav->len - 12);
	g_byte_array_set_size(wav, 12);
	g_byte_array_append(wav, chunk->data, chunk->len);
	wav->data[4] = (guint8)(wav->len - 8);
}

/* A list of notes with a wrong length once kept libsndfile busy for minutes. */
START_TEST(test_other_chunks_are_passed_over)
{
	const char *yaml = "recording: r\nformat: wav\ndtype: i16\nshape: [6]\n";
	g_autoptr(RecordingFolder) folder = recording_folder_new();
	g_autoptr(GByteArray) wav = make_wav(mono16, samples, sizeof samples);
	insert_chunk(wav, 2);
	g_autofree char *issues = NULL;
	g_autoptr(RigRecording) recording = open_wav(folder, yaml, wav, &issues);
	ck_assert_msg(recording != NULL, "%s", issues);
	RigInput input;
	ck_assert(rig_recording_input(recording, 0, &input, NULL));
	ck_assert_mem_eq(input.data, samples, sizeof samples);
	g_autoptr(GByteArray) wild = make_wav(mono16, samples, sizeof samples);
	insert_chunk(wild, 0xffffffefU);
	check_refused(yaml, wild, "has a chunk of 4294967279 bytes at byte 12, but 46 are left");
	g_autoptr(GByteArray) none = make_wav(mono16, samples, sizeof samples);
	none->data[36] = 'D';
	check_refused(yaml, none, "has no data chunk");
}
END_TEST

static Suite *recording_wav_suite(void)
{
	Suite *suite = suite_create("recording_wav");
	TCase *tests = tcase_create("recording_wav");
	tcase_add_test(tests, test_a_whole_file_is_one_input);
	tcase_add_loop_test(tests, test_windows_of_every_dtype, 0, G_N_ELEMENTS(kinds));
	tcase_add_test(tests, test_a_big_file_is_read_on_demand);
	tcase_add_test(tests, test_what_does_not_fit_is_refused);
	tcase_add_test(tests, test_a_header_that_libsndfile_refuses);
	tcase_add_test(tests, test_other_chunks_are_passed_over);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(recording_wav_suite)
