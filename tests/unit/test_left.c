/* SPDX-License-Identifier: Apache-2.0 */
/* What killed sessions left comes into the store; what is at work, or unreadable, stays. */
#include "store_bed.h"
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <utime.h>

#include "base/files.h"
#include "base/sources.h"
#include "journal/header.h"
#include "journal/writer.h"
#include "report/report.h"
#include "run/keep.h"
#include "store/query.h"

static StoreBed bed;
static GString *told;

static const char suite_text[] = "suite: digits-smoke\n"
                                 "setup: [reset]\n"
                                 "cases:\n"
                                 "  - {case: digits, about: a, covers: code, steps: [wait: 1ms]}\n"
                                 "  - {case: latency, about: b, covers: code, steps: [wait: 1ms]}\n"
                                 "  - {case: sensor, about: c, covers: code, steps: [wait: 1ms]}\n";
static const char bench_text[] = "bench: desk\n"
                                 "boards:\n"
                                 "  - board: mps2-a\n"
                                 "    target: host\n"
                                 "    links: {console: {driver: process, argv: [cat]}}\n"
                                 "    reset: [{link: console}]\n";

static void begin(void)
{
	store_bed_begin(&bed);
	told = g_string_new(NULL);
}

static void end(void)
{
	g_string_free(told, TRUE);
	store_bed_end(&bed);
}

static void hear(gpointer user, const char *text)
{
	g_string_append_printf(user, "%s\n", text);
}

static void take_in(void)
{
	g_autoptr(GError) error = NULL;
	g_string_truncate(told, 0);
	gboolean good = rig_store_import_left(bed.store, "tinyrig", hear, told, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static void expect_told(const char *text)
{
	ck_assert_msg(strstr(told->str, text) != NULL, "no \"%s\" in: %s", text, told->str);
}

static void expect_count(const char *sql, gint64 count)
{
	gint64 got = store_bed_count(sql);
	ck_assert_msg(got == count, "%s: %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT, sql, got, count);
}

static void put_source(RigSources *sources, const char *path, const char *text)
{
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(sources, path, bytes);
}

static char *folder_of(const char *id)
{
	return g_build_filename(bed.folder, ".tinyrig", "runs", id, NULL);
}

/* The folder of a run as the supervisor makes it. Caller frees. */
static char *make_run(const char *id, const char *started)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigSources) sources = rig_sources_new();
	g_autoptr(RigRunHeader) header = rig_run_header_new();
	char *folder = folder_of(id);
	header->id = g_strdup(id);
	header->started = g_strdup(started);
	header->suite = g_strdup("/lab/suite.yaml");
	header->bench = g_strdup("/lab/bench.yaml");
	header->board = g_strdup("mps2-a");
	header->target = g_strdup("host");
	header->cases = g_strsplit("digits latency sensor", " ", -1);
	put_source(sources, "/lab/suite.yaml", suite_text);
	put_source(sources, "/lab/bench.yaml", bench_text);
	gboolean good = rig_run_folder_make(folder, header, sources, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	return folder;
}

static void keep_verdict(RigKeep *keep, const char *name, RigVerdict verdict, gboolean last,
                         const char *message)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(rig_keep_verdict(keep, name, 1, verdict, last, message, &error), "%s",
	              error == NULL ? "" : error->message);
}

/* Digits passed, latency was to be tried again, sensor had not begun. */
static RigKeep *keep_some(const char *folder)
{
	RigKeep *keep = rig_keep_new(folder, NULL);
	ck_assert_ptr_nonnull(keep);
	keep_verdict(keep, "digits", RIG_VERDICT_FAIL, TRUE, "it fell over");
	keep_verdict(keep, "latency", RIG_VERDICT_ERROR, FALSE, "lost");
	return keep;
}

/* An attempt of digits that ended, and one of latency that did not. */
static void write_journal(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "journal.jsonl", NULL);
	g_autoptr(RigJournal) journal = rig_journal_new(path, "run-a", "mps2-a", NULL);
	ck_assert_ptr_nonnull(journal);
	g_autoptr(RigAttempt) attempt = rig_attempt_new("digits", 1);
	attempt->outcome = RIG_VERDICT_PASS;
	rig_journal_attempt_begin(journal, "digits", 1, 1000, 0);
	rig_journal_attempt_end(journal, attempt, 2000, 0, 1, 2, 3);
	rig_journal_attempt_begin(journal, "latency", 1, 3000, 0);
	ck_assert(rig_journal_sync(journal, NULL));
}

