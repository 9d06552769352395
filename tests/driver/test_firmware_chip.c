/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chip's side of the firmware, seen past its line: the marker pin, reset, faults and interrupts
 * that nobody expects. Runs in the source's root.
 */
#include "firmware_board.h"
#include "test.h"

#include "digits.h"

#include <string.h>

#define CHIP_STACK_SLACK    48
#define CHIP_ICSR           0xe000ed04u
#define CHIP_PEND_NMI       (1u << 31)
#define CHIP_AIRCR          0xe000ed0cu
#define CHIP_RESET          0x05fa0004u
#define CHIP_NVIC_ENABLE    0xe000e100u
#define CHIP_NVIC_PEND      0xe000e200u
#define CHIP_SPARE_LINE     30u /* of the NVIC; no board uses it */
#define CHIP_MPS2_LEDS      0x40028000u
#define CHIP_MPS2_TIMER0    0x40000004u /* its counter, at 25 MHz downwards */
#define CHIP_MPS2_PERIOD_US 160000000u
#define CHIP_MICRO_PIN      17u

static void chip_hear_banner(FirmwareBoard *board)
{
	g_autofree char *banner = firmware_board_hear(board, "m-ready\r\n");

	ck_assert_msg(strstr(banner, "m-init-done\r\n") != NULL, "%s", banner);
}

typedef struct {
	guint raised, lowered;
} ChipEdges;

static void chip_count_edge(gpointer user, guint line, gboolean high)
{
	ChipEdges *edges = user;

	if (line == CHIP_MICRO_PIN && high)
		edges->raised++;
	else if (line == CHIP_MICRO_PIN)
		edges->lowered++;
}

/* Each inference, warm-ups too, is one pulse. */
START_TEST(marker_pin_of_the_microbit)
{
	FirmwareBoard board;
	ChipEdges edges = {0, 0};
	g_autoptr(GError) error = NULL;
	g_autofree guint8 *pixels = firmware_digit(5, 1);

	firmware_board_start(&board, &firmware_kinds[FIRMWARE_MICRO], FALSE);
	gboolean watched = qemu_watch_lines(board_qemu(board.board), "/machine/nrf51", chip_count_edge,
	                                    &edges, &error);
	ck_assert_msg(watched, "%s", error != NULL ? error->message : "");
	firmware_board_sync(&board);
	(void)firmware_board_word(&board, 0); /* edges that were told before it are counted now */
	ChipEdges before = edges;
	firmware_board_infer(&board, &digits_model, pixels, 5, 2);
	(void)firmware_board_word(&board, 0);
	ck_assert_uint_eq(edges.raised - before.raised, 7);
	ck_assert_uint_eq(edges.lowered - before.lowered, 7);
	firmware_board_clear(&board);
}
END_TEST

/* A LED has no line that could be watched: it is looked at while inferences run. */
START_TEST(marker_led_of_the_mps2)
{
	FirmwareBoard board;
	guint lit = 0;
	gint64 until_us = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;

	firmware_board_start(&board, &firmware_kinds[FIRMWARE_MPS2], FALSE);
	chip_hear_banner(&board);
	firmware_board_say(&board, "db load 64%");
	g_free(firmware_board_hear(&board, "m-ready\r\n"));
	for (guint i = 0; i < 4; i++) {
		firmware_board_say(&board, "db 00000000000000000000000000000000%");
		g_free(firmware_board_hear(&board, "m-ready\r\n"));
	}
	ck_assert_uint_eq(firmware_board_word(&board, CHIP_MPS2_LEDS) & 1u, 0);
	firmware_board_say(&board, "infer 1 500%");
	while (lit == 0 && g_get_monotonic_time() < until_us)
		lit += firmware_board_word(&board, CHIP_MPS2_LEDS) & 1u;
	ck_assert_uint_gt(lit, 0);
	g_free(firmware_board_hear(&board, "m-ready\r\n"));
	ck_assert_uint_eq(firmware_board_word(&board, CHIP_MPS2_LEDS) & 1u, 0);
	firmware_board_clear(&board);
}
END_TEST

static guint32 chip_timestamp(FirmwareBoard *board)
{
	firmware_board_say(board, "timestamp%");
	g_autofree char *reply = firmware_board_hear(board, "m-ready\r\n");
	const char *number = strstr(reply, "m-lap-us-");

	ck_assert_msg(number != NULL, "%s", reply);
	return (guint32)g_ascii_strtoull(number + strlen("m-lap-us-"), NULL, 10);
}

