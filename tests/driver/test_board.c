/* SPDX-License-Identifier: Apache-2.0 */
/* Boards of the virtual bench with their real QEMU and our firmware. Runs in the source's root. */
#include "test.h"
#include "virtual-bench/board/board.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define BOARD_WAIT_US (10 * G_USEC_PER_SEC)
#define BOARD_READY   "m-ready\r\n"

static const struct {
	const char *machine;
	double baud;
	guint fifo;
	guint32 ram;
} board_kinds[] = {
    {"mps2-an386", 115200, 1, 0x20000000},
    {"microbit", 115200, 6, 0x20000000},
};
#define BOARD_KINDS (int)G_N_ELEMENTS(board_kinds)

static char *board_image(const char *target)
{
	const char *folder = g_getenv("FIRMWARE");

	return g_strdup_printf("%s/digits-%s.elf", folder != NULL ? folder : "build/firmware", target);
}

/* Asked for its error only after the call. */
#define board_must(good) ck_assert_msg(good, "%s", error != NULL ? error->message : "no error told")

static Board *board_of(int kind)
{
	g_autoptr(GError) error = NULL;
	Board *board = board_new("test-a", machine_find(board_kinds[kind].machine), FALSE, &error);

	board_must(board != NULL);
	return board;
}

static void board_load_own(Board *board, int kind)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = board_image(board_kinds[kind].machine);
	gboolean loaded = board_load(board, path, &error);

	board_must(loaded);
}

/* Adds what the board says until `end` comes, it dies, or `until_us`; FALSE: the end did not come.
 */
static gboolean board_hear(Board *board, GString *heard, const char *end, gint64 until_us)
{
	while (strstr(heard->str, end) == NULL) {
		guint8 data[256];
		gint64 now_us = g_get_monotonic_time();
		board_tick(board, now_us * 1000);
		gsize got = board_take(board, data, sizeof data, now_us * 1000);
		g_string_append_len(heard, (const char *)data, (gssize)got);
		if (got > 0)
			continue;
		if (now_us >= until_us || board_is_dead(board, NULL))
			return FALSE;
		int fds[BOARD_FDS];
		board_fds(board, fds);
		struct pollfd polled[] = {{.fd = fds[0], .events = POLLIN},
		                          {.fd = fds[1], .events = POLLIN}};
		(void)poll(polled, G_N_ELEMENTS(polled), 2);
	}
	return TRUE;
}

static void board_expect(Board *board, const char *end)
{
	g_autoptr(GString) heard = g_string_new(NULL);
	gboolean came = board_hear(board, heard, end, g_get_monotonic_time() + BOARD_WAIT_US);

	ck_assert_msg(came, "no `%s` in `%s`", end, heard->str);
}

static void board_expect_silence(Board *board, gint64 span_us)
{
	g_autoptr(GString) heard = g_string_new(NULL);

	ck_assert(!board_hear(board, heard, BOARD_READY, g_get_monotonic_time() + span_us));
	ck_assert_str_eq(heard->str, "");
}

static void board_say(Board *board, const char *text)
{
	board_give(board, (const guint8 *)text, strlen(text), g_get_monotonic_time() * 1000);
}

START_TEST(loads_and_runs)
{
	Board *board = board_of(_i);

	ck_assert_str_eq(board_state(board), "blank");
	ck_assert(board_baud(board) <= 0);
	board_say(board, "name%"); /* nobody is there: lost */
	board_load_own(board, _i);
	ck_assert_str_eq(board_state(board), "running");
	board_expect(board, "m-init-done\r\n" BOARD_READY);
	ck_assert_double_le(ABS(board_baud(board) / board_kinds[_i].baud - 1), 0.01);
	board_say(board, "name%");
	board_expect(board, "m-name-dut-[tinyrig]\r\n" BOARD_READY);
	ck_assert_uint_eq(board_overruns(board), 0);
	ck_assert(!board_is_dead(board, NULL));
	board_free(board);
}
END_TEST

START_TEST(refuses_what_is_no_image)
{
	Board *board = board_of(_i);
	g_autoptr(GError) error = NULL;

	ck_assert(!board_load(board, "fixtures/firmware/cortex.ld", &error));
	ck_assert_msg(g_str_has_prefix(error->message, "board test-a: "), "%s", error->message);
	g_clear_error(&error);
	ck_assert(!board_load(board, "/nowhere.elf", &error));
	ck_assert_msg(strstr(error->message, "/nowhere.elf") != NULL, "%s", error->message);
	g_clear_error(&error);

	board_free(board);
}
END_TEST