static void make_old(const char *folder)
{
	const struct utimbuf old = {.actime = 1000000, .modtime = 1000000};
	ck_assert_int_eq(utime(folder, &old), 0);
}

START_TEST(test_what_was_kept_stands_and_the_rest_is_skipped)
{
	g_autofree char *folder = make_run("run-a", "2026-11-23T01:00:00Z");
	write_journal(folder);
	rig_keep_free(keep_some(folder));
	take_in();
	expect_told("run run-a: its session was killed; what it told is in the store now\n");
	ck_assert(!g_file_test(folder, G_FILE_TEST_EXISTS));
	expect_count("SELECT verdict FROM run", RIG_VERDICT_ERROR);
	expect_count("SELECT count(*) FROM run WHERE message LIKE '%killed before the run had ended'",
	             1);
	/* Not what the journal would be judged to now: what was printed. */
	expect_count("SELECT count(*) FROM result JOIN word ON word.id = result.name WHERE text = "
	             "'digits' AND verdict = 3 AND message = 'it fell over' AND attempts = 1",
	             1);
	expect_count("SELECT count(*) FROM result WHERE verdict = 0 AND message LIKE '%killed%'", 2);
	expect_count("SELECT count(*) FROM latest", 1);
	/* run.json, verdicts.jsonl, journal.jsonl, result.json, two sources */
	expect_count("SELECT count(*) FROM file", 6);
}
END_TEST

START_TEST(test_a_live_session_is_passed_over)
{
	g_autofree char *folder = make_run("run-a", "2026-11-23T01:00:00Z");
	RigKeep *keep = keep_some(folder); /* holds it */
	make_old(folder);
	take_in();
	ck_assert_str_eq(told->str, "");
	expect_count("SELECT count(*) FROM run", 0);
	rig_keep_free(keep);
	take_in();
	expect_count("SELECT count(*) FROM run", 1);
}
END_TEST

START_TEST(test_a_folder_that_is_being_made_is_left_for_a_while)
{
	g_autofree char *empty = folder_of("run-a");
	g_autofree char *half = g_build_filename(empty, "sources", NULL);
	g_autofree char *source = g_build_filename(half, "0001", NULL);
	g_autofree char *whole = make_run("run-b", "2026-11-23T01:00:00Z");
	ck_assert_int_eq(g_mkdir_with_parents(half, 0777), 0);
	ck_assert(g_file_set_contents(source, "suite", -1, NULL));
	take_in();
	ck_assert(g_file_test(source, G_FILE_TEST_EXISTS));
	ck_assert(g_file_test(whole, G_FILE_TEST_EXISTS));
	make_old(empty);
	make_old(whole);
	take_in();
	ck_assert(!g_file_test(empty, G_FILE_TEST_EXISTS));
	ck_assert(!g_file_test(whole, G_FILE_TEST_EXISTS));
	expect_count("SELECT count(*) FROM run", 1);
	expect_count("SELECT count(*) FROM result WHERE verdict = 0", 3);
}
END_TEST

/* It had ended, but there was no room: its own report counts. */
static RigRunReport *make_ended(const char *id)
{
	RigRunReport *run = store_bed_run(&bed, id, "mps2-a");
	sample_attempt(sample_case(run, "digits", RIG_VERDICT_PASS), RIG_VERDICT_PASS, NULL);
	return run;
}

