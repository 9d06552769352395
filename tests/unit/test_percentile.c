/* SPDX-License-Identifier: Apache-2.0 */
#include "judge/percentile.h"
#include "judging.h"
#include "test.h"
#include <math.h>
#include <string.h>

static void percentile_records(Judged *judged, guint count)
{
	judged_init(judged);
	judged_step(judged, "infer", "r");
	for (guint i = 0; i < count; i++)
		judged_record(judged, 0, 1000 + (i * 37) % count, NULL, 0);
}

START_TEST(nearest_rank)
{
	double thousand[1000];
	for (guint i = 0; i < 1000; i++)
		thousand[i] = i + 1;
	ck_assert_double_eq(rig_percentile(thousand, 1000, 99.9), 999);
	ck_assert_double_eq(rig_percentile(thousand, 1000, 99.91), 1000);
	ck_assert_double_eq(rig_percentile(thousand, 1000, 50), 500);
	ck_assert_double_eq(rig_percentile(thousand, 1000, 0.1), 1);
	ck_assert_double_eq(rig_percentile(thousand, 1000, 0.05), 1);
	ck_assert_double_eq(rig_percentile(thousand, 5, 50), 3);
	ck_assert_double_eq(rig_percentile(thousand, 4, 50), 2);
	ck_assert_double_eq(rig_percentile(thousand, 1, 99), 1);
	ck_assert_double_eq(rig_percentile(thousand, 10, 100), 10);
	ck_assert_double_nan(rig_percentile(thousand, 0, 50));
}
END_TEST

START_TEST(exact_ranks_do_not_slip)
{
	/* p*n/100 is a whole number here: the rank is that, not the next. */
	static const double percents[] = {0.1, 1.1, 12.3, 33.3, 57.7, 66.6, 70.7, 90.1, 99.1, 99.9};
	double thousand[1000];
	for (guint i = 0; i < 1000; i++)
		thousand[i] = i + 1;
	for (gsize i = 0; i < G_N_ELEMENTS(percents); i++)
		ck_assert_double_eq(rig_percentile(thousand, 1000, percents[i]), round(percents[i] * 10));
}
END_TEST

START_TEST(lap_is_shared_by_iterations)
{
	Judged judged;
	g_auto(RigLatencies) latencies;
	judged_init(&judged);
	judged_step(&judged, "infer", "r");
	judged_record(&judged, 0, 1000, NULL, 0)->iterations = 10;
	judged_record(&judged, 0, 200, NULL, 0)->lap_integrity = RIG_INTEGRITY_PLAUSIBLE;
	rig_latencies_of(&latencies, judged.attempt->inferences, RIG_INTEGRITY_CHECKED);
	ck_assert_uint_eq(latencies.count, 2);
	ck_assert_uint_eq(latencies.batches, 1);
	ck_assert_double_eq(latencies.sorted_us[0], 100);
	ck_assert_double_eq(latencies.sorted_us[1], 200);
	ck_assert_double_eq_tol(latencies.mean_us, 1200.0 / 11, 1e-9);
	ck_assert_uint_eq(latencies.slowest_input, 1);
	ck_assert_int_eq(latencies.integrity, RIG_INTEGRITY_PLAUSIBLE);
	ck_assert_uint_eq(latencies.below, 1);
	judged_clear(&judged);
}
END_TEST

START_TEST(nothing_is_known_of_no_records)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_auto(RigLatencies) latencies;
	rig_latencies_of(&latencies, none, RIG_INTEGRITY_UNKNOWN);
	ck_assert_uint_eq(latencies.count, 0);
	ck_assert_double_nan(latencies.mean_us);
	ck_assert_int_eq(latencies.integrity, RIG_INTEGRITY_UNKNOWN);
}
END_TEST

START_TEST(too_few_records_are_inconclusive)
{
	Judged judged;
	percentile_records(&judged, 12);
	judged_max(&judged, "r.latency_p90", 1e6);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
	ck_assert_str_eq(finding->got, "unknown (12 records, p90 needs 100)");
	ck_assert_str_eq(finding->expected, "at most 1.00 s");
	ck_assert(!finding->has_value);
	judged_clear(&judged);
}
END_TEST

