/* SPDX-License-Identifier: Apache-2.0 */
/* A run comes into the store whole or not at all, and its files come out as they were. */
#include "full_disk.h"
#include "store_bed.h"
#include "test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "report/json_read.h"
#include "store/query.h"

static StoreBed bed;

static void begin(void)
{
	store_bed_begin(&bed);
}

static void end(void)
{
	store_bed_end(&bed);
}

static void expect_count(const char *sql, gint64 count)
{
	gint64 got = store_bed_count(sql);
	ck_assert_msg(got == count, "%s: %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, sql, got, count);
}

/* A run with all that a run can hold. */
static RigRunReport *full_run(void)
{
	RigRunReport *run = store_bed_run(&bed, "run-a", "mps2-a");
	RigCaseReport *test = sample_case(run, "digits", RIG_VERDICT_FAIL);
	RigAttemptReport *first = sample_attempt(test, RIG_VERDICT_ERROR, "lost");
	RigAttemptReport *last = sample_attempt(test, RIG_VERDICT_FAIL, "45 of 50");
	sample_finding(first, "r.only_first", RIG_VERDICT_PASS, "ratio", 1);
	sample_finding(last, "r.top1", RIG_VERDICT_FAIL, "ratio", 0.1 + 0.2);
	sample_finding(last, "r.recall", RIG_VERDICT_INCONCLUSIVE, "ratio", NAN);
	sample_finding(last, "r.energy", RIG_VERDICT_PASS, "energy", INFINITY);
	sample_finding(last, "who.name", RIG_VERDICT_PASS, NULL, 1)->has_value = FALSE;
	test->reason = g_strdup("45 of 50 \xe9");
	test->quarantined = TRUE;
	test = sample_case(run, "latency", RIG_VERDICT_PASS);
	test->flaky = TRUE;
	sample_attempt(test, RIG_VERDICT_PASS, NULL);
	sample_case(run, "sensor", RIG_VERDICT_SKIP)->reason = g_strdup("no sensor");
	run->message = g_strdup("stopped \xff");
	run->unit_serial = g_strdup("0007");
	run->interrupted = TRUE;
	return run;
}

START_TEST(test_all_of_a_run_is_in_the_rows)
{
	store_bed_import(&bed, full_run());
	const RigRunFilter all = {0};
	g_autoptr(GPtrArray) runs = rig_store_runs(bed.store, &all, NULL);
	ck_assert_uint_eq(runs->len, 1);
	const RigStoredRun *run = g_ptr_array_index(runs, 0);
	const char *const pairs[][2] = {{run->name, "run-a"},
	                                {run->suite, "digits-smoke"},
	                                {run->bench, "desk"},
	                                {run->board, "mps2-a"},
	                                {run->target, "mps2-an386"},
	                                {run->unit, "0007"},
	                                {run->message, "stopped \xef\xbf\xbd"},
	                                {run->candidate, "digits 1.4.0"}};
	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
		ck_assert_pstr_eq(pairs[i][0], pairs[i][1]);
	ck_assert_int_eq(run->started_us, 1795398131000000); /* 2026-11-23T01:42:11Z */
	ck_assert_int_eq(run->duration_us, 3200000);
	ck_assert_int_eq(run->verdict, RIG_VERDICT_FAIL);
	const guint counts[] = {1, 1, 0, 1, 0};
	ck_assert_mem_eq(run->counts, counts, sizeof counts);
	expect_count("SELECT interrupted FROM run", 1);
	expect_count("SELECT count(*) FROM result WHERE flaky AND attempts = 1 AND verdict = 1", 1);
	expect_count("SELECT count(*) FROM result WHERE quarantined AND attempts = 2 AND verdict = 3 "
	             "AND message = '45 of 50 \xef\xbf\xbd' AND duration_us = 410000",
	             1);
	expect_count("SELECT count(*) FROM word WHERE text = 'digits'", 1);
}
END_TEST

START_TEST(test_numbers_are_those_of_the_last_attempt)
{
	store_bed_import(&bed, full_run());
	g_autoptr(GHashTable) numbers = rig_store_numbers(bed.store, "run-a", NULL);
	ck_assert_uint_eq(g_hash_table_size(numbers), 4);
	const RigStoredNumber *number = g_hash_table_lookup(numbers, "digits/r.top1");
	ck_assert(number->value == 0.1 + 0.2); /* to the last bit */
	ck_assert_str_eq(number->unit, "ratio");
	ck_assert_int_eq(number->integrity, RIG_INTEGRITY_CHECKED);
	number = g_hash_table_lookup(numbers, "digits/r.recall");
	ck_assert(isnan(number->value));
	number = g_hash_table_lookup(numbers, "digits/r.energy");
	ck_assert(isinf(number->value));
	number = g_hash_table_lookup(numbers, "digits/who.name");
	ck_assert(isnan(number->value));
	ck_assert_ptr_null(number->unit);
	g_autoptr(GHashTable) none = rig_store_numbers(bed.store, "run-b", NULL);
	ck_assert_uint_eq(g_hash_table_size(none), 0);
}
END_TEST

START_TEST(test_files_come_out_as_they_were)
{
	RigRunReport *run = full_run();
	g_autofree char *log = g_build_filename(run->folder, "console.log", NULL);
	static const char bytes[] = "\0\xff console";
	ck_assert(g_file_set_contents(log, bytes, sizeof bytes, NULL));
	store_bed_import(&bed, run);
	ck_assert(!g_file_test(run->folder, G_FILE_TEST_EXISTS));
	ck_assert_int_eq(g_mkdir("out", 0777), 0);
	ck_assert(rig_store_unpack(bed.store, "run-a", NULL, "out", NULL));
	ck_assert_uint_eq(store_bed_files("out"), 5);
	g_autofree char *text = NULL, *source = NULL, *result = NULL;
	gsize size;
	ck_assert(g_file_get_contents("out/console.log", &text, &size, NULL));
	ck_assert_uint_eq(size, sizeof bytes);
	ck_assert_mem_eq(text, bytes, size);
	ck_assert(g_file_get_contents("out/sources/0001", &source, NULL, NULL));
	ck_assert_str_eq(source, "suite: digits-smoke\n");
	ck_assert(g_file_get_contents("out/result.json", &result, &size, NULL));
	g_autoptr(RigRunReport) read = rig_report_json_run_read(result, size, NULL);
	ck_assert_str_eq(read->id, "run-a");
	ck_assert_uint_eq(read->cases->len, 3);
	ck_assert(rig_store_clear("out", NULL));
	ck_assert(!g_file_test("out", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(test_one_file_comes_out_alone)
{
	g_autoptr(GError) error = NULL;
	store_bed_import(&bed, full_run());
	ck_assert_int_eq(g_mkdir("out", 0777), 0);
	ck_assert(rig_store_unpack(bed.store, "run-a", "sources/0001", "out", NULL));
	ck_assert_uint_eq(store_bed_files("out"), 1);
	ck_assert(!rig_store_unpack(bed.store, "run-a", "sources/0001", "out", &error));
	ck_assert_str_eq(error->message, "out/sources/0001: cannot be made: File exists");
}
END_TEST

START_TEST(test_what_runs_have_in_common_is_kept_once)
{
	store_bed_import(&bed, store_bed_run(&bed, "run-a", "mps2-a"));
	guint files = store_bed_files(".tinyrig/objects");
	store_bed_import(&bed, store_bed_run(&bed, "run-b", "mps2-a"));
	/* run.json and result.json are its own; verdicts.jsonl and the source are there. */
	ck_assert_uint_eq(store_bed_files(".tinyrig/objects"), files + 2);
	expect_count("SELECT count(*) FROM file", 8);
	expect_count("SELECT count(*) FROM object", 6);
}
END_TEST

/* The folder of a run that is in the store has come back, as after a kill before it was removed. */
START_TEST(test_a_run_that_is_in_the_store_is_not_taken_in_again)
{
	store_bed_import(&bed, full_run());
	RigRunReport *again = store_bed_run(&bed, "run-a", "mps2-a");
	store_bed_import(&bed, again);
	ck_assert(!g_file_test(again->folder, G_FILE_TEST_EXISTS));
	expect_count("SELECT count(*) FROM run", 1);
	expect_count("SELECT count(*) FROM result", 3);
}
END_TEST

/* What lies in the folder and is no file of the run stays; the run is in the store all the same. */
START_TEST(test_a_folder_that_cannot_go_is_no_failure)
{
	RigRunReport *run = full_run();
	g_autofree char *link = g_build_filename(run->folder, "link", NULL);
	ck_assert_int_eq(symlink("/etc/passwd", link), 0);
	store_bed_import(&bed, run);
	expect_count("SELECT count(*) FROM file WHERE name IN (SELECT id FROM word WHERE text = "
	             "'link')",
	             0);
	ck_assert(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_store_clear(run->folder, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "the folder cannot be removed: "));
}
END_TEST

/* The 300 KiB of words that do not compress to nothing. */
static void put_large(const RigRunReport *run)
{
	g_autofree char *log = g_build_filename(run->folder, "console.log", NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint32 state = 7; text->len < 300 << 10; state = state * 1664525u + 1013904223u)
		g_string_append_printf(text, "%08x", state);
	ck_assert(g_file_set_contents(log, text->str, (gssize)text->len, NULL));
}

START_TEST(test_a_full_disk_leaves_folder_and_store_as_they_were)
{
	RigRunReport *run = full_run();
	put_large(run);
	g_autoptr(GError) error = NULL;
	full_disk_begin(64 << 10);
	gboolean good = rig_store_import(bed.store, run, &error);
	full_disk_end();
	ck_assert(!good);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_uint_eq(store_bed_files(run->folder), 5); /* result.json is there, too */
	expect_count("SELECT count(*) FROM run", 0);
	expect_count("SELECT count(*) FROM word", 0);
	store_bed_import(&bed, run);
	expect_count("SELECT count(*) FROM run", 1);
}
END_TEST

/* The rows fail at the very last. */
START_TEST(test_rows_that_cannot_be_written_leave_none)
{
	RigRunReport *run = full_run();
	store_bed_sql(".tinyrig/store.db", "CREATE TRIGGER refuse BEFORE INSERT ON file WHEN NEW.name ="
	                                   " (SELECT id FROM word WHERE text = 'result.json')"
	                                   " BEGIN SELECT RAISE(ABORT, 'refused here'); END");
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_store_import(bed.store, run, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "store.db: refused here"));
	ck_assert_uint_eq(store_bed_files(run->folder), 4);
	expect_count("SELECT count(*) FROM run", 0);
	expect_count("SELECT count(*) FROM word", 0);
	store_bed_sql(".tinyrig/store.db", "DROP TRIGGER refuse");
	store_bed_import(&bed, run);
	expect_count("SELECT count(*) FROM file", 4);
}
END_TEST

START_TEST(test_a_run_that_means_harm_comes_in)
{
	g_autoptr(RigSessionReport) session = sample_session_hostile();
	RigRunReport *run = g_ptr_array_index(session->runs, 0);
	store_bed_text(&run->folder, "evil");
	ck_assert_int_eq(g_mkdir("evil", 0777), 0);
	store_bed_import(&bed, run);
	const RigRunFilter all = {0};
	g_autoptr(GPtrArray) runs = rig_store_runs(bed.store, &all, NULL);
	const RigStoredRun *kept = g_ptr_array_index(runs, 0);
	ck_assert(g_utf8_validate(kept->name, -1, NULL));
	ck_assert(g_utf8_validate(kept->message, -1, NULL));
	ck_assert_int_eq(kept->started_us, 0);
	expect_count("SELECT count(*) FROM result", run->cases->len);
}
END_TEST

START_TEST(test_a_missing_object_is_told)
{
	g_autoptr(GError) error = NULL;
	store_bed_import(&bed, full_run());
	ck_assert_int_eq(g_rename(".tinyrig/objects", ".tinyrig/elsewhere"), 0);
	ck_assert_int_eq(g_mkdir("out", 0777), 0);
	ck_assert(!rig_store_unpack(bed.store, "run-a", NULL, "out", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "cannot be read: No such file or directory"));
	ck_assert_uint_eq(store_bed_files("out"), 0);
}
END_TEST

START_TEST(test_no_store_is_told)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_store_open("nowhere", FALSE, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_str_eq(error->message, "nowhere: no run is kept here; go to the folder where "
	                                 "`tinyrig run` was called");
	ck_assert(!g_file_test("nowhere", G_FILE_TEST_EXISTS));
}
END_TEST

static Suite *import_suite(void)
{
	Suite *suite = suite_create("import");
	TCase *test = tcase_create("import");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_all_of_a_run_is_in_the_rows);
	tcase_add_test(test, test_numbers_are_those_of_the_last_attempt);
	tcase_add_test(test, test_files_come_out_as_they_were);
	tcase_add_test(test, test_one_file_comes_out_alone);
	tcase_add_test(test, test_what_runs_have_in_common_is_kept_once);
	tcase_add_test(test, test_a_run_that_is_in_the_store_is_not_taken_in_again);
	tcase_add_test(test, test_a_folder_that_cannot_go_is_no_failure);
	tcase_add_test(test, test_a_full_disk_leaves_folder_and_store_as_they_were);
	tcase_add_test(test, test_rows_that_cannot_be_written_leave_none);
	tcase_add_test(test, test_a_run_that_means_harm_comes_in);
	tcase_add_test(test, test_a_missing_object_is_told);
	tcase_add_test(test, test_no_store_is_told);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(import_suite)
