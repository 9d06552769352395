/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's dialogue, byte for byte: the plain protocol, its errors, and the extension. */
#include "test.h"

#include "monitor.h"
#include "target_board.h"

#include <rig/bytes.h>
#include <string.h>

#define READY "m-ready\r\n"

typedef struct {
	const char *sent, *expected;
} Exchange;

static void monitor_expect(TargetBoard *board, const char *sent, const char *expected)
{
	g_autofree char *got = target_board_ask(board, sent);

	ck_assert_msg(g_strcmp0(got, expected) == 0, "sent \"%s\"\nexpected \"%s\"\ngot \"%s\"", sent,
	              expected, got);
}

static void monitor_dialogue(TargetBoard *board, const Exchange *exchanges, gsize count)
{
	for (gsize i = 0; i < count; i++)
		monitor_expect(board, exchanges[i].sent, exchanges[i].expected);
}

/* A booted board without the extension. */
static TargetBoard *monitor_plain(void)
{
	TargetBoard *board = target_board_new();

	board->config.extension = false;
	target_board_boot(board);
	return board;
}

/* A booted board with the extension switched on. */
static TargetBoard *monitor_on(void)
{
	TargetBoard *board = target_board_new();

	target_board_boot(board);
	monitor_expect(board, "x on%", "m-x-on*0ded3bd0\r\nm-ready*c5d8b999\r\n");
	return board;
}

