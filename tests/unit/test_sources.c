/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are read once and kept with their digests. */
#include "call.h"

#include <string.h>
#include <sys/stat.h>

#include "base/sources.h"

#define SHA256_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char *folder;
static RigSources *sources;

static void begin(void)
{
	folder = call_begin();
	sources = rig_sources_new();
}

static void end(void)
{
	rig_sources_free(sources);
	call_end(folder);
}

static const RigSource *read_good(const char *path, const char *text)
{
	g_autoptr(GError) error = NULL;
	const RigSource *source = rig_sources_read(sources, path, &error);
	ck_assert_msg(source != NULL, "%s", error == NULL ? "" : error->message);
	gsize size;
	const char *data = g_bytes_get_data(source->bytes, &size);
	ck_assert_uint_eq(size, strlen(text));
	ck_assert(size == 0 || memcmp(data, text, size) == 0);
	return source;
}

static void read_bad(const char *path, const char *why)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_sources_read(sources, path, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	g_autofree char *expected = g_strdup_printf("/%s: %s", path, why);
	ck_assert_msg(g_str_has_suffix(error->message, expected), "not \"%s\": %s", expected,
	              error->message);
	ck_assert_uint_eq(rig_sources_list(sources)->len, 0);
}

START_TEST(test_a_file_is_read_once)
{
	ck_assert(g_file_set_contents("abc", "abc", -1, NULL));
	const RigSource *source = read_good("abc", "abc");
	ck_assert_str_eq(source->sha256, SHA256_OF_ABC);
	ck_assert(g_path_is_absolute(source->path));
	ck_assert(g_file_set_contents("abc", "changed", -1, NULL));
	ck_assert_ptr_eq(read_good("./x/../abc", "abc"), source);
	ck_assert_ptr_eq(read_good(source->path, "abc"), source);
	ck_assert_uint_eq(rig_sources_list(sources)->len, 1);
}
END_TEST

START_TEST(test_what_was_put_stands_for_the_file)
{
	ck_assert(g_file_set_contents("a", "of the disk", -1, NULL));
	ck_assert(g_file_set_contents("b", "other", -1, NULL));
	read_good("a", "of the disk");
	read_good("b", "other");
	g_autoptr(GBytes) bytes = g_bytes_new_static("put", 3);
	rig_sources_put(sources, "./a", bytes);
	rig_sources_put(sources, "not/there", bytes);
	read_good("a", "put");
	read_good("not/there", "put");
	const GPtrArray *list = rig_sources_list(sources);
	ck_assert_uint_eq(list->len, 3);
	const RigSource *last = g_ptr_array_index(list, 2);
	ck_assert(g_str_has_suffix(last->path, "/not/there"));
}
END_TEST

START_TEST(test_what_is_no_file_is_refused_without_waiting)
{
	read_bad("nowhere", "No such file or directory");
	ck_assert_int_eq(g_mkdir("folder", 0700), 0);
	read_bad("folder", "not a regular file");
	ck_assert_int_eq(mkfifo("fifo", 0600), 0); /* nobody writes: a plain open waits for ever */
	read_bad("fifo", "not a regular file");
	ck_assert_int_eq(symlink("loop", "loop"), 0);
	read_bad("loop", "Too many levels of symbolic links");
}
END_TEST

START_TEST(test_size_has_a_bound)
{
	ck_assert(g_file_set_contents("empty", "", 0, NULL));
	read_good("empty", "");
	ck_assert(g_file_set_contents("large", "", 0, NULL));
	ck_assert_int_eq(truncate("large", RIG_SOURCE_BYTES_MAX), 0);
	const RigSource *source = rig_sources_read(sources, "large", NULL);
	ck_assert_ptr_nonnull(source);
	ck_assert_uint_eq(g_bytes_get_size(source->bytes), RIG_SOURCE_BYTES_MAX);
	rig_sources_free(sources);
	sources = rig_sources_new();
	ck_assert_int_eq(truncate("large", RIG_SOURCE_BYTES_MAX + 1), 0);
	read_bad("large", "over 4 MiB, which no file of this kind needs");
}
END_TEST

START_TEST(test_paths_are_relative_to_the_file_that_names_them)
{
	static const struct {
		const char *path, *base, *expected;
	} cases[] = {{"a.csv", "/lab/suites/x.yaml", "/lab/suites/a.csv"},
	             {"../r/a.csv", "/lab/suites/x.yaml", "/lab/r/a.csv"},
	             {"./a//b/../c", "/lab/x.yaml", "/lab/a/c"},
	             {"/abs/./a", "/lab/x.yaml", "/abs/a"},
	             {"../../../a", "/lab/x.yaml", "/a"}};
	g_autofree char *path = rig_path_resolve(cases[_i].path, cases[_i].base);
	ck_assert_str_eq(path, cases[_i].expected);
	g_autofree char *here = g_get_current_dir();
	g_autofree char *expected = g_build_filename(here, "a", NULL);
	g_autofree char *plain = rig_path_resolve("a", NULL);
	ck_assert_str_eq(plain, expected);
}
END_TEST

START_TEST(test_digests_of_memory_and_file_are_the_same)
{
	g_autofree char *of_abc = rig_sha256_hex("abc", 3);
	ck_assert_str_eq(of_abc, SHA256_OF_ABC);
	/* Over several blocks, and not a multiple of one. */
	gsize size = 200001;
	g_autofree char *data = g_malloc(size);
	for (gsize i = 0; i < size; i++)
		data[i] = (char)(i * 31 % 127);
	ck_assert(g_file_set_contents("file", data, (gssize)size, NULL));
	g_autofree char *of_memory = rig_sha256_hex(data, size);
	g_autofree char *of_file = rig_sha256_file("file", NULL);
	ck_assert_pstr_eq(of_file, of_memory);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_sha256_file("nowhere", &error));
	ck_assert_str_eq(error->message, "nowhere: No such file or directory");
	g_clear_error(&error);
	ck_assert_ptr_null(rig_sha256_file(".", &error));
	ck_assert_str_eq(error->message, ".: Is a directory");
}
END_TEST

static Suite *sources_suite(void)
{
	Suite *suite = suite_create("sources");
	TCase *test = tcase_create("sources");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_a_file_is_read_once);
	tcase_add_test(test, test_what_was_put_stands_for_the_file);
	tcase_add_test(test, test_what_is_no_file_is_refused_without_waiting);
	tcase_add_test(test, test_size_has_a_bound);
	tcase_add_loop_test(test, test_paths_are_relative_to_the_file_that_names_them, 0, 5);
	tcase_add_test(test, test_digests_of_memory_and_file_are_the_same);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(sources_suite)
