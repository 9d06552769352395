/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware for chips, on QEMU's boards, through the protocol driver: it says who it is and
 * gives bit for bit what the same source gives on the host. Runs in the source's root.
 */
#include "firmware_board.h"
#include "test.h"

#include "data/image.h"
#include "digits.h"
#include "digits_2bit.h"

#include <string.h>

#define BOARDS_DEADLINE_US (30 * G_USEC_PER_SEC)
#define BOARDS_FRAMES      5u
#define BOARDS_REPEATS     10u
#define BOARDS_QUIET_US    (300 * 1000)

static RigImage *boards_image(const FirmwareBoard *board)
{
	g_autoptr(GError) error = NULL;
	RigImage *image = rig_image_load(board->image, -1, &error);

	ck_assert_msg(image != NULL, "%s", error != NULL ? error->message : "");
	return image;
}

START_TEST(says_who_it_is)
{
	const FirmwareKind *kind = &firmware_kinds[_i];
	FirmwareBoard board;
	g_autofree guint8 *pixels = firmware_digit(3, 0);

	firmware_board_start(&board, kind, FALSE);
	firmware_board_sync(&board);
	firmware_board_infer(&board, &digits_model, pixels, 1, 0);
	RigIdentity identity = firmware_board_identify(&board);
	g_autoptr(RigImage) image = boards_image(&board);

	ck_assert_str_eq(identity.name, "tinyrig");
	ck_assert_str_eq(identity.model, "digits");
	ck_assert_int_eq(identity.integrity, RIG_INTEGRITY_CHECKED);
	ck_assert_ptr_nonnull(image->build_id);
	ck_assert_str_eq(identity.build, image->build_id);
	ck_assert_int_eq(identity.stack_bytes, kind->stack_bytes);
	/* An inference alone keeps its sums on the stack; half of it is left over for the rest. */
	ck_assert_int_gt(identity.stack_used_bytes, 64);
	ck_assert_int_le(identity.stack_used_bytes, kind->stack_bytes / 2);
	rig_identity_clear(&identity);
	firmware_board_clear(&board);
}
END_TEST

/* What a flasher writes begins with the vector table, and is far from filling the chip. */
START_TEST(image_is_small)
{
	FirmwareBoard board;

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	g_autoptr(RigImage) image = boards_image(&board);
	ck_assert_uint_eq(image->segments->len, 1);
	const RigSegment *code = g_ptr_array_index(image->segments, 0);
	ck_assert_uint_eq(code->address, 0);
	ck_assert_uint_le(image->load_bytes, 32 * 1024);
	ck_assert_uint_le(image->ram_bytes, 12 * 1024);
	ck_assert_uint_gt(image->ram_bytes, firmware_kinds[_i].stack_bytes);
	firmware_board_clear(&board);
}
END_TEST

START_TEST(infers_as_the_host)
{
	FirmwareBoard board;

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	firmware_board_sync(&board);
	for (guint class = 0; class < DIGITS_CLASSES; class ++) {
		g_autofree guint8 *pixels = firmware_digit(class, class);
		firmware_board_infer(&board, &digits_model, pixels, 5, 0);
	}
	ck_assert_uint_eq(board.protocol->repeats, 0);
	firmware_board_clear(&board);
}
END_TEST

START_TEST(regressed_candidate_as_the_host)
{
	FirmwareBoard board;

	firmware_board_start(&board, &firmware_kinds[_i], TRUE);
	firmware_board_sync(&board);
	for (guint class = 0; class < DIGITS_CLASSES; class ++) {
		g_autofree guint8 *pixels = firmware_digit(class, 0);
		firmware_board_infer(&board, &digits_2bit_model, pixels, 1, 1);
	}
	firmware_board_clear(&board);
}
END_TEST

