/* SPDX-License-Identifier: Apache-2.0 */
/* What is heard of changes, when they have settled, and which files they are. */
#include "call.h"
#include "fake_clock.h"

#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/watch_changes.h"

static char *folder;
static FakeClock fake;
static RigWatch *watch;

static void begin(void)
{
	folder = call_begin();
	fake_clock_init(&fake, 1000);
	watch = rig_watch_new(&fake.clock, NULL);
	ck_assert_ptr_nonnull(watch);
	ck_assert_int_eq(mkdir("build", 0700), 0);
	ck_assert(g_file_set_contents("suite", "one", -1, NULL));
	ck_assert(g_file_set_contents("build/image", "one", -1, NULL));
}

static void end(void)
{
	rig_watch_free(watch);
	call_end(folder);
}

/* Of the working folder; NULL ends the list. */
static void set(const char *first, ...) G_GNUC_NULL_TERMINATED;
static void set(const char *first, ...)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	va_list arguments;
	va_start(arguments, first);
	for (const char *path = first; path != NULL; path = va_arg(arguments, const char *))
		g_ptr_array_add(paths, g_build_filename(folder, path, NULL));
	va_end(arguments);
	gboolean good = rig_watch_set(watch, paths, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static void take(void)
{
	g_autoptr(GError) error = NULL;
	gboolean good = rig_watch_take(watch, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static void expect_names(GPtrArray *paths, const char *names)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < paths->len; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? " " : "",
		                       (const char *)paths->pdata[i] + strlen(folder) + 1);
	ck_assert_str_eq(text->str, names);
	g_ptr_array_unref(paths);
}

/* What is under way settles `after_us` from now, and then these have changed. */
static void expect(gint64 after_us, const char *changed)
{
	take();
	gint64 settles_us = rig_watch_settles_us(watch);
	if (after_us == RIG_FOREVER)
		ck_assert_int_eq(settles_us, RIG_FOREVER);
	else
		ck_assert_int_eq(settles_us - fake.now_us, after_us);
	expect_names(rig_watch_changed(watch), changed);
}

START_TEST(test_nothing_is_under_way_at_first)
{
	set("suite", "build/image", NULL);
	expect(RIG_FOREVER, "");
	struct pollfd polled = {.fd = rig_watch_fd(watch), .events = POLLIN};
	ck_assert_int_eq(poll(&polled, 1, 0), 0);
	/* Other files of the same folders are nobody's business, and reading is no change. */
	ck_assert(g_file_set_contents("other", "x", -1, NULL));
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents("suite", &text, NULL, NULL));
	expect(RIG_FOREVER, "");
}
END_TEST

START_TEST(test_a_file_is_written_in_place)
{
	set("suite", "build/image", NULL);
	int fd = open("build/image", O_WRONLY | O_TRUNC | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "two", 3), 3);
	expect(RIG_WATCH_WRITE_US, "build/image"); /* the writer has not said that it is done */
	fake.now_us += RIG_WATCH_QUIET_US;
	expect(RIG_WATCH_WRITE_US - RIG_WATCH_QUIET_US, "build/image");
	ck_assert_int_eq(write(fd, "more", 4), 4);
	expect(RIG_WATCH_WRITE_US, "build/image");
	close(fd);
	expect(RIG_WATCH_QUIET_US, "build/image");
	rig_watch_seen(watch);
	expect(RIG_FOREVER, "build/image");
	set("suite", "build/image", NULL);
	expect(RIG_FOREVER, "");
}
END_TEST

/* Of the same size, within a tick of the file system's clock. */
START_TEST(test_a_change_that_no_stamp_shows)
{
	set("suite", NULL);
	struct stat before;
	ck_assert_int_eq(stat("suite", &before), 0);
	int fd = open("suite", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "two", 3), 3);
	const struct timespec times[] = {before.st_atim, before.st_mtim};
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
	expect(RIG_WATCH_QUIET_US, "suite");
}
END_TEST

START_TEST(test_a_file_is_replaced_by_rename)
{
	set("suite", "build/image", NULL);
	ck_assert(g_file_set_contents("suite.new", "two", -1, NULL));
	expect(RIG_FOREVER, "");
	ck_assert_int_eq(rename("suite.new", "suite"), 0);
	expect(RIG_WATCH_QUIET_US, "suite");
	fake.now_us += RIG_WATCH_QUIET_US - 1;
	ck_assert(g_file_set_contents("build/image", "two", -1, NULL)); /* so it begins anew */
	expect(RIG_WATCH_QUIET_US, "suite build/image");
}
END_TEST

