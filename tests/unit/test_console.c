/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a board's links: its lines, their order, and its tail. */
#include "call.h"
#include "full_disk.h"

#include <string.h>
#include <sys/wait.h>

#include "journal/console.h"

static char *folder;
static GString *notes;
static RigConsole *console;
static RigLinkTap *tap;

static void take_note(gpointer user, const char *text)
{
	g_string_append_printf(user, "%s|", text);
}

static void begin(void)
{
	folder = call_begin();
	notes = g_string_new(NULL);
	console = rig_console_new("console.log", take_note, notes, NULL);
	ck_assert_ptr_nonnull(console);
	tap = rig_console_tap(console, "uart");
}

static void end(void)
{
	rig_console_free(console);
	g_string_free(notes, TRUE);
	call_end(folder);
}

static void tap_text(RigLinkTap *to, gboolean received, const char *text, gint64 at_us)
{
	to->bytes(to, received, (const guint8 *)text, strlen(text), at_us);
}

/* Ends the log and compares it. */
static void expect_log(const char *expected)
{
	rig_console_free(g_steal_pointer(&console));
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents("console.log", &text, &size, NULL));
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(size, strlen(expected));
}

START_TEST(test_lines_are_in_the_order_of_the_bytes)
{
	RigLinkTap *other = rig_console_tap(console, "rtt");
	tap_text(tap, FALSE, "name%", 1);
	tap_text(tap, TRUE, "m-name-[x]\r\n", 999999);
	tap_text(other, TRUE, "hello", 1000000);
	tap_text(tap, FALSE, "help%", 61000042);
	tap_text(tap, TRUE, "m-ready", 61000043);
	expect_log("0.000001 uart > name%\n0.999999 uart < m-name-[x]\\r\\n\n1.000000 rtt < hello\n"
	           "61.000042 uart > help%\n61.000043 uart < m-ready\n");
}
END_TEST

START_TEST(test_every_byte_can_be_told)
{
	g_autoptr(GString) line = g_string_new(NULL);
	guint8 all[256];
	for (guint i = 0; i < 256; i++)
		all[i] = (guint8)i;
	rig_console_format(line, "uart", TRUE, all, sizeof all, 0);
	ck_assert(g_str_has_prefix(line->str, "0.000000 uart < \\x00\\x01"));
	ck_assert_ptr_eq(strchr(line->str, '\n'), line->str + line->len - 1);
	g_string_truncate(line, line->len - 1);
	const char *at = line->str + strlen("0.000000 uart < ");
	for (guint i = 0; i < 256; i++, at++) {
		static const char names[] = "rnt\\", values[] = "\r\n\t\\";
		ck_assert_msg(g_ascii_isprint(*at), "byte %u is not printable", i);
		guint value = (guchar)*at;
		if (*at == '\\') {
			at++;
			const char *name = strchr(names, *at);
			if (name != NULL) {
				value = (guchar)values[name - names];
			} else {
				ck_assert_int_eq(*at, 'x');
				value = (guint)(g_ascii_xdigit_value(at[1]) * 16 + g_ascii_xdigit_value(at[2]));
				at += 2;
			}
		}
		ck_assert_uint_eq(value, i);
	}
	ck_assert_str_eq(at, "");
}
END_TEST

START_TEST(test_times_are_exact_and_never_negative)
{
	static const struct {
		gint64 at_us;
		const char *text;
	} cases[] = {{0, "0.000000 "},
	             {-5, "0.000000 "},
	             {1234567, "1.234567 "},
	             {10000000, "10.000000 "},
	             {G_MAXINT64, "9223372036854.775807 "}};
	g_autoptr(GString) line = g_string_new(NULL);
	rig_console_format(line, "u", FALSE, NULL, 0, cases[_i].at_us);
	ck_assert_msg(g_str_has_prefix(line->str, cases[_i].text), "%s", line->str);
	ck_assert(g_str_has_suffix(line->str, "u > \n"));
}
END_TEST

START_TEST(test_the_size_counts_what_came_last)
{
	tap_text(tap, TRUE, "boot", 5);
	guint64 size = rig_console_size(console);
	ck_assert_uint_eq(size, strlen("0.000005 uart < boot\n"));
	ck_assert_uint_eq(rig_console_size(console), size);
	expect_log("0.000005 uart < boot\n");
}
END_TEST

START_TEST(test_chunks_of_any_size_are_logged_whole)
{
	static const gsize sizes[] = {4095, 4096, 4097, 300000};
	g_autofree char *text = g_strnfill(sizes[_i], 'x');
	g_autofree char *expected =
	    g_strdup_printf("0.000001 uart < %s\n0.000002 uart > %s\n", text, text);
	tap_text(tap, TRUE, text, 1);
	tap_text(tap, FALSE, text, 2);
	expect_log(expected);
}
END_TEST

START_TEST(test_notes_are_handed_on)
{
	tap->note(tap, "reconnected");
	ck_assert_str_eq(notes->str, "reconnected|");
	g_autoptr(RigConsole) silent = rig_console_new("silent.log", NULL, NULL, NULL);
	RigLinkTap *quiet = rig_console_tap(silent, "uart");
	quiet->note(quiet, "nobody listens");
	ck_assert_uint_eq(rig_console_size(silent), 0);
}
END_TEST

