/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a session is made of, also where they are wrong or not there; slips of `watch`. */
#include "call.h"

#include <string.h>

#include "base/verdict.h"
#include "cli/run_options.h"
#include "cli/watch_files.h"

static char *folder;
static RigPlanRequest request;
static char image_word[] = "host=image.elf", second_word[] = "sec*", none_word[] = "none",
            wrong_word[] = "image.elf";
static char *images[] = {image_word, NULL}, *second[] = {second_word, NULL},
            *none[] = {none_word, NULL}, *wrong[] = {wrong_word, NULL};

static void put(const char *path, const char *text)
{
	g_autofree char *parent = g_path_get_dirname(path);
	ck_assert_int_eq(g_mkdir_with_parents(parent, 0700), 0);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

static void begin(void)
{
	folder = call_begin();
	put("bench.yaml", "bench: desk\n"
	                  "boards:\n"
	                  "  - board: a\n"
	                  "    target: host\n"
	                  "    links: {console: {driver: process, argv: [cat]}}\n"
	                  "    protocol: {driver: mlperf-tiny, link: console}\n");
	put("more.yaml", "suite: more\n"
	                 "cases:\n"
	                 "  - case: second\n"
	                 "    about: b\n"
	                 "    covers: code\n"
	                 "    steps: [{run: {argv: [./tool.sh], as: t}}]\n"
	                 "    judge: {mine: {command: [./judge.py]}}\n");
	put("suite.yaml", "suite: first\n"
	                  "include: [more.yaml]\n"
	                  "cases:\n"
	                  "  - case: first\n"
	                  "    about: b\n"
	                  "    covers: model\n"
	                  "    steps: [{infer: {recording: data/set, inputs: 1, as: r}}]\n"
	                  "    judge: {r.outputs: {golden: golden.csv, tolerance: 0}}\n");
	put("data/set/recording.yaml", "recording: set\n"
	                               "format: bin\n"
	                               "dtype: u8\n"
	                               "shape: [2]\n"
	                               "files: [{file: a.bin, sha256: \"00\"}, {file: b.bin}]\n");
	put("image.elf", "x");
	request = (RigPlanRequest){.suite = "suite.yaml", .bench = "bench.yaml", .images = images};
}

static void end(void)
{
	call_end(folder);
}

/* All of them, below the working folder, in order. */
static void expect(gboolean whole_wanted, const char *names)
{
	gboolean whole = FALSE;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) files = rig_watch_files(&request, &whole, &error);
	ck_assert_msg(files != NULL, "%s", error == NULL ? "" : error->message);
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < files->len; i++) {
		const char *path = g_ptr_array_index(files, i);
		ck_assert_msg(g_str_has_prefix(path, folder), "%s", path);
		g_string_append_printf(text, "%s%s", i > 0 ? " " : "", path + strlen(folder) + 1);
	}
	ck_assert_str_eq(text->str, names);
	ck_assert_int_eq(whole, whole_wanted);
}

START_TEST(test_all_that_it_is_made_of)
{
	put("data/set/recording.yaml",
	    "recording: set\n"
	    "format: bin\n"
	    "dtype: u8\n"
	    "shape: [2]\n"
	    "files:\n"
	    "  - {file: a.bin, sha256: "
	    "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}\n");
	expect(TRUE, "bench.yaml data/set/a.bin data/set/recording.yaml golden.csv image.elf judge.py "
	             "more.yaml suite.yaml tool.sh");
	request.cases = second; /* what other cases need may change as it likes */
	expect(TRUE, "bench.yaml image.elf judge.py more.yaml suite.yaml tool.sh");
}
END_TEST

START_TEST(test_what_is_wrong_names_what_it_can)
{
	/* A recording that is wrong is no news of what the suite names. */
	expect(TRUE, "bench.yaml data/set data/set/recording.yaml golden.csv image.elf judge.py "
	             "more.yaml suite.yaml tool.sh");
	put("more.yaml", "suite: [\n");
	request.images = NULL;
	gboolean whole = TRUE;
	g_autoptr(GPtrArray) files = rig_watch_files(&request, &whole, NULL);
	ck_assert_ptr_nonnull(files);
	ck_assert(!whole);
	g_autofree char *more = g_build_filename(folder, "more.yaml", NULL);
	ck_assert(g_ptr_array_find_with_equal_func(files, more, g_str_equal, NULL));
	put("suite.yaml", "\t");
	expect(FALSE, "bench.yaml suite.yaml");
	ck_assert_int_eq(unlink("suite.yaml"), 0);
	ck_assert_int_eq(unlink("bench.yaml"), 0);
	expect(FALSE, "bench.yaml suite.yaml");
}
END_TEST

