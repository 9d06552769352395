/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are whole or not there, also when the disk is full. */
#include "call.h"
#include "full_disk.h"

#include <string.h>

#include "base/files.h"

static char *folder;

static void begin(void)
{
	folder = call_begin();
}

static void end(void)
{
	call_end(folder);
}

static void expect_file(const char *path, const char *data, gsize size)
{
	g_autofree char *text = NULL;
	gsize length;
	ck_assert_msg(g_file_get_contents(path, &text, &length, NULL), "no %s", path);
	ck_assert_uint_eq(length, size);
	ck_assert_int_eq(memcmp(text, data, size), 0);
}

static guint entries(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	ck_assert_ptr_nonnull(dir);
	guint count = 0;
	while (g_dir_read_name(dir) != NULL)
		count++;
	g_dir_close(dir);
	return count;
}

static void expect_error(GError **error, const char *text)
{
	ck_assert(g_error_matches(*error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_str_eq((*error)->message, text);
	g_clear_error(error);
}

START_TEST(test_replace_makes_and_replaces)
{
	ck_assert(rig_file_replace("file", "first", 5, NULL));
	expect_file("file", "first", 5);
	ck_assert(rig_file_replace("file", "\0b", 2, NULL));
	expect_file("file", "\0b", 2);
	ck_assert(rig_file_replace("file", "", 0, NULL));
	expect_file("file", "", 0);
	ck_assert_uint_eq(entries("."), 1);
}
END_TEST

START_TEST(test_replace_on_a_full_disk_leaves_the_old_file)
{
	g_autofree char *data = g_strnfill(100000, 'x');
	g_autoptr(GError) error = NULL;
	ck_assert(rig_file_replace("file", "old", 3, NULL));
	full_disk_begin(5000);
	gboolean good = rig_file_replace("file", data, 100000, &error);
	full_disk_end();
	ck_assert(!good);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert(g_str_has_suffix(error->message, ".new: cannot be written: File too large"));
	expect_file("file", "old", 3);
	ck_assert_uint_eq(entries("."), 1);
}
END_TEST

START_TEST(test_replace_that_cannot_rename_leaves_nothing)
{
	g_autoptr(GError) error = NULL;
	ck_assert(rig_folder_make("file/full", NULL));
	ck_assert(!rig_file_replace("file", "x", 1, &error));
	expect_error(&error, "file: cannot be put in place: Is a directory");
	ck_assert_uint_eq(entries("."), 1);
	ck_assert(!rig_file_replace("nowhere/file", "x", 1, &error));
	ck_assert(g_str_has_suffix(error->message, "cannot be made: No such file or directory"));
}
END_TEST

START_TEST(test_who_reads_while_it_is_replaced_has_the_old_file)
{
	ck_assert(rig_file_replace("file", "old", 3, NULL));
	int fd = open("file", O_RDONLY | O_CLOEXEC);
	ck_assert(rig_file_replace("file", "newer", 5, NULL));
	char block[8];
	ck_assert_int_eq(read(fd, block, sizeof block), 3);
	ck_assert_int_eq(memcmp(block, "old", 3), 0);
	close(fd);
}
END_TEST

START_TEST(test_create_is_for_files_that_are_not_there)
{
	g_autoptr(GError) error = NULL;
	ck_assert(rig_file_create("file", "a\0b", 3, NULL));
	expect_file("file", "a\0b", 3);
	ck_assert(!rig_file_create("file", "x", 1, &error));
	expect_error(&error, "file: cannot be made: File exists");
	expect_file("file", "a\0b", 3);
	ck_assert_int_eq(symlink("nowhere", "link"), 0);
	ck_assert(!rig_file_create("link", "x", 1, &error));
	expect_error(&error, "link: cannot be made: File exists");
	ck_assert(!g_file_test("nowhere", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(test_create_on_a_full_disk_is_told)
{
	g_autofree char *data = g_strnfill(5000, 'x');
	g_autoptr(GError) error = NULL;
	full_disk_begin(1000);
	gboolean good = rig_file_create("file", data, 5000, &error);
	full_disk_end();
	ck_assert(!good);
	expect_error(&error, "file: cannot be written: File too large");
}
END_TEST

START_TEST(test_folders_are_made_with_their_parents)
{
	g_autoptr(GError) error = NULL;
	ck_assert(rig_folder_make("a/b/c", NULL));
	ck_assert(rig_folder_make("a/b/c", NULL));
	ck_assert(rig_folder_sync("a/b/c", NULL));
	ck_assert(rig_file_create("a/file", "x", 1, NULL));
	ck_assert(!rig_folder_make("a/file/c", &error));
	expect_error(&error, "a/file/c: cannot be made: Not a directory");
	ck_assert(!rig_folder_sync("a/file", &error));
	expect_error(&error, "a/file: cannot be opened: Not a directory");
	ck_assert(!rig_folder_sync("a/x", &error));
	expect_error(&error, "a/x: cannot be opened: No such file or directory");
}
END_TEST

static Suite *files_suite(void)
{
	Suite *suite = suite_create("files");
	TCase *test = tcase_create("files");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_replace_makes_and_replaces);
	tcase_add_test(test, test_replace_on_a_full_disk_leaves_the_old_file);
	tcase_add_test(test, test_replace_that_cannot_rename_leaves_nothing);
	tcase_add_test(test, test_who_reads_while_it_is_replaced_has_the_old_file);
	tcase_add_test(test, test_create_is_for_files_that_are_not_there);
	tcase_add_test(test, test_create_on_a_full_disk_is_told);
	tcase_add_test(test, test_folders_are_made_with_their_parents);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(files_suite)
