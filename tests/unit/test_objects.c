/* SPDX-License-Identifier: Apache-2.0 */
/* Content by its digest: written once, and never given out damaged. */
#include "full_disk.h"
#include "store_bed.h"
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sources.h"
#include "store/objects.h"

#define CONTENT_BYTES (300u << 10) /* more than one block of the compressor */

static StoreBed bed;
static char *content;
static RigObjectId id;
static char *path; /* of the object */

static char *path_of(const RigObjectId *object)
{
	GString *text = g_string_new("objects/");
	for (guint i = 0; i < RIG_OBJECT_BYTES; i++)
		g_string_append_printf(text, i == 1 ? "/%02x" : "%02x", object->sha256[i]);
	g_string_append(text, ".zst");
	return g_string_free(text, FALSE);
}

static gint64 put(const char *file, RigObjectId *object)
{
	g_autoptr(GError) error = NULL;
	gint64 size = -1;
	gboolean good = rig_objects_put("objects", file, object, &size, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	return size;
}

/* Words that do not compress to nothing. */
static void begin(void)
{
	store_bed_begin(&bed);
	content = g_malloc(CONTENT_BYTES);
	guint32 state = 7;
	for (guint i = 0; i < CONTENT_BYTES; i++) {
		state = state * 1664525u + 1013904223u;
		content[i] = (char)('a' + (state >> 28));
	}
	ck_assert(g_file_set_contents("file", content, CONTENT_BYTES, NULL));
	ck_assert_int_eq(put("file", &id), CONTENT_BYTES);
	path = path_of(&id);
}

static void end(void)
{
	g_free(content);
	g_free(path);
	store_bed_end(&bed);
}

static void expect_content(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize size;
	gboolean good = rig_objects_get("objects", &id, CONTENT_BYTES, "back", &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	ck_assert(g_file_get_contents("back", &text, &size, NULL));
	ck_assert_uint_eq(size, CONTENT_BYTES);
	ck_assert_mem_eq(text, content, size);
	ck_assert_int_eq(g_unlink("back"), 0);
}

/* The object is refused by its name, and no file is left that could be taken for it. */
static void expect_refused(gint64 size, const char *why)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(!rig_objects_get("objects", &id, size, "back", &error), "%s: was given out", why);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_msg(strstr(error->message, path) != NULL, "no name in: %s", error->message);
	ck_assert_msg(strstr(error->message, why) != NULL, "no \"%s\" in: %s", why, error->message);
	ck_assert(!g_file_test("back", G_FILE_TEST_EXISTS));
}

START_TEST(test_content_comes_back_by_its_digest)
{
	g_autofree char *hex = rig_sha256_hex(content, CONTENT_BYTES);
	ck_assert_int_eq(strncmp(path + strlen("objects/"), hex, 2), 0);
	ck_assert_int_eq(strncmp(path + strlen("objects/xx/"), hex + 2, 62), 0);
	expect_content();
}
END_TEST

START_TEST(test_content_that_is_there_is_not_written_again)
{
	struct stat before, after;
	RigObjectId again;
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert(g_file_set_contents("other", content, CONTENT_BYTES, NULL));
	ck_assert_int_eq(put("other", &again), CONTENT_BYTES);
	ck_assert_mem_eq(&again, &id, sizeof id);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	ck_assert_uint_eq(store_bed_files("objects"), 1);
}
END_TEST

START_TEST(test_an_empty_file_is_content_too)
{
	RigObjectId empty;
	ck_assert(g_file_set_contents("empty", "", 0, NULL));
	ck_assert_int_eq(put("empty", &empty), 0);
	ck_assert(rig_objects_get("objects", &empty, 0, "back", NULL));
	struct stat about;
	ck_assert_int_eq(stat("back", &about), 0);
	ck_assert_int_eq(about.st_size, 0);
}
END_TEST

START_TEST(test_a_truncated_object_is_refused)
{
	struct stat about;
	ck_assert_int_eq(stat(path, &about), 0);
	const off_t sizes[] = {about.st_size - 1, about.st_size / 2, 5, 0};
	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		ck_assert_int_eq(truncate(path, sizes[i]), 0);
		expect_refused(CONTENT_BYTES, "the object is cut off");
	}
}
END_TEST

START_TEST(test_an_object_with_a_flipped_bit_is_refused)
{
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents(path, &text, &size, NULL));
	const gsize places[] = {0, size / 3, size / 2, size - 1};
	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		text[places[i]] ^= 0x10;
		ck_assert(g_file_set_contents(path, text, (gssize)size, NULL));
		expect_refused(CONTENT_BYTES, "the object is ");
		text[places[i]] ^= 0x10;
	}
	ck_assert(g_file_set_contents(path, text, (gssize)size, NULL));
	expect_content();
}
END_TEST

/* A whole object under another's name. */
START_TEST(test_a_swapped_object_is_refused)
{
	RigObjectId other;
	content[1] = '!';
	ck_assert(g_file_set_contents("file", content, CONTENT_BYTES, NULL));
	put("file", &other);
	g_autofree char *from = path_of(&other);
	ck_assert_int_eq(g_rename(from, path), 0);
	expect_refused(CONTENT_BYTES, "the object is damaged");
}
END_TEST

START_TEST(test_an_object_of_another_length_is_refused)
{
	expect_refused(CONTENT_BYTES - 1, "the object is damaged");
	expect_refused(0, "the object is damaged");
	expect_refused(CONTENT_BYTES + 1, "the object is cut off");
}
END_TEST

START_TEST(test_bytes_behind_an_object_are_refused)
{
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents(path, &text, &size, NULL));
	g_autoptr(GString) longer = g_string_new_len(text, (gssize)size);
	g_string_append(longer, "more");
	ck_assert(g_file_set_contents(path, longer->str, (gssize)longer->len, NULL));
	expect_refused(CONTENT_BYTES, "the object is damaged");
}
END_TEST

