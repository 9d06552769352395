/* SPDX-License-Identifier: Apache-2.0 */
/* The verdicts that a run keeps, and what is read of a file that was cut or edited. */
#include "call.h"
#include "full_disk.h"

#include <string.h>

#include "run/keep.h"

static char *folder;
static RigKeep *keep;

static void begin(void)
{
	folder = call_begin();
	ck_assert_int_eq(g_mkdir("run", 0700), 0);
	keep = rig_keep_new("run", NULL);
	ck_assert_ptr_nonnull(keep);
}

static void end(void)
{
	rig_keep_free(keep);
	call_end(folder);
}

static void add(const char *name, guint attempt, RigVerdict verdict, const char *message)
{
	g_autoptr(GError) error = NULL;
	gboolean good = rig_keep_verdict(keep, name, attempt, verdict, TRUE, message, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static GHashTable *read_back(guint size)
{
	g_autoptr(GError) error = NULL;
	GHashTable *verdicts = rig_keep_read("run", &error);
	ck_assert_msg(verdicts != NULL, "%s", error == NULL ? "" : error->message);
	ck_assert_uint_eq(g_hash_table_size(verdicts), size);
	return verdicts;
}

static void expect(GHashTable *verdicts, const char *name, RigVerdict verdict, const char *message)
{
	const RigKept *kept = g_hash_table_lookup(verdicts, name);
	ck_assert_msg(kept != NULL, "nothing of %s", name);
	ck_assert_int_eq(kept->verdict, verdict);
	ck_assert_pstr_eq(kept->message, message);
}

START_TEST(test_the_last_verdict_of_each_case_is_read_back)
{
	add("digits", 1, RIG_VERDICT_FAIL, "r.top1 is 0.5\nnot \"0.94\"");
	add("drift", 1, RIG_VERDICT_INCONCLUSIVE, "too few");
	add("digits", 2, RIG_VERDICT_PASS, NULL);
	g_autoptr(GHashTable) verdicts = read_back(2);
	expect(verdicts, "digits", RIG_VERDICT_PASS, NULL);
	expect(verdicts, "drift", RIG_VERDICT_INCONCLUSIVE, "too few");
}
END_TEST

START_TEST(test_a_line_is_what_the_documentation_says)
{
	g_autoptr(GError) error = NULL;
	ck_assert(rig_keep_verdict(keep, "digits", 3, RIG_VERDICT_ERROR, FALSE, "caf\xe9", &error));
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents("run/verdicts.jsonl", &text, NULL, NULL));
	ck_assert_str_eq(text, "{\"case\":\"digits\",\"attempt\":3,\"verdict\":\"error\","
	                       "\"last\":false,\"message\":\"caf\xef\xbf\xbd\"}\n");
}
END_TEST

START_TEST(test_kept_verdicts_are_never_written_over)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_keep_new("run", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_str_eq(error->message, "run/verdicts.jsonl: cannot be made: File exists");
}
END_TEST

/* The disk is full inside a line and has room again for the next. */
START_TEST(test_a_verdict_that_does_not_fit_costs_no_other)
{
	add("first", 1, RIG_VERDICT_PASS, NULL);
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents("run/verdicts.jsonl", &text, &size, NULL));
	g_autoptr(GError) error = NULL;
	full_disk_begin(size + 20);
	gboolean good = rig_keep_verdict(keep, "second", 1, RIG_VERDICT_PASS, TRUE, NULL, &error);
	full_disk_end();
	ck_assert(!good);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_str_eq(error->message, "run/verdicts.jsonl: cannot be written: File too large");
	add("third", 1, RIG_VERDICT_FAIL, "a message");
	g_autoptr(GHashTable) verdicts = read_back(2);
	expect(verdicts, "first", RIG_VERDICT_PASS, NULL);
	expect(verdicts, "third", RIG_VERDICT_FAIL, "a message");
}
END_TEST

START_TEST(test_a_folder_that_is_gone_is_an_error)
{
	ck_assert_int_eq(g_rename("run", "elsewhere"), 0);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_keep_verdict(keep, "digits", 1, RIG_VERDICT_PASS, TRUE, NULL, &error));
	ck_assert_str_eq(error->message, "run: cannot be opened: No such file or directory");
	/* Once the names are on the disk nobody asks again. */
	ck_assert_int_eq(g_rename("elsewhere", "run"), 0);
	add("digits", 1, RIG_VERDICT_PASS, NULL);
	ck_assert_int_eq(g_rename("run", "elsewhere"), 0);
	add("drift", 1, RIG_VERDICT_PASS, NULL);
}
END_TEST

START_TEST(test_broken_lines_are_passed_over)
{
	static const char text[] = "{\"case\":\"a\",\"verdict\":\"pass\"}\n"
	                           "\n[]\n5\n{\"case\":\"b\",\"verdict\":\"great\"}\n"
	                           "{\"case\":7,\"verdict\":\"pass\"}\n{\"case\":\"c\"}\n"
	                           "{\"case\":\"d\",\"verdict\":\"fail\",\"message\":[]}\n"
	                           "{\"case\":\"a\",\"verdict\":\"fa";
	ck_assert(g_file_set_contents("run/verdicts.jsonl", text, -1, NULL));
	g_autoptr(GHashTable) verdicts = read_back(2);
	expect(verdicts, "a", RIG_VERDICT_PASS, NULL);
	expect(verdicts, "d", RIG_VERDICT_FAIL, NULL);
}
END_TEST

START_TEST(test_a_run_without_verdicts_says_so)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_keep_read("nowhere", &error));
	ck_assert_ptr_nonnull(strstr(error->message, "nowhere/verdicts.jsonl"));
	g_autoptr(GHashTable) verdicts = read_back(0);
}
END_TEST

static Suite *keep_suite(void)
{
	Suite *suite = suite_create("keep");
	TCase *test = tcase_create("keep");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_the_last_verdict_of_each_case_is_read_back);
	tcase_add_test(test, test_a_line_is_what_the_documentation_says);
	tcase_add_test(test, test_kept_verdicts_are_never_written_over);
	tcase_add_test(test, test_a_verdict_that_does_not_fit_costs_no_other);
	tcase_add_test(test, test_a_folder_that_is_gone_is_an_error);
	tcase_add_test(test, test_broken_lines_are_passed_over);
	tcase_add_test(test, test_a_run_without_verdicts_says_so);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(keep_suite)
