/* SPDX-License-Identifier: Apache-2.0 */
#include "config/measure.h"
#include "config/suite.h"
#include "test.h"
#include <math.h>
#include <string.h>

static RigMeasureRef must_find(const char *name)
{
	RigMeasureRef ref = {0};
	ck_assert_msg(rig_measure_find(name, &ref), "%s is not found", name);
	return ref;
}

START_TEST(finds_names_with_and_without_number)
{
	static const struct {
		const char *name;
		RigMeasureKind kind;
		double number;
	} cases[] = {
	    {"top1", RIG_MEASURE_TOP, 1},
	    {"top3", RIG_MEASURE_TOP, 3},
	    {"top1024", RIG_MEASURE_TOP, 1024},
	    {"recall", RIG_MEASURE_RECALL, 0},
	    {"recall_0", RIG_MEASURE_RECALL_CLASS, 0},
	    {"recall_11", RIG_MEASURE_RECALL_CLASS, 11},
	    {"auc", RIG_MEASURE_AUC, 0},
	    {"outputs", RIG_MEASURE_OUTPUTS, 0},
	    {"latency_p50", RIG_MEASURE_LATENCY_PERCENTILE, 50},
	    {"latency_p99.9", RIG_MEASURE_LATENCY_PERCENTILE, 99.9},
	    {"latency_p0.5", RIG_MEASURE_LATENCY_PERCENTILE, 0.5},
	    {"latency_avg", RIG_MEASURE_LATENCY_AVG, 0},
	    {"latency_jitter", RIG_MEASURE_LATENCY_JITTER, 0},
	    {"inferences", RIG_MEASURE_INFERENCES, 0},
	    {"stack_used", RIG_MEASURE_VALUE, 0},
	    {"label_share_min", RIG_MEASURE_VALUE, 0},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		RigMeasureRef ref = must_find(cases[i].name);
		ck_assert_int_eq(ref.kind, cases[i].kind);
		ck_assert_double_eq(ref.number, cases[i].number);
		ck_assert_ptr_nonnull(ref.row);
	}
}
END_TEST

START_TEST(refuses_other_names)
{
	static const char *const names[] = {
	    "",
	    "top",
	    "top0",
	    "top01",
	    "top1025",
	    "top1.5",
	    "top-1",
	    "top#",
	    "top1 ",
	    "recall_",
	    "recall_01",
	    "recall_1024",
	    "latency_p",
	    "latency_p0",
	    "latency_p100",
	    "latency_p.5",
	    "latency_p9.",
	    "latency_p9.50",
	    "latency_p99.9999999",
	    "latency_p1e1",
	    "latency_pnan",
	    "latency_p0x10",
	    "Top1",
	    "accuracy",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		RigMeasureRef ref = {.number = -7};
		ck_assert_msg(!rig_measure_find(names[i], &ref), "%s is found", names[i]);
		ck_assert_double_eq(ref.number, -7);
	}
}
END_TEST

START_TEST(finds_among_the_measures_of_a_step)
{
	RigMeasureRef ref = {0};

	ck_assert(rig_measure_find_step("mean", RIG_STEP_DATA, &ref));
	ck_assert_int_eq(ref.row->step, RIG_STEP_DATA);
	ck_assert(rig_measure_find_step("mean", RIG_STEP_SENSOR, &ref));
	ck_assert_int_eq(ref.row->step, RIG_STEP_SENSOR);
	ck_assert(!rig_measure_find_step("drift", RIG_STEP_SENSOR, &ref));
	ck_assert(!rig_measure_find_step("top1", RIG_STEP_IDENTIFY, &ref));
}
END_TEST

START_TEST(rows_are_complete_and_agree)
{
	static const char *const units[] = {"ratio",     "count", "text",   "value",   "time",
	                                    "frequency", "size",  "energy", "current", "lifetime"};
	for (const RigMeasureRow *row = rig_measure_rows; row->name; row++) {
		gboolean known = FALSE;
		for (gsize i = 0; i < G_N_ELEMENTS(units); i++)
			known = known || strcmp(units[i], row->unit) == 0;
		ck_assert_msg(known, "%s: unit %s", row->name, row->unit);
		ck_assert_int_gt((int)strlen(row->help), 5);
		ck_assert_int_ge(row->step, 0);
		ck_assert_int_lt(row->step, RIG_STEP_KINDS);
		for (const RigMeasureRow *other = row + 1; other->name; other++) {
			if (strcmp(other->name, row->name) != 0)
				continue;
			ck_assert_int_ne(other->step, row->step);
			ck_assert_int_eq(other->kind, row->kind);
			ck_assert_str_eq(other->unit, row->unit);
		}
	}
}
END_TEST

