/* SPDX-License-Identifier: Apache-2.0 */
/* The process link against real children. */
#include "test.h"
#include <rig/drivers.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOON_US (10 * G_USEC_PER_SEC)

/* As RigProcessOptions, but for texts that are constants. */
typedef struct Options {
	const char *const *argv;
	gboolean pty, is_tool;
} Options;

typedef struct Notes {
	RigLinkTap tap; /* first */
	GString *text;
} Notes;

static void notes_bytes(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size,
                        gint64 at_us)
{
	(void)tap;
	(void)received;
	(void)data;
	(void)size;
	(void)at_us;
}

static void notes_note(RigLinkTap *tap, const char *text)
{
	g_string_append(((Notes *)tap)->text, text);
}

static const RigLinkDriver *process_driver(void)
{
	for (gsize i = 0; rig_link_drivers[i] != NULL; i++) {
		if (strcmp(rig_link_drivers[i]->name, "process") == 0)
			return rig_link_drivers[i];
	}
	ck_abort_msg("no process driver");
	return NULL;
}

static gint64 soon(void)
{
	return rig_clock_after(&rig_clock_monotonic, SOON_US);
}

static RigLink *process_link(Options *options)
{
	ck_assert_uint_eq(process_driver()->options_size, sizeof *options);
	return rig_link_new(process_driver(), options, "b", "console", &rig_clock_monotonic);
}

static RigLink *process_opened(Options *options)
{
	RigLink *link = process_link(options);
	GError *error = NULL;
	ck_assert_msg(rig_link_open(link, soon(), &error), "%s", error != NULL ? error->message : "");
	return link;
}

/* Reads until `size` bytes are there. */
static void read_exactly(RigLink *link, char *text, gsize size)
{
	gsize have = 0;
	while (have < size) {
		GError *error = NULL;
		gssize got = rig_link_read(link, (guint8 *)text + have, size - have, soon(), &error);
		ck_assert_msg(got > 0, "%s", error != NULL ? error->message : "nothing came");
		have += (gsize)got;
	}
	text[size] = '\0';
}

static void expect_failure(RigLink *link, RigErrorCode code, const char *part)
{
	guint8 byte[16];
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(rig_link_read(link, byte, sizeof byte, soon(), &error), -1);
	ck_assert_msg(g_error_matches(error, RIG_ERROR, (int)code), "%s", error->message);
	ck_assert_msg(strstr(error->message, part) != NULL, "%s", error->message);
}

START_TEST(bytes_go_both_ways)
{
	Options options = {.argv = (const char *const[]){"cat", NULL}, .pty = (gboolean)_i};
	g_autoptr(RigLink) link = process_opened(&options);
	char text[16];
	ck_assert(rig_link_write(link, "name%\r", 6, soon(), NULL));
	read_exactly(link, text, 6);
	ck_assert_str_eq(text, "name%\r");
	ck_assert_uint_eq(link->received_bytes, 6);
	guint8 byte;
	ck_assert_int_eq(rig_link_read(link, &byte, 1, 0, NULL), 0);
}
END_TEST

START_TEST(exit_status_is_the_boards_fault)
{
	Options options = {.argv = (const char *const[]){"sh", "-c",
	                                                 "echo hi; echo first >&2; echo out of luck "
	                                                 ">&2; exit 7",
	                                                 NULL}};
	Notes notes = {.tap = {notes_bytes, notes_note}, .text = g_string_new(NULL)};
	RigLink *link = process_link(&options);
	link->tap = &notes.tap;
	ck_assert(rig_link_open(link, soon(), NULL));
	char text[8];
	read_exactly(link, text, 3);
	expect_failure(link, RIG_ERROR_BOARD, "firmware process ended with exit status 7");
	expect_failure(link, RIG_ERROR_BOARD, "its last words: out of luck");
	ck_assert(strstr(notes.text->str, "first\nout of luck") != NULL);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_write(link, "x", 1, soon(), &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	rig_link_free(link);
	g_string_free(notes.text, TRUE);
}
END_TEST

START_TEST(signals_are_named)
{
	Options options = {.argv = (const char *const[]){"sh", "-c", "kill -SEGV $$", NULL},
	                   .pty = (gboolean)_i};
	g_autoptr(RigLink) link = process_opened(&options);
	expect_failure(link, RIG_ERROR_BOARD, "firmware process ended by signal 11 (SIGSEGV)");
}
END_TEST

START_TEST(writing_to_a_dead_board_is_its_fault)
{
	Options options = {.argv = (const char *const[]){"true", NULL}};
	g_autoptr(RigLink) link = process_opened(&options);
	g_autoptr(GError) error = NULL;
	char big[4096] = {0};
	while (rig_link_write(link, big, sizeof big, soon(), &error))
		continue;
	ck_assert_msg(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD), "%s", error->message);
	ck_assert(strstr(error->message, "exit status 0") != NULL);
}
END_TEST

START_TEST(closed_output_ends_the_board)
{
	Options options = {
	    .argv = (const char *const[]){"sh", "-c", "exec <&- >&- ; exec sleep 100", NULL}};
	g_autoptr(RigLink) link = process_opened(&options);
	expect_failure(link, RIG_ERROR_BOARD, "closed its output");
}
END_TEST

