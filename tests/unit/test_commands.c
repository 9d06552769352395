/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs a suite may run, and judges of one's own, played by shell scripts. */
#include "call.h"
#include "judging.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "run/commands.h"

static char *folder;
static Judged judged;
static char *host_commands[3];
static char bench_path[] = "/lab/bench.yaml", by_search[] = "cat";
static RigBench bench;
static char *suite_path;
static RigFinding finding;

static void begin(void)
{
	folder = call_begin();
	judged_init(&judged);
	suite_path = g_build_filename(folder, "suite.yaml", NULL);
	host_commands[0] = g_build_filename(folder, "judge.sh", NULL);
	host_commands[1] = by_search;
	bench = (RigBench){.path = bench_path, .host_commands = host_commands};
	finding = (RigFinding){0};
}

static void end(void)
{
	g_free(finding.got);
	g_free(finding.message);
	g_free(finding.detail);
	g_free(host_commands[0]);
	g_free(suite_path);
	judged_clear(&judged);
	call_end(folder);
}

/* Lets a script with this body judge; what it is given is in the file `given`. */
static gboolean judge(const char *body, GError **error)
{
	g_autofree char *script = g_strdup_printf("#!/bin/sh\ncat >given\n%s\n", body);
	ck_assert(g_file_set_contents("judge.sh", script, -1, NULL));
	ck_assert_int_eq(g_chmod("judge.sh", 0700), 0);
	char *command[] = {(char[]){"./judge.sh"}, NULL};
	RigLimit limit = {.name = (char[]){"r.drift"}, .subject = (char[]){"r"}, .command = command};
	RigCommandContext context = {
	    .bench = &bench, .suite_path = suite_path, .clock = &rig_clock_monotonic, .stop_fd = -1};
	return rig_command_judge(&context, &limit, judged.attempt, &finding, error);
}

static void judge_good(const char *body)
{
	g_autoptr(GError) error = NULL;
	gboolean good = judge(body, &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

START_TEST(test_only_what_the_bench_lists_may_run)
{
	static const char *const refused[] = {"rm", "/bin/cat", "./cat", "judge.sh", "../judge.sh", ""};
	char *argv[] = {(char[]){"cat"}, (char[]){"-"}, NULL};
	g_auto(GStrv) by_name = rig_command_allowed(&bench, suite_path, argv, NULL);
	ck_assert_str_eq(by_name[0], "cat");
	ck_assert_str_eq(by_name[1], "-");
	/* Beside the suite's file, however it is written. */
	argv[0] = (char[]){"./x/../judge.sh"};
	g_auto(GStrv) by_path = rig_command_allowed(&bench, suite_path, argv, NULL);
	ck_assert_str_eq(by_path[0], host_commands[0]);
	for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *name = g_strdup(refused[i]);
		g_autoptr(GError) error = NULL;
		argv[0] = name;
		ck_assert_ptr_null(rig_command_allowed(&bench, suite_path, argv, &error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		ck_assert(g_str_has_suffix(error->message, "`host_commands:` in /lab/bench.yaml"));
	}
}
END_TEST

START_TEST(test_a_judge_is_given_the_attempt)
{
	const double outputs[] = {0.25, NAN};
	judged_step(&judged, "infer", "r");
	judged_record(&judged, 3, 1500, outputs, 2);
	judged_step(&judged, "infer", "other");
	judged_record(&judged, 4, 1600, outputs, 2);
	judged_number(&judged, "r.stack", 12, "bytes");
	judged_number(&judged, "r.unknown", NAN, NULL);
	judged_text(&judged, "name", "caf\xe9");
	judge_good("echo '{\"verdict\": \"pass\"}'");
	json_t *given = json_load_file("given", JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(given);
	ck_assert_str_eq(json_string_value(json_object_get(given, "limit")), "r.drift");
	ck_assert_str_eq(json_string_value(json_object_get(given, "case")), "digits");
	const json_t *records = json_object_get(given, "inferences");
	ck_assert_uint_eq(json_array_size(records), 1);
	const json_t *record = json_array_get(records, 0);
	ck_assert_int_eq(json_integer_value(json_object_get(record, "lap_us")), 1500);
	ck_assert_int_eq(json_integer_value(json_object_get(record, "label")), 3);
	const json_t *values = json_object_get(record, "outputs");
	ck_assert_double_eq(json_real_value(json_array_get(values, 0)), 0.25);
	ck_assert(json_is_null(json_array_get(values, 1)));
	values = json_object_get(given, "values");
	ck_assert_double_eq(json_number_value(json_object_get(values, "r.stack")), 12);
	ck_assert(json_is_null(json_object_get(values, "r.unknown")));
	/* A board's bytes are shown as far as JSON has them, not left out. */
	ck_assert_pstr_eq(json_string_value(json_object_get(values, "name")), "caf\xef\xbf\xbd");
	json_decref(given);
}
END_TEST

START_TEST(test_its_verdict_message_and_values_are_taken)
{
	judge_good("echo '{\"verdict\": \"fail\", \"message\": \"drifts\", \"values\": "
	           "{\"b\": 2, \"a\": 1}}'");
	ck_assert_int_eq(finding.verdict, RIG_VERDICT_FAIL);
	ck_assert_str_eq(finding.got, "drifts");
	ck_assert_str_eq(finding.message, "drifts");
	ck_assert_str_eq(finding.detail, "{\"a\":1,\"b\":2}");
	judge_good("echo '{\"verdict\": \"pass\", \"message\": \"steady\"}'");
	ck_assert_int_eq(finding.verdict, RIG_VERDICT_PASS);
	ck_assert_str_eq(finding.got, "steady");
	ck_assert_ptr_null(finding.message);
}
END_TEST

START_TEST(test_what_is_no_answer_is_an_error)
{
	static const struct {
		const char *body, *why;
	} cases[] = {
	    {":", "its answer has no `verdict` of pass"},
	    {"echo '{\"verdict\": \"great\"}'", "its answer has no `verdict`"},
	    {"echo '{\"verdict\": \"skip\"}'", "its answer has no `verdict`"},
	    {"echo '{\"verdict\": true}'", "its answer has no `verdict`"},
	    {"echo '[\"pass\"]'", "its answer has no `verdict`"},
	    {"echo pass", "its output is no JSON"},
	    {"echo '{\"verdict\": \"pass\"}'; echo 'no numpy' >&2; exit 1", "status 1: no numpy"},
	};
	g_autoptr(GError) error = NULL;
	ck_assert(!judge(cases[_i].body, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_msg(strstr(error->message, cases[_i].why) != NULL, "%s", error->message);
}
END_TEST

START_TEST(test_a_judge_that_is_not_listed_does_not_run)
{
	g_autoptr(GError) error = NULL;
	host_commands[0][0] = '!';
	ck_assert(!judge("echo '{\"verdict\": \"pass\"}'", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert(!g_file_test("given", G_FILE_TEST_EXISTS));
}
END_TEST

static Suite *commands_suite(void)
{
	Suite *suite = suite_create("commands");
	TCase *test = tcase_create("commands");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_only_what_the_bench_lists_may_run);
	tcase_add_test(test, test_a_judge_is_given_the_attempt);
	tcase_add_test(test, test_its_verdict_message_and_values_are_taken);
	tcase_add_loop_test(test, test_what_is_no_answer_is_an_error, 0, 7);
	tcase_add_test(test, test_a_judge_that_is_not_listed_does_not_run);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(commands_suite)
