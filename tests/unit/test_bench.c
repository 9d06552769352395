/* SPDX-License-Identifier: Apache-2.0 */
#include "config/bench.h"
#include "config_files.h"
#include "test.h"

static const char whole[] =
    "bench: desk\n"
    "about: Room 12\n"
    "variables: {port: \"4001\"}\n"
    "host_commands: [./drift.py, jq]\n"
    "boards:\n"
    "  - board: host-a\n"
    "    target: host\n"
    "    tags: [fast, \"7\"]\n"
    "    unit: {serial: \"0007\", revision: B}\n"
    "    links:\n"
    "      console: {driver: process, argv: [\"${image}\", --seed, \"1\"]}\n"
    "      log: {driver: socket, address: \"tcp:localhost:${port}\"}\n"
    "    protocol: {driver: mlperf-tiny, link: console}\n"
    "    flasher: {link: console}\n"
    "    reset: [{link: console}, {argv: [./reset, \"${board}\"]}]\n"
    "    switch: {driver: command, argv: [uhubctl, -a, \"${state}\"]}\n"
    "  - {board: host-b, target: host, links: {}, flasher: {argv: [flash, \"${image}\"]}}\n";

START_TEST(loads_a_bench)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	g_autoptr(RigBench) bench = rig_bench_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	ck_assert_str_eq(bench->name, "desk");
	ck_assert_str_eq(bench->path, "/d/a.yaml");
	ck_assert_str_eq(bench->host_commands[0], "/d/drift.py");
	ck_assert(rig_bench_allows(bench, "jq"));
	ck_assert(rig_bench_allows(bench, "/d/drift.py"));
	ck_assert(!rig_bench_allows(bench, "rm"));
	ck_assert_uint_eq(bench->boards->len, 2);
	const RigBoard *a = rig_bench_board(bench, "host-a"), *b = rig_bench_board(bench, "host-b");
	ck_assert_ptr_null(rig_bench_board(bench, "host-c"));
	ck_assert_str_eq(a->target, "host");
	ck_assert_str_eq(a->unit_serial, "0007");
	ck_assert_str_eq(a->unit_revision, "B");
	ck_assert_uint_eq(a->place.line, 6);
	ck_assert_uint_eq(a->links->len, 2);
	ck_assert_str_eq(rig_board_link(a, "console")->driver->name, "process");
	ck_assert_str_eq(rig_board_link(a, "log")->driver->name, "socket");
	ck_assert_ptr_null(rig_board_link(a, "other"));
	ck_assert_str_eq(a->protocol->name, "mlperf-tiny");
	ck_assert_str_eq(a->protocol_link, "console");
	ck_assert_str_eq(a->flasher_link, "console");
	ck_assert_uint_eq(a->reset->len, 2);
	const RigResetEntry *first = a->reset->pdata[0], *second = a->reset->pdata[1];
	ck_assert_str_eq(first->link, "console");
	ck_assert_int_eq(first->pulse_us, 50000);
	ck_assert_str_eq(second->argv[0], "/d/reset");
	ck_assert_str_eq(second->argv[1], "${board}");
	ck_assert_str_eq(a->switch_argv[2], "${state}");
	ck_assert_uint_eq(b->reset->len, 0);
	ck_assert_ptr_null(b->protocol);
	ck_assert_str_eq(b->flasher_argv[1], "${image}");
	config_files_end(&files);
}
END_TEST

START_TEST(takes_defines_that_it_knows)
{
	ConfigFiles files;
	g_autoptr(GHashTable) defines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(defines, g_strdup("port"), g_strdup("70000x"));
	g_hash_table_insert(defines, g_strdup("of-the-suite"), g_strdup("1"));
	config_files_begin(&files, whole);
	rig_bench_free(rig_bench_load(files.sources, "/d/a.yaml", defines, files.issues));
	config_files_expect_good(&files);
	config_files_end(&files);
}
END_TEST

/* What stands in the board beside its name, target and a link `c`. */
typedef struct {
	const char *text, *told;
} Wrong;