/* Checks every seal of a reply to `command` and returns its lines without seals, ended by \n. */
static char *monitor_unseal(const char *command, const char *reply)
{
	g_auto(GStrv) lines = g_strsplit(reply, "\r\n", -1);
	g_autoptr(GString) text = g_string_new(NULL);
	guint32 crc = rig_crc32(0, command, strlen(command));

	for (guint i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) {
		gsize size = strlen(lines[i]);
		ck_assert_msg(size >= 9 && lines[i][size - 9] == '*', "no seal: %s", lines[i]);
		crc = rig_crc32(crc, lines[i], size - 9);
		g_autofree char *seal = g_strdup_printf("%08x", crc);
		ck_assert_str_eq(lines[i] + size - 8, seal);
		g_string_append_len(text, lines[i], (gssize)size - 9);
		g_string_append_c(text, '\n');
	}
	ck_assert(g_str_has_suffix(reply, "\r\n"));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Sends a command while the extension is on and compares the reply's unsealed lines. */
static void monitor_expect_sealed(TargetBoard *board, const char *command, const char *expected)
{
	g_autofree char *sent = g_strconcat(command, "%", NULL);
	g_autofree char *reply = target_board_ask(board, sent);
	g_autofree char *text = monitor_unseal(command, reply);

	ck_assert_str_eq(text, expected);
}

START_TEST(banner)
{
	g_autoptr(TargetBoard) board = target_board_new();

	board->now_us = G_MAXUINT32;
	target_board_boot(board);
	ck_assert_str_eq(board->written->str, "m-timestamp-mode-performance\r\n"
	                                      "m-lap-us-4294967295\r\n"
	                                      "m-init-done\r\n" READY);
	ck_assert_uint_eq(board->writes, 1);
}
END_TEST

START_TEST(names)
{
	static const Exchange exchanges[] = {
	    {"name%", "m-name-dut-[acme]\r\n" READY},
	    {"profile%", "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[kws01]\r\n" READY},
	    {"  name  %", "m-name-dut-[acme]\r\n" READY},
	    {"name and more%", "m-name-dut-[acme]\r\n" READY},
	    {"names%", "e-[Unknown command: names]\r\n" READY},
	    {"Name%", "e-[Unknown command: Name]\r\n" READY},
	    {"\nname%", "e-[Unknown command: \nname]\r\n" READY},
	    {"foo bar%", "e-[Unknown command: foo]\r\n" READY},
	    {"x on%", "e-[Unknown command: x]\r\n" READY},
	};
	g_autoptr(TargetBoard) board = monitor_plain();

	monitor_dialogue(board, exchanges, G_N_ELEMENTS(exchanges));
	board->config.vendor = NULL;
	target_board_boot(board);
	monitor_expect(board, "name%", "m-name-dut-[unspecified]\r\n" READY);
}
END_TEST

START_TEST(nothing_is_ignored)
{
	static const Exchange exchanges[] = {
	    {"%", ""},
	    {"%%%", ""},
	    {"   %", ""},
	    {"name%%", "m-name-dut-[acme]\r\n" READY},
	};
	g_autoptr(TargetBoard) plain = monitor_plain(), on = monitor_on();

	monitor_dialogue(plain, exchanges, G_N_ELEMENTS(exchanges));
	monitor_dialogue(on, exchanges, 3);
}
END_TEST

START_TEST(a_command_in_pieces)
{
	g_autoptr(TargetBoard) board = monitor_plain();

	monitor_expect(board, "na", "");
	monitor_expect(board, "me", "");
	monitor_expect(board, "%na", "m-name-dut-[acme]\r\n" READY);
	monitor_expect(board, "me%", "m-name-dut-[acme]\r\n" READY);
}
END_TEST

START_TEST(time_stamps)
{
	g_autoptr(TargetBoard) board = monitor_plain();

	board->now_us = 4000000000u;
	monitor_expect(board, "timestamp%", "m-lap-us-4000000000\r\n" READY);
}
END_TEST

START_TEST(help_tells_the_extension)
{
	g_autoptr(TargetBoard) board = monitor_plain();
	g_autofree char *plain = target_board_ask(board, "help%");
	g_auto(GStrv) lines = g_strsplit(plain, "\r\n", -1);

	ck_assert_uint_eq(g_strv_length(lines), 1 + 1 + 10 + 1 + 1);
	ck_assert_str_eq(lines[0], "ULPMark for tinyML Firmware V0.0.1");
	ck_assert_str_eq(lines[1], "");
	ck_assert(g_str_has_prefix(lines[4], "timestsamp"));
	ck_assert(strstr(plain, "m-x-tinyrig") == NULL);

	board->config.extension = true;
	target_board_boot(board);
	g_autofree char *full = target_board_ask(board, "help%");
	ck_assert(
	    g_str_has_suffix(full, "\r\nm-x-tinyrig-[1 line=80 all=4 build stack sensor]\r\n" READY));

	board->config.build_id = NULL;
	board->port.stack = NULL;
	board->port.read_sensor = NULL;
	board->line_size = 256;
	target_board_boot(board);
	g_autofree char *bare = target_board_ask(board, "help%");
	ck_assert(g_str_has_suffix(bare, "\r\nm-x-tinyrig-[1 line=256 all=4]\r\n" READY));
}
END_TEST

START_TEST(loads)
{
	static const Exchange exchanges[] = {
	    {"db load 9%", "m-[Expecting 9 bytes]\r\n" READY},
	    {"db 0011%", READY},
	    {"db AAff0102030405%", "m-load-done\r\n" READY},
	    {"db 0607%", READY}, /* surplus digits */
	    {"db print%", "m-buffer-00-11-aa-ff-01-02-03-04\r\nm-buffer-05\r\n\r\n" READY},
	    {"db print 2 1%", "m-buffer-00-11-aa-ff-01-02-03-04\r\nm-buffer-05\r\n\r\n" READY},
	    {"db load 8%", "m-[Expecting 8 bytes]\r\n" READY},
	    {"db print%", "m-buffer-00-00-00-00-00-00-00-00\r\n" READY},
	    {"db 0102030405060708090a%", "m-load-done\r\n" READY}, /* surplus in the same command */
	    {"db print%", "m-buffer-01-02-03-04-05-06-07-08\r\n" READY},
	};
	g_autoptr(TargetBoard) board = monitor_plain();

	monitor_expect(board, "db print%", READY);
	monitor_expect(board, "db 00%", READY); /* without a load: surplus */
	monitor_dialogue(board, exchanges, G_N_ELEMENTS(exchanges));
}
END_TEST

START_TEST(load_errors)
{
	static const Exchange exchanges[] = {
	    {"db%", "e-[Command 'db' requires a subcommand]\r\n" READY},
	    {"db load%", "e-[Command 'db load' requires the # of bytes]\r\n" READY},
	    {"db load 0%", "e-[Command 'db load' must be >0 bytes]\r\n" READY},
	    {"db load -1%", "e-[Command 'db load' must be >0 bytes]\r\n" READY},
	    {"db load many%", "e-[Command 'db load' must be >0 bytes]\r\n" READY},
	    {"db load 17%", "Supplied buffer size 17 exceeds maximum of 16\n" READY},
	    {"db load 99999999999%", "Supplied buffer size 2147483647 exceeds maximum of 16\n" READY},
	    {"db 00%", READY}, /* after a load that was refused nothing is stored */
	    {"db print%", READY},
	    {"db load 4%", "m-[Expecting 4 bytes]\r\n" READY},
	    {"db 1%", "e-[Insufficent number of hex digits]\r\n" READY},
	    {"db 112%", "e-[Insufficent number of hex digits]\r\n" READY},
	    {"db 11zz33%", "e-[Invalid hex digit 'zz']\r\n" READY},
	    {"db 2g%", "e-[Invalid hex digit '2g']\r\n" READY},
	    {"db print%", "m-buffer-11-00-00-00\r\n\r\n" READY}, /* what came before it is stored */
	    {"db 223344%", "m-load-done\r\n" READY},
	};
	g_autoptr(TargetBoard) board = monitor_plain();

	monitor_dialogue(board, exchanges, G_N_ELEMENTS(exchanges));
}
END_TEST

START_TEST(infers)
{
	g_autoptr(TargetBoard) board = monitor_plain();

	board->outputs[1] = 0.0625f;
	board->outputs[2] = -1.5f;
	monitor_expect(board, "db load 4%db 01020304%",
	               "m-[Expecting 4 bytes]\r\n" READY "m-load-done\r\n" READY);
	monitor_expect(board, "infer 2 3%",
	               "m-warmup-start-3\r\nm-warmup-done\r\nm-infer-start-2\r\nm-lap-us-300\r\n"
	               "m-lap-us-500\r\nm-infer-done\r\nm-results-[5.000,0.062,-1.500]\r\n" READY);
	ck_assert_uint_eq(board->writes, 1);
	ck_assert_mem_eq(board->tensor, "\1\2\3\4", 4);
	monitor_expect(board, "results%", "m-results-[5.000,0.062,-1.500]\r\n" READY);
	monitor_expect(board, "infer%", /* one, and ten warm-ups */
	               "m-warmup-start-10\r\nm-warmup-done\r\nm-infer-start-1\r\nm-lap-us-1500\r\n"
	               "m-lap-us-1600\r\nm-infer-done\r\nm-results-[16.000,0.062,-1.500]\r\n" READY);
}
END_TEST

START_TEST(infer_errors)
{
	static const Exchange exchanges[] = {
	    {"infer 0%", "e-[Inference iterations must be >0]\r\n" READY},
	    {"infer -3 1%", "e-[Inference iterations must be >0]\r\n" READY},
	    {"infer one%", "e-[Inference iterations must be >0]\r\n" READY},
	    {"infer 1 -1%", "e-[Inference warmup must be >=0]\r\n" READY},
	    {"infer 1 0%", "e-[Input of 0 bytes does not fit the model]\r\n" READY},
	    {"db load 4%", "m-[Expecting 4 bytes]\r\n" READY},
	    {"db 112233%", READY},
	    {"infer 1 0%", "e-[Input of 3 bytes does not fit the model]\r\n" READY},
	};
	g_autoptr(TargetBoard) board = monitor_plain();

	monitor_dialogue(board, exchanges, G_N_ELEMENTS(exchanges));
	ck_assert_uint_eq(board->inferences, 0);
}
END_TEST

/* Only the first `line` characters of a command survive, silently. */
START_TEST(long_lines_are_cut)
{
	g_autoptr(TargetBoard) board = target_board_new();
	g_autofree char *eighty = g_strnfill(80, 'a'), *more = g_strnfill(81, 'a');
	g_autofree char *sent = g_strdup_printf("%s%%", more), *fits = g_strdup_printf("%s%%", eighty);
	g_autofree char *cut = g_strdup_printf("e-[Unknown command: %s]\r\n" READY, eighty);

	target_board_boot(board);
	monitor_expect(board, fits, cut);
	monitor_expect(board, sent, cut);
	/* 39 bytes are 81 characters: 77 digits are left, and nothing is stored. */
	g_autofree char *digits = g_strnfill(78, '0');
	g_autofree char *db = g_strdup_printf("db load 16%%db %s%%", digits);
	monitor_expect(board, db,
	               "m-[Expecting 16 bytes]\r\n" READY
	               "e-[Insufficent number of hex digits]\r\n" READY);
	monitor_expect(board, "name%", "m-name-dut-[acme]\r\n" READY);
}
END_TEST

START_TEST(long_lines_are_refused_when_sealed)
{
	g_autoptr(TargetBoard) board = monitor_on();
	g_autofree char *eighty = g_strnfill(80, 'a'), *more = g_strnfill(200, 'a');
	g_autofree char *sent = g_strdup_printf("%s%%", more);
	g_autofree char *cut = g_strdup_printf("e-[Unknown command: %s]\nm-ready\n", eighty);

	monitor_expect_sealed(board, eighty, cut);
	g_autofree char *reply = target_board_ask(board, sent);
	g_autofree char *text = monitor_unseal(eighty, reply); /* the seal covers what was kept */
	ck_assert_str_eq(text, "e-[Command too long]\nm-ready\n");
	monitor_expect_sealed(board, "name", "m-name-dut-[acme]\nm-ready\n");

	board->line_size = 256;
	target_board_boot(board);
	g_autofree char *open = target_board_ask(board, sent);
	ck_assert_uint_eq(strlen(open), strlen("e-[Unknown command: ]\r\n" READY) + 200);
}
END_TEST

START_TEST(switches_on_and_off)
{
	g_autoptr(TargetBoard) board = monitor_on();

	monitor_expect_sealed(board, "x on", "m-x-on\nm-ready\n");
	monitor_expect_sealed(board, "name", "m-name-dut-[acme]\nm-ready\n");
	monitor_expect_sealed(board, "x off", "m-x-off\nm-ready\n");
	monitor_expect(board, "name%", "m-name-dut-[acme]\r\n" READY);
	monitor_expect_sealed(board, "x off", "m-x-off\nm-ready\n");
	monitor_expect(board, "x foo bar%", "e-[Unknown command: x foo]\r\n" READY);
	monitor_expect(board, "x%", "e-[Unknown command: x]\r\n" READY);
	monitor_expect_sealed(board, "x on", "m-x-on\nm-ready\n");
	target_board_boot(board); /* a reset switches it off */
	monitor_expect(board, "name%", "m-name-dut-[acme]\r\n" READY);
}
END_TEST

START_TEST(sealed_dialogue)
{
	g_autoptr(TargetBoard) board = monitor_on();

	monitor_expect_sealed(board, "db load 4", "m-[Expecting 4 bytes]\nm-ready\n");
	monitor_expect_sealed(board, "db 0102", "m-ready\n");
	monitor_expect_sealed(board, "db 03", "m-ready\n");
	monitor_expect_sealed(board, "db 04", "m-load-done\nm-ready\n");
	monitor_expect_sealed(board, "db print", "m-buffer-01-02-03-04\nm-ready\n"); /* no blank line */
	monitor_expect_sealed(board, "db load 99",
	                      "Supplied buffer size 99 exceeds maximum of 16\nm-ready\n");
	monitor_expect_sealed(board, "nonsense", "e-[Unknown command: nonsense]\nm-ready\n");
	g_autofree char *help = target_board_ask(board, "help%");
	g_autofree char *text = monitor_unseal("help", help);
	ck_assert(strstr(text, "\n\n") == NULL);
}
END_TEST

START_TEST(sealed_inference)
{
	g_autoptr(TargetBoard) board = monitor_on();

	/* crc32 of 01 02 03 04 is b63cfbcd */
	monitor_expect_sealed(board, "db load 4", "m-[Expecting 4 bytes]\nm-ready\n");
	monitor_expect_sealed(board, "db 01020304", "m-load-done\nm-ready\n");
	monitor_expect_sealed(board, "infer 1 0",
	                      "m-warmup-start-0\nm-warmup-done\nm-infer-start-1\nm-lap-us-0\n"
	                      "m-lap-us-100\nm-infer-done\nm-x-load-[4 b63cfbcd]\nm-x-laps-[100]\n"
	                      "m-results-[1.000,0.000,0.000]\nm-ready\n");
	monitor_expect_sealed(
	    board, "infer 3 1",
	    "m-warmup-start-1\nm-warmup-done\nm-infer-start-3\nm-lap-us-200\nm-lap-us-500\n"
	    "m-infer-done\nm-x-load-[4 b63cfbcd]\nm-x-laps-[100,100,100]\n"
	    "m-x-result-0-[3.000,0.000,0.000]\nm-x-result-1-[4.000,0.000,0.000]\n"
	    "m-x-result-2-[5.000,0.000,0.000]\nm-results-[5.000,0.000,0.000]\nm-ready\n");
	/* Five are more than are kept. */
	monitor_expect_sealed(board, "infer 5 0",
	                      "m-warmup-start-0\nm-warmup-done\nm-infer-start-5\nm-lap-us-500\n"
	                      "m-lap-us-1000\nm-infer-done\nm-x-load-[4 b63cfbcd]\n"
	                      "m-results-[10.000,0.000,0.000]\nm-ready\n");
}
END_TEST

START_TEST(identity)
{
	g_autoptr(TargetBoard) board = monitor_on();

	monitor_expect_sealed(board, "x id", "m-x-build-[009fab]\nm-x-stack-[4096 812]\nm-ready\n");
	board->config.build_id = NULL;
	board->port.stack = NULL;
	target_board_boot(board);
	monitor_expect(board, "x id%", READY);
}
END_TEST

START_TEST(sensor_at_its_own_rate)
{
	g_autoptr(TargetBoard) board = monitor_on();

	board->now_us = G_MAXUINT32 - 14999; /* the clock wraps under way, the time stamps do not */
	monitor_expect_sealed(board, "x sensor 3",
	                      "m-x-sensor-[optical-8x8 2 100000]\n"
	                      "m-x-frame-[4294952296 -2147483648 0]\n"
	                      "m-x-frame-[4294962296 -2147483648 1]\n"
	                      "m-x-frame-[4294972296 -2147483648 2]\nm-ready\n");
	ck_assert_uint_eq(board->writes, 3); /* a frame leaves before the next is awaited */
}
END_TEST

START_TEST(sensor_keeps_its_rate)
{
	g_autoptr(TargetBoard) board = target_board_new();

	board->config.sensor.rate_mhz = 29970; /* 33366.7 us a frame */
	target_board_boot(board);
	g_autofree char *reply = target_board_ask(board, "x sensor 1000%");
	ck_assert(strstr(reply, "m-x-frame-[33333333 ") != NULL); /* the 1000th: 999 / 29.97 Hz */
	ck_assert_uint_eq(board->waits, 999);
}
END_TEST

START_TEST(sensor_errors)
{
	static const Exchange exchanges[] = {
	    {"x sensor%", "e-[Sensor frames must be 1..1000]\r\n" READY},
	    {"x sensor 0%", "e-[Sensor frames must be 1..1000]\r\n" READY},
	    {"x sensor 1001%", "e-[Sensor frames must be 1..1000]\r\n" READY},
	};
	g_autoptr(TargetBoard) board = target_board_new();

	target_board_boot(board);
	monitor_dialogue(board, exchanges, G_N_ELEMENTS(exchanges));
	board->port.read_sensor = NULL;
	target_board_boot(board);
	monitor_expect(board, "x sensor 1%", "e-[Unknown command: x sensor]\r\n" READY);
}
END_TEST

/* A reply is the same through a buffer of one byte. */
START_TEST(small_reply_buffer)
{
	static const char session[] = "x on%db load 4%db 01020304%infer 3 1%x id%x sensor 2%help%";
	g_autoptr(TargetBoard) large = target_board_new(), small = target_board_new();

	small->reply_size = 1;
	target_board_boot(large);
	target_board_boot(small);
	g_autofree char *expected = target_board_ask(large, session);
	monitor_expect(small, session, expected);
}
END_TEST

/* The example of docs/protocol.md, between ```dialogue and ```: > sent, < received. */
START_TEST(documented_example)
{
	g_autoptr(TargetBoard) board = target_board_new();
	g_autoptr(GString) expected = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *page = NULL, *got = NULL;
	guint commands = 0;

	ck_assert_msg(g_file_get_contents("docs/protocol.md", &page, NULL, &error), "%s",
	              error != NULL ? error->message : "");
	const char *begin = strstr(page, "```dialogue\n");
	ck_assert(begin != NULL);
	g_auto(GStrv) lines = g_strsplit(begin, "\n", -1);
	target_board_boot(board);
	for (guint i = 1; lines[i] != NULL; i++) {
		gboolean is_command = g_str_has_prefix(lines[i], "> ");
		if (g_str_has_prefix(lines[i], "< "))
			g_string_append_printf(expected, "%s\r\n", lines[i] + 2);
		if (!is_command && !g_str_equal(lines[i], "```"))
			continue;
		if (got != NULL)
			ck_assert_str_eq(got, expected->str);
		g_string_truncate(expected, 0);
		if (!is_command)
			break;
		g_free(got);
		got = target_board_ask(board, lines[i] + 2);
		commands++;
	}
	ck_assert_uint_ge(commands, 8);
}
END_TEST

static Suite *monitor_suite(void)
{
	Suite *suite = suite_create("monitor");
	TCase *plain = tcase_create("plain"), *extension = tcase_create("extension");

	tcase_add_test(plain, banner);
	tcase_add_test(plain, names);
	tcase_add_test(plain, nothing_is_ignored);
	tcase_add_test(plain, a_command_in_pieces);
	tcase_add_test(plain, time_stamps);
	tcase_add_test(plain, help_tells_the_extension);
	tcase_add_test(plain, loads);
	tcase_add_test(plain, load_errors);
	tcase_add_test(plain, infers);
	tcase_add_test(plain, infer_errors);
	tcase_add_test(plain, long_lines_are_cut);
	suite_add_tcase(suite, plain);
	tcase_add_test(extension, long_lines_are_refused_when_sealed);
	tcase_add_test(extension, switches_on_and_off);
	tcase_add_test(extension, sealed_dialogue);
	tcase_add_test(extension, sealed_inference);
	tcase_add_test(extension, identity);
	tcase_add_test(extension, sensor_at_its_own_rate);
	tcase_add_test(extension, sensor_keeps_its_rate);
	tcase_add_test(extension, sensor_errors);
	tcase_add_test(extension, small_reply_buffer);
	tcase_add_test(extension, documented_example);
	suite_add_tcase(suite, extension);
	return suite;
}

RIG_TEST_MAIN(monitor_suite)
