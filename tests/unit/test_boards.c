/* SPDX-License-Identifier: Apache-2.0 */
/* `tinyrig boards` and `tinyrig list`: what they show, and their tables. */
#include "call.h"

#include <jansson.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/columns.h"
#include "report/printable.h"
#include "run/claim.h"

static const char bench_text[] =
    "bench: desk\n"
    "boards:\n"
    "  - board: mps2-a\n"
    "    target: mps2-an386\n"
    "    tags: [cortex-m4, lab]\n"
    "    unit: {serial: \"0007\", revision: B}\n"
    "    links: {console: {driver: process, argv: [/opt/some/folder/digits]}}\n"
    "    protocol: {driver: mlperf-tiny, link: console}\n"
    "  - board: far\n"
    "    target: host\n"
    "    links:\n"
    "      console: {driver: socket, address: \"tcp:rack-17.lab.example.org:2001\"}\n"
    "      second: {driver: socket, address: \"unix:/run/very/long/path/of/a/socket/far.sock\"}\n";

static const char suite_text[] =
    "suite: smoke\n"
    "about: Build verification\n"
    "budget: 60s\n"
    "needs: [identify]\n"
    "setup: [reset, identify]\n"
    "teardown: [safe]\n"
    "cases:\n"
    "  - case: boot\n"
    "    about: comes up and says who it is, in words that take rather more than one line of 80\n"
    "    tags: [fast]\n"
    "    steps: [reset, identify]\n"
    "  - case: sensor-noise\n"
    "    covers: sensor\n"
    "    quarantine: the sensor of unit 3 is loose\n"
    "    steps:\n"
    "      - sensor: {frames: 20, as: s}\n"
    "    judge:\n"
    "      s.noise: {max: 3}\n"
    "      s.stuck: {max: 0}\n";

static char *folder;

static void begin(void)
{
	folder = call_begin();
	ck_assert(g_file_set_contents("bench.yaml", bench_text, -1, NULL));
	ck_assert(g_file_set_contents("suite.yaml", suite_text, -1, NULL));
}

static void end(void)
{
	call_end(folder);
}

static void expect_80_columns(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		ck_assert_msg(rig_printable_columns(*line) <= 80, "%s", *line);
		ck_assert_msg(!g_str_has_suffix(*line, " "), "%s|", *line);
	}
}

START_TEST(test_boards_table)
{
	Call call = call_tinyrig("", "boards", "--bench", "bench.yaml", NULL);
	call_expect(&call, 0, "BOARD");
	expect_80_columns(call.out);
	static const char *const shown[] = {"mps2-a", "mps2-an386", "mlperf-tiny",
	                                    "0007",   "digits",     "free"};
	for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
		ck_assert_msg(strstr(call.out, shown[i]) != NULL, "%s in\n%s", shown[i], call.out);
	ck_assert_ptr_null(strstr(call.out, "/opt"));
	call_clear(&call);
}
END_TEST

START_TEST(test_boards_json)
{
	g_setenv("TINYRIG_BENCH", "bench.yaml", TRUE);
	g_autoptr(RigClaim) claim =
	    rig_claim_take("desk", "far", "a test", &rig_clock_monotonic, 0, -1, NULL);
	ck_assert_ptr_nonnull(claim);
	Call call = call_tinyrig("", "boards", "--json", NULL);
	ck_assert_int_eq(call.code, 0);
	json_t *root = json_loads(call.out, 0, NULL);
	ck_assert_ptr_nonnull(root);
	const char *bench, *name, *driver, *address, *serial, *holder;
	int is_free[2];
	json_t *protocol;
	ck_assert_int_eq(
	    json_unpack(root, "{s:s, s:[{s:s, s:b, s:{s:s}, s:[{s:s, s:s}], s:n}, {s:b, s:s, s:o}]}",
	                "bench", &bench, "boards", "board", &name, "free", &is_free[0], "unit",
	                "serial", &serial, "links", "driver", &driver, "address", &address, "holder",
	                "free", &is_free[1], "holder", &holder, "protocol", &protocol),
	    0);
	ck_assert_str_eq(bench, "desk");
	ck_assert_str_eq(name, "mps2-a");
	ck_assert_str_eq(driver, "process");
	ck_assert_str_eq(address, "digits");
	ck_assert_str_eq(serial, "0007");
	ck_assert(is_free[0] && !is_free[1] && json_is_null(protocol));
	ck_assert_ptr_nonnull(strstr(holder, "a test"));
	json_decref(root);
	call_clear(&call);
	call = call_tinyrig("", "boards", NULL);
	call_expect(&call, 0, "\nfar is held by ");
	expect_80_columns(call.out);
	call_clear(&call);
}
END_TEST

