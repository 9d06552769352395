/* SPDX-License-Identifier: Apache-2.0 */
#include "sample_session.h"
#include "test.h"

#include <string.h>

/* Takes the session. */
static char *test_annotations(RigSessionReport *session)
{
	char *text = rig_report_github(session);
	rig_session_report_free(session);
	return text;
}

static char *test_summary(RigSessionReport *session)
{
	char *text = rig_report_markdown(session);
	rig_session_report_free(session);
	return text;
}

static guint test_lines(const char *text)
{
	guint lines = 0;
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n' ? 1 : 0;
	return lines;
}

static void test_contains(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no %s in\n%.2000s", part, text);
}

START_TEST(nothing_is_said_when_all_passed)
{
	g_autofree char *text = test_annotations(sample_session_green());
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(each_wrong_case_marks_its_line)
{
	g_setenv("GITHUB_WORKSPACE", "/srv/project", TRUE);
	g_autofree char *text = test_annotations(sample_session_typical());
	ck_assert_uint_eq(test_lines(text), 3); /* not the quarantined, the flaky, the skipped */
	test_contains(text, "::error file=suites/smoke.yaml,line=14,title=fail%3A digits on mps2-b::"
	                    "the board is wrong: 45 of 50");
	test_contains(text, "title=error%3A noise-floor on mps2-b::the rig or bench is wrong");
	test_contains(text, "title=inconclusive%3A latency-tail");
	test_contains(text, "%0Aexpected: at least 0.940%0Agot: 0.900");
}
END_TEST

START_TEST(no_text_breaks_out_of_its_command)
{
	g_autofree char *text = test_annotations(sample_session_hostile());
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; line[1] != NULL; line++) {
		ck_assert_msg(g_str_has_prefix(*line, "::error "), "%s", *line);
		const char *message = strstr(*line + 2, "::");
		ck_assert_ptr_nonnull(message);
		for (const char *at = *line; at < message; at++)
			ck_assert_int_ge(*at, 0x20);
	}
	test_contains(text, "%250A"); /* the text said %0A */
	ck_assert_ptr_null(strchr(text, '\x1b'));
}
END_TEST

START_TEST(at_most_ten_and_the_rest_is_counted)
{
	g_autofree char *text = test_annotations(sample_session_large(30));
	ck_assert_uint_eq(test_lines(text), 10);
	test_contains(text, "::error title=and 21 more::");
	g_autofree char *ten = test_annotations(sample_session_large(10));
	ck_assert_uint_eq(test_lines(ten), 10);
	ck_assert_ptr_null(strstr(ten, " more::"));
}
END_TEST

START_TEST(a_broken_run_is_marked)
{
	g_autofree char *text = test_annotations(sample_session_broken());
	ck_assert_uint_eq(test_lines(text), 2);
	test_contains(text, "title=error%3A digits-smoke on mps2-a::mps2-a is held by anna");
}
END_TEST

START_TEST(summary_counts_and_lists)
{
	g_autofree char *text = test_summary(sample_session_typical());
	ck_assert(g_str_has_prefix(text,
	                           "### tinyrig: 2 passed, 1 failed, 1 not judged (rig or bench is "
	                           "wrong), 1 inconclusive, 1 flaky, 1 quarantined, 1 skipped\n"));
	test_contains(text,
	              "| fail | mps2-b | digits | r.top1 0.900 (45 of 50), expected at least 0.940 |");
	test_contains(text, "| fail (quarantined) | mps2-b | energy |");
	test_contains(text, "| flaky | mps2-b | wake-word |");
	test_contains(text,
	              "<details><summary>fail: digits on mps2-b</summary>\n\n```text\nthe board is");
	ck_assert(strstr(text, "| fail |") < strstr(text, "| pass |"));
}
END_TEST

START_TEST(summary_of_nothing_and_of_broken_runs)
{
	g_autofree char *empty = test_summary(sample_session_empty());
	g_autofree char *broken = test_summary(sample_session_broken());
	ck_assert_str_eq(empty, "### tinyrig: nothing was run\n\n");
	test_contains(broken, "**mps2-a**: mps2-a is held by anna");
}
END_TEST

START_TEST(summary_takes_no_markup_from_text)
{
	g_autofree char *text = test_summary(sample_session_hostile());
	ck_assert_ptr_null(strstr(text, "<b>&\"']]>--> \\xc3( \\xed | "));
	test_contains(text, "&lt;b>&amp;");
	test_contains(text, "\\| \\`code\\`");
	test_contains(text, "&#64;user");
	test_contains(text, "\n````text\n"); /* the text holds ``` */
	/* Each row of the table has its five cells. */
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		guint cells = 0;
		for (const char *at = *line; g_str_has_prefix(*line, "| ") && *at != '\0'; at++)
			cells += *at == '|' && (at == *line || at[-1] != '\\') ? 1 : 0;
		ck_assert_msg(cells == 0 || cells == 6, "%u cells: %s", cells, *line);
	}
}
END_TEST

START_TEST(summary_is_bounded)
{
	g_autofree char *text = test_summary(sample_session_large(6000));
	ck_assert_uint_lt(strlen(text), 1u << 20);
	test_contains(text, "The table is cut");
}
END_TEST

static Suite *github_suite(void)
{
	Suite *suite = suite_create("github");
	TCase *tcase = tcase_create("github");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, nothing_is_said_when_all_passed);
	tcase_add_test(tcase, each_wrong_case_marks_its_line);
	tcase_add_test(tcase, no_text_breaks_out_of_its_command);
	tcase_add_test(tcase, at_most_ten_and_the_rest_is_counted);
	tcase_add_test(tcase, a_broken_run_is_marked);
	tcase_add_test(tcase, summary_counts_and_lists);
	tcase_add_test(tcase, summary_of_nothing_and_of_broken_runs);
	tcase_add_test(tcase, summary_takes_no_markup_from_text);
	tcase_add_test(tcase, summary_is_bounded);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(github_suite)
