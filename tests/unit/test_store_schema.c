/* SPDX-License-Identifier: Apache-2.0 */
/* Stores of other versions: brought up to date whole or not at all, or left alone. */
#include "store_bed.h"
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/query.h"
#include "store/schema.h"

#define FIRST    "tests/support/store_v1.sql"
#define SESSIONS 4

static StoreBed bed;
static char *first; /* the statements that make a store of version 1 */

/* A store of version 1 takes the new one's place. */
static void begin(void)
{
	ck_assert(g_file_get_contents(FIRST, &first, NULL, NULL));
	store_bed_begin(&bed);
	g_clear_pointer(&bed.store, rig_store_close);
	ck_assert_int_eq(g_unlink(".tinyrig/store.db"), 0);
	store_bed_sql(".tinyrig/store.db", first);
}

static void end(void)
{
	store_bed_end(&bed);
	g_free(first);
}

static GError *refused(void)
{
	GError *error = NULL;
	bed.store = rig_store_open(".tinyrig", TRUE, &error);
	ck_assert_ptr_null(bed.store);
	ck_assert_ptr_nonnull(error);
	return error;
}

static void opens(void)
{
	g_autoptr(GError) error = NULL;
	bed.store = rig_store_open(".tinyrig", TRUE, &error);
	ck_assert_msg(bed.store != NULL, "%s", error == NULL ? "" : error->message);
}

static char *contents(gsize *size)
{
	char *text = NULL;
	ck_assert(g_file_get_contents(".tinyrig/store.db", &text, size, NULL));
	return text;
}

/* What is asked most is looked up in a table that version 1 had not: it must hold the same. */
START_TEST(test_the_first_version_gives_the_same_answers)
{
	static const char failed[] =
	    "SELECT count(*) FROM (SELECT result.verdict, max(result.id) FROM result"
	    " JOIN run ON run.id = result.run JOIN word ON word.id = run.suite"
	    " WHERE result.verdict <> 0 AND word.text = 'smoke'"
	    " AND run.bench = (SELECT id FROM word WHERE text = 'desk')"
	    " GROUP BY run.board, result.name) WHERE verdict > 1";
	gint64 before = store_bed_count(failed), runs = store_bed_count("SELECT count(*) FROM run");
	ck_assert_int_eq(before, 4);
	opens();
	g_autoptr(GPtrArray) list = rig_store_failed(bed.store, "smoke", "desk", NULL);
	g_autoptr(GString) names = g_string_new(NULL);
	for (guint i = 0; i < list->len; i++) {
		const RigFailedCase *one = g_ptr_array_index(list, i);
		g_string_append_printf(names, "%s/%s ", one->board, one->name);
	}
	ck_assert_int_eq(list->len, before);
	ck_assert_ptr_nonnull(strstr(names->str, "mps2-a/digits "));
	ck_assert_ptr_nonnull(strstr(names->str, "mps2-a/latency "));
	ck_assert_ptr_nonnull(strstr(names->str, "mps2-a/sensor "));
	ck_assert_ptr_nonnull(strstr(names->str, "microbit-b/digits "));
	const RigRunFilter all = {0};
	g_autoptr(GPtrArray) kept = rig_store_runs(bed.store, &all, NULL);
	ck_assert_int_eq(kept->len, runs);
	ck_assert_int_eq(store_bed_count("PRAGMA user_version"), rig_schema_version());
}
END_TEST

START_TEST(test_a_store_that_is_migrated_is_the_same_as_a_new_one)
{
	static const char shape[] = "SELECT count(*) FROM sqlite_master WHERE sql IS NOT NULL";
	opens();
	gint64 migrated = store_bed_count(shape);
	g_clear_pointer(&bed.store, rig_store_close);
	ck_assert_int_eq(g_unlink(".tinyrig/store.db"), 0);
	opens();
	ck_assert_int_eq(store_bed_count(shape), migrated);
	ck_assert_int_eq(store_bed_count("PRAGMA user_version"), rig_schema_version());
}
END_TEST