START_TEST(test_boards_without_a_bench)
{
	call_expect_and_clear(call_tinyrig("", "boards", NULL), RIG_EXIT_USAGE,
	                      "give --bench FILE or set TINYRIG_BENCH");
	call_expect_and_clear(call_tinyrig("", "boards", "-b", "none.yaml", NULL), RIG_EXIT_USAGE,
	                      "none.yaml");
	ck_assert(g_file_set_contents("wrong.yaml", "bench: x\nbords: []\n", -1, NULL));
	call_expect_and_clear(call_tinyrig("", "boards", "-b", "wrong.yaml", NULL), RIG_EXIT_USAGE,
	                      "wrong.yaml:2:1");
}
END_TEST

START_TEST(test_list_text)
{
	Call call = call_tinyrig("", "list", "suite.yaml", NULL);
	call_expect(&call, 0, "suite: smoke");
	expect_80_columns(call.out);
	static const char *const shown[] = {
	    "budget: 1min", "needs: identify", "setup: reset, identify", "teardown: safe",
	    "boot",         "sensor-noise",    "(quarantined: ",         "\nCASE "};
	for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
		ck_assert_msg(strstr(call.out, shown[i]) != NULL, "%s in\n%s", shown[i], call.out);
	call_clear(&call);
}
END_TEST

START_TEST(test_list_selects)
{
	Call call = call_tinyrig("", "list", "suite.yaml", "-k", "sens*", NULL);
	call_expect(&call, 0, "sensor-noise");
	ck_assert_ptr_null(strstr(call.out, "boot"));
	call_clear(&call);
	call = call_tinyrig("", "list", "suite.yaml", "-tfast", NULL);
	call_expect(&call, 0, "boot");
	ck_assert_ptr_null(strstr(call.out, "sensor-noise"));
	call_clear(&call);
	call_expect_and_clear(call_tinyrig("", "list", "suite.yaml", "-k", "x", NULL), RIG_EXIT_NOTHING,
	                      "none of the 2 cases of suite smoke");
	call_expect_and_clear(call_tinyrig("", "list", "suite.yaml", "--json", "-k", "x", NULL),
	                      RIG_EXIT_NOTHING, "\"cases\": []");
	call_expect_and_clear(call_tinyrig("", "list", "suite.yaml", "-Dnone=1", NULL), RIG_EXIT_USAGE,
	                      "none");
}
END_TEST

START_TEST(test_list_json)
{
	Call call = call_tinyrig("", "list", "suite.yaml", "--json", NULL);
	json_t *root = json_loads(call.out, 0, NULL);
	ck_assert_ptr_nonnull(root);
	const char *suite, *covers, *limit, *verb, *tag;
	json_int_t budget_us;
	int line;
	ck_assert_int_eq(json_unpack(root, "{s:s, s:I, s:[s, s], s:[{s:[s], s:i}, {s:s, s:[s, s]}]}",
	                             "suite", &suite, "budget_us", &budget_us, "setup", &verb, &verb,
	                             "cases", "tags", &tag, "line", &line, "covers", &covers, "limits",
	                             &limit, &limit),
	                 0);
	ck_assert_str_eq(suite, "smoke");
	ck_assert_int_eq(budget_us, 60000000);
	ck_assert_str_eq(verb, "identify");
	ck_assert_str_eq(tag, "fast");
	ck_assert_str_eq(covers, "sensor");
	ck_assert_str_eq(limit, "s.stuck");
	ck_assert_int_gt(line, 6);
	json_decref(root);
	call_clear(&call);
}
END_TEST

START_TEST(test_columns)
{
	static const char *const titles[] = {"A", "B", NULL};
	g_autoptr(RigColumns) table = rig_columns_new(titles);
	const char *const plain[] = {"one", NULL}, *const wide[] = {"\xc3\xa9", "two words here"};
	const char *const rude[] = {"x\033[2J", "y"};
	rig_columns_add(table, plain);
	rig_columns_add(table, wide);
	rig_columns_add(table, rude);
	g_autofree char *text = rig_columns_text(table, 80);
	ck_assert_str_eq(text, "A         B\n"
	                       "one\n"
	                       "\xc3\xa9         two words here\n"
	                       "x\\x1b[2J  y\n");
	g_autofree char *narrow = rig_columns_text(table, 19);
	ck_assert_str_eq(narrow, "A         B\n"
	                         "one\n"
	                         "\xc3\xa9         two words\n"
	                         "          here\n"
	                         "x\\x1b[2J  y\n");
	/* What cannot be, is not tried for ever. */
	g_autofree char *none = rig_columns_text(table, 1);
	ck_assert_ptr_nonnull(strstr(none, "words"));
}
END_TEST

static Suite *boards_suite(void)
{
	Suite *suite = suite_create("boards");
	TCase *tests = tcase_create("boards");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_boards_table);
	tcase_add_test(tests, test_boards_json);
	tcase_add_test(tests, test_boards_without_a_bench);
	tcase_add_test(tests, test_list_text);
	tcase_add_test(tests, test_list_selects);
	tcase_add_test(tests, test_list_json);
	tcase_add_test(tests, test_columns);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(boards_suite)
