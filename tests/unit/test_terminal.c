/* SPDX-License-Identifier: Apache-2.0 */
#include "report/printable.h"
#include "sample_session.h"
#include "test.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A clock that stands until it is moved. */
static gint64 test_now(gpointer user)
{
	return *(const gint64 *)user;
}

/* Plays a whole session into a memory stream. Takes the session; caller frees the page. */
static char *test_page(RigSessionReport *session, RigTerminalOptions options)
{
	char *page = NULL;
	size_t size = 0;
	gint64 now_us = 1000000;
	RigClock clock = {.now_us = test_now, .user = &now_us};
	options.stream = open_memstream(&page, &size);
	RigTerminal *terminal = rig_terminal_new(&options, &clock);
	rig_terminal_begin(terminal, session, 10);
	for (guint i = 0; i < session->runs->len; i++) {
		const RigRunReport *run = g_ptr_array_index(session->runs, i);
		for (guint j = 0; j < run->cases->len; j++) {
			rig_terminal_progress(terminal, run->board, "infer 1/50");
			rig_terminal_case(terminal, run, g_ptr_array_index(run->cases, j));
		}
	}
	now_us += 3200000;
	rig_terminal_end(terminal, session);
	rig_terminal_free(terminal);
	fclose(options.stream);
	rig_session_report_free(session);
	return page;
}

static void test_contains(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no %s in\n%.3000s", part, text);
}

/* No line of the table is wider than the page, and none holds a control character. */
static void test_fits(const char *page, guint width)
{
	g_auto(GStrv) lines = g_strsplit(page, "\n", -1);
	ck_assert(g_utf8_validate(page, -1, NULL));
	for (char **line = lines; *line != NULL; line++) {
		gboolean whole = strstr(*line, "run again: ") != NULL ||
		                 g_str_has_prefix(*line, "left in ") ||
		                 g_str_has_prefix(*line, "         ");
		ck_assert_msg(whole || rig_printable_columns(*line) <= width, "too wide: %s", *line);
		for (const char *at = *line; *at != '\0'; at++)
			ck_assert_msg((guchar)*at >= 0x20 && *at != 0x7f, "control character in: %s", *line);
	}
}

START_TEST(a_file_gets_plain_lines)
{
	g_autofree char *page = test_page(sample_session_typical(), (RigTerminalOptions){0});
	test_fits(page, 80);
	test_contains(page,
	              "digits-smoke on mps2-a (mps2-an386, unit 0007), image 3f9a12c04e1d, digits "
	              "1.4.0\n");
	test_contains(page, "\nPASS   mps2-a  digits        top1 0.980, latency_p90 3.20 ms");
	test_contains(page, " 0.41 s\n");
	test_contains(page, "\nSKIP   mps2-b  sensor-rate   the board offers no sensor ");
	test_contains(page, "\n2 passed, 1 failed, 1 error, 1 inconclusive, 1 flaky, 1 quarantined, 1 "
	                    "skipped\non 2 boards in 3.20 s\nkept as  20261123-014211-mps2");
	for (const char *at = page; *at != '\0'; at++)
		ck_assert_int_lt((guchar)*at, 0x80); /* the C locale knows ASCII only */
}
END_TEST

START_TEST(a_failure_explains_itself)
{
	g_autofree char *page = test_page(sample_session_typical(), (RigTerminalOptions){0});
	test_contains(page, "\nFAIL   mps2-b  digits        top1 0.900, not at least 0.940 ");
	test_contains(page, "\n       the board is wrong: 45 of 50 inputs are right");
	test_contains(page, "\n       limit      r.top1\n       expected   at least 0.940\n"
	                    "       got        0.900 (45 of 50)\n       integrity  checked (by CRC");
	test_contains(page, "\n       when       0.72 s into the run, step 1 (infer)\n");
	test_contains(page, "\n       console    m-load-done\n                  m-ready\n");
	test_contains(page,
	              "\n       run again: tinyrig run suites/smoke.yaml -k digits --board mps2-b\n");
	test_contains(page, "\n       case       /srv/project/suites/smoke.yaml:14\n");
}
END_TEST

