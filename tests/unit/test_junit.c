/* SPDX-License-Identifier: Apache-2.0 */
/* The schema is checked by tests/system/reports.sh; here it is what the elements say. */
#include "sample_session.h"
#include "test.h"

#include <string.h>

/* What a reader of the XML gathers. */
typedef struct {
	guint testcases, failures, errors, skips, flaky, reruns, properties;
	guint said_tests, said_failures, said_errors, said_skips; /* by the suites' attributes */
	char names[3][80]; /* "class/name" of the first testcases */
} JunitSeen;

static guint test_number(const char **names, const char **values, const char *name)
{
	for (guint i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0)
			return (guint)g_ascii_strtoull(values[i], NULL, 10);
	}
	ck_abort_msg("no attribute %s", name);
	return 0;
}

static void test_testcase(JunitSeen *seen, const char **names, const char **values)
{
	const char *name = NULL, *class_name = NULL;
	for (guint i = 0; names[i] != NULL; i++) {
		name = strcmp(names[i], "name") == 0 ? values[i] : name;
		class_name = strcmp(names[i], "classname") == 0 ? values[i] : class_name;
	}
	ck_assert_str_ne(name, "");
	ck_assert_str_ne(class_name, "");
	guint index = seen->testcases - 1;
	if (index < G_N_ELEMENTS(seen->names))
		g_snprintf(seen->names[index], sizeof seen->names[index], "%s/%s", class_name, name);
}

static void test_start(GMarkupParseContext *context, const char *element, const char **names,
                       const char **values, gpointer user, GError **error)
{
	JunitSeen *seen = user;
	const struct {
		const char *element;
		guint *count;
	} rows[] = {
	    {"testcase", &seen->testcases},  {"failure", &seen->failures},
	    {"error", &seen->errors},        {"skipped", &seen->skips},
	    {"flakyFailure", &seen->flaky},  {"flakyError", &seen->flaky},
	    {"rerunFailure", &seen->reruns}, {"rerunError", &seen->reruns},
	    {"property", &seen->properties},
	};
	(void)context;
	(void)error;
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
		*rows[i].count += strcmp(rows[i].element, element) == 0 ? 1 : 0;
	if (strcmp(element, "testcase") == 0)
		test_testcase(seen, names, values);
	if (strcmp(element, "testsuite") == 0) {
		seen->said_tests += test_number(names, values, "tests");
		seen->said_failures += test_number(names, values, "failures");
		seen->said_errors += test_number(names, values, "errors");
		seen->said_skips += test_number(names, values, "skipped");
	}
}

/* Reads the report as XML and checks that the suites' counts are those of the elements. */
static char *test_read(RigSessionReport *session, JunitSeen *seen)
{
	static const GMarkupParser parser = {.start_element = test_start};
	g_autoptr(GError) error = NULL;
	char *xml = rig_report_junit(session);
	*seen = (JunitSeen){0};
	g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, seen, NULL);
	gboolean fine = g_markup_parse_context_parse(context, xml, -1, &error) &&
	                g_markup_parse_context_end_parse(context, &error);
	ck_assert_msg(fine, "%s", error == NULL ? "" : error->message);
	ck_assert_uint_eq(seen->testcases, seen->said_tests);
	ck_assert_uint_eq(seen->failures, seen->said_failures);
	ck_assert_uint_eq(seen->errors, seen->said_errors);
	ck_assert_uint_eq(seen->skips, seen->said_skips);
	rig_session_report_free(session);
	return xml;
}

/* As test_read, for tests that look at the elements only. */
static void test_count(RigSessionReport *session, JunitSeen *seen)
{
	g_autofree char *xml = test_read(session, seen);
	ck_assert_ptr_nonnull(xml);
}

static void test_contains(const char *xml, const char *text)
{
	ck_assert_msg(strstr(xml, text) != NULL, "no %s in\n%.2000s", text, xml);
}

START_TEST(fail_and_error_stay_apart)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_typical(), &seen);
	ck_assert_uint_eq(seen.testcases, 8);
	ck_assert_uint_eq(seen.failures, 1);
	ck_assert_uint_eq(seen.errors, 2); /* the error and the inconclusive */
	ck_assert_uint_eq(seen.skips, 2);  /* the skip and the quarantined failure */
	test_contains(xml, "<failure type=\"fail\" message=\"45 of 50 inputs are right");
	test_contains(xml, "<error type=\"error\" message=\"link console: closed");
	test_contains(xml, "<error type=\"inconclusive\" message=\"a p99 needs");
	test_contains(xml, "<skipped message=\"quarantined, fail: 41 uJ\">");
}
END_TEST

START_TEST(retries_are_told_attempt_by_attempt)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_typical(), &seen);
	ck_assert_uint_eq(seen.flaky, 1);
	ck_assert_uint_eq(seen.reruns, 1);
	test_contains(xml,
	              "<flakyError type=\"error\" message=\"bytes were lost twice on link console\"");
	test_contains(xml, "<rerunError type=\"error\" message=\"link console: timed out\"");
}
END_TEST

START_TEST(a_failure_explains_itself)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_typical(), &seen);
	test_contains(xml, "the board is wrong: 45 of 50");
	test_contains(xml, "\nexpected: at least 0.940\ngot: 0.900 (45 of 50)\nintegrity: checked");
	test_contains(xml, "\nwhen: 0.72 s into the run, step 1 (infer)\n");
	test_contains(xml, "\nm-infer-done\nm-results-[");
	test_contains(xml, "\nrun again: tinyrig run suites/smoke.yaml -k digits --board mps2-b\n");
	test_contains(xml, "the rig or bench is wrong, the board was not judged: link console");
}
END_TEST

