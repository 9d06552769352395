/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite behind GError: what is bound comes back, and what goes wrong says what to do. */
#include "full_disk.h"
#include "store_bed.h"
#include "test.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "store/db.h"

static StoreBed bed;
static RigDb db;

static void begin(void)
{
	g_autoptr(GError) error = NULL;
	store_bed_begin(&bed);
	gboolean good = rig_db_open(&db, "one.db", &error) &&
	                rig_db_exec(&db, "CREATE TABLE t (a, b, c, d)", &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static void end(void)
{
	rig_db_close(&db);
	store_bed_end(&bed);
}

static void expect(GError *error, const char *text)
{
	ck_assert_ptr_nonnull(error);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_msg(strstr(error->message, text) != NULL, "no \"%s\" in: %s", text, error->message);
	g_error_free(error);
}

START_TEST(test_what_is_bound_comes_back)
{
	static const guint8 bytes[] = {0, 1, 0xff};
	ck_assert(rig_db_do(&db, NULL, "INSERT INTO t VALUES (?, ?, ?, ?)", "sidb", "caf\xc3\xa9",
	                    G_MININT64, -0.1, bytes, sizeof bytes));
	g_autoptr(RigRows) rows = rig_db_query(&db, NULL, "SELECT * FROM t", "");
	ck_assert_int_eq(rig_rows_next(&db, rows, NULL), 1);
	ck_assert_str_eq(rig_rows_text(rows, 0), "caf\xc3\xa9");
	ck_assert_int_eq(sqlite3_column_int64(rows, 1), G_MININT64);
	ck_assert_double_eq(sqlite3_column_double(rows, 2), -0.1);
	ck_assert_int_eq(sqlite3_column_bytes(rows, 3), sizeof bytes);
	ck_assert_mem_eq(sqlite3_column_blob(rows, 3), bytes, sizeof bytes);
	ck_assert_int_eq(rig_rows_next(&db, rows, NULL), 0);
}
END_TEST

START_TEST(test_null_and_nan_are_null)
{
	ck_assert(rig_db_do(&db, NULL, "INSERT INTO t VALUES (?, ?, ?, 1)", "sds", NULL, NAN, NULL));
	g_autoptr(RigRows) rows = rig_db_query(&db, NULL, "SELECT * FROM t", "");
	ck_assert_int_eq(rig_rows_next(&db, rows, NULL), 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(sqlite3_column_type(rows, i), SQLITE_NULL);
	ck_assert_str_eq(rig_rows_text(rows, 0), "");
}
END_TEST

/* Else it would come back as what no JSON can hold. */
START_TEST(test_texts_are_made_valid)
{
	ck_assert(rig_db_do(&db, NULL, "INSERT INTO t VALUES (?, 1, 2, 3)", "s", "caf\xe9 \x80"));
	g_autoptr(RigRows) rows =
	    rig_db_query(&db, NULL, "SELECT a FROM t WHERE a = ?", "s", "caf\xe9 \x80");
	ck_assert_int_eq(rig_rows_next(&db, rows, NULL), 1);
	ck_assert_str_eq(rig_rows_text(rows, 0), "caf\xef\xbf\xbd \xef\xbf\xbd");
}
END_TEST

START_TEST(test_a_number_or_otherwise)
{
	ck_assert(rig_db_exec(&db, "INSERT INTO t VALUES (7, NULL, 0, 0)", NULL));
	ck_assert_int_eq(rig_db_number(&db, NULL, -5, "SELECT a FROM t", ""), 7);
	ck_assert_int_eq(rig_db_number(&db, NULL, -5, "SELECT b FROM t", ""), -5);
	ck_assert_int_eq(rig_db_number(&db, NULL, -5, "SELECT a FROM t WHERE a = ?", "i", (gint64)8),
	                 -5);
	GError *error = NULL;
	ck_assert_int_eq(rig_db_number(&db, &error, -5, "SELECT lost FROM t", ""), -5);
	expect(error, "one.db: no such column: lost");
}
END_TEST

START_TEST(test_wrong_statements_are_told)
{
	GError *error = NULL;
	ck_assert(!rig_db_exec(&db, "NOT SQL", &error));
	expect(g_steal_pointer(&error), "one.db: near \"NOT\": syntax error");
	ck_assert_ptr_null(rig_db_query(&db, &error, "SELECT ?", "ii", (gint64)1, (gint64)2));
	expect(g_steal_pointer(&error), "one.db: ");
	ck_assert(!rig_db_do(&db, &error, "INSERT INTO nowhere VALUES (?)", "i", (gint64)1));
	expect(error, "one.db: no such table: nowhere");
}
END_TEST

START_TEST(test_a_folder_that_is_not_there)
{
	RigDb none;
	GError *error = NULL;
	ck_assert(!rig_db_open(&none, "none/one.db", &error));
	rig_db_close(&none);
	expect(error, "none/one.db: unable to open database file: No such file or directory; make its "
	              "folder writable");
}
END_TEST

START_TEST(test_a_file_that_is_no_store)
{
	RigDb other;
	GError *error = NULL;
	g_autofree char *text = g_strnfill(4096, 'x');
	ck_assert(g_file_set_contents("other.db", text, -1, NULL));
	ck_assert(rig_db_open(&other, "other.db", NULL));
	ck_assert(!rig_db_exec(&other, "SELECT * FROM sqlite_master", &error));
	rig_db_close(&other);
	expect(error, "other.db: file is not a database; this is no store: move it away, a new one is "
	              "made");
}
END_TEST

START_TEST(test_another_program_that_writes_is_waited_for_and_then_told)
{
	RigDb other;
	GError *error = NULL;
	ck_assert(rig_db_open(&other, "one.db", NULL));
	sqlite3_busy_timeout(other.handle, 1);
	ck_assert(rig_db_exec(&db, "BEGIN EXCLUSIVE", NULL));
	ck_assert(!rig_db_exec(&other, "INSERT INTO t VALUES (1, 2, 3, 4)", &error));
	expect(error, "one.db: database is locked; another tinyrig has been writing for long");
	ck_assert(rig_db_exec(&db, "COMMIT", NULL));
	ck_assert(rig_db_exec(&other, "INSERT INTO t VALUES (1, 2, 3, 4)", NULL));
	rig_db_close(&other);
}
END_TEST

START_TEST(test_a_full_disk_costs_nothing_that_was_kept)
{
	GError *error = NULL;
	g_autofree char *large = g_strnfill(1 << 20, 'x');
	ck_assert(rig_db_exec(&db, "INSERT INTO t VALUES ('kept', 0, 0, 0)", NULL));
	full_disk_begin(256 << 10);
	gboolean good = rig_db_do(&db, &error, "INSERT INTO t VALUES (?, 0, 0, 0)", "s", large);
	full_disk_end();
	ck_assert(!good);
	expect(
	    error,
	    "one.db: disk I/O error: File too large; look at the disk; nothing that was kept is lost");
	ck_assert_int_eq(rig_db_number(&db, NULL, 0, "SELECT count(*) FROM t WHERE a = 'kept'", ""), 1);
	ck_assert(rig_db_do(&db, NULL, "INSERT INTO t VALUES (?, 0, 0, 0)", "s", large));
}
END_TEST

static Suite *db_suite(void)
{
	Suite *suite = suite_create("db");
	TCase *test = tcase_create("db");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_what_is_bound_comes_back);
	tcase_add_test(test, test_null_and_nan_are_null);
	tcase_add_test(test, test_texts_are_made_valid);
	tcase_add_test(test, test_a_number_or_otherwise);
	tcase_add_test(test, test_wrong_statements_are_told);
	tcase_add_test(test, test_a_folder_that_is_not_there);
	tcase_add_test(test, test_a_file_that_is_no_store);
	tcase_add_test(test, test_another_program_that_writes_is_waited_for_and_then_told);
	tcase_add_test(test, test_a_full_disk_costs_nothing_that_was_kept);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(db_suite)