START_TEST(exec_failure_names_file_and_reason)
{
	static const char *const rows[][2] = {
	    {"/nonexistent/firmware", "/nonexistent/firmware: No such file"},
	    {"no-such-program-anywhere", "no-such-program-anywhere is not in PATH"},
	    {"/etc/passwd", "/etc/passwd: Permission denied"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		Options options = {.argv = (const char *const[]){rows[i][0], NULL}};
		g_autoptr(RigLink) link = process_link(&options);
		g_autoptr(GError) error = NULL;
		ck_assert(!rig_link_open(link, soon(), &error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
		ck_assert_msg(strstr(error->message, rows[i][1]) != NULL, "%s", error->message);
	}
}
END_TEST

START_TEST(image_is_needed_where_argv_names_it)
{
	Options options = {.argv = (const char *const[]){"sh", "${image}", NULL}};
	g_autofree char *folder = g_dir_make_tmp("tinyrig-XXXXXX", NULL);
	g_autofree char *image = g_build_filename(folder, "firmware", NULL);
	ck_assert(g_file_set_contents_full(image, "echo booted; cat", -1, G_FILE_SET_CONTENTS_NONE,
	                                   0755, NULL));
	g_autoptr(RigLink) link = process_opened(&options);
	expect_failure(link, RIG_ERROR_BENCH, "not started yet");
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_reset(link, NULL, 0, soon(), &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert(strstr(error->message, "--image") != NULL);
	g_clear_error(&error);
	ck_assert(!rig_link_load(link, "/nonexistent", &error));
	g_clear_error(&error);
	ck_assert(rig_link_load(link, image, NULL));
	ck_assert(rig_link_reset(link, NULL, 0, soon(), NULL));
	char text[8];
	read_exactly(link, text, 7);
	ck_assert_str_eq(text, "booted\n");
	ck_assert(!rig_link_reset(link, "rts", 0, soon(), &error));
	ck_assert(strstr(error->message, "rts") != NULL);
	rig_link_close(link);
	ck_assert_int_eq(unlink(image), 0);
	ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

static pid_t read_pid(RigLink *link)
{
	char text[9];
	read_exactly(link, text, 8);
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

START_TEST(reset_starts_anew_and_close_leaves_nobody)
{
	/* Deaf to TERM, with a child of its own. */
	Options options = {.argv = (const char *const[]){"sh", "-c",
	                                                 "trap '' TERM; sleep 1000 & printf %08d $!; "
	                                                 "wait",
	                                                 NULL}};
	RigLink *link = process_opened(&options);
	pid_t first = read_pid(link);
	ck_assert(rig_link_reset(link, NULL, 0, soon(), NULL));
	pid_t second = read_pid(link);
	ck_assert_int_ne(first, second);
	int first_fd = pidfd_open(first, 0), second_fd = pidfd_open(second, 0);
	rig_link_free(link);
	struct pollfd polled = {.fd = second_fd, .events = POLLIN};
	ck_assert(second_fd < 0 || poll(&polled, 1, 10000) == 1);
	polled.fd = first_fd;
	ck_assert(first_fd < 0 || poll(&polled, 1, 10000) == 1);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(stderr_never_blocks_the_board)
{
	/* Far more than a pipe holds, then the answer. */
	Options options = {.argv = (const char *const[]){"sh", "-c",
	                                                 "head -c 300000 /dev/zero | tr '\\0' 'e' >&2; "
	                                                 "printf answer; cat",
	                                                 NULL}};
	g_autoptr(RigLink) link = process_opened(&options);
	char text[8];
	read_exactly(link, text, 6);
	ck_assert_str_eq(text, "answer");
}
END_TEST

START_TEST(stop_descriptor_ends_a_wait)
{
	Options options = {.argv = (const char *const[]){"cat", NULL}};
	g_autoptr(RigLink) link = process_opened(&options);
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	link->stop_fd = ends[0];
	ck_assert_int_eq(write(ends[1], "", 1), 1);
	expect_failure(link, RIG_ERROR_STOPPED, "asked to stop");
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* A rig that is killed while its board runs: tells the board's pid through `out`. */
static void doomed_rig(int out)
{
	Options options = {
	    .argv = (const char *const[]){"sh", "-c", "printf %08d $$; exec sleep 1000", NULL}};
	RigLink *link = process_opened(&options);
	pid_t board = read_pid(link);
	ssize_t put = write(out, &board, sizeof board);
	raise(put == sizeof board ? SIGKILL : SIGABRT);
}

START_TEST(board_dies_with_a_killed_rig)
{
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	pid_t rig = fork();
	ck_assert_int_ge(rig, 0);
	if (rig == 0)
		doomed_rig(ends[1]);
	pid_t board = 0;
	ck_assert_int_eq(read(ends[0], &board, sizeof board), sizeof board);
	int board_fd = pidfd_open(board, 0);
	int status = 0;
	ck_assert_int_eq(waitpid(rig, &status, 0), rig);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	struct pollfd polled = {.fd = board_fd, .events = POLLIN};
	ck_assert(board_fd < 0 || poll(&polled, 1, 10000) == 1);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static Suite *process_suite(void)
{
	Suite *suite = suite_create("process link");
	TCase *process = tcase_create("process");
	tcase_set_timeout(process, 60);
	tcase_add_loop_test(process, bytes_go_both_ways, 0, 2);
	tcase_add_test(process, exit_status_is_the_boards_fault);
	tcase_add_loop_test(process, signals_are_named, 0, 2);
	tcase_add_test(process, writing_to_a_dead_board_is_its_fault);
	tcase_add_test(process, closed_output_ends_the_board);
	tcase_add_test(process, exec_failure_names_file_and_reason);
	tcase_add_test(process, image_is_needed_where_argv_names_it);
	tcase_add_test(process, reset_starts_anew_and_close_leaves_nobody);
	tcase_add_test(process, stderr_never_blocks_the_board);
	tcase_add_test(process, stop_descriptor_ends_a_wait);
	tcase_add_test(process, board_dies_with_a_killed_rig);
	suite_add_tcase(suite, process);
	return suite;
}

RIG_TEST_MAIN(process_suite)
