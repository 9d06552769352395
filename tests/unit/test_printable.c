/* SPDX-License-Identifier: Apache-2.0 */
#include "report/printable.h"
#include "test.h"

#include <string.h>

static void check_text(const char *text, guint flags, const char *expected)
{
	g_autofree char *clean = rig_printable(text, 1000, flags);
	ck_assert_str_eq(clean, expected);
	ck_assert(g_utf8_validate(clean, -1, NULL));
}

START_TEST(control_and_wrong_bytes_are_shown)
{
	check_text(NULL, 0, "");
	check_text("a\x1b[2Jb\x07", 0, "a\\x1b[2Jb\\x07");
	check_text("\xff\xc3(", 0, "\\xff\\xc3(");
	check_text("\xc2\x9b\xe2\x80\xae\xef\xbf\xbe", 0, "\\u009b\\u202e\\ufffe");
	check_text("\xf3\xb0\x80\x80", 0, "\\U000f0000");
	check_text("end\xe2\x82", 0, "end\\xe2\\x82");
	check_text("3.2 µs ✓", 0, "3.2 µs ✓");
}
END_TEST

START_TEST(line_ends_are_kept_or_become_spaces)
{
	check_text("a\r\nb\tc\rd", 0, "a b c\\x0dd");
	check_text("a\r\nb\n", RIG_PRINTABLE_LINES, "a\nb\n");
}
END_TEST

START_TEST(ascii_terminals_get_ascii)
{
	check_text("3 µs ≥ 2 · ±1 …", RIG_PRINTABLE_ASCII, "3 us >= 2 | +-1 ...");
	check_text("naïve", RIG_PRINTABLE_ASCII, "na\\u00efve");
}
END_TEST

START_TEST(bytes_mode_mends_utf8_only)
{
	check_text("a\x1b\r\n\t\xff", RIG_PRINTABLE_BYTES, "a\x1b\r\n\t\\xff");
}
END_TEST

START_TEST(size_is_bounded_and_the_cut_is_said)
{
	g_autofree char *huge = g_strnfill(100000, 'x');
	g_autofree char *clean = rig_printable(huge, 100, 0);
	ck_assert_uint_lt(strlen(clean), 140);
	ck_assert_ptr_nonnull(strstr(clean, "99900 bytes left out"));
}
END_TEST

START_TEST(tail_finds_the_last_lines)
{
	ck_assert_str_eq(rig_printable_tail("a\nb\nc\n", 2, 100), "b\nc\n");
	ck_assert_str_eq(rig_printable_tail("a\nb\nc", 1, 100), "c");
	ck_assert_str_eq(rig_printable_tail("a\nb", 9, 100), "a\nb");
	ck_assert_str_eq(rig_printable_tail("", 3, 100), "");
	ck_assert_str_eq(rig_printable_tail("\n", 3, 100), "\n");
	ck_assert_str_eq(rig_printable_tail("abcdef", 3, 2), "ef");
	ck_assert_str_eq(rig_printable_tail("a\xe2\x82\xac", 3, 2), "");
}
END_TEST

static void check_clip(const char *text, guint columns, const char *ellipsis, const char *expected)
{
	g_autofree char *clipped = rig_printable_clip(text, columns, ellipsis);
	ck_assert_str_eq(clipped, expected);
	ck_assert_uint_le(rig_printable_columns(clipped), columns);
}

START_TEST(clip_counts_columns_not_bytes)
{
	check_clip("digits", 6, "…", "digits");
	check_clip("digits", 5, "…", "digi…");
	check_clip("a longer name", 9, "...", "a long...");
	check_clip("a bcdef", 5, "...", "a...");
	check_clip("測定値", 5, "…", "測定…");
	check_clip("e\xcc\x81t\xc3\xa9s", 4, "…", "e\xcc\x81t\xc3\xa9s");
	check_clip("digits", 2, "...", "..");
	check_clip("digits", 0, "...", "");
	ck_assert_uint_eq(rig_printable_columns("測a\xcc\x81"), 3);
}
END_TEST

static void check_wrap(const char *text, guint columns, const char *expected)
{
	g_autoptr(GPtrArray) lines = rig_printable_wrap(text, columns);
	g_autoptr(GString) joined = g_string_new(NULL);
	for (guint i = 0; i < lines->len; i++) {
		ck_assert_uint_le(rig_printable_columns(g_ptr_array_index(lines, i)), columns);
		g_string_append_printf(joined, "%s|", (const char *)g_ptr_array_index(lines, i));
	}
	ck_assert_str_eq(joined->str, expected);
}

START_TEST(wrap_breaks_at_spaces_and_long_words)
{
	check_wrap("", 10, "|");
	check_wrap("one two three four", 10, "one two|three four|");
	check_wrap("0123456789", 10, "0123456789|");
	check_wrap("0123456789abcdef", 10, "0123456789|abcdef|");
	check_wrap("ab 0123456789abc", 10, "ab|0123456789|abc|");
	check_wrap("one\n\ntwo\n", 10, "one||two|");
	check_wrap("測測測測測測", 10, "測測測測測|測|");
	check_wrap("          ", 8, "|");
}
END_TEST

static void check_duration(gint64 span_us, const char *expected)
{
	g_autofree char *text = rig_printable_duration(span_us);
	ck_assert_str_eq(text, expected);
}

START_TEST(durations_read_well)
{
	check_duration(-5, "0.00 s");
	check_duration(410000, "0.41 s");
	check_duration(9994999, "9.99 s");
	check_duration(9995000, "10.0 s");
	check_duration(119900000, "119.9 s");
	check_duration(119960000, "2 min 00 s");
	check_duration(725400000, "12 min 05 s");
}
END_TEST

START_TEST(paths_and_units)
{
	g_autofree char *here = g_get_current_dir();
	g_autofree char *below = g_build_filename(here, "suites/smoke.yaml", NULL);
	g_autofree char *beside = g_strconcat(here, "-other/x", NULL);
	g_autofree char *short_below = rig_printable_path(below);
	g_autofree char *short_beside = rig_printable_path(beside);
	ck_assert_str_eq(short_below, "suites/smoke.yaml");
	ck_assert_str_eq(short_beside, beside);
	ck_assert_str_eq(rig_printable_unit("time"), "us");
	ck_assert_ptr_null(rig_printable_unit("value"));
	ck_assert_ptr_null(rig_printable_unit(NULL));
	ck_assert_str_eq(rig_printable_unit("furlong"), "furlong");
	ck_assert_str_eq(rig_printable_fault(RIG_VERDICT_FAIL), "the board is wrong");
}
END_TEST

static Suite *printable_suite(void)
{
	Suite *suite = suite_create("printable");
	TCase *tcase = tcase_create("printable");
	tcase_add_test(tcase, control_and_wrong_bytes_are_shown);
	tcase_add_test(tcase, line_ends_are_kept_or_become_spaces);
	tcase_add_test(tcase, ascii_terminals_get_ascii);
	tcase_add_test(tcase, bytes_mode_mends_utf8_only);
	tcase_add_test(tcase, size_is_bounded_and_the_cut_is_said);
	tcase_add_test(tcase, tail_finds_the_last_lines);
	tcase_add_test(tcase, clip_counts_columns_not_bytes);
	tcase_add_test(tcase, wrap_breaks_at_spaces_and_long_words);
	tcase_add_test(tcase, durations_read_well);
	tcase_add_test(tcase, paths_and_units);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(printable_suite)