static const Wrong wrong[] = {
    {"protocol: {driver: mlperf-tiny}", "boards[0].protocol: the key \"link\" is missing"},
    {"protocol: {link: c}", "the key \"driver\" is missing"},
    {"protocol: mlperf-tiny", "expected a map with `driver` and `link`"},
    {"protocol: {driver: [x], link: c}", "boards[0].protocol.driver: found a list"},
    {"protocol: {driver: telepathy, link: c}", "known are: mailbox, mlperf-tiny"},
    {"protocol: {driver: mlperf-tiny, link: d}",
     "boards[0].protocol.link: the board has no link \"d\"; it has: c, s"},
    {"protocol: {driver: mlperf-tiny, link: c, speed: 5}", "protocol.speed: unknown key"},
    {"flasher: {link: s}", "a link of the driver socket takes no image"},
    {"flasher: {}", "give one of `link`, `argv` and `target`"},
    {"flasher: {argv: []}", "an argument list begins with a program"},
    {"reset: [{link: s}]", "a link of the driver socket cannot reset a board"},
    {"reset: [{probe: nsrst}]", "the board has no `probe`"},
    {"reset: [{probe: nsrst, argv: [x]}]", "give one of `link`, `argv` and `probe`"},
    {"reset: [{probe: nsrt}]", "nsrst"},
    {"reset: [{}]", "give one of `link`, `argv` and `probe`"},
    {"protocol: {driver: mailbox}", "the driver mailbox needs the board's `probe`"},
    {"probe: {driver: ftdo, usb: {serial: A}}", "did you mean \"ftdi\"?"},
    {"probe: {driver: ftdi}", "give one of `usb` and `path`"},
    {"probe: {driver: ftdi, usb: {serial: A}, adapter: plane}", "unknown adapter \"plane\""},
    {"probe: {driver: ftdi, usb: {serial: A}, clock: 40MHz}", "30MHz"},
    {"probe: {driver: ftdi, usb: {serial: A}, clok: 4MHz}", "did you mean \"clock\"?"},
    {"reset: [{argv: [x], line: rts}]", "`line` goes with `link`"},
    {"reset: [{link: c, pulse: 1h}]", "allowed is"},
    {"switch: {argv: [x]}", "the key \"driver\" is missing"},
    {"switch: {driver: relay, argv: [x]}", "expected one of: command"},
    {"meter: {}", "the key \"driver\" is missing"},
    {"target: host", "duplicate key"},
};

START_TEST(says_what_is_wrong)
{
	ConfigFiles files;
	g_autofree char *text =
	    g_strdup_printf("bench: desk\nboards:\n  - board: a\n    target: host\n    links:\n      "
	                    "c: {driver: process, "
	                    "argv: [x]}\n      s: {driver: socket, address: \"unix:/x\"}\n    %s\n",
	                    wrong[_i].text);
	config_files_begin(&files, text);
	rig_bench_free(rig_bench_load(files.sources, "/d/a.yaml", NULL, files.issues));
	config_files_expect(&files, wrong[_i].told);
	config_files_end(&files);
}
END_TEST

START_TEST(says_what_is_wrong_with_the_file)
{
	static const Wrong rows[] = {
	    {"bench: desk\n", "the key \"boards\" is missing"},
	    {"bench: desk\nboards: 5\n", "boards: found \"5\", expected a list of maps"},
	    {"bench: desk\nboards: [{board: a, target: t}]\n", "the key \"links\" is missing"},
	    {"bench: desk\nboards: [{board: a, target: t, links: [x]}]\n", "expected a map of links"},
	    {"bench: desk\nboards: [{board: a, target: t, links: {c: process}}]\n",
	     "links.c: found \"process\", expected a map with `driver`"},
	    {"bench: desk\nboards: [{board: a, target: t, links: {c: {driver: telepathy}}}]\n",
	     "known are: "},
	    {"bench: [\n", "not YAML"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		ConfigFiles files;
		config_files_begin(&files, rows[i].text);
		rig_bench_free(rig_bench_load(files.sources, "/d/a.yaml", NULL, files.issues));
		config_files_expect(&files, rows[i].told);
		config_files_end(&files);
	}
}
END_TEST

START_TEST(says_that_a_file_is_missing)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	ck_assert_ptr_null(rig_bench_load(files.sources, "/d/none.yaml", NULL, files.issues));
	config_files_expect(&files, "/d/none.yaml: ");
	rig_bench_free(NULL);
	config_files_end(&files);
}
END_TEST

static Suite *bench_suite(void)
{
	Suite *suite = suite_create("bench");
	TCase *tests = tcase_create("bench");
	tcase_add_test(tests, loads_a_bench);
	tcase_add_test(tests, takes_defines_that_it_knows);
	tcase_add_loop_test(tests, says_what_is_wrong, 0, G_N_ELEMENTS(wrong));
	tcase_add_test(tests, says_what_is_wrong_with_the_file);
	tcase_add_test(tests, says_that_a_file_is_missing);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(bench_suite)
