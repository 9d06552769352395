/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of earlier runs, kept among a run's sources. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "journal/baseline.h"

static RigSources *sources;

static void begin(void)
{
	sources = rig_sources_new();
}

static void end(void)
{
	rig_sources_free(sources);
}

static const RigBaselineNumber *number_of(const RigBaseline *baseline, const char *unit,
                                          const char *key)
{
	const RigBaselineRun *run = rig_baseline_find(baseline, unit);
	ck_assert_msg(run != NULL, "no run of %s", unit);
	return g_hash_table_lookup(run->numbers, key);
}

static RigBaseline *read_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
	rig_sources_put(sources, RIG_BASELINE_SOURCE, bytes);
	RigBaseline *baseline = rig_baseline_load(sources, &error);
	ck_assert_msg(baseline != NULL, "%s", error == NULL ? "no error was set" : error->message);
	return baseline;
}

START_TEST(test_numbers_come_back_to_the_last_bit)
{
	static const double values[] = {0.1 + 0.2, -0.0, 1e300, 5e-324, 3105, -1.5e-7};
	g_autoptr(RigBaseline) baseline = rig_baseline_new();
	RigBaselineRun *run = rig_baseline_add(baseline, "run-a", "unit 0007");
	for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autofree char *key = g_strdup_printf("digits/r.%u", i);
		rig_baseline_put(run, key, values[i], i % 2 == 0 ? "time" : NULL);
	}
	rig_baseline_put(rig_baseline_add(baseline, "run-b", "unit 0012"), "digits/r.0", 2, "ratio");
	rig_baseline_store(baseline, sources);
	g_autoptr(RigBaseline) back = rig_baseline_load(sources, NULL);
	ck_assert_ptr_nonnull(back);
	for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
		g_autofree char *key = g_strdup_printf("digits/r.%u", i);
		const RigBaselineNumber *number = number_of(back, "unit 0007", key);
		ck_assert_mem_eq(&number->value, &values[i], sizeof values[i]);
		ck_assert_pstr_eq(number->unit, i % 2 == 0 ? "time" : NULL);
	}
	ck_assert_str_eq(rig_baseline_find(back, "unit 0007")->run, "run-a");
	ck_assert(number_of(back, "unit 0012", "digits/r.0")->value == 2);
	ck_assert_ptr_null(rig_baseline_find(back, "unit 0008"));
	ck_assert_ptr_null(rig_baseline_find(NULL, "unit 0007"));
}
END_TEST

/* Else a limit would pass beside it now, and be inconclusive when it is judged again. */
START_TEST(test_what_is_unknown_is_no_number)
{
	g_autoptr(RigBaseline) baseline = rig_baseline_new();
	RigBaselineRun *run = rig_baseline_add(baseline, "run-a", "unit 0007");
	rig_baseline_put(run, "digits/nan", NAN, "time");
	rig_baseline_put(run, "digits/inf", INFINITY, "time");
	rig_baseline_put(run, "digits/one", 1, "time");
	ck_assert_uint_eq(g_hash_table_size(run->numbers), 1);
	rig_baseline_store(baseline, sources);
	g_autoptr(RigBaseline) back = rig_baseline_load(sources, NULL);
	ck_assert_uint_eq(g_hash_table_size(rig_baseline_find(back, "unit 0007")->numbers), 1);
}
END_TEST

START_TEST(test_the_same_numbers_make_the_same_source)
{
	char *sums[2] = {NULL};
	for (guint turn = 0; turn < 2; turn++) {
		g_autoptr(RigSources) own = rig_sources_new();
		g_autoptr(RigBaseline) baseline = rig_baseline_new();
		RigBaselineRun *run = rig_baseline_add(baseline, "run-a", "unit 0007");
		for (guint i = 0; i < 20; i++) {
			g_autofree char *key = g_strdup_printf("digits/r.%u", turn == 0 ? i : 19 - i);
			rig_baseline_put(run, key, 1, NULL);
		}
		rig_baseline_store(baseline, own);
		const RigSource *source = g_ptr_array_index(rig_sources_list(own), 0);
		sums[turn] = g_strdup(source->sha256);
	}
	ck_assert_str_eq(sums[0], sums[1]);
	g_free(sums[0]);
	g_free(sums[1]);
}
END_TEST

START_TEST(test_a_run_without_a_baseline_has_none)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = g_bytes_new("suite: x", 8);
	rig_sources_put(sources, "/lab/suite.yaml", bytes);
	ck_assert_ptr_null(rig_baseline_load(sources, &error));
	ck_assert_ptr_null(error);
}
END_TEST

START_TEST(test_entries_of_another_form_are_passed_over)
{
	g_autoptr(RigBaseline) baseline = read_text(
	    "{\"baseline\": [7, null, {}, {\"run\": 5, \"unit\": \"u\"}, {\"run\": \"r\"},"
	    " {\"run\": \"a\", \"unit\": \"u\", \"numbers\": [1]},"
	    " {\"run\": \"b\", \"unit\": \"v\", \"numbers\": {\"x\": 3, \"y\": {\"value\": \"4\"},"
	    " \"z\": {\"value\": 5, \"unit\": 6}}}]}");
	ck_assert_uint_eq(baseline->runs->len, 2);
	ck_assert_uint_eq(g_hash_table_size(rig_baseline_find(baseline, "u")->numbers), 0);
	ck_assert_uint_eq(g_hash_table_size(rig_baseline_find(baseline, "v")->numbers), 1);
	const RigBaselineNumber *number = number_of(baseline, "v", "z");
	ck_assert(number->value == 5);
	ck_assert_ptr_null(number->unit);
}
END_TEST

START_TEST(test_what_is_no_baseline_is_refused)
{
	static const char *const texts[] = {"",
	                                    "{}",
	                                    "[]",
	                                    "{\"baseline\": {}}",
	                                    "{\"baseline\": [], \"baseline\": []}",
	                                    "{\"base",
	                                    "\xff",
	                                    ("{\"baseline\": [{\"run\": \"a\", \"unit\": \"u\", "
	                                     "\"numbers\": {\"x\": {\"value\": 1e999}}}]}")};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(RigSources) own = rig_sources_new();
		g_autoptr(GBytes) bytes = g_bytes_new(texts[i], strlen(texts[i]));
		rig_sources_put(own, RIG_BASELINE_SOURCE, bytes);
		ck_assert_msg(rig_baseline_load(own, &error) == NULL, "%s was taken", texts[i]);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
		ck_assert_ptr_nonnull(strstr(error->message, "the run's baseline cannot be read: "));
	}
}
END_TEST

START_TEST(test_a_unit_is_its_serial_number_or_its_place)
{
	g_autofree char *unit = rig_baseline_unit("desk", "mps2-a", "0007");
	g_autofree char *place = rig_baseline_unit("desk", "mps2-a", NULL);
	ck_assert_str_eq(unit, "unit 0007");
	ck_assert_str_eq(place, "board mps2-a of bench desk");
}
END_TEST

static Suite *baseline_suite(void)
{
	Suite *suite = suite_create("baseline");
	TCase *test = tcase_create("baseline");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_numbers_come_back_to_the_last_bit);
	tcase_add_test(test, test_what_is_unknown_is_no_number);
	tcase_add_test(test, test_the_same_numbers_make_the_same_source);
	tcase_add_test(test, test_a_run_without_a_baseline_has_none);
	tcase_add_test(test, test_entries_of_another_form_are_passed_over);
	tcase_add_test(test, test_what_is_no_baseline_is_refused);
	tcase_add_test(test, test_a_unit_is_its_serial_number_or_its_place);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(baseline_suite)