START_TEST(an_error_says_that_the_board_was_not_judged)
{
	g_autofree char *page = test_page(sample_session_typical(), (RigTerminalOptions){0});
	test_contains(page, "\nERROR  mps2-b  noise-floor   link console: closed by");
	test_contains(page,
	              "\n       the rig or bench is wrong, the board was not judged: link console: "
	              "closed\n       by the other side after 4096 bytes");
	test_contains(page, "step 1 (infer), attempt 2 of 2\n");
	test_contains(page, "\n       earlier    attempt 1: error: link console: timed out\n");
	test_contains(page, "\n       got        m-infer-st (10 bytes), then nothing for 2.00 s\n");
	test_contains(page, "\nFLAKY  mps2-b  wake-word ");
	test_contains(page, "\n       passed, but only on attempt 2\n");
	test_contains(page, "\n       quarantined, does not count: the board is wrong: 41 uJ\n");
}
END_TEST

START_TEST(several_failures_are_listed_again)
{
	g_autofree char *page = test_page(sample_session_typical(), (RigTerminalOptions){0});
	const char *recap = strstr(page, "What did not pass:\n");
	ck_assert_ptr_nonnull(recap);
	test_contains(recap, "\nFAIL   mps2-b  digits ");
	test_contains(recap, "\nERROR  mps2-b  noise-floor ");
	test_contains(recap, "\nINCONCLUSIVE  mps2-b  latency-tail ");
	ck_assert_ptr_null(strstr(recap, "energy"));
	g_autofree char *green = test_page(sample_session_green(), (RigTerminalOptions){0});
	ck_assert_ptr_null(strstr(green, "What did not pass"));
	test_contains(green, "\n\n2 passed on 1 board in 3.20 s\n");
}
END_TEST

START_TEST(quiet_shows_what_is_wrong_only)
{
	g_autofree char *page =
	    test_page(sample_session_typical(), (RigTerminalOptions){.quiet = TRUE});
	ck_assert_ptr_null(strstr(page, "PASS"));
	ck_assert_ptr_null(strstr(page, "SKIP"));
	ck_assert_ptr_null(strstr(page, "digits-smoke on"));
	ck_assert(g_str_has_prefix(page, "FAIL   mps2-b"));
	test_contains(page, "2 passed, 1 failed");
	g_autofree char *green = test_page(sample_session_green(), (RigTerminalOptions){.quiet = TRUE});
	ck_assert(g_str_has_prefix(green, "2 passed on 1 board in"));
}
END_TEST

START_TEST(verbose_shows_each_limit)
{
	g_autofree char *page = test_page(sample_session_green(), (RigTerminalOptions){.verbose = 1});
	test_fits(page, 80);
	test_contains(page,
	              "\n       pass          r.top1         0.980, expected at least 0.940, checked\n"
	              "       pass          r.latency_p90  ");
}
END_TEST

START_TEST(colours_only_where_wanted)
{
	g_setenv("NO_COLOR", "1", TRUE);
	g_autofree char *plain = test_page(sample_session_typical(), (RigTerminalOptions){0});
	g_autofree char *forced =
	    test_page(sample_session_typical(), (RigTerminalOptions){.colour = RIG_COLOUR_ALWAYS});
	ck_assert_ptr_null(strchr(plain, '\033'));
	test_contains(forced, "\033[32mPASS\033[0m   mps2-a");
	test_contains(forced, "\033[31mFAIL\033[0m   mps2-b");
	test_contains(forced, "\033[33mFLAKY\033[0m  mps2-b");
	test_contains(forced, "\033[31m1 failed\033[0m");
}
END_TEST