START_TEST(test_an_object_that_is_not_there_is_told)
{
	gint64 freed = 5;
	ck_assert(rig_objects_remove("objects", &id, &freed));
	ck_assert_int_gt(freed, 5);
	ck_assert(!rig_objects_remove("objects", &id, &freed));
	expect_refused(CONTENT_BYTES, "cannot be read: No such file or directory");
}
END_TEST

START_TEST(test_nothing_is_written_over)
{
	g_autoptr(GError) error = NULL;
	ck_assert(g_file_set_contents("back", "mine", -1, NULL));
	ck_assert(!rig_objects_get("objects", &id, CONTENT_BYTES, "back", &error));
	ck_assert_str_eq(error->message, "back: cannot be made: File exists");
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents("back", &text, NULL, NULL));
	ck_assert_str_eq(text, "mine");
}
END_TEST

/* The kernel gives another text at each opening. */
START_TEST(test_a_file_that_changes_while_it_is_read_is_refused)
{
	g_autoptr(GError) error = NULL;
	RigObjectId none;
	gint64 size;
	ck_assert(!rig_objects_put("objects", "/proc/sys/kernel/random/uuid", &none, &size, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_str_eq(error->message, "/proc/sys/kernel/random/uuid: it changes while it is read");
	ck_assert_uint_eq(store_bed_files("objects"), 1);
}
END_TEST

START_TEST(test_a_file_that_cannot_be_read_is_refused)
{
	g_autoptr(GError) error = NULL;
	RigObjectId none;
	gint64 size;
	ck_assert(!rig_objects_put("objects", "nowhere", &none, &size, &error));
	ck_assert_str_eq(error->message, "nowhere: cannot be read: No such file or directory");
	g_clear_error(&error);
	ck_assert(!rig_objects_put("objects", ".", &none, &size, &error));
	ck_assert_str_eq(error->message, ".: cannot be read: Is a directory");
}
END_TEST

START_TEST(test_a_full_disk_leaves_no_half_object)
{
	g_autoptr(GError) error = NULL;
	RigObjectId other;
	gint64 size;
	content[0] = '!';
	ck_assert(g_file_set_contents("file", content, CONTENT_BYTES, NULL));
	full_disk_begin(1000);
	gboolean good = rig_objects_put("objects", "file", &other, &size, &error);
	full_disk_end();
	ck_assert(!good);
	ck_assert_ptr_nonnull(strstr(error->message, "cannot be written: File too large"));
	ck_assert_uint_eq(store_bed_files("objects"), 1);
	full_disk_begin(1000);
	good = rig_objects_get("objects", &id, CONTENT_BYTES, "back", NULL);
	full_disk_end();
	ck_assert(!good);
	ck_assert(!g_file_test("back", G_FILE_TEST_EXISTS));
}
END_TEST

static void count_one(gpointer user, const RigObjectId *one)
{
	ck_assert_mem_eq(one, &id, sizeof id);
	++*(guint *)user;
}

START_TEST(test_files_of_another_form_are_no_objects)
{
	guint count = 0;
	g_autofree char *beside = g_strconcat(path, ".0123abcd", NULL);
	ck_assert(g_file_set_contents("objects/readme", "", 0, NULL));
	ck_assert(g_file_set_contents(beside, "", 0, NULL));
	ck_assert_int_eq(g_mkdir_with_parents("objects/zz", 0777), 0);
	ck_assert(g_file_set_contents("objects/zz/a.zst", "", 0, NULL));
	rig_objects_each("objects", count_one, &count);
	ck_assert_uint_eq(count, 1);
	rig_objects_each("nowhere", count_one, &count);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(test_what_a_killed_session_left_half_written_is_swept)
{
	gint64 freed = 0;
	g_autofree char *beside = g_strconcat(path, ".0123abcd", NULL);
	g_autofree char *other = g_strconcat(path, ".kept-by-hand", NULL);
	ck_assert(g_file_set_contents(beside, "half", -1, NULL));
	ck_assert(g_file_set_contents(other, "whole", -1, NULL));
	rig_objects_tidy("objects", &freed);
	ck_assert_int_eq(freed, 4);
	ck_assert(!g_file_test(beside, G_FILE_TEST_EXISTS));
	ck_assert(g_file_test(other, G_FILE_TEST_EXISTS));
	expect_content();
}
END_TEST

static Suite *objects_suite(void)
{
	Suite *suite = suite_create("objects");
	TCase *test = tcase_create("objects");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_content_comes_back_by_its_digest);
	tcase_add_test(test, test_content_that_is_there_is_not_written_again);
	tcase_add_test(test, test_an_empty_file_is_content_too);
	tcase_add_test(test, test_a_truncated_object_is_refused);
	tcase_add_test(test, test_an_object_with_a_flipped_bit_is_refused);
	tcase_add_test(test, test_a_swapped_object_is_refused);
	tcase_add_test(test, test_an_object_of_another_length_is_refused);
	tcase_add_test(test, test_bytes_behind_an_object_are_refused);
	tcase_add_test(test, test_an_object_that_is_not_there_is_told);
	tcase_add_test(test, test_nothing_is_written_over);
	tcase_add_test(test, test_a_file_that_changes_while_it_is_read_is_refused);
	tcase_add_test(test, test_a_file_that_cannot_be_read_is_refused);
	tcase_add_test(test, test_a_full_disk_leaves_no_half_object);
	tcase_add_test(test, test_files_of_another_form_are_no_objects);
	tcase_add_test(test, test_what_a_killed_session_left_half_written_is_swept);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(objects_suite)