START_TEST(test_a_file_goes_and_is_made_anew)
{
	set("suite", "build/image", NULL);
	ck_assert_int_eq(unlink("build/image"), 0);
	expect(RIG_WATCH_QUIET_US, "build/image");
	expect_names(rig_watch_gone(watch), "build/image");
	int fd = open("build/image", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	expect(RIG_WATCH_WRITE_US, "build/image"); /* empty: it will be filled */
	expect_names(rig_watch_gone(watch), "");
	ck_assert_int_eq(write(fd, "two", 3), 3);
	close(fd);
	expect(RIG_WATCH_QUIET_US, "build/image");
}
END_TEST

START_TEST(test_links_are_whole_at_once)
{
	set("suite", "build/image", NULL);
	ck_assert(g_file_set_contents("build/other", "other", -1, NULL));
	ck_assert_int_eq(unlink("build/image"), 0);
	ck_assert_int_eq(link("build/other", "build/image"), 0);
	expect(RIG_WATCH_QUIET_US, "build/image");
	set("suite", "build/image", NULL);
	ck_assert_int_eq(unlink("build/image"), 0);
	ck_assert_int_eq(symlink("../suite", "build/image"), 0);
	expect(RIG_WATCH_QUIET_US, "build/image");
}
END_TEST

/* make clean && make: folders go, and come back level by level. */
START_TEST(test_folders_go_and_come_back)
{
	ck_assert_int_eq(mkdir("build/deep", 0700), 0);
	ck_assert(g_file_set_contents("build/deep/image", "one", -1, NULL));
	set("suite", "build/deep/image", NULL);
	ck_assert_int_eq(unlink("build/deep/image"), 0);
	ck_assert_int_eq(rmdir("build/deep"), 0);
	take();
	ck_assert_int_eq(unlink("build/image"), 0);
	ck_assert_int_eq(rmdir("build"), 0);
	expect(RIG_WATCH_QUIET_US, "build/deep/image");
	rig_watch_seen(watch);
	ck_assert_int_eq(mkdir("build", 0700), 0);
	ck_assert_int_eq(mkdir("build/deep", 0700), 0);
	expect(RIG_WATCH_QUIET_US, "build/deep/image");
	rig_watch_seen(watch);
	ck_assert(g_file_set_contents("build/deep/image", "one", -1, NULL));
	expect(RIG_WATCH_QUIET_US, "build/deep/image");
	expect_names(rig_watch_gone(watch), "");
}
END_TEST

START_TEST(test_a_folder_is_exchanged)
{
	ck_assert_int_eq(mkdir("next", 0700), 0);
	ck_assert(g_file_set_contents("next/image", "two", -1, NULL));
	set("suite", "build/image", NULL);
	ck_assert_int_eq(rename("build", "last"), 0);
	ck_assert_int_eq(rename("next", "build"), 0);
	expect(RIG_WATCH_QUIET_US, "build/image");
	set("suite", "build/image", NULL);
	ck_assert(g_file_set_contents("last/image", "three", -1, NULL)); /* it is not that one now */
	expect(RIG_FOREVER, "");
	ck_assert(g_file_set_contents("build/image", "three", -1, NULL));
	expect(RIG_WATCH_QUIET_US, "build/image");
}
END_TEST

START_TEST(test_what_was_never_there_is_waited_for)
{
	set("suite", "a/b/c", NULL);
	expect(RIG_FOREVER, "");
	expect_names(rig_watch_gone(watch), "");
	ck_assert_int_eq(g_mkdir_with_parents("a/b", 0700), 0);
	expect(RIG_WATCH_QUIET_US, "");
	rig_watch_seen(watch);
	ck_assert(g_file_set_contents("a/b/c", "one", -1, NULL));
	expect(RIG_WATCH_QUIET_US, "a/b/c");
	/* A file in the place of a folder is no error. */
	set("suite/below", "suite", NULL);
	expect(RIG_FOREVER, "");
}
END_TEST

START_TEST(test_two_ways_to_one_folder)
{
	ck_assert_int_eq(symlink("build", "link"), 0);
	set("build/image", "link/image", NULL);
	ck_assert(g_file_set_contents("link/image", "two", -1, NULL));
	expect(RIG_WATCH_QUIET_US, "build/image link/image");
}
END_TEST

/* More events than the kernel keeps: nothing is believed of what was heard before. */
START_TEST(test_lost_events)
{
	set("suite", "build/image", NULL);
	int fd = open("build/image", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "two", 3), 3);
	take();
	g_autofree char *limit = NULL;
	ck_assert(g_file_get_contents("/proc/sys/fs/inotify/max_queued_events", &limit, NULL, NULL));
	gint64 count = g_ascii_strtoll(limit, NULL, 10);
	if (count <= 100000) {
		for (gint64 i = 0; i < count; i++) { /* two in turn: equal ones would be one */
			ck_assert_int_eq(chmod("suite", i % 2 == 0 ? 0600 : 0644), 0);
			ck_assert_int_eq(chmod("build/image", i % 2 == 0 ? 0600 : 0644), 0);
		}
		expect(RIG_WATCH_QUIET_US, "build/image");
	}
	close(fd);
}
END_TEST

static Suite *watch_suite(void)
{
	Suite *suite = suite_create("watch changes");
	TCase *test = tcase_create("watch changes");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_nothing_is_under_way_at_first);
	tcase_add_test(test, test_a_file_is_written_in_place);
	tcase_add_test(test, test_a_change_that_no_stamp_shows);
	tcase_add_test(test, test_a_file_is_replaced_by_rename);
	tcase_add_test(test, test_a_file_goes_and_is_made_anew);
	tcase_add_test(test, test_links_are_whole_at_once);
	tcase_add_test(test, test_folders_go_and_come_back);
	tcase_add_test(test, test_a_folder_is_exchanged);
	tcase_add_test(test, test_what_was_never_there_is_waited_for);
	tcase_add_test(test, test_two_ways_to_one_folder);
	tcase_add_test(test, test_lost_events);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(watch_suite)