START_TEST(hostile_text_is_shown_not_obeyed)
{
	for (guint width = 20; width <= 120; width += 20) {
		g_autofree char *page =
		    test_page(sample_session_hostile(), (RigTerminalOptions){.width = width, .verbose = 1});
		test_fits(page, CLAMP(width, 40, 110));
		ck_assert_uint_lt(strlen(page), 40000);
		test_contains(page, "\\x1b[31mred");
	}
}
END_TEST

START_TEST(broken_and_empty_sessions)
{
	g_autofree char *broken = test_page(sample_session_broken(), (RigTerminalOptions){0});
	g_autofree char *empty = test_page(sample_session_empty(), (RigTerminalOptions){0});
	test_fits(broken, 80);
	test_contains(broken, "\nBUSY   mps2-a  mps2-a is held by anna");
	test_contains(broken, "\nSTOP   mps2-b  stopped by Ctrl-C, 3 cases were not begun\n");
	test_contains(broken, "\ninterrupted: 1 passed on 2 boards");
	ck_assert_str_eq(empty, "nothing was run in 3.20 s\n");
}
END_TEST

START_TEST(a_setup_that_fails_is_told_for_the_run)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run");
	RigRunReport *run = sample_run(session, "mps2-a");
	sample_case(run, "digits", RIG_VERDICT_SKIP)->reason = g_strdup("setup: wrong build");
	run->verdict = RIG_VERDICT_FAIL;
	run->message = g_strdup("setup: wrong build");
	g_autofree char *page = test_page(session, (RigTerminalOptions){0});
	test_contains(page, "\nSKIP   mps2-a  digits        setup: wrong build ");
	test_contains(page,
	              "\nFAIL   mps2-a  the board is wrong: setup: wrong build\n\n1 skipped on 1");
}
END_TEST

START_TEST(runs_that_come_late_have_one_header_each)
{
	char *page = NULL;
	size_t size = 0;
	gint64 now_us = 0;
	RigClock clock = {.now_us = test_now, .user = &now_us};
	RigTerminalOptions options = {.stream = open_memstream(&page, &size)};
	g_autoptr(RigSessionReport) session = rig_session_report_new("tinyrig run --repeat 2");
	RigTerminal *terminal = rig_terminal_new(&options, &clock);
	rig_terminal_begin(terminal, session, 2);
	for (guint i = 0; i < 2; i++) {
		RigRunReport *run = sample_run(session, "mps2-a");
		rig_terminal_case(terminal, run, sample_case(run, "digits", RIG_VERDICT_PASS));
	}
	rig_terminal_free(terminal);
	fclose(options.stream);
	ck_assert(g_str_has_prefix(page, "digits-smoke on mps2-a (mps2-an386), image"));
	ck_assert_ptr_null(strstr(page + 1, "digits-smoke on"));
	free(page);
}
END_TEST

START_TEST(repeats_on_the_link_are_told)
{
	RigSessionReport *session = sample_session_green();
	((RigRunReport *)g_ptr_array_index(session->runs, 0))->repeats = 3;
	g_autofree char *page = test_page(session, (RigTerminalOptions){0});
	test_contains(page, "\nmps2-a: 3 exchanges were repeated: bytes were damaged\n");
}
END_TEST

START_TEST(numbers_of_two_steps_keep_their_step)
{
	RigSessionReport *session = rig_session_report_new("tinyrig run");
	RigCaseReport *test = sample_case(sample_run(session, "mps2-a"), "two", RIG_VERDICT_PASS);
	RigAttemptReport *report = sample_attempt(test, RIG_VERDICT_PASS, NULL);
	sample_finding(report, "a.top1", RIG_VERDICT_PASS, "ratio", 0.98);
	sample_finding(report, "b.top1", RIG_VERDICT_PASS, "ratio", 0.91);
	for (guint i = 0; i < 9; i++)
		sample_finding(report, "b.top2", RIG_VERDICT_PASS, "ratio", 0.91);
	g_autofree char *page = test_page(session, (RigTerminalOptions){0});
	test_contains(page, "a.top1 0.980, b.top1 0.910");
	test_contains(page, " ...");
	test_fits(page, 80);
}
END_TEST