/* An Intel HEX file that a blank board refuses, and stays blank. */
static void board_expect_refused(int kind, const char *hex, const char *told)
{
	Board *board = board_of(kind);
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_dir_make_tmp("board-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "foreign.hex", NULL);

	ck_assert(g_file_set_contents(path, hex, -1, NULL));
	ck_assert(!board_load(board, path, &error));
	ck_assert_int_eq(error->code, RIG_ERROR_USAGE);
	ck_assert_msg(strstr(error->message, told) != NULL, "%s", error->message);
	ck_assert_ptr_nonnull(strstr(error->message, board_kinds[kind].machine));
	ck_assert_ptr_nonnull(strstr(error->message, "is it for another target?"));
	ck_assert_str_eq(board_state(board), "blank");
	(void)remove(path);
	(void)remove(folder);
	board_free(board);
}

/* A byte just past its flash. */
START_TEST(refuses_what_is_past_its_flash)
{
	guint high = machine_find(board_kinds[_i].machine)->code.bytes >> 16;
	g_autofree char *hex = g_strdup_printf(":02000004%04X%02X\n:0100000042BD\n:00000001FF\n", high,
	                                       (0x100 - (6 + high)) & 0xff);

	board_expect_refused(_i, hex, "is not in the flash of a");
}
END_TEST

/* Its code would fit, its stack not: the core would lock up, and QEMU end itself. */
START_TEST(refuses_a_stack_that_is_nowhere)
{
	board_expect_refused(_i,
	                     ":080000000000502049000000"
	                     "3F\n:00000001FF\n",
	                     "its stack at 0x20500000 is not in the RAM of a");
}
END_TEST

START_TEST(power_forgets)
{
	Board *board = board_of(_i);
	g_autoptr(GError) error = NULL;
	const guint8 mark[4] = {1, 2, 3, 4};
	guint8 back[4];
	/* The end of RAM is the stack's; the middle is nobody's. */
	guint32 address = board_kinds[_i].ram + machine_find(board_kinds[_i].machine)->ram.bytes / 2;

	board_load_own(board, _i);
	board_expect(board, BOARD_READY);
	ck_assert(qemu_write(board_qemu(board), address, mark, sizeof mark, &error));
	board_must(board_set_power(board, FALSE, &error));
	ck_assert_str_eq(board_state(board), "off");
	ck_assert(board_baud(board) <= 0);
	board_say(board, "name%");
	board_expect_silence(board, 20000);
	g_autofree char *path = board_image(board_kinds[_i].machine);
	ck_assert(!board_load(board, path, &error));
	ck_assert_msg(strstr(error->message, "is off: power it") != NULL, "%s", error->message);
	g_clear_error(&error);
	board_must(board_set_power(board, TRUE, &error));
	/* It has its image still, and nothing of what it was told while it was off. */
	board_expect(board, "m-init-done\r\n" BOARD_READY);
	board_must(qemu_read(board_qemu(board), address, back, sizeof back, &error));
	ck_assert_mem_ne(back, mark, sizeof mark);
	board_say(board, "name%");
	board_expect(board, "m-name-dut-[tinyrig]");
	board_free(board);
}
END_TEST

START_TEST(reset_line_holds)
{
	Board *board = board_of(_i);
	g_autoptr(GError) error = NULL;

	/* Held before there is an image: it starts when it is let go. */
	board_must(board_set_reset(board, TRUE, &error));
	board_load_own(board, _i);
	ck_assert_str_eq(board_state(board), "reset");
	board_expect_silence(board, 20000);
	board_must(board_set_reset(board, FALSE, &error));
	board_expect(board, BOARD_READY);
	for (guint i = 0; i < 3; i++) {
		board_must(board_set_reset(board, TRUE, &error));
		board_must(board_set_reset(board, TRUE, &error));
		board_must(board_set_reset(board, FALSE, &error));
		board_expect(board, "m-init-done\r\n" BOARD_READY);
	}
	board_free(board);
}
END_TEST

START_TEST(frozen_it_overruns)
{
	Board *board = board_of(_i);
	g_autoptr(GError) error = NULL;

	board_load_own(board, _i);
	board_expect(board, BOARD_READY);
	board_must(board_set_frozen(board, TRUE, &error));
	ck_assert_str_eq(board_state(board), "frozen");
	board_say(board, "%%%%%%%%%%");
	board_say(board, "%%%%%%%%%%");
	ck_assert_uint_eq(board_overruns(board), 20 - board_kinds[_i].fifo);
	board_expect_silence(board, 20000);
	board_must(board_set_frozen(board, FALSE, &error));
	board_say(board, "name%");
	board_expect(board, "m-name-dut-[tinyrig]");
	ck_assert_uint_eq(board_overruns(board), 20 - board_kinds[_i].fifo);
	/* A reset thaws it. */
	board_must(board_set_frozen(board, TRUE, &error));
	board_must(board_set_reset(board, TRUE, &error));
	board_must(board_set_reset(board, FALSE, &error));
	ck_assert_str_eq(board_state(board), "running");
	board_expect(board, "m-init-done\r\n");
	board_free(board);
}
END_TEST

START_TEST(a_crash_has_last_words)
{
	Board *board = board_of(_i);
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) heard = g_string_new(NULL);
	g_autofree char *words = NULL;

	board_load_own(board, _i);
	board_expect(board, BOARD_READY);
	board_crash(board);
	ck_assert(!board_hear(board, heard, "\n", g_get_monotonic_time() + BOARD_WAIT_US));
	ck_assert(board_is_dead(board, &words));
	ck_assert_msg(g_str_has_prefix(words, "QEMU ended by signal 9 (Killed)"), "%s", words);
	ck_assert_str_eq(board_state(board), "dead");
	ck_assert(board_baud(board) <= 0);
	board_say(board, "name%");
	ck_assert(!board_set_frozen(board, TRUE, &error) || error == NULL);
	g_clear_error(&error);
	g_autofree char *path = board_image(board_kinds[_i].machine);
	ck_assert(!board_load(board, path, &error));
	ck_assert_msg(strstr(error->message, "QEMU ended by signal 9") != NULL, "%s", error->message);
	board_free(board);
}
END_TEST

