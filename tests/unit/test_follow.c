/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor's view of a journal that grows, ends early or is damaged. */
#include "call.h"

#include <string.h>

#include "journal/writer.h"
#include "run/follow.h"

static char *folder;
static RigFollow *follow;

static void begin(void)
{
	folder = call_begin();
	follow = rig_follow_new(".", "-2");
}

static void end(void)
{
	rig_follow_free(follow);
	call_end(folder);
}

/* Appends an attempt with `notes` long notes. Returns the journal's size after it. */
static guint64 write_attempt(RigJournal *journal, const char *name, guint notes, gboolean ended)
{
	g_autoptr(RigAttempt) attempt = rig_attempt_new(name, 1);
	attempt->outcome = RIG_VERDICT_PASS;
	rig_journal_attempt_begin(journal, name, 1, 10, 0);
	g_autofree char *note = g_strnfill(5000, 'n');
	for (guint i = 0; i < notes; i++)
		rig_journal_note(journal, note);
	if (ended)
		rig_journal_attempt_end(journal, attempt, 20, 0, 1, 2, notes);
	ck_assert(rig_journal_sync(journal, NULL));
	return rig_journal_size(journal);
}

static RigJournal *journal_new(void)
{
	RigJournal *journal = rig_journal_new("journal-2.jsonl", "run", "mps2-a", NULL);
	ck_assert_ptr_nonnull(journal);
	return journal;
}

static RigAttempt *take(guint64 size, const char *name)
{
	RigAttempt *attempt = rig_follow_take(follow, size, name, 1, "the worker was lost");
	ck_assert_ptr_nonnull(attempt);
	ck_assert_str_eq(attempt->case_name, name);
	ck_assert_uint_eq(attempt->number, 1);
	return attempt;
}

static void expect_error(guint64 size, const char *name, const char *message)
{
	g_autoptr(RigAttempt) attempt = take(size, name);
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_ERROR);
	ck_assert_str_eq(attempt->message, message);
}

START_TEST(test_attempts_come_as_they_are_written)
{
	g_autoptr(RigJournal) journal = journal_new();
	for (guint i = 1; i <= 5; i++) {
		g_autofree char *name = g_strdup_printf("case-%u", i);
		guint64 size = write_attempt(journal, name, 4 * i, TRUE);
		g_autoptr(RigAttempt) attempt = take(size, name);
		ck_assert_int_eq(attempt->outcome, RIG_VERDICT_PASS);
		ck_assert_uint_eq(attempt->notes->len, 4 * i);
		ck_assert_uint_eq(rig_follow_totals(follow).repeats, 4 * i);
	}
}
END_TEST

START_TEST(test_nothing_is_read_beyond_what_the_worker_said)
{
	g_autoptr(RigJournal) journal = journal_new();
	guint64 first = write_attempt(journal, "first", 1, TRUE);
	write_attempt(journal, "second", 1, TRUE);
	g_autoptr(RigAttempt) attempt = take(first, "first");
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_PASS);
	expect_error(first, "second", "the worker was lost");
	/* 0: to the end. */
	g_autoptr(RigAttempt) second = take(0, "second");
	ck_assert_int_eq(second->outcome, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(test_an_attempt_that_did_not_end_is_an_error)
{
	g_autoptr(RigJournal) journal = journal_new();
	write_attempt(journal, "first", 3, FALSE);
	g_autoptr(RigAttempt) attempt = take(0, "first");
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_ERROR);
	ck_assert_str_eq(attempt->message, "the worker was lost");
	ck_assert_uint_eq(attempt->notes->len, 3); /* what was learned is kept */
}
END_TEST

START_TEST(test_without_a_journal_it_is_an_error)
{
	expect_error(0, "first", "the worker was lost");
	expect_error(4711, "first", "the worker was lost");
	ck_assert_uint_eq(rig_follow_totals(follow).repeats, 0);
	/* It may come later. */
	g_autoptr(RigJournal) journal = journal_new();
	guint64 size = write_attempt(journal, "first", 1, TRUE);
	g_autoptr(RigAttempt) attempt = take(size, "first");
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_PASS);
}
END_TEST

START_TEST(test_a_journal_shorter_than_said_is_an_error)
{
	g_autoptr(RigJournal) journal = journal_new();
	guint64 size = write_attempt(journal, "first", 1, TRUE);
	ck_assert_int_eq(truncate("journal-2.jsonl", (off_t)size - 5), 0);
	expect_error(size, "first", "the worker was lost");
}
END_TEST

START_TEST(test_a_damaged_journal_says_where)
{
	ck_assert(g_file_set_contents("journal-2.jsonl",
	                              "{\"journal\":\"tinyrig\",\"version\":1}\n"
	                              "{\"e\":\"attempt\",\"case\":\"first\",\"number\":1}\n"
	                              "{\"e\":\"note\",\"text\":\n",
	                              -1, NULL));
	g_autoptr(RigAttempt) attempt = take(0, "first");
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_ERROR);
	ck_assert(g_str_has_prefix(attempt->message, "journal line 3: "));
}
END_TEST

START_TEST(test_suffixes_tell_workers_apart)
{
	char suffix[RIG_SUFFIX_BYTES];
	static const char *const expected[] = {"", "", "-2", "-3"};
	for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
		ck_assert_str_eq(rig_run_suffix(suffix, i), expected[i]);
	ck_assert_str_eq(rig_run_suffix(suffix, 999), "-999");
	rig_follow_free(NULL);
}
END_TEST

static Suite *follow_suite(void)
{
	Suite *suite = suite_create("follow");
	TCase *test = tcase_create("follow");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_attempts_come_as_they_are_written);
	tcase_add_test(test, test_nothing_is_read_beyond_what_the_worker_said);
	tcase_add_test(test, test_an_attempt_that_did_not_end_is_an_error);
	tcase_add_test(test, test_without_a_journal_it_is_an_error);
	tcase_add_test(test, test_a_journal_shorter_than_said_is_an_error);
	tcase_add_test(test, test_a_damaged_journal_says_where);
	tcase_add_test(test, test_suffixes_tell_workers_apart);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(follow_suite)