START_TEST(a_missing_lap_makes_all_unknown)
{
	static const char *const names[] = {"r.latency_p50", "r.latency_avg", "r.latency_min",
	                                    "r.latency_max", "r.latency_jitter"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		Judged judged;
		percentile_records(&judged, 40);
		judged_record(&judged, 0, -1, NULL, 0);
		judged_max(&judged, names[i], 1e6);
		const RigFinding *finding = judged_run(&judged);
		ck_assert_int_eq(finding->verdict, RIG_VERDICT_INCONCLUSIVE);
		ck_assert_str_eq(finding->got, "unknown (1 of 41 records have no lap)");
		judged_clear(&judged);
	}
}
END_TEST

START_TEST(each_latency_has_its_number)
{
	static const struct {
		const char *name;
		double value;
	} cases[] = {{"r.latency_p90", 1089}, {"r.latency_p50", 1049},  {"r.latency_min", 1000},
	             {"r.latency_max", 1099}, {"r.latency_jitter", 99}, {"r.latency_avg", 1049.5}};
	Judged judged;
	percentile_records(&judged, 100);
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
		judged_max(&judged, cases[i].name, cases[i].value);
	judged_run(&judged);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const RigFinding *finding = judged_finding(&judged, i);
		ck_assert_double_eq_tol(finding->value, cases[i].value, 1e-9);
		ck_assert_msg(finding->verdict == RIG_VERDICT_PASS, "%s", finding->message);
		ck_assert_str_eq(finding->unit, "time");
	}
	ck_assert_ptr_nonnull(strstr(judged_finding(&judged, 0)->detail, "p90 1.09 ms, max 1.10 ms"));
	judged_clear(&judged);
}
END_TEST

START_TEST(one_microsecond_over_fails_and_shows_it)
{
	Judged judged;
	judged_init(&judged);
	judged_step(&judged, "infer", "r");
	judged_record(&judged, 0, 5001, NULL, 0);
	judged_max(&judged, "r.latency_max", 5000);
	const RigFinding *finding = judged_run(&judged);
	ck_assert_int_eq(finding->verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding->got, "5.001 ms (1 records)");
	ck_assert_str_eq(finding->message,
	                 "r.latency_max is 5.001 ms (1 records), must be at most 5.000 ms");
	judged_clear(&judged);
}
END_TEST

START_TEST(order_does_not_matter)
{
	guint32 state = 7;
	Judged judged;
	percentile_records(&judged, 100);
	judged_max(&judged, "r.latency_p90", 2000);
	judged_max(&judged, "r.latency_p50", 2000);
	judged_run(&judged);
	double p90 = judged_finding(&judged, 0)->value, p50 = judged_finding(&judged, 1)->value;
	for (guint round = 0; round < 20; round++) {
		gpointer *data = judged.attempt->inferences->pdata;
		for (guint i = 99; i > 0; i--) {
			guint other = judged_random(&state) % (i + 1);
			gpointer keep = data[i];
			data[i] = data[other];
			data[other] = keep;
		}
		judged_run(&judged);
		ck_assert_double_eq(judged_finding(&judged, 0)->value, p90);
		ck_assert_double_eq(judged_finding(&judged, 1)->value, p50);
	}
	judged_clear(&judged);
}
END_TEST

static Suite *percentile_suite(void)
{
	Suite *suite = suite_create("percentile");
	TCase *rank = tcase_create("rank");
	tcase_add_test(rank, nearest_rank);
	tcase_add_test(rank, exact_ranks_do_not_slip);
	tcase_add_test(rank, lap_is_shared_by_iterations);
	tcase_add_test(rank, nothing_is_known_of_no_records);
	suite_add_tcase(suite, rank);
	TCase *limits = tcase_create("limits");
	tcase_add_test(limits, too_few_records_are_inconclusive);
	tcase_add_test(limits, a_missing_lap_makes_all_unknown);
	tcase_add_test(limits, each_latency_has_its_number);
	tcase_add_test(limits, one_microsecond_over_fails_and_shows_it);
	tcase_add_test(limits, order_does_not_matter);
	suite_add_tcase(suite, limits);
	return suite;
}

RIG_TEST_MAIN(percentile_suite)