/* A terminal of `columns`; reads what was written so far. */
typedef struct {
	int master;
	FILE *stream;
	gint64 now_us;
	RigClock clock;
	RigTerminal *terminal;
} TestTty;

static void test_open_tty(TestTty *tty, gushort columns)
{
	const struct winsize size = {.ws_row = 24, .ws_col = columns};
	tty->master = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(tty->master, 0);
	ck_assert_int_eq(grantpt(tty->master), 0);
	ck_assert_int_eq(unlockpt(tty->master), 0);
	ck_assert_int_eq(ioctl(tty->master, TIOCSWINSZ, &size), 0);
	tty->stream = fopen(ptsname(tty->master), "w");
	ck_assert_ptr_nonnull(tty->stream);
	tty->now_us = 1000000;
	tty->clock = (RigClock){.now_us = test_now, .user = &tty->now_us};
	RigTerminalOptions options = {.stream = tty->stream};
	tty->terminal = rig_terminal_new(&options, &tty->clock);
}

/* Bytes reach the other end of a pty when the kernel likes: a mark says that all have come. */
static char *test_read_tty(TestTty *tty)
{
	GString *text = g_string_new(NULL);
	fputs("\001", tty->stream);
	fflush(tty->stream);
	while (text->len == 0 || text->str[text->len - 1] != '\001') {
		char bytes[4096];
		gssize size = read(tty->master, bytes, sizeof bytes);
		ck_assert_int_gt(size, 0);
		g_string_append_len(text, bytes, size);
	}
	g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}

static void test_close_tty(TestTty *tty)
{
	rig_terminal_free(tty->terminal);
	fclose(tty->stream);
	close(tty->master);
}

START_TEST(live_line_is_erased_before_a_verdict)
{
	TestTty tty;
	g_autoptr(RigSessionReport) session = sample_session_green();
	const RigRunReport *run = g_ptr_array_index(session->runs, 0);
	g_setenv("TERM", "xterm", TRUE);
	g_unsetenv("NO_COLOR");
	test_open_tty(&tty, 80);
	rig_terminal_begin(tty.terminal, session, 4);
	g_autofree char *header = test_read_tty(&tty);
	test_contains(header, "digits-smoke on mps2-a");
	rig_terminal_progress(tty.terminal, "mps2-a", "digits: infer 20/50\033[2J");
	g_autofree char *live = test_read_tty(&tty);
	test_contains(live, "\r----------  0/4  mps2-a digits: infer 20/50\\x1b[2J\033[K");
	tty.now_us += 2000000;
	rig_terminal_case(tty.terminal, run, g_ptr_array_index(run->cases, 0));
	g_autofree char *verdict = test_read_tty(&tty);
	ck_assert(g_str_has_prefix(verdict, "\r\033[K\033[32mPASS\033[0m   mps2-a"));
	test_contains(verdict, "\n\r==--------  1/4    6 s left\033[K");
	tty.now_us += 50000;
	rig_terminal_say(tty.terminal, "a warning");
	g_autofree char *said = test_read_tty(&tty);
	ck_assert_str_eq(said, "\r\033[Ka warning\r\n");
	rig_terminal_end(tty.terminal, session);
	test_close_tty(&tty);
}
END_TEST

START_TEST(live_line_is_drawn_at_most_ten_times_a_second)
{
	TestTty tty;
	g_autoptr(RigSessionReport) session = sample_session_empty();
	g_setenv("TERM", "xterm", TRUE);
	test_open_tty(&tty, 80);
	rig_terminal_begin(tty.terminal, session, 4);
	for (guint i = 0; i < 1000; i++) {
		g_autofree char *what = g_strdup_printf("infer %u", i);
		rig_terminal_progress(tty.terminal, "mps2-a", what);
		tty.now_us += 1000;
	}
	g_autofree char *live = test_read_tty(&tty);
	guint drawn = 0;
	for (const char *at = live; *at != '\0'; at++)
		drawn += *at == '\r' ? 1 : 0;
	ck_assert_uint_eq(drawn, 10);
	test_close_tty(&tty);
}
END_TEST

