/* SPDX-License-Identifier: Apache-2.0 */
/* The log through memory: what is in the file while it grows, at its end, and on a full disk. */
#include "call.h"
#include "full_disk.h"

#include <string.h>
#include <sys/wait.h>

#include "base/append.h"

#define BLOCK ((gsize)256 * 1024) /* what is reserved at once */

static char *folder;

static void begin(void)
{
	folder = call_begin();
}

static void end(void)
{
	call_end(folder);
}

/* Bytes that differ from block to block. Caller frees. */
static guint8 *pattern(gsize size)
{
	guint8 *data = g_malloc(size);
	for (gsize i = 0; i < size; i++)
		data[i] = (guint8)(i % 251 + 1);
	return data;
}

/* Fails the test unless the file begins with these bytes; returns its size. */
static gsize expect_file(const void *data, gsize size)
{
	g_autofree char *text = NULL;
	gsize length;
	ck_assert(g_file_get_contents("log", &text, &length, NULL));
	ck_assert_uint_ge(length, size);
	ck_assert_int_eq(memcmp(text, data, size), 0);
	return length;
}

START_TEST(test_closed_in_order_it_holds_what_was_appended)
{
	/* Around the ends of the first block and of the second, in parts that do not divide them. */
	static const gsize sizes[] = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 17};
	gsize size = sizes[_i];
	g_autofree guint8 *data = pattern(size + 1);
	g_autoptr(GError) error = NULL;
	RigAppend *append = rig_append_new("log", &error);
	ck_assert_ptr_nonnull(append);
	for (gsize at = 0; at < size; at += 100003)
		ck_assert(rig_append_write(append, data + at, MIN((gsize)100003, size - at)));
	ck_assert_uint_eq(rig_append_size(append), size);
	ck_assert(rig_append_check(append, &error));
	rig_append_free(append);
	ck_assert_uint_eq(expect_file(data, size), size);
}
END_TEST

START_TEST(test_what_was_appended_is_in_the_file_at_once)
{
	g_autoptr(RigAppend) append = rig_append_new("log", NULL);
	ck_assert(rig_append_write(append, "first\n", 6));
	expect_file("first\n", 6);
	ck_assert(rig_append_write(append, "second\n", 7));
	expect_file("first\nsecond\n\0", 14);
}
END_TEST

START_TEST(test_a_killed_process_leaves_all_it_appended)
{
	pid_t pid = fork();
	if (pid == 0) {
		RigAppend *append = rig_append_new("log", NULL);
		rig_append_write(append, "last words\n", 11);
		raise(SIGKILL);
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	expect_file("last words\n\0\0\0", 14);
}
END_TEST

START_TEST(test_a_log_is_never_written_over)
{
	ck_assert(g_file_set_contents("log", "old", -1, NULL));
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_append_new("log", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_str_eq(error->message, "log: cannot be made: File exists");
	ck_assert_uint_eq(expect_file("old", 3), 3);
}
END_TEST

START_TEST(test_a_full_disk_is_an_error_that_stays)
{
	g_autofree guint8 *data = pattern(2 * BLOCK);
	RigAppend *append = rig_append_new("log", NULL);
	full_disk_begin(BLOCK + BLOCK / 2);
	ck_assert(rig_append_write(append, data, BLOCK - 5));
	gboolean more = rig_append_write(append, data + BLOCK - 5, 100);
	full_disk_end();
	ck_assert(!more);
	/* There is room again, but a hole in a log is worse than its end. */
	ck_assert(!rig_append_write(append, "x", 1));
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_append_check(append, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert(g_str_has_prefix(error->message, "log: cannot be written: "));
	ck_assert_uint_eq(rig_append_size(append), BLOCK);
	rig_append_free(append);
	ck_assert_uint_eq(expect_file(data, BLOCK), BLOCK);
}
END_TEST

START_TEST(test_a_disk_that_was_full_from_the_start)
{
	RigAppend *append = rig_append_new("log", NULL);
	full_disk_begin(10);
	gboolean good = rig_append_write(append, "x", 1);
	full_disk_end();
	ck_assert(!good);
	ck_assert(!rig_append_check(append, NULL));
	ck_assert_uint_eq(rig_append_size(append), 0);
	rig_append_free(append);
	rig_append_free(NULL);
}
END_TEST

static Suite *append_suite(void)
{
	Suite *suite = suite_create("append");
	TCase *test = tcase_create("append");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_loop_test(test, test_closed_in_order_it_holds_what_was_appended, 0, 6);
	tcase_add_test(test, test_what_was_appended_is_in_the_file_at_once);
	tcase_add_test(test, test_a_killed_process_leaves_all_it_appended);
	tcase_add_test(test, test_a_log_is_never_written_over);
	tcase_add_test(test, test_a_full_disk_is_an_error_that_stays);
	tcase_add_test(test, test_a_disk_that_was_full_from_the_start);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(append_suite)
