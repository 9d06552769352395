/* SPDX-License-Identifier: Apache-2.0 */
/* `tinyrig console` with a process as the board: with pipes and on a terminal. */
#include "call.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>

#include "base/verdict.h"
#include "run/claim.h"

#define SOON_MS 10000

static char *folder;

static void begin(void)
{
	folder = call_begin();
	ck_assert(g_file_set_contents(
	    "bench.yaml",
	    "bench: desk\n"
	    "boards:\n"
	    "  - board: echo\n"
	    "    target: host\n"
	    "    links: {console: {driver: process, argv: [cat]}}\n"
	    "  - board: gone\n"
	    "    target: host\n"
	    "    links: {console: {driver: process, argv: [sh, -c, \"echo last words >&2; exit 3\"]}}\n"
	    "  - board: loads\n"
	    "    target: host\n"
	    "    links: {console: {driver: process, argv: [\"${image}\"]}}\n"
	    "    flasher: {link: console}\n"
	    "    reset: [{link: console}]\n"
	    "  - board: two\n"
	    "    target: host\n"
	    "    links:\n"
	    "      first: {driver: process, argv: [sh, -c, \"echo one; cat\"]}\n"
	    "      second: {driver: process, argv: [sh, -c, \"echo two; cat\"]}\n",
	    -1, NULL));
	g_setenv("TINYRIG_BENCH", "bench.yaml", TRUE);
}

static void end(void)
{
	call_end(folder);
}

START_TEST(test_pipes)
{
	Call call = call_tinyrig("name%\n\033[2J", "console", "echo", "--log", "log", NULL);
	ck_assert_int_eq(call.code, 0);
	ck_assert_str_eq(call.out, "name%\n\033[2J"); /* no terminal: as it is */
	ck_assert_str_eq(call.err, "");
	g_autofree char *log = NULL;
	ck_assert(g_file_get_contents("log", &log, NULL, NULL));
	ck_assert_ptr_nonnull(strstr(log, " console > name%\\n\\x1b[2J\n"));
	ck_assert_ptr_nonnull(strstr(log, " console < name%\\n"));
	call_clear(&call);
	/* A log is never written over. */
	call_expect_and_clear(call_tinyrig("", "console", "echo", "--log", "log", NULL), RIG_EXIT_BENCH,
	                      "log");
}
END_TEST

START_TEST(test_line_ends)
{
	Call call = call_tinyrig("a\nb\n", "console", "echo", "--eol=crlf", NULL);
	ck_assert_str_eq(call.out, "a\r\nb\r\n");
	call_clear(&call);
	call = call_tinyrig("name%\n", "console", "echo", "--eol", "none", "--echo", NULL);
	ck_assert_str_eq(call.out, "name%name%");
	call_clear(&call);
	g_autoptr(GDir) logs = g_dir_open(".tinyrig/console", 0, NULL);
	ck_assert_ptr_nonnull(logs);
	ck_assert(g_str_has_prefix(g_dir_read_name(logs), "tinyrig-console-echo-"));
}
END_TEST

/* More input than any buffer holds, both ways. */
START_TEST(test_much)
{
	g_autofree char *input = g_malloc(300001);
	for (gsize i = 0; i < 300000; i++)
		input[i] = (char)('a' + i % 23);
	input[300000] = '\0';
	Call call = call_tinyrig(input, "console", "echo", NULL);
	ck_assert_int_eq(call.code, 0);
	ck_assert(strcmp(call.out, input) == 0);
	call_clear(&call);
}
END_TEST

START_TEST(test_links)
{
	call_expect_and_clear(call_tinyrig("", "console", "two", "--link", "second", NULL), 0, "two\n");
	call_expect_and_clear(call_tinyrig("", "console", "two", NULL), RIG_EXIT_USAGE,
	                      "name one of first, second");
	call_expect_and_clear(call_tinyrig("", "console", "two", "-l", "third", NULL), RIG_EXIT_USAGE,
	                      "no link third; it has first, second");
}
END_TEST

START_TEST(test_refusals)
{
	call_expect_and_clear(call_tinyrig("", "console", "ecko", NULL), RIG_EXIT_USAGE,
	                      "there is no board ecko on bench desk; did you mean echo");
	call_expect_and_clear(call_tinyrig("", "console", "echo", "-i", "host=/bin/cat", NULL),
	                      RIG_EXIT_USAGE, "no `flasher:`");
	call_expect_and_clear(call_tinyrig("", "console", "loads", "-i", "esp=/bin/cat", NULL),
	                      RIG_EXIT_USAGE, "give --image host=FILE");
	call_expect_and_clear(call_tinyrig("", "console", "loads", NULL), RIG_EXIT_BENCH,
	                      "flash an image");
	Call call = call_tinyrig("", "console", "gone", NULL);
	call_expect(&call, RIG_EXIT_FAILED, "exit status 3");
	call_expect(&call, RIG_EXIT_FAILED, "last words");
	call_clear(&call);
	g_autoptr(RigClaim) claim =
	    rig_claim_take("desk", "echo", "a test", &rig_clock_monotonic, 0, -1, NULL);
	call_expect_and_clear(call_tinyrig("", "console", "echo", NULL), RIG_EXIT_BUSY, "a test");
}
END_TEST