START_TEST(percentiles_need_ten_records_beyond)
{
	static const struct {
		const char *name;
		guint needs;
	} cases[] = {
	    {"latency_p50", 20},      {"latency_p90", 100},
	    {"latency_p99", 1000},    {"latency_p10", 12},
	    {"latency_p99.9", 10000}, {"latency_p99.99", 100000},
	    {"latency_p95", 200},     {"top1", 1},
	    {"latency_max", 1},       {"latency_p75", 40},
	    {"latency_p80", 50},      {"latency_p99.999", 1000000},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		RigMeasureRef ref = must_find(cases[i].name);
		ck_assert_msg(rig_measure_needs(&ref) == cases[i].needs, "%s needs %u", cases[i].name,
		              rig_measure_needs(&ref));
	}
}
END_TEST

START_TEST(formats_for_people)
{
	static const struct {
		const char *unit;
		double value;
		const char *text;
	} cases[] = {
	    {"time", 3200, "3.20 ms"},
	    {"time", 640, "640 us"},
	    {"time", 0, "0 us"},
	    {"time", 3.5, "3.50 us"},
	    {"time", 999.4, "999 us"},
	    {"time", 999.9, "1.00 ms"},
	    {"time", 12345678, "12.3 s"},
	    {"time", 3600e6, "3600 s"},
	    {"time", -2500, "-2.50 ms"},
	    {"time", 9999, "10.0 ms"},
	    {"time", 99960, "100 ms"},
	    {"frequency", 25000, "25.0 Hz"},
	    {"frequency", 7.5e9, "7.50 MHz"},
	    {"voltage", 3000000, "3.00 V"},
	    {"current", 40000, "40.0 uA"},
	    {"energy", 40e6, "40.0 uJ"},
	    {"size", 12288, "12 KiB"},
	    {"size", 12300, "12.0 KiB"},
	    {"size", 512, "512 B"},
	    {"size", 1048576, "1 MiB"},
	    {"baud", 115200, "115200 baud"},
	    {"ratio", 0.94, "0.940"},
	    {"ratio", 1, "1.000"},
	    {"count", 45, "45"},
	    {"count", 2.5, "2.5"},
	    {"value", -1.25, "-1.25"},
	    {"value", 1234567, "1.23457e+06"},
	    {NULL, 17, "17"},
	    {"value", INFINITY, "infinite"},
	    {"time", -INFINITY, "-infinite"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = rig_measure_format(cases[i].unit, cases[i].value);
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

START_TEST(unknown_is_never_a_number)
{
	static const char *const units[] = {"time", "size", "ratio", "count", "value", NULL};
	for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
		g_autofree char *text = rig_measure_format(units[i], NAN);
		ck_assert_str_eq(text, "unknown");
	}
}
END_TEST

START_TEST(more_digits_tell_neighbours_apart)
{
	g_autofree char *coarse = rig_measure_format_digits("time", 5001, 3);
	g_autofree char *fine = rig_measure_format_digits("time", 5001, 4);
	g_autofree char *ratio = rig_measure_format_digits("ratio", 0.9395, 4);
	g_autofree char *clamped = rig_measure_format_digits("ratio", 0.5, 0);

	ck_assert_str_eq(coarse, "5.00 ms");
	ck_assert_str_eq(fine, "5.001 ms");
	ck_assert_str_eq(ratio, "0.9395");
	ck_assert_str_eq(clamped, "0.5");
}
END_TEST

static Suite *measure_suite(void)
{
	Suite *suite = suite_create("measure");
	TCase *names = tcase_create("names");
	tcase_add_test(names, finds_names_with_and_without_number);
	tcase_add_test(names, refuses_other_names);
	tcase_add_test(names, finds_among_the_measures_of_a_step);
	tcase_add_test(names, rows_are_complete_and_agree);
	tcase_add_test(names, percentiles_need_ten_records_beyond);
	suite_add_tcase(suite, names);
	TCase *format = tcase_create("format");
	tcase_add_test(format, formats_for_people);
	tcase_add_test(format, unknown_is_never_a_number);
	tcase_add_test(format, more_digits_tell_neighbours_apart);
	suite_add_tcase(suite, format);
	return suite;
}

RIG_TEST_MAIN(measure_suite)