/* The mps2 board's timer counts 160 s and begins anew; here it is moved to its end, twice. */
START_TEST(clock_outlives_its_timer)
{
	FirmwareBoard board;

	firmware_board_start(&board, &firmware_kinds[FIRMWARE_MPS2], FALSE);
	chip_hear_banner(&board);
	for (guint period = 1; period <= 2; period++) {
		guint32 now_us;
		firmware_board_set_word(&board, CHIP_MPS2_TIMER0, 25 * 1000); /* 1 ms before */
		gint64 until_us = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;
		guint32 last_us = chip_timestamp(&board);
		ck_assert_uint_ge(last_us, period * CHIP_MPS2_PERIOD_US - 1000);
		do {
			now_us = chip_timestamp(&board);
			ck_assert_uint_ge(now_us, last_us);
			last_us = now_us;
		} while (now_us < period * CHIP_MPS2_PERIOD_US + 1000 && g_get_monotonic_time() < until_us);
		ck_assert_uint_ge(now_us, period * CHIP_MPS2_PERIOD_US + 1000);
		ck_assert_uint_le(now_us, period * CHIP_MPS2_PERIOD_US + 30 * G_USEC_PER_SEC);
	}
	firmware_board_clear(&board);
}
END_TEST

/* A reset that leaves RAM as it was: nothing of the time before is left. */
START_TEST(resets)
{
	FirmwareBoard board;
	g_autofree guint8 *pixels = firmware_digit(8, 4);

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	firmware_board_sync(&board);
	RigIdentity fresh = firmware_board_identify(&board);
	firmware_board_infer(&board, &digits_model, pixels, 2, 0);
	RigIdentity used = firmware_board_identify(&board);
	firmware_board_set_word(&board, CHIP_AIRCR, CHIP_RESET);
	firmware_board_sync(&board);
	RigIdentity again = firmware_board_identify(&board);

	/* Where an interrupt strikes makes a few bytes. */
	ck_assert_int_gt(used.stack_used_bytes, fresh.stack_used_bytes + CHIP_STACK_SLACK);
	ck_assert_int_le(again.stack_used_bytes, fresh.stack_used_bytes + CHIP_STACK_SLACK);
	firmware_board_infer(&board, &digits_model, pixels, 2, 0);
	rig_identity_clear(&fresh);
	rig_identity_clear(&used);
	rig_identity_clear(&again);
	firmware_board_clear(&board);
}
END_TEST

/* Told in one line; then the core sleeps, deaf, until a reset. */
static void chip_expect_fault(FirmwareBoard *board, const char *begin)
{
	g_autofree char *told = firmware_board_hear(board, "]\r\n");

	ck_assert_msg(g_str_has_prefix(told, begin), "%s: %s", board->kind->machine, told);
	ck_assert_msg(g_str_has_suffix(told, "]\r\n"), "%s", told);
	firmware_board_say(board, "name%");
	firmware_board_set_word(board, CHIP_AIRCR, CHIP_RESET);
	g_autofree char *banner = firmware_board_hear(board, "m-ready\r\n");
	ck_assert_msg(g_str_has_prefix(banner, "m-timestamp-mode"), "after a fault: %s", banner);
}

/* An NMI takes a fault's way, and strikes at any time: where it did is told. */
START_TEST(tells_a_fault)
{
	FirmwareBoard board;

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	chip_hear_banner(&board);
	firmware_board_set_word(&board, CHIP_ICSR, CHIP_PEND_NMI);
	chip_expect_fault(&board, "e-[fault 02 at 0000");
	firmware_board_clear(&board);
}
END_TEST

START_TEST(tells_an_unknown_interrupt)
{
	FirmwareBoard board;

	firmware_board_start(&board, &firmware_kinds[_i], FALSE);
	chip_hear_banner(&board);
	firmware_board_set_word(&board, CHIP_NVIC_ENABLE, 1u << CHIP_SPARE_LINE);
	firmware_board_set_word(&board, CHIP_NVIC_PEND, 1u << CHIP_SPARE_LINE);
	chip_expect_fault(&board, "e-[fault 46");
	firmware_board_clear(&board);
}
END_TEST

static Suite *chip_suite(void)
{
	Suite *suite = suite_create("firmware_chip");
	TCase *tests = tcase_create("firmware_chip");

	tcase_add_test(tests, marker_pin_of_the_microbit);
	tcase_add_test(tests, marker_led_of_the_mps2);
	tcase_add_test(tests, clock_outlives_its_timer);
	tcase_add_loop_test(tests, resets, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, tells_a_fault, 0, FIRMWARE_KINDS);
	tcase_add_loop_test(tests, tells_an_unknown_interrupt, 0, FIRMWARE_KINDS);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(chip_suite)