START_TEST(live_line_fits_the_window)
{
	for (gushort columns = 10; columns <= 90; columns = (gushort)(columns + 20)) {
		TestTty tty;
		g_autoptr(RigSessionReport) session = sample_session_empty();
		g_setenv("TERM", "xterm", TRUE);
		test_open_tty(&tty, columns);
		rig_terminal_begin(tty.terminal, session, 12);
		rig_terminal_progress(tty.terminal, "mps2-a", "a long text that goes on and on and on");
		tty.now_us += 200000;
		rig_terminal_progress(tty.terminal, "mps2-b", "a long text that goes on and on and on");
		g_autofree char *live = test_read_tty(&tty);
		const char *last = strrchr(live, '\r');
		ck_assert_ptr_nonnull(last);
		g_autofree char *line = g_strndup(last + 1, strcspn(last, "\033") - 1);
		ck_assert_uint_lt(strlen(line), columns);
		ck_assert_msg(columns < 50 || strstr(line, "...") != NULL, "%s", line);
		test_close_tty(&tty);
	}
}
END_TEST

START_TEST(a_dumb_terminal_gets_plain_lines)
{
	TestTty tty;
	g_autoptr(RigSessionReport) session = sample_session_green();
	g_setenv("TERM", "dumb", TRUE);
	test_open_tty(&tty, 80);
	rig_terminal_begin(tty.terminal, session, 4);
	rig_terminal_progress(tty.terminal, "mps2-a", "infer");
	rig_terminal_end(tty.terminal, session);
	g_autofree char *text = test_read_tty(&tty);
	ck_assert_ptr_null(strchr(text, '\033'));
	test_close_tty(&tty);
}
END_TEST

START_TEST(utf8_where_the_locale_has_it)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	g_autofree char *page = test_page(sample_session_typical(), (RigTerminalOptions){0});
	test_fits(page, 80);
	test_contains(page, "top1 0.980 · latency_p90 3.20 ms");
	test_contains(page, "…");
}
END_TEST

static Suite *terminal_suite(void)
{
	Suite *suite = suite_create("terminal");
	TCase *tcase = tcase_create("terminal");
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_file_gets_plain_lines);
	tcase_add_test(tcase, a_failure_explains_itself);
	tcase_add_test(tcase, an_error_says_that_the_board_was_not_judged);
	tcase_add_test(tcase, several_failures_are_listed_again);
	tcase_add_test(tcase, quiet_shows_what_is_wrong_only);
	tcase_add_test(tcase, verbose_shows_each_limit);
	tcase_add_test(tcase, colours_only_where_wanted);
	tcase_add_test(tcase, hostile_text_is_shown_not_obeyed);
	tcase_add_test(tcase, broken_and_empty_sessions);
	tcase_add_test(tcase, a_setup_that_fails_is_told_for_the_run);
	tcase_add_test(tcase, runs_that_come_late_have_one_header_each);
	tcase_add_test(tcase, repeats_on_the_link_are_told);
	tcase_add_test(tcase, numbers_of_two_steps_keep_their_step);
	tcase_add_test(tcase, live_line_is_erased_before_a_verdict);
	tcase_add_test(tcase, live_line_is_drawn_at_most_ten_times_a_second);
	tcase_add_test(tcase, live_line_fits_the_window);
	tcase_add_test(tcase, a_dumb_terminal_gets_plain_lines);
	tcase_add_test(tcase, utf8_where_the_locale_has_it);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(terminal_suite)
