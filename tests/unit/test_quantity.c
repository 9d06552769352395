/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "yaml/quantity.h"

#include <string.h>

typedef struct {
	const char *dimension, *text;
	gint64 value;
} Good;

static const Good good[] = {
    {"time", "500ms", 500000},
    {"time", "0us", 0},
    {"time", "1.5min", 90000000},
    {"time", "2 h", G_GINT64_CONSTANT(7200000000)},
    {"time", "0.000001s", 1},
    {"time", "1.500000000s", 1500000},
    {"frequency", "7.5MHz", G_GINT64_CONSTANT(7500000000)},
    {"frequency", "0.001Hz", 1},
    {"frequency", "32.768kHz", 32768000},
    {"voltage", "-3.3V", -3300000},
    {"current", "4.2mA", 4200000},
    {"energy", "40uJ", 40000000},
    {"energy", "1.123456789012J", G_GINT64_CONSTANT(1123456789012)},
    {"size", "0.5KiB", 512},
    {"size", "2KB", 2000},
    {"baud", "115200", 115200},
    {"time", "9223372036854775807us", G_MAXINT64},
};

START_TEST(reads_exactly)
{
	const Good *row = &good[_i];
	gint64 value = -77;
	char *why = NULL;
	ck_assert_msg(rig_quantity_parse(rig_dimension_find(row->dimension), row->text, &value, &why),
	              "%s", why);
	ck_assert_int_eq(value, row->value);
}
END_TEST

typedef struct {
	const char *dimension, *text, *why;
} Bad;

static const Bad bad[] = {
    {"time", "500", "without a unit, expected a time such as 500ms"},
    {"time", "5mV", "which is a voltage; expected a time such as 500ms"},
    {"time", "5sec", "units of time: h, min, s, ms, us"},
    {"time", "0.5us", "finer"},
    {"time", "0.1234567s", "finer"},
    {"time", "-5ms", "never negative"},
    {"time", "9223372036854775808us", "too large"},
    {"time", "2562047789h", "too large"},
    {"time", "99999999999999999999999s", "too large"},
    {"time", "0.00000000000000000001s", "finer"},
    {"time", "9223372036854.775808s", "too large"},
    {"time", "", "expected a time"},
    {"time", "ms", "expected a time"},
    {"time", "1.s", "expected a time"},
    {"time", ".5s", "expected a time"},
    {"time", "1e3ms", "unknown unit"},
    {"time", "5  ms", "unknown unit"},
    {"size", "0.3KiB", "finer"},
    {"baud", "115200Hz", "expected a baud rate"},
    {"baud", "1.0", "expected a baud rate"},
};

START_TEST(says_what_is_wrong)
{
	const Bad *row = &bad[_i];
	gint64 value = -77;
	g_autofree char *why = NULL;
	ck_assert(!rig_quantity_parse(rig_dimension_find(row->dimension), row->text, &value, &why));
	ck_assert_int_eq(value, -77);
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(strstr(why, row->why) != NULL, "\"%s\" is not in: %s", row->why, why);
}
END_TEST

START_TEST(prints_short)
{
	static const Good rows[] = {
	    {"time", "500ms", 500000},
	    {"time", "1.5min", 90000000},
	    {"time", "0us", 0},
	    {"time", "1234.567ms", 1234567},
	    {"frequency", "7.5MHz", 7500000000},
	    {"frequency", "0.005Hz", 5},
	    {"size", "1KiB", 1024},
	    {"size", "2KB", 2000},
	    {"size", "1.5KiB", 1536},
	    {"voltage", "-3.3V", -3300000},
	    {"baud", "9600", 9600},
	    {"energy", "40uJ", 40000000},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
		    rig_quantity_format(rig_dimension_find(rows[i].dimension), rows[i].value);
		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

/* Whatever is printed is read back as the same value, and fits the pattern of the schema. */
START_TEST(reads_back_what_it_prints)
{
	const RigDimension *dimension = &rig_dimensions[_i];
	g_autofree char *pattern = rig_quantity_pattern(dimension);
	g_autofree char *anchored = g_strdup_printf("^(?:%s)$", pattern);
	g_autoptr(GRand) random = g_rand_new_with_seed(20260101);
	for (guint i = 0; i < 500; i++) {
		guint shift = (guint)g_rand_int_range(random, 0, 63);
		guint64 bits = ((guint64)g_rand_int(random) << 32 | g_rand_int(random)) >> (shift + 1);
		gint64 value = (gint64)bits, back = -1;
		if (dimension->is_signed && i % 2 == 1)
			value = -value;
		if (i == 0)
			value = G_MAXINT64;
		g_autofree char *text = rig_quantity_format(dimension, value);
		g_autofree char *why = NULL;
		ck_assert_msg(rig_quantity_parse(dimension, text, &back, &why), "%s: %s", text, why);
		ck_assert_int_eq(back, value);
		ck_assert_msg(g_regex_match_simple(anchored, text, 0, 0), "%s %s", text, anchored);
	}
}
END_TEST

START_TEST(knows_its_dimensions)
{
	ck_assert_ptr_null(rig_dimension_find("mass"));
	ck_assert_ptr_null(rig_dimension_find(""));
	g_autofree char *lowest = rig_quantity_format(rig_dimension_find("voltage"), G_MININT64);
	ck_assert_str_eq(lowest, "-9223372036854775.808mV");
}
END_TEST

static Suite *quantity_suite(void)
{
	Suite *suite = suite_create("quantity");
	TCase *tests = tcase_create("quantity");
	tcase_add_loop_test(tests, reads_exactly, 0, G_N_ELEMENTS(good));
	tcase_add_loop_test(tests, says_what_is_wrong, 0, G_N_ELEMENTS(bad));
	tcase_add_test(tests, prints_short);
	tcase_add_loop_test(tests, reads_back_what_it_prints, 0, 7);
	tcase_add_test(tests, knows_its_dimensions);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(quantity_suite)