START_TEST(test_a_newer_version_is_refused_and_not_touched)
{
	gsize size, size_after;
	store_bed_sql(".tinyrig/store.db", "PRAGMA user_version = 99");
	g_autofree char *before = contents(&size);
	g_autoptr(GError) error = refused();
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_ptr_nonnull(strstr(error->message,
	                             "written by a newer tinyrig (version 99, this one "
	                             "reads up to 2): use that one, or another folder"));
	g_autofree char *after = contents(&size_after);
	ck_assert_uint_eq(size, size_after);
	ck_assert_mem_eq(before, after, size);
	ck_assert_uint_eq(store_bed_files(".tinyrig"), 1);
}
END_TEST

START_TEST(test_a_version_that_cannot_be_is_refused)
{
	store_bed_sql(".tinyrig/store.db", "PRAGMA user_version = -1");
	g_autoptr(GError) error = refused();
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "move it away"));
}
END_TEST

/* The last statement of the step fails: nothing of it stays. */
START_TEST(test_half_a_migration_is_rolled_back)
{
	store_bed_sql(".tinyrig/store.db", "CREATE INDEX result_name ON result (verdict)");
	g_autoptr(GError) error = refused();
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_int_eq(store_bed_count("PRAGMA user_version"), 1);
	ck_assert_int_eq(store_bed_count("SELECT count(*) FROM sqlite_master WHERE name = 'latest'"),
	                 0);
	store_bed_sql(".tinyrig/store.db", "DROP INDEX result_name");
	opens();
	ck_assert_int_eq(store_bed_count("PRAGMA user_version"), rig_schema_version());
}
END_TEST

/* Opens the store as soon as the pipe ends, and tells of it by the exit status. */
static pid_t open_elsewhere(const int gate[2])
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	char byte;
	close(gate[1]);
	gssize got = read(gate[0], &byte, 1);
	g_autoptr(GError) error = NULL;
	RigStore *store = rig_store_open(".tinyrig", TRUE, &error);
	if (store == NULL)
		g_printerr("%s\n", error->message);
	gboolean good = got == 0 && store != NULL;
	rig_store_close(store);
	_exit(good ? 0 : 1);
}

static void open_at_once(void)
{
	int gate[2];
	pid_t sessions[SESSIONS];
	ck_assert_int_eq(pipe(gate), 0);
	for (guint i = 0; i < SESSIONS; i++)
		sessions[i] = open_elsewhere(gate);
	close(gate[0]);
	close(gate[1]);
	for (guint i = 0; i < SESSIONS; i++) {
		int status;
		ck_assert_int_eq(waitpid(sessions[i], &status, 0), sessions[i]);
		ck_assert_int_eq(status, 0);
	}
}

START_TEST(test_several_sessions_migrate_at_once)
{
	open_at_once();
	ck_assert_int_eq(store_bed_count("PRAGMA user_version"), rig_schema_version());
	ck_assert_int_eq(store_bed_count("SELECT count(*) FROM latest JOIN result ON result.id = "
	                                 "latest.result WHERE verdict > 1"),
	                 7);
}
END_TEST

START_TEST(test_several_sessions_make_the_store_at_once)
{
	ck_assert_int_eq(g_unlink(".tinyrig/store.db"), 0);
	open_at_once();
	ck_assert_int_eq(store_bed_count("PRAGMA user_version"), rig_schema_version());
}
END_TEST

static Suite *schema_suite(void)
{
	Suite *suite = suite_create("store_schema");
	TCase *test = tcase_create("store_schema");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_the_first_version_gives_the_same_answers);
	tcase_add_test(test, test_a_store_that_is_migrated_is_the_same_as_a_new_one);
	tcase_add_test(test, test_a_newer_version_is_refused_and_not_touched);
	tcase_add_test(test, test_a_version_that_cannot_be_is_refused);
	tcase_add_test(test, test_half_a_migration_is_rolled_back);
	tcase_add_test(test, test_several_sessions_migrate_at_once);
	tcase_add_test(test, test_several_sessions_make_the_store_at_once);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(schema_suite)