static void write_result(const RigRunReport *run)
{
	g_autofree char *path = g_build_filename(run->folder, "result.json", NULL);
	g_autofree char *text = rig_report_json_run(run);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

START_TEST(test_a_run_that_had_ended_comes_in_as_it_was)
{
	RigRunReport *run = make_ended("run-a");
	write_result(run);
	take_in();
	expect_told("run run-a: had not come into the store; what it told is in the store now\n");
	expect_count("SELECT verdict FROM run", RIG_VERDICT_PASS);
	expect_count("SELECT count(*) FROM result WHERE verdict = 1 AND attempts = 1", 1);
	ck_assert(!g_file_test(run->folder, G_FILE_TEST_EXISTS));
}
END_TEST

/* A report in the folder of another run must not make that folder go as if it were known. */
START_TEST(test_a_report_of_another_run_is_not_believed)
{
	store_bed_keep(&bed, "run-a", "mps2-a", RIG_VERDICT_PASS);
	g_autofree char *folder = make_run("run-b", "2026-11-23T01:00:00Z");
	RigKeep *keep = keep_some(folder);
	rig_keep_free(keep);
	RigRunReport *other = g_ptr_array_index(bed.session->runs, 0);
	store_bed_text(&other->folder, folder);
	write_result(other);
	take_in();
	expect_count("SELECT count(*) FROM run WHERE name = 'run-b'", 1);
	expect_count("SELECT count(*) FROM result WHERE verdict = 3", 1);
}
END_TEST

START_TEST(test_a_folder_that_cannot_be_read_stays_and_the_others_come_in)
{
	g_autofree char *bad = make_run("run-b", "2026-11-23T01:00:00Z");
	g_autofree char *head = g_build_filename(bad, "run.json", NULL);
	rig_keep_free(keep_some(bad));
	ck_assert(g_file_set_contents(head, "{\"version\": 77}", -1, NULL));
	g_autofree char *first = make_run("run-a", "2026-11-23T01:00:00Z");
	rig_keep_free(keep_some(first));
	g_autofree char *last = make_run("run-c", "2026-11-23T02:00:00Z");
	rig_keep_free(keep_some(last));
	g_autofree char *file = folder_of("a-file");
	ck_assert(g_file_set_contents(file, "", 0, NULL));
	take_in();
	expect_told("/run-b: is left where it is, it cannot be read: ");
	expect_told("kept by a newer tinyrig; use that one to read it");
	ck_assert(g_file_test(head, G_FILE_TEST_EXISTS));
	/* The oldest is the first. */
	expect_count("SELECT id FROM run WHERE name = 'run-a'", 1);
	expect_count("SELECT id FROM run WHERE name = 'run-c'", 2);
}
END_TEST

START_TEST(test_one_that_cannot_be_taken_in_keeps_no_other_out)
{
	g_autofree char *first = make_run("run-a", "2026-11-23T01:00:00Z");
	rig_keep_free(keep_some(first));
	g_autofree char *last = make_run("run-b", "2026-11-23T02:00:00Z");
	rig_keep_free(keep_some(last));
	store_bed_sql(".tinyrig/store.db", "CREATE TRIGGER refuse BEFORE INSERT ON run WHEN NEW.name ="
	                                   " 'run-a' BEGIN SELECT RAISE(ABORT, 'refused here'); END");
	take_in();
	expect_told("run run-a: its session was killed, and cannot be taken in yet: ");
	expect_told("refused here (its files stay in ");
	expect_count("SELECT count(*) FROM run WHERE name = 'run-b'", 1);
	ck_assert(g_file_test(first, G_FILE_TEST_EXISTS));
	store_bed_sql(".tinyrig/store.db", "DROP TRIGGER refuse");
	take_in();
	expect_count("SELECT count(*) FROM run WHERE name = 'run-a'", 1);
	/* It came in later, but is older. */
	expect_count("SELECT count(*) FROM latest JOIN result ON result.id = latest.result JOIN run ON "
	             "run.id = result.run WHERE run.name = 'run-b'",
	             1);
}
END_TEST

START_TEST(test_a_folder_of_a_run_that_is_in_the_store_goes)
{
	store_bed_keep(&bed, "run-a", "mps2-a", RIG_VERDICT_PASS);
	RigRunReport *again = store_bed_run(&bed, "run-a", "mps2-a");
	take_in();
	ck_assert_str_eq(told->str, "");
	ck_assert(!g_file_test(again->folder, G_FILE_TEST_EXISTS));
	/* One that cannot go is told and is in nobody's way. */
	store_bed_run(&bed, "run-a", "mps2-a");
	g_autofree char *link = g_build_filename(again->folder, "link", NULL);
	ck_assert_int_eq(symlink("nowhere", link), 0);
	take_in();
	expect_told("/run-a: is in the store, but the folder cannot be removed: Directory not empty");
	expect_count("SELECT count(*) FROM run", 1);
}
END_TEST

static Suite *left_suite(void)
{
	Suite *suite = suite_create("left");
	TCase *test = tcase_create("left");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_what_was_kept_stands_and_the_rest_is_skipped);
	tcase_add_test(test, test_a_live_session_is_passed_over);
	tcase_add_test(test, test_a_folder_that_is_being_made_is_left_for_a_while);
	tcase_add_test(test, test_a_run_that_had_ended_comes_in_as_it_was);
	tcase_add_test(test, test_a_report_of_another_run_is_not_believed);
	tcase_add_test(test, test_a_folder_that_cannot_be_read_stays_and_the_others_come_in);
	tcase_add_test(test, test_one_that_cannot_be_taken_in_keeps_no_other_out);
	tcase_add_test(test, test_a_folder_of_a_run_that_is_in_the_store_goes);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(left_suite)
