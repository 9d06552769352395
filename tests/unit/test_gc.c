/* SPDX-License-Identifier: Apache-2.0 */
/* Old runs go, and with them what nobody else refers to; the rest stays whole. */
#include "full_disk.h"
#include "store_bed.h"
#include "test.h"

#include <glib/gstdio.h>

#include "store/query.h"

#define NEVER    0
#define ALL      G_MAXINT64
#define DAY_US   1795392000000000 /* 2026-11-23 */
#define OBJECTS  ".tinyrig/objects"
#define ORPHAN   "00112233445566778899aabbccddeeff00112233445566778899aabbccddee.zst"
#define STOREDB  ".tinyrig/store.db"
#define RUN_ROWS "SELECT count(*) FROM run"

static StoreBed bed;

/* Four runs: each has two objects of its own and two that all share. They began at 1 … 4 s. */
static void begin(void)
{
	store_bed_begin(&bed);
	store_bed_keep(&bed, "run-1", "mps2-a", RIG_VERDICT_PASS);
	store_bed_keep(&bed, "run-2", "mps2-a", RIG_VERDICT_FAIL);
	store_bed_keep(&bed, "run-3", "mps2-b", RIG_VERDICT_PASS);
	store_bed_keep(&bed, "run-4", "mps2-a", RIG_VERDICT_PASS);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 10);
}

static void end(void)
{
	store_bed_end(&bed);
}

static RigGcResult sweep(gint64 before_us, guint keep, gboolean dry)
{
	g_autoptr(GError) error = NULL;
	RigGcResult result;
	gboolean good = rig_store_gc(bed.store, before_us, keep, dry, &result, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
	return result;
}

static gboolean comes_out(const char *name)
{
	g_autofree char *folder = g_dir_make_tmp("tinyrig-out-XXXXXX", NULL);
	gboolean good = rig_store_unpack(bed.store, name, "sources/0001", folder, NULL);
	g_autofree char *file = g_build_filename(folder, "sources", "0001", NULL);
	good = good && g_file_test(file, G_FILE_TEST_EXISTS);
	rig_store_clear(folder, NULL);
	return good;
}

START_TEST(test_old_runs_go_and_what_others_share_stays)
{
	RigGcResult result = sweep(DAY_US + 3 * G_USEC_PER_SEC, 0, FALSE);
	ck_assert_uint_eq(result.runs, 2);
	ck_assert_uint_eq(result.objects, 4);
	ck_assert_int_gt(result.freed_bytes, 0);
	ck_assert_int_eq(store_bed_count(RUN_ROWS), 2);
	ck_assert_int_eq(store_bed_count("SELECT count(*) FROM result"), 2);
	ck_assert_int_eq(store_bed_count("SELECT count(*) FROM file"), 8);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 6);
	ck_assert(comes_out("run-3") && comes_out("run-4") && !comes_out("run-1"));
}
END_TEST

START_TEST(test_the_last_run_takes_what_was_shared_along)
{
	RigGcResult result = sweep(ALL, 0, FALSE);
	ck_assert_uint_eq(result.runs, 4);
	ck_assert_uint_eq(result.objects, 10);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 0);
	static const char *const tables[] = {"run", "result", "number", "file", "object", "latest"};
	for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
		g_autofree char *sql = g_strconcat("SELECT count(*) FROM ", tables[i], NULL);
		ck_assert_msg(store_bed_count(sql) == 0, "%s", sql);
	}
	/* And the store goes on. */
	store_bed_keep(&bed, "run-5", "mps2-a", RIG_VERDICT_PASS);
	ck_assert(comes_out("run-5"));
}
END_TEST

START_TEST(test_the_newest_stay)
{
	ck_assert_uint_eq(sweep(ALL, 3, FALSE).runs, 1);
	ck_assert_uint_eq(sweep(ALL, 3, FALSE).runs, 0);
	ck_assert_uint_eq(sweep(NEVER, 0, FALSE).runs, 0);
	ck_assert(comes_out("run-2") && !comes_out("run-1"));
}
END_TEST

START_TEST(test_pinned_runs_stay)
{
	ck_assert(rig_store_pin(bed.store, "run-1", "", NULL));
	ck_assert(rig_store_pin(bed.store, "run-2", "old", NULL));
	ck_assert(rig_store_pin(bed.store, "run-2", "baseline", NULL));
	ck_assert(rig_store_pin(bed.store, "run-3", "x", NULL));
	ck_assert(rig_store_pin(bed.store, "run-3", NULL, NULL));
	ck_assert_uint_eq(sweep(ALL, 0, FALSE).runs, 2);
	ck_assert(comes_out("run-1") && comes_out("run-2"));
	const RigRunFilter filter = {.name = "run-2"};
	g_autoptr(GPtrArray) runs = rig_store_runs(bed.store, &filter, NULL);
	const RigStoredRun *run = g_ptr_array_index(runs, 0);
	ck_assert_str_eq(run->pin, "baseline");
	ck_assert(rig_store_pin(bed.store, "run-1", NULL, NULL));
	ck_assert(rig_store_pin(bed.store, "nothing", "why", NULL));
	ck_assert_uint_eq(sweep(ALL, 0, FALSE).runs, 1);
}
END_TEST

