/* SPDX-License-Identifier: Apache-2.0 */
/* The state folder, a user's own and one of a lab; and what shell words and lock files do. */
#include "call.h"
#include "fake_clock.h"

#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/lock.h"
#include "base/shell.h"
#include "base/state.h"

static char *folder;

static void begin(void)
{
	folder = call_begin();
}

static void end(void)
{
	call_end(folder);
}

static guint mode_of(const char *path)
{
	struct stat status;
	ck_assert_msg(stat(path, &status) == 0, "no %s", path);
	return status.st_mode & 07777;
}

START_TEST(test_where_it_is)
{
	g_autofree char *named = rig_state_folder();
	g_autofree char *wanted = g_build_filename(folder, "state", NULL);
	ck_assert_str_eq(named, wanted);
	g_setenv("TINYRIG_STATE", "here", TRUE);
	g_autofree char *relative = rig_state_folder();
	g_autofree char *absolute = g_build_filename(folder, "here", NULL);
	ck_assert_str_eq(relative, absolute);
	g_setenv("XDG_STATE_HOME", "/some/where", TRUE);
	g_setenv("TINYRIG_STATE", "", TRUE);
	g_autofree char *standard = rig_state_folder();
	ck_assert_str_eq(standard, "/some/where/tinyrig");
	ck_assert(!g_file_test("/some/where", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(test_a_users_own_is_for_nobody_else)
{
	g_autofree char *part = rig_state_part("things", NULL);
	ck_assert_ptr_nonnull(part);
	ck_assert(g_str_has_suffix(part, "/state/things"));
	ck_assert_uint_eq(mode_of("state"), 0700);
	ck_assert_uint_eq(mode_of("state/things"), 0700);
	ck_assert_uint_eq(rig_state_file_mode(part), 0600);
	g_autofree char *again = rig_state_part("things", NULL);
	ck_assert_str_eq(again, part);
	ck_assert_uint_eq(rig_state_file_mode("/nowhere"), 0600);
}
END_TEST

/* As an administrator made it, whatever the umask of the first user. */
START_TEST(test_a_labs_is_for_all_who_may_write_it)
{
	static const guint rows[][3] = {
	    {0770, 0770, 0660}, {01777, 0777, 0666}, {02775, 02775, 0664}, {0755, 0755, 0644}};
	ck_assert_int_eq(mkdir("state", 0700), 0);
	ck_assert_int_eq(chmod("state", rows[_i][0]), 0);
	mode_t before = umask(077);
	g_autofree char *part = rig_state_part("things", NULL);
	ck_assert_ptr_nonnull(part);
	ck_assert_uint_eq(mode_of("state"), rows[_i][0]);
	ck_assert_uint_eq(mode_of(part), rows[_i][1]);
	ck_assert_uint_eq(rig_state_file_mode(part), rows[_i][2]);
	ck_assert(rig_file_replace_shared("state/things/a", rig_state_file_mode(part), "x", 1, NULL));
	ck_assert_uint_eq(mode_of("state/things/a"), rows[_i][2]);
	umask(before);
}
END_TEST

START_TEST(test_one_that_cannot_be_is_told)
{
	g_autoptr(GError) error = NULL;
	ck_assert(g_file_set_contents("state", "", -1, NULL));
	ck_assert_ptr_null(rig_state_part("things", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "/state: cannot be made: "));
	ck_assert_ptr_nonnull(strstr(error->message, "set TINYRIG_STATE"));
	g_clear_error(&error);
	ck_assert_int_eq(unlink("state"), 0);
	ck_assert_int_eq(mkdir("state", 0700), 0);
	ck_assert_int_eq(symlink("nowhere/at/all", "state/things"), 0);
	g_autofree char *part = rig_state_part("things", &error);
	ck_assert_ptr_nonnull(part); /* it is there; what is done with it will fail */
	ck_assert(!rig_file_replace_shared("state/things/a", 0600, "x", 1, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "cannot be made"));
}
END_TEST

START_TEST(test_shared_files_are_not_written_through_links)
{
	ck_assert(g_file_set_contents("precious", "keep", -1, NULL));
	ck_assert_int_eq(symlink("precious", "file"), 0);
	ck_assert(rig_file_replace_shared("file", 0644, "new", 3, NULL));
	g_autofree char *kept = NULL, *written = NULL;
	ck_assert(g_file_get_contents("precious", &kept, NULL, NULL));
	ck_assert_str_eq(kept, "keep");
	ck_assert(!g_file_test("file", G_FILE_TEST_IS_SYMLINK));
	ck_assert(g_file_get_contents("file", &written, NULL, NULL));
	ck_assert_str_eq(written, "new");
	/* Nothing is left beside it where it cannot be put in place. */
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert(!rig_file_replace_shared("folder", 0644, "new", 3, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "cannot be put in place"));
	GDir *dir = g_dir_open(".", 0, NULL);
	for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
		ck_assert_msg(!g_str_has_prefix(name, "folder."), "%s", name);
	g_dir_close(dir);
}
END_TEST

START_TEST(test_a_lock_is_waited_for_until_the_deadline)
{
	FakeClock fake;
	fake_clock_init(&fake, 1000);
	int fd = rig_lock_take("lock", 0664, &fake.clock, 0, NULL);
	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(mode_of("lock"), 0664);
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(rig_lock_take("lock", 0664, &fake.clock, fake.now_us, &error), -1);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "another process has it locked"));
	close(fd);
	fd = rig_lock_take("lock", 0664, &fake.clock, 0, NULL);
	ck_assert_int_ge(fd, 0);
	close(fd);
	g_clear_error(&error);
	ck_assert_int_eq(rig_lock_open("none", 0), -1);
	ck_assert_int_eq(symlink("lock", "link"), 0);
	ck_assert_int_eq(rig_lock_take("link", 0664, &fake.clock, 0, &error), -1);
	ck_assert_ptr_nonnull(strstr(error->message, "link: cannot be opened"));
}
END_TEST

START_TEST(test_shell_words)
{
	static const char *const rows[][2] = {
	    {"plain", " plain"}, {"host=a/b.elf", " host=a/b.elf"}, {"", " ''"},
	    {"a b", " 'a b'"},   {"it's", " 'it'\\''s'"},           {"$x", " '$x'"}};
	g_autoptr(GString) line = g_string_new("x");
	rig_shell_append(line, rows[_i][0]);
	ck_assert_str_eq(line->str + 1, rows[_i][1]);
}
END_TEST

static Suite *state_suite(void)
{
	Suite *suite = suite_create("state");
	TCase *test = tcase_create("state");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_where_it_is);
	tcase_add_test(test, test_a_users_own_is_for_nobody_else);
	tcase_add_loop_test(test, test_a_labs_is_for_all_who_may_write_it, 0, 4);
	tcase_add_test(test, test_one_that_cannot_be_is_told);
	tcase_add_test(test, test_shared_files_are_not_written_through_links);
	tcase_add_test(test, test_a_lock_is_waited_for_until_the_deadline);
	tcase_add_loop_test(test, test_shell_words, 0, 6);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(state_suite)
