/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds a serial port: UUCP lock files, flock, and holders that were killed. */
#include "serial_bench.h"
#include "test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_lock(const SerialBench *bed, const char *text)
{
	g_autofree char *path = serial_bench_lock(bed);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

START_TEST(second_open_is_refused)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	serial_bench_open(&bed);
	RigLink *second =
	    rig_link_new(serial_bench_driver(), &bed.options, "c", "console", &rig_clock_monotonic);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_link_open(second, serial_bench_soon(), &error));
	serial_bench_expect(error, RIG_ERROR_BUSY, "ttyUSB0 is open already in this very process");
	/* The refused one took nothing with it. */
	serial_bench_hears(&bed, "still");
	/* Where somebody removed the lock file, flock still holds. */
	g_autofree char *lock = serial_bench_lock(&bed);
	ck_assert_int_eq(g_unlink(lock), 0);
	g_autoptr(GError) again = NULL;
	ck_assert(!rig_link_open(second, serial_bench_soon(), &again));
	serial_bench_expect(again, RIG_ERROR_BUSY, "ttyUSB0 is held by another program (flock)");
	rig_link_close(bed.link);
	ck_assert(rig_link_open(second, serial_bench_soon(), NULL));
	rig_link_free(second);
	serial_bench_end(&bed);
}
END_TEST

START_TEST(a_lock_file_is_as_uucp_wants_it)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	serial_bench_open(&bed);
	g_autofree char *path = serial_bench_lock(&bed);
	g_autofree char *text = NULL;
	g_autofree char *expected = g_strdup_printf("%10d\n", (int)getpid());
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	ck_assert_str_eq(text, expected);
	GStatBuf file;
	ck_assert_int_eq(g_stat(path, &file), 0);
	ck_assert_uint_eq(file.st_mode & 0777, 0644);
	ck_assert_uint_eq(file.st_nlink, 1);
	rig_link_close(bed.link);
	ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
	g_autoptr(GDir) folder = g_dir_open(bed.bed->locks, 0, NULL);
	ck_assert_ptr_null(g_dir_read_name(folder));
	serial_bench_end(&bed);
}
END_TEST

START_TEST(lock_files_of_others)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
	    {"         1\n", "ttyUSB0 is held by process 1 ("},
	    {"1 minicom root\n", "ttyUSB0 is held by process 1 ("},
	    {"", "holds no process number"},
	    {"minicom\n", "holds no process number"},
	    {"-1\n", "holds no process number"},
	    {"99999999999999999999\n", "holds no process number"},
	};
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	write_lock(&bed, rows[_i].text);
	serial_bench_refuses(&bed, RIG_ERROR_BUSY, rows[_i].part);
	/* What belongs to others stays, and the port was not touched. */
	g_autofree char *path = serial_bench_lock(&bed);
	ck_assert(g_file_test(path, G_FILE_TEST_EXISTS));
	ck_assert_str_eq(bed.port->history->str, "");
	serial_bench_end(&bed);
}
END_TEST

/* A process of its own that holds the port until it is killed. */
static pid_t fork_holder(SerialBench *bed)
{
	int ready[2];
	ck_assert_int_eq(pipe(ready), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		char word = rig_link_open(bed->link, serial_bench_soon(), NULL) ? 'y' : 'n';
		if (write(ready[1], &word, 1) == 1)
			pause();
		_exit(1);
	}
	char word = 0;
	ck_assert_int_eq(read(ready[0], &word, 1), 1);
	ck_assert_int_eq(word, 'y');
	close(ready[0]);
	close(ready[1]);
	return pid;
}

START_TEST(killed_holder)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	pid_t pid = fork_holder(&bed);
	g_autofree char *held =
	    g_strdup_printf("ttyUSB0 is held by process %d (%.15s", (int)pid, "test_serial");
	serial_bench_refuses(&bed, RIG_ERROR_BUSY, held);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	g_autofree char *path = serial_bench_lock(&bed);
	ck_assert(g_file_test(path, G_FILE_TEST_EXISTS));
	serial_bench_open(&bed);
	serial_bench_hears(&bed, "works at once");
	serial_bench_end(&bed);
}
END_TEST

START_TEST(no_folder_for_locks_is_told)
{
	SerialBench bed;
	serial_bench_begin(&bed, NULL);
	g_setenv("TINYRIG_LOCK_DIR", "/nowhere/at/all", TRUE);
	serial_bench_open(&bed);
	ck_assert_msg(strstr(bed.notes->str, "serial: no lock file in /nowhere/at/all: No such") !=
	                  NULL,
	              "%s", bed.notes->str);
	serial_bench_end(&bed);
}
END_TEST

static Suite *serial_lock_suite(void)
{
	Suite *suite = suite_create("serial_lock");
	TCase *tests = tcase_create("holders");
	tcase_add_test(tests, second_open_is_refused);
	tcase_add_test(tests, a_lock_file_is_as_uucp_wants_it);
	tcase_add_loop_test(tests, lock_files_of_others, 0, 6);
	tcase_add_test(tests, killed_holder);
	tcase_add_test(tests, no_folder_for_locks_is_told);
	suite_add_tcase(suite, tests);
	return suite;
}

TTY_BED_TEST_MAIN(serial_lock_suite)
