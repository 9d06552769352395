/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of others, each played by a shell script: in order, too long, too late, stubborn. */
#include "call.h"

#include <signal.h>
#include <string.h>

#include "base/sources.h"
#include "run/program.h"

#define LATER_US (60 * G_USEC_PER_SEC) /* a deadline that no test meets */

static char *folder;
static RigProgramResult result;

static void begin(void)
{
	folder = call_begin();
	signal(SIGPIPE, SIG_IGN); /* as supervisor and worker do */
}

static void end(void)
{
	rig_program_result_clear(&result);
	call_end(folder);
}

/* Time is up as soon as the program has made the file `ready`. */
static gint64 ready_clock_now(gpointer user)
{
	(void)user;
	return g_file_test("ready", G_FILE_TEST_EXISTS) ? G_USEC_PER_SEC : 0;
}
static const RigClock ready_clock = {.now_us = ready_clock_now};

static gboolean run_against(const char *script, const char *input, const RigClock *clock,
                            gint64 deadline_us, int stop_fd, GError **error)
{
	char *argv[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, g_strdup(script), NULL};
	RigProgram program = {.argv = argv,
	                      .input = input,
	                      .clock = clock,
	                      .deadline_us = deadline_us,
	                      .stop_fd = stop_fd};
	rig_program_result_clear(&result);
	gboolean good = rig_program_run(&program, &result, error);
	ck_assert(good == (error == NULL || *error == NULL));
	ck_assert_ptr_nonnull(result.said);
	g_free(argv[2]);
	return good;
}

static void run_good(const char *script, const char *input)
{
	g_autoptr(GError) error = NULL;
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, LATER_US);
	gboolean good = run_against(script, input, &rig_clock_monotonic, deadline_us, -1, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	ck_assert_int_eq(result.status, 0);
}