/* QEMU ends itself when a core locks up: here an image without a vector table. */
START_TEST(a_lockup_tells_its_registers)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *words = NULL;
	Qemu *qemu = qemu_new(machine_find("mps2-an386"), FALSE, &error);
	gint64 until_us = g_get_monotonic_time() + BOARD_WAIT_US;

	board_must(qemu != NULL);
	(void)qemu_command(qemu, "cont", NULL); /* it may be gone before it answers */
	while (!qemu_has_ended(qemu, &words) && g_get_monotonic_time() < until_us) {
		struct pollfd polled = {.fd = qemu_uart_fd(qemu), .events = POLLIN};
		(void)poll(&polled, 1, 10);
	}
	ck_assert_ptr_nonnull(words);
	ck_assert_msg(strstr(words, "by signal 6") != NULL, "%s", words);
	ck_assert_msg(strstr(words, "R15=") != NULL, "%s", words);
	qemu_free(qemu);
	qemu_free(NULL);
}
END_TEST

START_TEST(memory_is_read_and_written)
{
	g_autoptr(GError) error = NULL;
	Qemu *qemu = qemu_new(machine_find("mps2-an386"), FALSE, &error);
	const gsize size = 600000; /* several blocks */
	g_autofree guint8 *data = g_malloc(size), *back = g_malloc0(size);
	guint32 word = 0;

	board_must(qemu != NULL);
	for (gsize i = 0; i < size; i++)
		data[i] = (guint8)(i * 7 + (i >> 8));
	/* A question that is open does not get into the way of others. */
	qemu_ping(qemu, 0x20000000);
	board_must(qemu_write(qemu, 0x20000000, data, size, &error));
	board_must(qemu_read(qemu, 0x20000000, back, size, &error));
	ck_assert_mem_eq(data, back, size);
	board_must(qemu_fill(qemu, 0x20000001, 2, 0x5a, &error));
	board_must(qemu_write_word(qemu, 0x20000004, 0x01020304, &error));
	board_must(qemu_read(qemu, 0x20000000, back, 8, &error));
	ck_assert_mem_eq(back + 1, "\x5a\x5a", 2);
	ck_assert_mem_eq(back + 4, "\x04\x03\x02\x01", 4);
	qemu_ping(qemu, 0x20000004);
	gint64 until_us = g_get_monotonic_time() + BOARD_WAIT_US;
	while (!qemu_pong(qemu, &word) && g_get_monotonic_time() < until_us) {
		struct pollfd polled = {.fd = qemu_qtest_fd(qemu), .events = POLLIN};
		(void)poll(&polled, 1, 10);
	}
	ck_assert_uint_eq(word, 0x01020304);
	ck_assert(!qemu_pong(qemu, &word));
	ck_assert(!qemu_command(qemu, "no-such-command", &error));
	ck_assert_msg(strstr(error->message, "QEMU refused no-such-command") != NULL, "%s",
	              error->message);
	qemu_free(qemu);
}
END_TEST

static Suite *board_suite(void)
{
	Suite *suite = suite_create("board");
	TCase *tests = tcase_create("board");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, loads_and_runs, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, refuses_what_is_no_image, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, refuses_what_is_past_its_flash, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, refuses_a_stack_that_is_nowhere, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, power_forgets, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, reset_line_holds, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, frozen_it_overruns, 0, BOARD_KINDS);
	tcase_add_loop_test(tests, a_crash_has_last_words, 0, BOARD_KINDS);
	tcase_add_test(tests, a_lockup_tells_its_registers);
	tcase_add_test(tests, memory_is_read_and_written);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(board_suite)