START_TEST(test_image)
{
	call_expect_and_clear(call_tinyrig("hi", "console", "loads", "-i", "host=/bin/cat", NULL), 0,
	                      "hi");
	/* Nobody holds the board afterwards. */
	ck_assert_ptr_null(rig_claim_holder("desk", "loads"));
}
END_TEST

/* A console on a terminal of its own, in a process of its own. */
typedef struct {
	int near;
	pid_t pid;
	GString *seen;
	struct termios before;
} Desk;

static void desk_begin(Desk *desk)
{
	desk->seen = g_string_new(NULL);
	desk->near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert(desk->near >= 0 && grantpt(desk->near) == 0 && unlockpt(desk->near) == 0);
	ck_assert_int_eq(tcgetattr(desk->near, &desk->before), 0);
	fflush(NULL);
	desk->pid = fork();
	if (desk->pid == 0) {
		int far = open(ptsname(desk->near), O_RDWR | O_CLOEXEC);
		for (int fd = 0; fd < 3; fd++)
			dup2(far, fd);
		char words[3][8] = {"tinyrig", "console", "echo"};
		char *argv[] = {words[0], words[1], words[2], NULL};
		int code = rig_command_main(3, argv);
		fflush(NULL);
		_exit(code);
	}
	ck_assert_int_gt(desk->pid, 0);
}

/* Reads until the text was seen. */
static void desk_expect(Desk *desk, const char *text)
{
	while (strstr(desk->seen->str, text) == NULL) {
		struct pollfd polled = {.fd = desk->near, .events = POLLIN};
		ck_assert_msg(poll(&polled, 1, SOON_MS) == 1, "no %s in %s", text, desk->seen->str);
		char data[512];
		ssize_t got = read(desk->near, data, sizeof data);
		ck_assert_msg(got > 0, "no %s in %s", text, desk->seen->str);
		g_string_append_len(desk->seen, data, got);
	}
}

static void desk_type(const Desk *desk, const char *keys)
{
	ck_assert_int_eq(write(desk->near, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static int desk_end(Desk *desk)
{
	int status = 0;
	ck_assert_int_eq(waitpid(desk->pid, &status, 0), desk->pid);
	ck_assert(WIFEXITED(status));
	struct termios after;
	ck_assert_int_eq(tcgetattr(desk->near, &after), 0);
	ck_assert_uint_eq(after.c_lflag, desk->before.c_lflag);
	ck_assert_uint_eq(after.c_iflag, desk->before.c_iflag);
	close(desk->near);
	g_string_free(desk->seen, TRUE);
	return WEXITSTATUS(status);
}

START_TEST(test_terminal)
{
	Desk desk;
	g_setenv("NO_COLOR", "1", TRUE);
	desk_begin(&desk);
	desk_expect(&desk, "Board echo, link console. Ctrl-] quits.");
	/* The board is open once it has answered. */
	desk_type(&desk, "hello");
	desk_expect(&desk, "hello");
	desk_type(&desk, "\003\033[2J"); /* Ctrl-C is a key; an order comes back as text */
	desk_expect(&desk, "\\x03\\x1b[2J");
	desk_type(&desk, "\035");
	ck_assert_int_eq(desk_end(&desk), 0);
}
END_TEST

START_TEST(test_terminal_after_a_signal)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	Desk desk;
	desk_begin(&desk);
	desk_expect(&desk, "Ctrl-] quits.");
	desk_type(&desk, "hello");
	desk_expect(&desk, "hello");
	kill(desk.pid, signals[_i]);
	desk_expect(&desk, "asked to stop");
	ck_assert_int_eq(desk_end(&desk), RIG_EXIT_INTERRUPTED);
	ck_assert_ptr_null(rig_claim_holder("desk", "echo"));
}
END_TEST

static Suite *console_command_suite(void)
{
	Suite *suite = suite_create("console_command");
	TCase *tests = tcase_create("console_command");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_pipes);
	tcase_add_test(tests, test_line_ends);
	tcase_add_test(tests, test_much);
	tcase_add_test(tests, test_links);
	tcase_add_test(tests, test_refusals);
	tcase_add_test(tests, test_image);
	tcase_add_test(tests, test_terminal);
	tcase_add_loop_test(tests, test_terminal_after_a_signal, 0, 4);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(console_command_suite)