static void run_bad(const char *script, int status, const char *why)
{
	g_autoptr(GError) error = NULL;
	gint64 deadline_us = rig_clock_after(&rig_clock_monotonic, LATER_US);
	ck_assert(!run_against(script, NULL, &rig_clock_monotonic, deadline_us, -1, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_msg(strstr(error->message, why) != NULL, "no \"%s\" in: %s", why, error->message);
	ck_assert_msg(result.status == status, "status %d, not %d", result.status, status);
	ck_assert_ptr_null(result.answer);
}

/* The script makes `ready`, which is when its time is up. Its status is returned. */
static int run_late(const char *script)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!run_against(script, NULL, &ready_clock, 2000, -1, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_msg(strstr(error->message, "did not end in time") != NULL, "%s", error->message);
	return result.status;
}

START_TEST(test_json_goes_in_and_out)
{
	run_good("cat", " {\"verdict\": \"pass\", \"n\": [1, 2]}\n");
	ck_assert_str_eq(json_string_value(json_object_get(result.answer, "verdict")), "pass");
	g_autofree char *sha256 = rig_sha256_file("/bin/sh", NULL);
	ck_assert_str_eq(result.sha256, sha256);
	run_good(":", NULL);
	ck_assert_ptr_null(result.answer);
	ck_assert_str_eq(result.said, "");
}
END_TEST

START_TEST(test_more_than_a_pipe_holds_goes_both_ways)
{
	g_autofree char *fill = g_strnfill(900000, 'x');
	g_autofree char *input = g_strdup_printf("[\"%s\"]", fill);
	run_good("cat", input);
	ck_assert_str_eq(json_string_value(json_array_get(result.answer, 0)), fill);
	run_good("echo '{}'", input); /* it does not read at all */
	ck_assert(json_is_object(result.answer));
}
END_TEST

START_TEST(test_without_input_stdin_is_at_its_end)
{
	run_good("test \"$(wc -c)\" -eq 0", NULL);
	run_good("test \"$(wc -c)\" -eq 0", "");
}
END_TEST

START_TEST(test_exit_status_and_last_words_are_told)
{
	run_bad("echo first >&2; echo 'cannot find the probe' >&2; exit 7", 7,
	        "program /bin/sh: ended with status 7: cannot find the probe");
	ck_assert_str_eq(result.said, "first\ncannot find the probe\n");
	run_bad("echo '{\"verdict\": \"pass\"}'; exit 1", 1, "ended with status 1");
	run_bad("kill -SEGV $$", 128 + SIGSEGV, "ended with status 139");
}
END_TEST

START_TEST(test_what_is_no_json_is_an_error)
{
	run_bad("echo pass", 0, "its output is no JSON: line 1");
	run_bad("echo '{} {}'", 0, "its output is no JSON");
	run_bad("echo '{\"verdict\": \"fail\", \"verdict\": \"pass\"}'", 0, "duplicate");
	run_bad("printf '[\"caf\\351\"]'", 0, "its output is no JSON");
}
END_TEST

START_TEST(test_stderr_is_kept_to_its_last_bytes)
{
	run_good("yes 'a line of many' | head -c 300000 >&2; printf 'the caf\\351 end' >&2", NULL);
	ck_assert_uint_ge(strlen(result.said), 4096);
	ck_assert_uint_le(strlen(result.said), 4096 + 16);
	ck_assert(g_str_has_suffix(result.said, "the caf\xef\xbf\xbd end"));
	ck_assert(g_utf8_validate(result.said, -1, NULL));
}
END_TEST

START_TEST(test_who_prints_without_end_is_ended)
{
	run_bad("yes", 128 + SIGTERM, "printed over 1 MiB");
}
END_TEST

START_TEST(test_at_the_deadline_it_is_asked_to_end)
{
	ck_assert_int_eq(run_late("trap 'echo tidy >tidied; exit 3' TERM; echo x >ready; "
	                          "while :; do read line </dev/zero & wait $!; done"),
	                 3);
	ck_assert(g_file_test("tidied", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(test_who_does_not_listen_is_killed)
{
	ck_assert_int_eq(run_late("trap '' TERM; echo x >ready; exec tail -f /dev/null"),
	                 128 + SIGKILL);
}
END_TEST

START_TEST(test_its_children_are_ended_with_it)
{
	int end[2];
	ck_assert_int_eq(pipe(end), 0);
	/* It inherits end[1], as all do; sh itself cannot name a descriptor of two digits. */
	run_late("(trap '' TERM; echo x >ready; exec tail -f /dev/null) & wait");
	close(end[1]);
	char byte;
	ck_assert_int_eq(read(end[0], &byte, 1), 0); /* the child's copy is closed, too */
	close(end[0]);
}
END_TEST

START_TEST(test_asked_to_stop_it_is_ended)
{
	int stop[2];
	ck_assert_int_eq(pipe(stop), 0);
	ck_assert_int_eq(write(stop[1], "x", 1), 1);
	g_autoptr(GError) error = NULL;
	ck_assert(!run_against("exec tail -f /dev/null", NULL, &rig_clock_monotonic, RIG_FOREVER,
	                       stop[0], &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_STOPPED));
	ck_assert_int_eq(result.status, 128 + SIGTERM);
	close(stop[0]);
	close(stop[1]);
}
END_TEST

START_TEST(test_who_closes_its_outputs_early_may_go_on)
{
	run_good("exec >&- 2>&-; i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; : >done", NULL);
	ck_assert(g_file_test("done", G_FILE_TEST_EXISTS));
	/* But not beyond its deadline. */
	ck_assert_int_eq(run_late("exec >&- 2>&-; : >ready; while :; do :; done"), 128 + SIGTERM);
}
END_TEST

START_TEST(test_what_it_leaves_behind_does_not_hold_it_up)
{
	run_good("tail -f /dev/null & echo '{\"verdict\": \"pass\"}'", NULL);
	ck_assert(json_is_object(result.answer));
}
END_TEST

START_TEST(test_what_cannot_be_started_is_an_error)
{
	char *argv[] = {(char[]){"no-such-program"}, NULL};
	RigProgram program = {
	    .argv = argv, .clock = &rig_clock_monotonic, .deadline_us = RIG_FOREVER, .stop_fd = -1};
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_program_run(&program, &result, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "program no-such-program: cannot be started"));
	ck_assert_int_eq(result.status, -1);
	ck_assert_ptr_null(result.sha256);
	ck_assert_str_eq(result.said, "");
}
END_TEST

START_TEST(test_placeholders_are_filled_and_unknown_ones_named)
{
	g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(values, (char[]){"image"}, (char[]){"a b; $(rm)"});
	char *argv[] = {(char[]){"flash"}, (char[]){"--image=${image}"}, NULL};
	g_auto(GStrv) filled = rig_program_expand(argv, values, NULL);
	ck_assert_str_eq(filled[1], "--image=a b; $(rm)");
	ck_assert_ptr_null(filled[2]);
	g_autoptr(GError) error = NULL;
	g_hash_table_remove_all(values);
	ck_assert_ptr_null(rig_program_expand(argv, values, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_ptr_nonnull(strstr(error->message, "`--image=${image}`: there is no ${image} here"));
}
END_TEST

static Suite *program_suite(void)
{
	Suite *suite = suite_create("program");
	TCase *test = tcase_create("program");
	tcase_add_checked_fixture(test, begin, end);
	tcase_set_timeout(test, 30);
	tcase_add_test(test, test_json_goes_in_and_out);
	tcase_add_test(test, test_more_than_a_pipe_holds_goes_both_ways);
	tcase_add_test(test, test_without_input_stdin_is_at_its_end);
	tcase_add_test(test, test_exit_status_and_last_words_are_told);
	tcase_add_test(test, test_what_is_no_json_is_an_error);
	tcase_add_test(test, test_stderr_is_kept_to_its_last_bytes);
	tcase_add_test(test, test_who_prints_without_end_is_ended);
	tcase_add_test(test, test_at_the_deadline_it_is_asked_to_end);
	tcase_add_test(test, test_who_does_not_listen_is_killed);
	tcase_add_test(test, test_its_children_are_ended_with_it);
	tcase_add_test(test, test_asked_to_stop_it_is_ended);
	tcase_add_test(test, test_who_closes_its_outputs_early_may_go_on);
	tcase_add_test(test, test_what_it_leaves_behind_does_not_hold_it_up);
	tcase_add_test(test, test_what_cannot_be_started_is_an_error);
	tcase_add_test(test, test_placeholders_are_filled_and_unknown_ones_named);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(program_suite)