START_TEST(test_a_candidate_and_its_images)
{
	put("release/candidate.yaml", "candidate: c\n"
	                              "version: \"1\"\n"
	                              "images: [{target: host, file: ../image.elf}]\n");
	request.cases = none;
	request.images = NULL;
	request.candidate = "release/candidate.yaml";
	expect(TRUE, "bench.yaml image.elf more.yaml release/candidate.yaml suite.yaml");
	ck_assert_int_eq(unlink("image.elf"), 0);
	expect(FALSE, "bench.yaml image.elf more.yaml release/candidate.yaml suite.yaml");
}
END_TEST

START_TEST(test_links_and_what_they_lead_to)
{
	request.cases = none;
	put("build/7.elf", "x");
	ck_assert_int_eq(unlink("image.elf"), 0);
	ck_assert_int_eq(symlink("build/7.elf", "image.elf"), 0);
	expect(TRUE, "bench.yaml build/7.elf image.elf more.yaml suite.yaml");
}
END_TEST

START_TEST(test_a_command_line_that_no_file_mends)
{
	static const char *const texts[] = {"TARGET=FILE", "NAME=VALUE", "not both", "no bench"};
	gboolean whole;
	if (_i == 0)
		request.images = wrong;
	else if (_i == 1)
		request.defines = wrong;
	else if (_i == 2)
		request.candidate = "candidate.yaml";
	else
		request.bench = NULL;
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_watch_files(&request, &whole, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_msg(strstr(error->message, texts[_i]) != NULL, "%s", error->message);
}
END_TEST

START_TEST(test_slips)
{
	static const char *const rows[][2] = {
	    {"--update-golden", "it would run for ever"},
	    {"--color=blue", "--color is auto, always or never, not blue"},
	    {"--hold-for=1h", "--hold is missing"},
	    {"--exitfrist", "did you mean --exitfirst"},
	};
	call_expect_and_clear(
	    call_tinyrig("", "watch", "suite.yaml", "-b", "bench.yaml", rows[_i][0], NULL),
	    RIG_EXIT_USAGE, rows[_i][1]);
	if (strcmp(rows[_i][0], "--update-golden") != 0)
		call_expect_and_clear(
		    call_tinyrig("", "run", "suite.yaml", "-b", "bench.yaml", rows[_i][0], NULL),
		    RIG_EXIT_USAGE, rows[_i][1]);
}
END_TEST

START_TEST(test_how_long_it_holds)
{
	RigRunOptions options = {.hold_us = 5};
	ck_assert_int_eq(rig_run_hold_us(&options), 0);
	options.hold = TRUE;
	ck_assert_int_eq(rig_run_hold_us(&options), 5);
	options.hold_us = 0;
	ck_assert_int_eq(rig_run_hold_us(&options), G_GINT64_CONSTANT(3600000000));
	ck_assert_ptr_null(rig_run_slip(&options));
	options.hold_us = G_MAXINT64;
	g_autofree char *slip = rig_run_slip(&options);
	ck_assert_ptr_nonnull(strstr(slip, "8784h"));
}
END_TEST

static Suite *watch_files_suite(void)
{
	Suite *suite = suite_create("watch files");
	TCase *test = tcase_create("watch files");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_all_that_it_is_made_of);
	tcase_add_test(test, test_what_is_wrong_names_what_it_can);
	tcase_add_test(test, test_a_candidate_and_its_images);
	tcase_add_test(test, test_links_and_what_they_lead_to);
	tcase_add_loop_test(test, test_a_command_line_that_no_file_mends, 0, 4);
	tcase_add_loop_test(test, test_slips, 0, 4);
	tcase_add_test(test, test_how_long_it_holds);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(watch_files_suite)
