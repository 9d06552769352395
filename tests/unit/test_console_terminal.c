/* SPDX-License-Identifier: Apache-2.0 */
/* What a console shows of a board's bytes, what keys send, and that a terminal is given back. */
#include "cli/console_terminal.h"

#include "test.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *show_in_pieces(const char *text, gsize size, gsize piece, gboolean dim)
{
	RigConsoleScreen screen = {.dim = dim};
	GString *out = g_string_new(NULL);
	for (gsize i = 0; i < size; i += piece)
		rig_console_screen_show(&screen, out, (const guint8 *)text + i, MIN(piece, size - i));
	rig_console_screen_end(&screen, out);
	return g_string_free(out, FALSE);
}

#define SHOWN(text) text, sizeof(text) - 1

START_TEST(test_screen)
{
	static const struct {
		const char *text;
		gsize size;
		const char *shown;
	} rows[] = {
	    {SHOWN("m-ready\r\n\tx"), "m-ready\r\n\tx"},
	    {SHOWN("\033[2J\033]0;t\a"), "\\x1b[2J\\x1b]0;t\\x07"},
	    {SHOWN("a\0b"), "a\\x00b"},
	    {SHOWN("\x7f\b"), "\\x7f\\x08"},
	    {SHOWN("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
	    {"\xc2\x9b"
	     "31m",
	     5, "\\xc2\\x9b31m"},                       /* C1 control: CSI */
	    {SHOWN("\xe2\x80\xae"), "\\xe2\\x80\\xae"}, /* right-to-left override */
	    {SHOWN("\xe2\x80\xa8"), "\\xe2\\x80\\xa8"}, /* line separator */
	    {SHOWN("\xee\x80\x80"), "\\xee\\x80\\x80"}, /* private use */
	    {SHOWN("\xff\xfe\x80"), "\\xff\\xfe\\x80"}, /* no UTF-8 */
	    {SHOWN("\xc0\xaf"), "\\xc0\\xaf"},          /* overlong */
	    {SHOWN("\xed\xa0\x80"), "\\xed\\xa0\\x80"}, /* surrogate */
	    {SHOWN("\xe2\x82"), "\\xe2\\x82"},          /* cut off */
	    {"\xe2\x82"
	     "A\xc3\n",
	     5,
	     "\\xe2\\x82"
	     "A\\xc3\n"},                                        /* broken off */
	    {SHOWN("\xe2\x82\xc3\xa9"), "\\xe2\\x82\xc3\xa9"},   /* and begun anew */
	    {SHOWN("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
	    {SHOWN(""), ""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (gsize piece = 1; piece <= 4; piece++) {
			g_autofree char *shown = show_in_pieces(rows[i].text, rows[i].size, piece, FALSE);
			ck_assert_str_eq(shown, rows[i].shown);
		}
	}
}
END_TEST

START_TEST(test_screen_dims)
{
	g_autofree char *shown = show_in_pieces("a\033b", 3, 3, TRUE);
	ck_assert_str_eq(shown, "a\033[2m\\x1b\033[22mb");
}
END_TEST

/* Whatever comes, only the bytes that may come out do. */
START_TEST(test_screen_lets_no_order_through)
{
	GRand *random = g_rand_new_with_seed((guint32)_i);
	guint8 bytes[512];
	for (gsize i = 0; i < sizeof bytes; i++)
		bytes[i] = (guint8)g_rand_int_range(random, 0, 256);
	g_rand_free(random);
	g_autofree char *shown = show_in_pieces((const char *)bytes, sizeof bytes, 7, FALSE);
	ck_assert(g_utf8_validate(shown, -1, NULL));
	for (char *at = shown; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		ck_assert(c == '\r' || c == '\n' || c == '\t' || g_unichar_isprint(c));
	}
}
END_TEST

START_TEST(test_keys)
{
	static const struct {
		const char *typed;
		int enter, quit;
		RigEol eol;
		const char *sent;
		gboolean go_on;
	} rows[] = {
	    {"ab\r", '\r', 0x1d, RIG_EOL_CR, "ab\r", TRUE},
	    {"a\r\r", '\r', 0x1d, RIG_EOL_CRLF, "a\r\n\r\n", TRUE},
	    {"a\rb", '\r', 0x1d, RIG_EOL_LF, "a\nb", TRUE},
	    {"name%\r", '\r', 0x1d, RIG_EOL_NONE, "name%", TRUE},
	    {"\003\032\033[A", '\r', 0x1d, RIG_EOL_CR, "\003\032\033[A", TRUE},
	    {"ab\035cd", '\r', 0x1d, RIG_EOL_CR, "ab", FALSE},
	    {"a\n\r\035", '\n', -1, RIG_EOL_CRLF, "a\r\n\r\035", TRUE},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) sent = g_string_new(NULL);
		gboolean go_on =
		    rig_console_keys(sent, (const guint8 *)rows[i].typed, strlen(rows[i].typed),
		                     (guint8)rows[i].enter, rows[i].eol, rows[i].quit);
		ck_assert_str_eq(sent->str, rows[i].sent);
		ck_assert_int_eq(go_on, rows[i].go_on);
	}
}
END_TEST

START_TEST(test_terminal_is_given_back)
{
	int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert(near >= 0 && grantpt(near) == 0 && unlockpt(near) == 0);
	int far = open(ptsname(near), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(far, 0);
	struct termios before, raw, after;
	ck_assert_int_eq(tcgetattr(far, &before), 0);
	RigRawTerminal terminal;
	g_autoptr(GError) error = NULL;
	ck_assert(rig_raw_terminal_begin(&terminal, far, &error));
	ck_assert_int_eq(tcgetattr(far, &raw), 0);
	ck_assert_uint_eq(raw.c_lflag & (tcflag_t)(ICANON | ECHO | ISIG | IEXTEN), 0);
	ck_assert_uint_eq(raw.c_iflag & (tcflag_t)(ICRNL | IXON), 0);
	ck_assert_uint_eq(raw.c_oflag, before.c_oflag);
	rig_raw_terminal_end(&terminal);
	rig_raw_terminal_end(&terminal);
	ck_assert_int_eq(tcgetattr(far, &after), 0);
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
	ck_assert_uint_eq(after.c_iflag, before.c_iflag);
	close(far);
	close(near);
}
END_TEST

START_TEST(test_no_terminal)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	RigRawTerminal terminal;
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_raw_terminal_begin(&terminal, fd, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	rig_raw_terminal_end(&terminal);
	close(fd);
}
END_TEST

static Suite *console_terminal_suite(void)
{
	Suite *suite = suite_create("console_terminal");
	TCase *tests = tcase_create("console_terminal");
	tcase_add_test(tests, test_screen);
	tcase_add_test(tests, test_screen_dims);
	tcase_add_loop_test(tests, test_screen_lets_no_order_through, 0, 50);
	tcase_add_test(tests, test_keys);
	tcase_add_test(tests, test_terminal_is_given_back);
	tcase_add_test(tests, test_no_terminal);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(console_terminal_suite)
