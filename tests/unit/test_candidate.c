/* SPDX-License-Identifier: Apache-2.0 */
#include "config/candidate.h"
#include "config_files.h"
#include "test.h"

#include <string.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char whole[] = "candidate: digits\n"
                            "version: 1.4.0-${build}\n"
                            "variables: {build: 12}\n"
                            "security_counter: 7\n"
                            "model: {sha256: " DIGEST "}\n"
                            "images:\n"
                            "  - {target: host, file: /dev/null, sha256: " DIGEST "}\n"
                            "  - {target: m4, file: /dev/zero, address: 0x8000000}\n";

START_TEST(loads_a_candidate)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	g_autoptr(RigCandidate) candidate =
	    rig_candidate_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	ck_assert_str_eq(candidate->name, "digits");
	ck_assert_str_eq(candidate->version, "1.4.0-12");
	ck_assert_int_eq(candidate->security_counter, 7);
	ck_assert_str_eq(candidate->model_sha256, DIGEST);
	ck_assert_str_eq(candidate->path, "/d/a.yaml");
	g_autofree char *digest = rig_sha256_hex(whole, strlen(whole));
	ck_assert_str_eq(candidate->digest, digest);
	const RigCandidateImage *host = rig_candidate_image(candidate, "host");
	const RigCandidateImage *m4 = rig_candidate_image(candidate, "m4");
	ck_assert_str_eq(host->path, "/dev/null");
	ck_assert_str_eq(host->sha256, DIGEST);
	ck_assert_int_eq(host->address, -1);
	ck_assert_uint_eq(host->place.line, 7);
	ck_assert_int_eq(m4->address, 0x8000000);
	ck_assert_ptr_null(m4->sha256);
	ck_assert_ptr_null(rig_candidate_image(candidate, "m0"));
	config_files_end(&files);
}
END_TEST

START_TEST(leaves_out_what_is_not_stated)
{
	ConfigFiles files;
	config_files_begin(&files,
	                   "candidate: x\nversion: \"2\"\nimages: [{target: a, file: /dev/null}]\n");
	g_autoptr(RigCandidate) candidate =
	    rig_candidate_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	ck_assert_int_eq(candidate->security_counter, -1);
	ck_assert_ptr_null(candidate->model_sha256);
	config_files_end(&files);
}
END_TEST

typedef struct {
	const char *text, *told;
} Wrong;

static const Wrong wrong[] = {
    {"candidate: x\nversion: v1\nimages: []\n",
     "images: the list is empty; at least one is needed"},
    {"candidate: x\nversion: v1\n", "the key \"images\" is missing"},
    {"candidate: x\nversion: v1\nimages: [{target: a, file: /dev/null, sha256: ABC}]\n",
     "images[0].sha256: found \"ABC\", expected a SHA-256"},
    {"candidate: x\nversion: v1\nimages: [{target: a, file: gone.elf}]\n",
     "images[0].file: there is no file /d/gone.elf"},
    {"candidate: x\nversion: v1\nmodel: {}\nimages: [{target: a, file: /dev/null}]\n",
     "model: the key \"sha256\" is missing"},
    {"candidate: x\nversion: v1\nimages: [{target: a, file: /dev/null, address: -5}]\n",
     "allowed is 0 to"},
    {"- a\n", "found a list, expected a map"},
    {"\"a\n", "not YAML"},
};

START_TEST(says_what_is_wrong)
{
	ConfigFiles files;
	config_files_begin(&files, wrong[_i].text);
	rig_candidate_free(rig_candidate_load(files.sources, "/d/a.yaml", NULL, files.issues));
	config_files_expect(&files, wrong[_i].told);
	config_files_end(&files);
}
END_TEST

START_TEST(says_that_a_file_is_missing)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	ck_assert_ptr_null(rig_candidate_load(files.sources, "/d/none.yaml", NULL, files.issues));
	config_files_expect(&files, "/d/none.yaml: ");
	rig_candidate_free(NULL);
	config_files_end(&files);
}
END_TEST

START_TEST(takes_images_of_the_command_line)
{
	char *images[] = {g_strdup("host=/x/y.elf"), g_strdup("m4=a=b.hex"), NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(RigCandidate) candidate = rig_candidate_from_images(images, &error);
	ck_assert_ptr_nonnull(candidate);
	ck_assert_ptr_null(candidate->name);
	ck_assert_ptr_null(candidate->digest);
	ck_assert_int_eq(candidate->security_counter, -1);
	ck_assert_str_eq(rig_candidate_image(candidate, "host")->path, "/x/y.elf");
	ck_assert_int_eq(rig_candidate_image(candidate, "host")->address, -1);
	ck_assert(g_str_has_suffix(rig_candidate_image(candidate, "m4")->path, "/a=b.hex"));
	g_autoptr(RigCandidate) none = rig_candidate_from_images(NULL, &error);
	ck_assert_uint_eq(none->images->len, 0);
	g_free(images[0]);
	g_free(images[1]);
}
END_TEST

START_TEST(refuses_wrong_images)
{
	static const char *const rows[][2] = {
	    {"host", "write TARGET=FILE"},
	    {"=x", "write TARGET=FILE"},
	    {"host=", "write TARGET=FILE"},
	    {"Host=x", "write TARGET=FILE"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(GStrv) images = g_strsplit(rows[i][0], " ", -1);
		ck_assert_ptr_null(rig_candidate_from_images(images, &error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		ck_assert(strstr(error->message, rows[i][1]) != NULL);
	}
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) twice = g_strsplit("a=x b=y a=z", " ", -1);
	ck_assert_ptr_null(rig_candidate_from_images(twice, &error));
	ck_assert_str_eq(error->message, "--image a=z: a second image for the target \"a\"");
}
END_TEST

static Suite *candidate_suite(void)
{
	Suite *suite = suite_create("candidate");
	TCase *tests = tcase_create("candidate");
	tcase_add_test(tests, loads_a_candidate);
	tcase_add_test(tests, leaves_out_what_is_not_stated);
	tcase_add_loop_test(tests, says_what_is_wrong, 0, G_N_ELEMENTS(wrong));
	tcase_add_test(tests, says_that_a_file_is_missing);
	tcase_add_test(tests, takes_images_of_the_command_line);
	tcase_add_test(tests, refuses_wrong_images);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(candidate_suite)