START_TEST(properties_name_image_and_measures)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_typical(), &seen);
	test_contains(xml, "<property name=\"image_sha256\" value=\"3f9a12c04e1d7788");
	test_contains(xml, "<property name=\"unit_serial\" value=\"0007\"/>");
	test_contains(xml, "<property name=\"tinyrig\" value=\"" TINYRIG_VERSION "\"/>");
	test_contains(xml, "<property name=\"m:digits/r.top1[ratio]\" value=\"0.98\"/>");
	test_contains(xml, "<property name=\"m:digits/r.latency_p90[us]\" value=\"3200\"/>");
	test_contains(xml, "<property name=\"m:latency-tail/r.latency_p99[us]\" value=\"unknown\"/>");
	test_contains(xml, "timestamp=\"2026-11-23T01:42:11\" hostname=\"desk\"");
}
END_TEST

START_TEST(hostile_text_stays_text)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_hostile(), &seen);
	ck_assert_uint_eq(seen.testcases, 5); /* four cases, and the run's own trouble */
	ck_assert(g_utf8_validate(xml, -1, NULL));
	for (const char *at = xml; *at != '\0'; at++)
		ck_assert_msg((guchar)*at >= 0x20 || *at == '\n', "byte %#x", (guint)(guchar)*at);
	ck_assert_ptr_null(strstr(xml, "&#x")); /* references to illegal characters */
	ck_assert_ptr_null(strstr(xml, "\xef\xbf\xbe"));
	test_contains(xml, "\\x1b[31mred");
	test_contains(xml, "timestamp=\"1970-01-01T00:00:00\"");
	test_contains(xml, " time=\"0.000\"");
	ck_assert_uint_lt(strlen(xml), 100000);
}
END_TEST

START_TEST(a_broken_run_is_no_empty_pass)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_broken(), &seen);
	ck_assert_uint_eq(seen.testcases, 3);
	ck_assert_uint_eq(seen.errors, 2);
	test_contains(xml, "<error type=\"busy\" message=\"mps2-a is held by anna");
	test_contains(xml, "<error type=\"interrupted\" message=\"stopped by Ctrl-C");
}
END_TEST

START_TEST(a_setup_that_fails_is_the_boards_fault)
{
	JunitSeen seen;
	RigSessionReport *session = rig_session_report_new("tinyrig run");
	RigRunReport *run = sample_run(session, "mps2-a");
	sample_case(run, "digits", RIG_VERDICT_SKIP)->reason = g_strdup("setup: wrong build");
	run->verdict = RIG_VERDICT_FAIL;
	run->message = g_strdup("setup: wrong build");
	g_autofree char *xml = test_read(session, &seen);
	ck_assert_uint_eq(seen.failures, 1);
	ck_assert_uint_eq(seen.errors, 0);
	test_contains(xml, "<failure type=\"fail\" message=\"setup: wrong build\">the board is wrong<");
}
END_TEST

START_TEST(nothing_run_is_an_empty_document)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_empty(), &seen);
	ck_assert_uint_eq(seen.testcases, 0);
	test_contains(xml, "<testsuites>\n</testsuites>");
}
END_TEST

START_TEST(repeated_runs_have_classes_of_their_own)
{
	JunitSeen seen;
	RigSessionReport *session = rig_session_report_new("tinyrig run --repeat 3");
	for (guint i = 0; i < 3; i++)
		sample_case(sample_run(session, "mps2-a"), "digits", RIG_VERDICT_PASS);
	test_count(session, &seen);
	ck_assert_str_eq(seen.names[0], "digits-smoke.mps2-a/digits");
	ck_assert_str_eq(seen.names[1], "digits-smoke.mps2-a-2/digits");
	ck_assert_str_eq(seen.names[2], "digits-smoke.mps2-a-3/digits");
}
END_TEST

START_TEST(size_is_bounded)
{
	JunitSeen seen;
	g_autofree char *xml = test_read(sample_session_large(2000), &seen);
	ck_assert_uint_eq(seen.failures, 2000);
	ck_assert_uint_lt(strlen(xml), 25u << 20);
	test_contains(xml, "Left out: the report is large");
}
END_TEST

static Suite *junit_suite(void)
{
	Suite *suite = suite_create("junit");
	TCase *tcase = tcase_create("junit");
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, fail_and_error_stay_apart);
	tcase_add_test(tcase, retries_are_told_attempt_by_attempt);
	tcase_add_test(tcase, a_failure_explains_itself);
	tcase_add_test(tcase, properties_name_image_and_measures);
	tcase_add_test(tcase, hostile_text_stays_text);
	tcase_add_test(tcase, a_broken_run_is_no_empty_pass);
	tcase_add_test(tcase, a_setup_that_fails_is_the_boards_fault);
	tcase_add_test(tcase, nothing_run_is_an_empty_document);
	tcase_add_test(tcase, repeated_runs_have_classes_of_their_own);
	tcase_add_test(tcase, size_is_bounded);
	suite_add_tcase(suite, tcase);
	return suite;
}

RIG_TEST_MAIN(junit_suite)
