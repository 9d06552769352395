/* SPDX-License-Identifier: Apache-2.0 */
/* A stream that OpenOCD has sent once, sent again: the same answers, on wires that nobody fights
 * for. */
#include "probe_bed.h"
#include "test.h"

#include <string.h>

#define STREAM_FILE   "fixtures/golden/openocd-swd.txt"
#define STREAM_LOADED 0x3f0u
#define STREAM_BYTES  300u

static void stream_add(GByteArray *bytes, const char *hex)
{
	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		guint8 byte = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
		g_byte_array_append(bytes, &byte, 1);
	}
}

/* Both directions of the recording, whole. */
static void stream_load(GByteArray *sent, GByteArray *received)
{
	g_autofree char *text = NULL;

	ck_assert(g_file_get_contents(STREAM_FILE, &text, NULL, NULL));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		if (lines[i][0] == '>')
			stream_add(sent, lines[i] + 2);
		else if (lines[i][0] == '<')
			stream_add(received, lines[i] + 2);
	}
	ck_assert_uint_gt(sent->len, 3000);
	ck_assert_uint_gt(received->len, 500);
}

/* Sends it in portions of up to `portion` bytes, and takes answers as they come. */
static void stream_replay(ProbeBed *bed, const GByteArray *sent, GByteArray *answers, guint portion)
{
	for (guint at = 0; at < sent->len; at += portion) {
		guint8 data[MPSSE_FIFO_BYTES];

		probe_bed_send(bed, sent->data + at, MIN(portion, sent->len - at));
		gsize size = probe_bed_take(bed, data, sizeof data);
		g_byte_array_append(answers, data, (guint)size);
	}
}

static const guint stream_portions[] = {1, 7, 62, 512, 4096};

START_TEST(the_same_answers)
{
	g_autoptr(GByteArray) sent = g_byte_array_new();
	g_autoptr(GByteArray) received = g_byte_array_new();
	g_autoptr(GByteArray) answers = g_byte_array_new();
	ProbeBed bed;

	stream_load(sent, received);
	probe_bed_begin(&bed, WIRING_DIRECT, NULL);
	stream_replay(&bed, sent, answers, stream_portions[_i]);
	ck_assert_uint_eq(answers->len, received->len);
	ck_assert_mem_eq(answers->data, received->data, received->len);
	/* 0xdeadbeef, then 0x1234 at its top and 0x5a in it. */
	ck_assert_mem_eq(bed.memory + 0x100, ((const guint8[]){0xef, 0x5a, 0x34, 0x12}), 4);
	ck_assert_uint_eq(wiring_report(bed.wiring)->contention_clocks, 0);
	ck_assert_uint_eq(wiring_report(bed.wiring)->floating_clocks, 0);
	ck_assert_uint_gt(wiring_report(bed.wiring)->direction_switches, 200);
	ck_assert_uint_eq(swdp_counts(bed.swdp)->waits + swdp_counts(bed.swdp)->faults, 0);
	ck_assert_uint_eq(swdp_counts(bed.swdp)->parity_errors, 0);
	probe_bed_end(&bed);
}
END_TEST

/* Between bytes that nobody has touched. */
START_TEST(the_memory_holds_what_was_loaded)
{
	g_autoptr(GByteArray) sent = g_byte_array_new();
	g_autoptr(GByteArray) received = g_byte_array_new();
	g_autoptr(GByteArray) answers = g_byte_array_new();
	ProbeBed bed;

	stream_load(sent, received);
	probe_bed_begin(&bed, WIRING_RESISTOR, NULL);
	stream_replay(&bed, sent, answers, 1000);
	/* Each word of the dump stands in the answers, behind its turnaround and ACK: 1, 1, 0, 0. */
	for (guint at = 0; at < STREAM_BYTES; at += 4) {
		const guint8 *word = bed.memory + STREAM_LOADED + at;
		guint8 expected[4] = {(guint8)(3 | word[0] << 4)};
		for (guint i = 1; i < sizeof expected; i++)
			expected[i] = (guint8)(word[i - 1] >> 4 | word[i] << 4);
		ck_assert_ptr_nonnull(memmem(answers->data, answers->len, expected, sizeof expected));
	}
	ck_assert_uint_eq(bed.memory[STREAM_LOADED - 1], 0);
	ck_assert_uint_eq(bed.memory[STREAM_LOADED + STREAM_BYTES], 0);
	probe_bed_end(&bed);
}
END_TEST

/* A buffer whose enable nobody drives: the target hears its pull-up. */
START_TEST(wrong_wires_are_told)
{
	g_autoptr(GByteArray) sent = g_byte_array_new();
	g_autoptr(GByteArray) received = g_byte_array_new();
	g_autoptr(GByteArray) answers = g_byte_array_new();
	ProbeBed bed;

	stream_load(sent, received);
	probe_bed_begin(&bed, WIRING_BUFFER, NULL);
	stream_replay(&bed, sent, answers, 500);
	ck_assert_uint_eq(answers->len, received->len);
	ck_assert(memcmp(answers->data, received->data, received->len) != 0);
	ck_assert_uint_gt(wiring_report(bed.wiring)->floating_clocks, 1000);
	probe_bed_end(&bed);
}
END_TEST

static Suite *stream_suite(void)
{
	Suite *suite = suite_create("openocd stream");
	TCase *tests = tcase_create("stream");

	tcase_add_loop_test(tests, the_same_answers, 0, (int)G_N_ELEMENTS(stream_portions));
	tcase_add_test(tests, the_memory_holds_what_was_loaded);
	tcase_add_test(tests, wrong_wires_are_told);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(stream_suite)