START_TEST(test_a_full_disk_is_told)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_console_new("console.log", NULL, NULL, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	g_clear_error(&error);
	tap_text(tap, TRUE, "the last chunk is not in the file yet", 1);
	full_disk_begin(100);
	gboolean good = rig_console_check(console, &error);
	full_disk_end();
	ck_assert(!good);
	ck_assert(g_str_has_prefix(error->message, "console.log: cannot be written: "));
}
END_TEST

static void expect_tail(guint64 from, guint64 to, guint lines, const char *expected)
{
	g_autofree char *tail = rig_console_tail("tail.log", from, to, lines);
	ck_assert_pstr_eq(tail, expected);
}

START_TEST(test_the_tail_is_the_last_lines_between_two_offsets)
{
	/* NUL bytes: what a killed worker leaves. */
	static const char text[] = "one\ntwo\nthree\nfour\n\0\0\0\0";
	ck_assert(g_file_set_contents("tail.log", text, sizeof text - 1, NULL));
	expect_tail(0, sizeof text - 1, 2, "three\nfour");
	expect_tail(0, sizeof text - 1, 1, "four");
	expect_tail(0, sizeof text - 1, 9, "one\ntwo\nthree\nfour");
	expect_tail(0, 14, 2, "two\nthree");
	expect_tail(4, 8, 5, "two");
	expect_tail(4, 100, 1, "four");
	expect_tail(4, 4, 5, NULL);
	expect_tail(8, 4, 5, NULL);
	expect_tail(19, 22, 5, NULL);
	expect_tail(5000, 6000, 5, NULL);
	expect_tail(4, G_MAXINT64, 2, "three\nfour");
	expect_tail(0, G_MAXUINT64, 1, "four");
	ck_assert_ptr_null(rig_console_tail("nowhere.log", 0, 10, 1));
}
END_TEST

/* As reports show it: nobody knows how far the log of a lost worker went. */
START_TEST(test_the_tail_puts_chunks_of_a_line_together)
{
	static const char log[] = "1.0 uart > name%\n1.1 uart < m-na\n1.2 uart < me-dut\\r\\n\n"
	                          "1.3 uart < m-\n1.4 swo < x\n1.5 uart < ready\n1.6 uart > a\n"
	                          "1.7 uart < b\n1.8 other words\n1.9 uart < c\n";
	ck_assert(g_file_set_contents("joined.log", log, -1, NULL));
	g_autofree char *tail = rig_console_tail("joined.log", 0, sizeof log - 1, 100);
	ck_assert_str_eq(tail, "1.0 uart > name%\n1.1 uart < m-name-dut\\r\\n\n"
	                       "1.3 uart < m-\n1.4 swo < x\n1.5 uart < ready\n1.6 uart > a\n"
	                       "1.7 uart < b\n1.8 other words\n1.9 uart < c");
	g_autofree char *last = rig_console_tail("joined.log", 0, 55, 1);
	ck_assert_str_eq(last, "1.1 uart < m-name-dut\\r\\n");
}
END_TEST

START_TEST(test_the_tail_of_a_killed_worker_is_found)
{
	pid_t pid = fork();
	if (pid == 0) {
		RigConsole *log = rig_console_new("tail.log", NULL, NULL, NULL);
		RigLinkTap *uart = rig_console_tap(log, "uart");
		for (gint64 i = 1; i <= 9; i++)
			tap_text(uart, FALSE, "x", i);
		raise(SIGKILL);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	expect_tail(0, G_MAXINT64, 2, "0.000008 uart > x\n0.000009 uart > x");
}
END_TEST

START_TEST(test_the_tail_of_a_large_log_is_bounded)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < 30000; i++)
		g_string_append_printf(text, "line %u\n", i);
	ck_assert(g_file_set_contents("tail.log", text->str, (gssize)text->len, NULL));
	expect_tail(0, text->len, 2, "line 29998\nline 29999");
	g_autofree char *tail = rig_console_tail("tail.log", 0, text->len, 30000);
	ck_assert_uint_le(strlen(tail), 64 * 1024);
	ck_assert(g_str_has_suffix(tail, "\nline 29999"));
	g_string_free(text, TRUE);
}
END_TEST

static Suite *console_suite(void)
{
	Suite *suite = suite_create("console log");
	TCase *test = tcase_create("console");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_lines_are_in_the_order_of_the_bytes);
	tcase_add_test(test, test_every_byte_can_be_told);
	tcase_add_loop_test(test, test_times_are_exact_and_never_negative, 0, 5);
	tcase_add_test(test, test_the_size_counts_what_came_last);
	tcase_add_loop_test(test, test_chunks_of_any_size_are_logged_whole, 0, 4);
	tcase_add_test(test, test_notes_are_handed_on);
	tcase_add_test(test, test_a_full_disk_is_told);
	tcase_add_test(test, test_the_tail_is_the_last_lines_between_two_offsets);
	tcase_add_test(test, test_the_tail_puts_chunks_of_a_line_together);
	tcase_add_test(test, test_the_tail_of_a_killed_worker_is_found);
	tcase_add_test(test, test_the_tail_of_a_large_log_is_bounded);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(console_suite)