START_TEST(reads_its_sensor)
{
	g_autoptr(GError) error = NULL;
	FirmwareBoard board;
	RigSensorFrames frames = {0};

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	firmware_board_sync(&board);
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, BOARDS_DEADLINE_US);
	ck_assert_msg(
	    board.protocol->driver->sensor(board.protocol, BOARDS_FRAMES, &frames, deadline_us, &error),
	    "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(frames.identity, "optical-8x8");
	ck_assert_uint_eq(frames.channels, DIGITS_PIXELS);
	ck_assert_uint_eq(frames.count, BOARDS_FRAMES);
	for (guint i = 0; i < BOARDS_FRAMES * DIGITS_PIXELS; i++)
		ck_assert(frames.values[i] >= 0 && frames.values[i] <= 16);
	/* 100 frames a second: none comes early, whatever the host does meanwhile. */
	for (guint i = 1; i < BOARDS_FRAMES; i++) {
		ck_assert_int_gt(frames.at_us[i], frames.at_us[i - 1]);
		ck_assert_int_ge(frames.at_us[i] - frames.at_us[0], (gint64)i * 10000 - 1000);
	}
	rig_sensor_frames_clear(&frames);
	firmware_board_clear(&board);
}
END_TEST

/* Time of the mps2 board is counted in instructions, and its clock begins anew for each command. */
START_TEST(times_repeat)
{
	g_autofree guint8 *pixels = firmware_digit(7, 2);
	g_autoptr(GArray) first = NULL;

	for (guint process = 0; process < 2; process++) {
		FirmwareBoard board;
		firmware_board_start(&board, &firmware_kinds[FIRMWARE_MPS2], FALSE);
		firmware_board_sync(&board);
		for (guint i = 0; i < BOARDS_REPEATS; i++)
			firmware_board_infer(&board, &digits_model, pixels, 1 + i % 3, i % 2);
		if (first == NULL)
			first = g_array_ref(board.laps_us);
		ck_assert_uint_eq(board.laps_us->len, first->len);
		for (guint i = 0; i < first->len; i++)
			ck_assert_int_eq(g_array_index(board.laps_us, gint64, i),
			                 g_array_index(first, gint64, i));
		firmware_board_clear(&board);
	}
}
END_TEST

static guint32 boards_timestamp(FirmwareBoard *board)
{
	firmware_board_say(board, "timestamp%");
	g_autofree char *reply = firmware_board_hear(board, "m-ready\r\n");
	ck_assert_msg(g_str_has_prefix(reply, "m-lap-us-"), "%s", reply);
	return (guint32)g_ascii_strtoull(reply + strlen("m-lap-us-"), NULL, 10);
}

/* The clock goes on while the core sleeps and nothing happens. */
START_TEST(idle_time_passes)
{
	FirmwareBoard board;
	guint8 data[16];

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	g_autofree char *banner = firmware_board_hear(&board, "m-ready\r\n");
	ck_assert_msg(g_str_has_prefix(banner, "m-timestamp-mode-performance\r\nm-lap-us-"), "%s",
	              banner);
	guint32 before_us = boards_timestamp(&board);
	gint64 until_us = rig_clock_after(&rig_clock_monotonic, BOARDS_QUIET_US);
	ck_assert_int_eq(rig_link_read(board.link, data, sizeof data, until_us, NULL), 0);
	guint32 after_us = boards_timestamp(&board);
	ck_assert_uint_ge(after_us - before_us, BOARDS_QUIET_US / 2);
	firmware_board_clear(&board);
}
END_TEST

/* Ten times what the receive ring holds: everything is taken in time, the line's limit holds. */
START_TEST(takes_a_flood)
{
	FirmwareBoard board;
	g_autofree char *flood = g_strnfill(5120, 'f');

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	g_autofree char *banner = firmware_board_hear(&board, "m-ready\r\n");
	firmware_board_say(&board, "x on%");
	g_autofree char *on = firmware_board_hear(&board, "m-ready*c5d8b999\r\n");
	ck_assert_str_eq(on, "m-x-on*0ded3bd0\r\nm-ready*c5d8b999\r\n");
	firmware_board_say(&board, flood);
	firmware_board_say(&board, "%");
	g_autofree char *refused = firmware_board_hear(&board, "m-ready*");
	ck_assert_msg(g_str_has_prefix(refused, "e-[Command too long]*"), "%s", refused);
	firmware_board_clear(&board);
}
END_TEST

static Suite *boards_suite(void)
{
	Suite *suite = suite_create("firmware_boards");
	TCase *tests = tcase_create("firmware_boards");

	tcase_add_loop_test(tests, says_who_it_is, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, image_is_small, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, infers_as_the_host, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, regressed_candidate_as_the_host, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, reads_its_sensor, 0, FIRMWARE_KINDS);
	tcase_add_test(tests, times_repeat);
	tcase_add_loop_test(tests, idle_time_passes, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, takes_a_flood, 0, FIRMWARE_KINDS);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(boards_suite)
