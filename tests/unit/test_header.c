/* SPDX-License-Identifier: Apache-2.0 */
/* run.json and the copies beside it: made, read back, edited, of another time. */
#include "call.h"

#include <string.h>

#include "journal/header.h"

static char *folder;
static RigRunHeader *header;
static RigSources *sources;

static void put_source(const char *path, const char *text)
{
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(sources, path, bytes);
}

static void begin(void)
{
	folder = call_begin();
	header = rig_run_header_new();
	sources = rig_sources_new();
	header->id = g_strdup("20261123-011500-mps2-a-3f9c");
	header->suite = g_strdup("/lab/suite.yaml");
	header->bench = g_strdup("/lab/bench.yaml");
	header->board = g_strdup("mps2-a");
	put_source("/lab/suite.yaml", "suite: x\n");
	put_source("/lab/bench.yaml", "bench: desk\n");
}

static void end(void)
{
	rig_run_header_free(header);
	rig_sources_free(sources);
	call_end(folder);
}

static void make(void)
{
	g_autoptr(GError) error = NULL;
	gboolean good = rig_run_folder_make("run", header, sources, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static void expect_refused(const char *why)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) again = rig_sources_new();
	ck_assert_ptr_null(rig_run_folder_read("run", again, &error));
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error->message, why) != NULL, "no \"%s\" in: %s", why, error->message);
}

/* Puts `now` in the place of `before` in run.json. */
static void edit(const char *before, const char *now)
{
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents("run/run.json", &text, NULL, NULL));
	g_auto(GStrv) parts = g_strsplit(text, before, 2);
	ck_assert_msg(g_strv_length(parts) == 2, "no %s in:\n%s", before, text);
	g_autofree char *edited = g_strjoinv(now, parts);
	ck_assert(g_file_set_contents("run/run.json", edited, -1, NULL));
}

START_TEST(test_all_of_a_header_comes_back)
{
	char *cases[] = {(char[]){"a"}, (char[]){"b"}, NULL};
	char *command[] = {(char[]){"tinyrig"}, (char[]){"caf\xe9"}, NULL};
	header->cases = g_strdupv(cases);
	header->command = g_strdupv(command);
	header->candidate = g_strdup("digits 1.2");
	header->image_address = 0x20000000;
	header->wait_us = 5;
	header->golden = TRUE;
	g_hash_table_insert(header->defines, g_strdup("inputs"), g_strdup("50"));
	make();
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) again = rig_sources_new();
	g_autoptr(RigRunHeader) back = rig_run_folder_read("run", again, &error);
	ck_assert_msg(back != NULL, "%s", error == NULL ? "" : error->message);
	ck_assert_str_eq(back->id, header->id);
	ck_assert_str_eq(back->suite, header->suite);
	ck_assert_str_eq(back->candidate, "digits 1.2");
	ck_assert_ptr_null(back->image);
	ck_assert_int_eq(back->image_address, 0x20000000);
	ck_assert_int_eq(back->wait_us, 5);
	ck_assert(back->golden);
	ck_assert(g_strv_equal((const char *const *)back->cases, (const char *const *)cases));
	ck_assert_str_eq(back->command[1], "caf\xef\xbf\xbd");
	ck_assert_str_eq(g_hash_table_lookup(back->defines, "inputs"), "50");
	const RigSource *source = rig_sources_read(again, "/lab/bench.yaml", NULL);
	ck_assert_ptr_nonnull(source);
	ck_assert_str_eq(g_bytes_get_data(source->bytes, NULL), "bench: desk\n");
}
END_TEST

START_TEST(test_a_run_is_never_written_over)
{
	make();
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_run_folder_make("run", header, sources, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
}
END_TEST

START_TEST(test_files_of_one_name_are_kept_apart)
{
	put_source("/elsewhere/suite.yaml", "another\n");
	make();
	g_autofree char *first = NULL;
	g_autofree char *last = NULL;
	ck_assert(g_file_get_contents("run/sources/00-suite.yaml", &first, NULL, NULL));
	ck_assert(g_file_get_contents("run/sources/02-suite.yaml", &last, NULL, NULL));
	ck_assert_str_eq(first, "suite: x\n");
	ck_assert_str_eq(last, "another\n");
}
END_TEST

START_TEST(test_names_that_are_no_utf8_are_refused_with_a_reason)
{
	g_autoptr(GError) error = NULL;
	if (_i == 0)
		put_source("/lab/caf\xe9.yaml", "x");
	else if (_i == 1)
		header->image = g_strdup("/lab/caf\xe9.elf");
	else
		g_hash_table_insert(header->defines, g_strdup("x"), g_strdup("caf\xe9"));
	ck_assert(!rig_run_folder_make("run", header, sources, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_msg(strstr(error->message, "caf\\351") != NULL, "%s", error->message);
	ck_assert_ptr_nonnull(strstr(error->message, "is not UTF-8"));
	ck_assert(!g_file_test("run/run.json", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(test_a_copy_that_was_edited_is_refused)
{
	make();
	ck_assert(g_file_set_contents("run/sources/00-suite.yaml", "suite: y\n", -1, NULL));
	expect_refused("run/sources/00-suite.yaml: its SHA-256 is not the one in run.json");
	/* Who does not ask for the sources sees the header. */
	g_autoptr(RigRunHeader) back = rig_run_folder_read("run", NULL, NULL);
	ck_assert_ptr_nonnull(back);
	ck_assert_int_eq(g_remove("run/sources/00-suite.yaml"), 0);
	expect_refused("00-suite.yaml");
}
END_TEST

START_TEST(test_other_files_and_edited_ones_are_refused)
{
	static const struct {
		const char *before, *now, *why;
	} cases[] = {
	    {"\"version\": 1", "\"version\": 2", "run: kept by a newer tinyrig"},
	    {"\"board\"", "\"bored\"", "run: run.json lacks suite, bench or board"},
	    {"sources/00-suite.yaml", "../../secret", "a source entry is broken"},
	    {"sources/00-suite.yaml", "sources/../run.json", "a source entry is broken"},
	    {"\"stored\"", "\"store\"", "a source entry is broken"},
	    {"\"format\"", "\"id\": 1, \"id\"", "run: no run is kept here: duplicate"},
	    {"{", "", "run: no run is kept here"},
	};
	make();
	edit(cases[_i].before, cases[_i].now);
	expect_refused(cases[_i].why);
}
END_TEST

START_TEST(test_without_a_run_it_says_so)
{
	expect_refused("run: no run is kept here");
}
END_TEST

START_TEST(test_ids_begin_with_the_time_and_name_the_board)
{
	g_autofree char *id = rig_run_id_new("mps2-a");
	ck_assert(g_regex_match_simple("^[0-9]{8}-[0-9]{6}-mps2-a-[0-9a-f]{4}$", id, 0, 0));
}
END_TEST

static Suite *header_suite(void)
{
	Suite *suite = suite_create("run header");
	TCase *test = tcase_create("header");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_all_of_a_header_comes_back);
	tcase_add_test(test, test_a_run_is_never_written_over);
	tcase_add_test(test, test_files_of_one_name_are_kept_apart);
	tcase_add_loop_test(test, test_names_that_are_no_utf8_are_refused_with_a_reason, 0, 3);
	tcase_add_test(test, test_a_copy_that_was_edited_is_refused);
	tcase_add_loop_test(test, test_other_files_and_edited_ones_are_refused, 0, 7);
	tcase_add_test(test, test_without_a_run_it_says_so);
	tcase_add_test(test, test_ids_begin_with_the_time_and_name_the_board);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(header_suite)