START_TEST(test_a_dry_sweep_changes_nothing)
{
	RigGcResult result = sweep(ALL, 1, TRUE);
	ck_assert_uint_eq(result.runs, 3);
	ck_assert_int_eq(result.freed_bytes, 0);
	ck_assert_int_eq(store_bed_count(RUN_ROWS), 4);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 10);
	ck_assert(comes_out("run-1"));
}
END_TEST

/* A session was killed after it had put objects, and one while it did. */
START_TEST(test_orphans_are_swept)
{
	ck_assert_int_eq(g_mkdir_with_parents(OBJECTS "/ff", 0777), 0);
	ck_assert(g_file_set_contents(OBJECTS "/ff/" ORPHAN, "12345", -1, NULL));
	ck_assert(g_file_set_contents(OBJECTS "/ff/" ORPHAN ".0123abcd", "123", -1, NULL));
	ck_assert_uint_eq(sweep(NEVER, 0, TRUE).objects, 1);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 12);
	RigGcResult result = sweep(NEVER, 0, FALSE);
	ck_assert_uint_eq(result.objects, 1);
	ck_assert_int_eq(result.freed_bytes, 8);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 10);
}
END_TEST

START_TEST(test_the_latest_verdicts_of_what_stays_stay)
{
	sweep(ALL, 2, FALSE);
	store_bed_keep(&bed, "run-5", "mps2-b", RIG_VERDICT_FAIL);
	g_autoptr(GPtrArray) failed = rig_store_failed(bed.store, "digits-smoke", "desk", NULL);
	ck_assert_uint_eq(failed->len, 1);
	const RigFailedCase *one = g_ptr_array_index(failed, 0);
	ck_assert_str_eq(one->board, "mps2-b");
}
END_TEST

/* Room is what it is called for: where there is none to tidy the index, it has done its work. */
START_TEST(test_no_room_to_tidy_the_index_is_no_failure)
{
	store_bed_sql(STOREDB, "CREATE TABLE large (text); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
	                       "SELECT i + 1 FROM n WHERE i < 400) INSERT INTO large SELECT "
	                       "hex(randomblob(500)) FROM n; PRAGMA wal_checkpoint(TRUNCATE)");
	full_disk_begin(200 << 10);
	RigGcResult result;
	gboolean good = rig_store_gc(bed.store, ALL, 1, FALSE, &result, NULL);
	full_disk_end();
	ck_assert(good);
	ck_assert_uint_eq(result.runs, 3);
	ck_assert_int_eq(store_bed_count("SELECT count(*) FROM large"), 400);
	ck_assert(comes_out("run-4"));
}
END_TEST

/* Rows that cannot go keep their objects. */
START_TEST(test_a_failure_removes_nothing)
{
	store_bed_sql(STOREDB, "CREATE TRIGGER refuse BEFORE DELETE ON object BEGIN SELECT "
	                       "RAISE(ABORT, 'refused here'); END");
	g_autoptr(GError) error = NULL;
	RigGcResult result;
	ck_assert(!rig_store_gc(bed.store, ALL, 0, FALSE, &result, &error));
	ck_assert_ptr_nonnull(error);
	ck_assert_int_eq(store_bed_count(RUN_ROWS), 4);
	ck_assert_uint_eq(store_bed_files(OBJECTS), 10);
	ck_assert(comes_out("run-1"));
}
END_TEST

static Suite *gc_suite(void)
{
	Suite *suite = suite_create("gc");
	TCase *test = tcase_create("gc");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_old_runs_go_and_what_others_share_stays);
	tcase_add_test(test, test_the_last_run_takes_what_was_shared_along);
	tcase_add_test(test, test_the_newest_stay);
	tcase_add_test(test, test_pinned_runs_stay);
	tcase_add_test(test, test_a_dry_sweep_changes_nothing);
	tcase_add_test(test, test_orphans_are_swept);
	tcase_add_test(test, test_the_latest_verdicts_of_what_stays_stay);
	tcase_add_test(test, test_no_room_to_tidy_the_index_is_no_failure);
	tcase_add_test(test, test_a_failure_removes_nothing);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(gc_suite)
