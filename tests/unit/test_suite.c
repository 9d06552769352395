/* SPDX-License-Identifier: Apache-2.0 */
#include "config/suite.h"
#include "config_files.h"
#include "test.h"

#include <string.h>

static const char whole[] =
    "suite: digits-smoke\n"
    "about: Build verification\n"
    "variables: {inputs: 50, folder: \"../rec\", both: \"${folder}/${inputs}\"}\n"
    "defaults: {timeout: 20s, retry: 1, tags: [fast]}\n"
    "budget: 60s\n"
    "needs: [identify, infer]\n"
    "setup: [flash, reset, {identify: {name: ^digits, as: id}}]\n"
    "teardown: [safe]\n"
    "cases:\n"
    "  - case: digits\n"
    "    about: knows its digits\n"
    "    covers: model\n"
    "    tags: [core, fast]\n"
    "    steps:\n"
    "      - infer: {recording: \"${folder}/digits\", inputs: \"${inputs}\", iterations: 2, as: "
    "r}\n"
    "      - data: ../rec/digits\n"
    "    judge:\n"
    "      r.top1: {min: 94%, integrity: checked}\n"
    "      r.latency_p90: {max: {default: 5ms, microbit: 60ms}}\n"
    "      r.outputs: {golden: ../golden/digits.csv, tolerance: 0.02}\n"
    "      r.mine: {command: [./drift.py, \"${board}\"]}\n"
    "      data.labelled: {min: 1}\n"
    "      image.flash_bytes: {max: 64KiB}\n"
    "      id.build: {matches: \"^[0-9a-f]+$\"}\n"
    "  - case: console\n"
    "    timeout: 5s\n"
    "    retry: 0\n"
    "    quarantine: flaky cable\n"
    "    steps:\n"
    "      - set: {command: profile, count: 3}\n"
    "      - send: \"${command}%\"\n"
    "      - expect: {regex: \"heap=(?<heap>[0-9]+)\", not: panic, within: 2s}\n"
    "        timeout: 3s\n"
    "      - expect: ready\n"
    "      - wait: 500ms\n"
    "      - run: [./tool, \"${heap}\", \"${target}\"]\n"
    "      - sensor\n"
    "      - sensor: 30\n"
    "    judge:\n"
    "      heap: {max: 1000}\n"
    "      command: {equals: \"${count}\"}\n";

START_TEST(loads_a_suite)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	ck_assert_str_eq(suite->name, "digits-smoke");
	ck_assert_str_eq(suite->path, "/d/a.yaml");
	ck_assert_int_eq(suite->budget_us, 60000000);
	ck_assert_uint_eq(g_strv_length(suite->needs), 2);
	ck_assert_uint_eq(suite->setup->len, 3);
	ck_assert_uint_eq(suite->teardown->len, 1);
	ck_assert_uint_eq(suite->cases->len, 2);
	ck_assert_str_eq(g_hash_table_lookup(suite->variables, "both"), "../rec/50");
	const RigCase *test = rig_suite_case(suite, "digits");
	ck_assert_int_eq(test->covers, RIG_COVERS_MODEL);
	ck_assert_uint_eq(test->place.line, 10);
	ck_assert_int_eq(test->timeout_us, 20000000);
	ck_assert_int_eq(test->retry, 1);
	ck_assert_uint_eq(g_strv_length(test->tags), 2);
	ck_assert_ptr_null(test->quarantine);
	test = rig_suite_case(suite, "console");
	ck_assert_int_eq(test->timeout_us, 5000000);
	ck_assert_int_eq(test->retry, 0);
	ck_assert_str_eq(test->tags[0], "fast");
	ck_assert_str_eq(test->quarantine, "flaky cable");
	ck_assert_ptr_null(rig_suite_case(suite, "other"));
	config_files_end(&files);
}
END_TEST

START_TEST(binds_steps)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues);
	ck_assert_ptr_nonnull(suite);
	const RigStep *flash = suite->setup->pdata[0], *identify = suite->setup->pdata[2];
	ck_assert_str_eq(rig_step_as(flash), "image");
	ck_assert_str_eq(rig_step_as(identify), "id");
	ck_assert(((RigStepIdentify *)identify->options)->build);
	const RigCase *digits = suite->cases->pdata[0], *console = suite->cases->pdata[1];
	const RigStepInfer *infer = ((RigStep *)digits->steps->pdata[0])->options;
	ck_assert_str_eq(infer->recording, "/rec/digits");
	ck_assert_int_eq(infer->inputs, 50);
	ck_assert_int_eq(infer->iterations, 2);
	ck_assert_str_eq(rig_step_as(digits->steps->pdata[1]), "data");
	const RigStep *const *steps = (const RigStep *const *)console->steps->pdata;
	const RigStepSet *set = steps[0]->options;
	ck_assert_str_eq(set->names->pdata[1], "count");
	ck_assert_str_eq(set->values->pdata[1], "3");
	ck_assert_str_eq(((RigStepSend *)steps[1]->options)->text, "${command}%");
	ck_assert_int_eq(((RigStepExpect *)steps[2]->options)->within_us, 2000000);
	ck_assert_int_eq(steps[2]->timeout_us, 3000000);
	ck_assert_int_eq(steps[3]->timeout_us, 6000000);
	ck_assert_ptr_null(rig_step_as(steps[3]));
	ck_assert_int_eq(((RigStepWait *)steps[4]->options)->span_us, 500000);
	ck_assert_str_eq(((RigStepRun *)steps[5]->options)->argv[0], "/d/tool");
	ck_assert_int_eq(((RigStepSensor *)steps[6]->options)->frames, 20);
	ck_assert_int_eq(((RigStepSensor *)steps[7]->options)->frames, 30);
	ck_assert_uint_eq(steps[7]->place.line, 38);
	config_files_end(&files);
}
END_TEST

START_TEST(binds_limits)
{
	ConfigFiles files;
	double value = 0;
	config_files_begin(&files, whole);
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues);
	const RigCase *digits = suite->cases->pdata[0];
	const RigLimit *const *limits = (const RigLimit *const *)digits->limits->pdata;
	ck_assert_uint_eq(digits->limits->len, 7);
	ck_assert_str_eq(limits[0]->subject, "r");
	ck_assert_int_eq(limits[0]->measure.kind, RIG_MEASURE_TOP);
	ck_assert(rig_bound_for(&limits[0]->min, "any", &value));
	ck_assert_double_eq_tol(value, 0.94, 1e-12);
	ck_assert(!rig_bound_for(&limits[0]->max, "any", &value));
	ck_assert(limits[0]->has_integrity && limits[0]->integrity == RIG_INTEGRITY_CHECKED);
	ck_assert(rig_bound_for(&limits[1]->max, "microbit", &value));
	ck_assert_double_eq_tol(value, 60000, 1e-9);
	ck_assert(rig_bound_for(&limits[1]->max, "host", &value));
	ck_assert_double_eq_tol(value, 5000, 1e-9);
	ck_assert_str_eq(limits[2]->golden, "/golden/digits.csv");
	ck_assert_double_eq_tol(limits[2]->tolerance, 0.02, 1e-12);
	ck_assert_int_eq(limits[3]->measure.kind, RIG_MEASURE_COMMAND);
	ck_assert_str_eq(limits[3]->command[0], "/d/drift.py");
	ck_assert_int_eq(limits[4]->measure.row->step, RIG_STEP_DATA);
	ck_assert(rig_bound_for(&limits[5]->max, NULL, &value));
	ck_assert_double_eq_tol(value, 65536, 1e-9);
	ck_assert_str_eq(limits[6]->matches, "^[0-9a-f]+$");
	const RigCase *console = suite->cases->pdata[1];
	const RigLimit *heap = console->limits->pdata[0];
	ck_assert_str_eq(heap->subject, "heap");
	ck_assert_ptr_null(heap->measure.row);
	ck_assert_str_eq(((RigLimit *)console->limits->pdata[1])->equals, "${count}");
	config_files_end(&files);
}
END_TEST

START_TEST(bounds_without_default_skip_other_targets)
{
	ConfigFiles files;
	double value = 7;
	config_files_begin(&files, "suite: s\ncases:\n  - case: a\n    steps: [{infer: {recording: r, "
	                           "as: r}}]\n    judge: {r.latency_max: {max: {m4: 5ms}}}\n");
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	const RigCase *test = suite->cases->pdata[0];
	const RigLimit *limit = test->limits->pdata[0];
	ck_assert(!rig_bound_for(&limit->max, "host", &value));
	ck_assert(rig_bound_for(&limit->max, "m4", &value));
	config_files_end(&files);
}
END_TEST

START_TEST(defines_override)
{
	ConfigFiles files;
	g_autoptr(GHashTable) defines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(defines, g_strdup("inputs"), g_strdup("60"));
	config_files_begin(&files, whole);
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", defines, files.issues);
	config_files_expect_good(&files);
	const RigCase *digits = suite->cases->pdata[0];
	ck_assert_int_eq(((RigStepInfer *)((RigStep *)digits->steps->pdata[0])->options)->inputs, 60);
	ck_assert_str_eq(g_hash_table_lookup(suite->variables, "both"), "../rec/60");
	g_hash_table_insert(defines, g_strdup("input"), g_strdup("1"));
	rig_suite_free(rig_suite_load(files.sources, "/d/a.yaml", defines, files.issues));
	config_files_expect(&files,
	                    "-D input: the suite has no such variable; did you mean \"inputs\"?");
	config_files_end(&files);
}
END_TEST

START_TEST(includes_files)
{
	ConfigFiles files;
	config_files_begin(
	    &files, "suite: s\nvariables: {n: 5}\ninclude: [sub/b.yaml, c.yaml]\nsetup: [{identify: "
	            "{as: id}}]\ncases: [{case: one, steps: [reset]}]\n");
	config_files_put(&files, "/d/sub/b.yaml",
	                 "suite: b\nneeds: [infer]\nvariables: {n: 1, m: 2}\ninclude: ../e.yaml\n"
	                 "defaults: {tags: [b]}\ncases:\n  - case: two\n    steps:\n      - infer: "
	                 "{recording: rec, inputs: \"${n}\", first: \"${m}\"}\n"
	                 "    judge: {id.name: {equals: x}}\n");
	config_files_put(&files, "/d/c.yaml", "suite: c\ncases: [{case: three, steps: [reset]}]\n");
	config_files_put(&files, "/d/e.yaml",
	                 "suite: e\ncases: [{case: four, steps: [send: \"${n}\"]}]\n");
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	const char *const names[] = {"one", "two", "three", "four"};
	ck_assert_uint_eq(suite->cases->len, 4);
	for (guint i = 0; i < 4; i++)
		ck_assert_str_eq(((RigCase *)suite->cases->pdata[i])->name, names[i]);
	const RigCase *two = suite->cases->pdata[1], *four = suite->cases->pdata[3];
	const RigStepInfer *infer = ((RigStep *)two->steps->pdata[0])->options;
	ck_assert_int_eq(infer->inputs, 5);
	ck_assert_int_eq(infer->first, 2);
	ck_assert_str_eq(infer->recording, "/d/sub/rec");
	ck_assert_str_eq(two->place.file, "/d/sub/b.yaml");
	ck_assert_str_eq(two->tags[0], "b");
	ck_assert_str_eq(((RigStepSend *)((RigStep *)four->steps->pdata[0])->options)->text, "5");
	ck_assert_str_eq(suite->needs[0], "infer");
	ck_assert_uint_eq(rig_sources_list(files.sources)->len, 4);
	config_files_end(&files);
}
END_TEST

/* Two files: /d/a.yaml and /d/b.yaml, and the one issue that they give. */
typedef struct {
	const char *first, *second, *told;
} Pair;

#define ONE "cases: [{case: one, steps: [reset]}]\n"
static const Pair pairs[] = {
    {"suite: a\ninclude: b.yaml\n" ONE,
     "suite: b\ninclude: a.yaml\ncases: [{case: t, steps: [reset]}]",
     "/d/b.yaml:2:10: include: \"a.yaml\" includes itself"},
    {"suite: a\ninclude: b.yaml\n" ONE, "suite: b\n" ONE,
     "a second case \"one\"; the first is in line 3 of /d/a.yaml"},
    {"suite: a\ninclude: b.yaml\n" ONE, "suite: b\nsetup: [reset]\n",
     "/d/b.yaml:2:8: setup: `setup` of an included file would not be taken"},
    {"suite: a\ninclude: b.yaml\n" ONE, "suite: b\nbudget: 5s\n", "`budget` of an included file"},
    {"suite: a\ninclude: b.yaml\n" ONE, "[", "not YAML"},
    {"suite: a\ninclude: b.yaml\n" ONE,
     "suite: b\ncases:\n  - {case: x, steps: [reset]}\n  - case: y\n    steps: [send: "
     "\"${who}\"]\n",
     "/d/b.yaml:5:19: cases[1].steps[0].send: unknown placeholder ${who}"},
    {"suite: a\nsetup: [{expect: \"(?P<who>x)\"}]\nteardown: [{send: \"${who}\"}, {send: "
     "\"${when}\"}]\n" ONE,
     "", "teardown[1].send: unknown placeholder ${when}"},
    {"suite: a\nsetup: [{send: \"${boord}\"}]\n" ONE, "", "did you mean \"${board}\"?"},
    {"suite: a\nvariables: [x]\n" ONE, "", "variables: found a list, expected a map of names"},
    {"suite: a\nvariables: {a.b: x}\n" ONE, "", "variables.a.b: a variable's name is"},
    {"suite: a\nvariables: {a: \"${b}\", b: x}\n" ONE, "", "unknown variable ${b}"},
    {"suite: a\ncases: [{case: one, steps: [{set: [a]}]}]\n", "",
     "expected a map of names to texts"},
    {"suite: a\ncases: [{case: one, steps: [{identify: 5}]}]\n", "", "found \"5\", expected a map"},
    {"suite: a\ncases: [{case: one, steps: [[reset]]}]\n", "", "expected a step: a verb"},
    {"suite: a\ncases: [{case: one, steps: [\"\"]}]\n", "", "expected a step: a verb"},
    {"suite: a\ncases: [{case: one, steps: [{reset: {hard: true}}]}]\n", "",
     "there are no keys here"},
    {"suite: a\ncases: [{case: one, steps: [reset], judge: [x]}]\n", "",
     "a map of measures to limits"},
    {"suite: a\ncases: [{case: one, steps: [reset], judge: {.x: {min: 1}}}]\n", "",
     "is no measure"},
    {"suite: a\ncases: [{case: one, steps: [sensor], judge: {sensor.identity: {min: 1}}}]\n", "",
     "is a text; use equals or matches"},
    {"suite: a\ncases: [{case: one, steps: [sensor], judge: {sensor.rate: {min: {}}}}]\n", "",
     "names at least one"},
    {"suite: a\ncases: [{case: one, steps: [sensor], judge: {sensor.rate: {min: {A B: 1Hz}}}}]\n",
     "", "is no target's name"},
    {"suite: a\ncases: [{case: one, steps: [sensor], judge: {sensor.stuck: {max: -1}}}]\n", "",
     "allowed is 0 and more"},
    {"suite: a\ncases: [{case: one, steps: [sensor], judge: {sensor.quite-other: {max: 1}}}]\n", "",
     "unknown measure \"quite-other\"; sensor has: identity"},
    {"suite: a\ncases: [{case: one, steps: [reset], judge: {reset.x: {max: 1}}}]\n", "",
     "no step carries the name \"reset\""},
    {"suite: a\ncases: [{case: one, steps: [sensor], judge: {senser.max: {max: 1}}}]\n", "",
     "did you mean \"sensor\"?"},
    {"suite: a\ncases: [{case: one, steps: [infer: r], judge: {infer.outputs: {golden: x, min: "
     "1}}}]\n",
     "", "outputs take `golden` and `tolerance` only"},
    {"suite: a\ncases: [{case: one, steps: [infer: r], judge: {infer.outputs: {min: 1}}}]\n", "",
     "outputs are compared with `golden: FILE.csv`"},
};

START_TEST(says_what_is_wrong)
{
	ConfigFiles files;
	config_files_begin(&files, pairs[_i].first);
	config_files_put(&files, "/d/b.yaml", pairs[_i].second);
	rig_suite_free(rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues));
	config_files_expect(&files, pairs[_i].told);
	config_files_end(&files);
}
END_TEST

START_TEST(bounds_includes)
{
	ConfigFiles files;
	config_files_begin(&files, "suite: a\ninclude: f0.yaml\n" ONE);
	for (guint i = 0; i < 10; i++) {
		g_autofree char *path = g_strdup_printf("/d/f%u.yaml", i);
		g_autofree char *text = g_strdup_printf("suite: f\ninclude: f%u.yaml\n", i + 1);
		config_files_put(&files, path, text);
	}
	rig_suite_free(rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues));
	config_files_expect(&files, "/d/f7.yaml:2:10: include: included deeper than 8 files");
	config_files_end(&files);
	g_autoptr(GString) many = g_string_new("suite: a\n" ONE "include: [");
	for (guint i = 0; i < 65; i++)
		g_string_append(many, "b.yaml,");
	g_string_append(many, "]\n");
	config_files_begin(&files, many->str);
	config_files_put(&files, "/d/b.yaml", "suite: b\n");
	rig_suite_free(rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues));
	g_autofree char *told = rig_issues_text(files.issues);
	ck_assert(strstr(told, "include[63]: more than 64 files") != NULL);
	ck_assert_uint_eq(files.issues->list->len, 2);
	config_files_end(&files);
}
END_TEST

START_TEST(tells_missing_files)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	g_autoptr(RigSuite) suite = rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues);
	config_files_expect_good(&files);
	rig_suite_check_files(suite, files.issues);
	g_autofree char *told = rig_issues_text(files.issues);
	ck_assert(strstr(told,
	                 "/d/a.yaml:15:28: cases[0].steps[0].infer.recording: there is no file or "
	                 "folder /rec/digits") != NULL);
	ck_assert_uint_eq(files.issues->list->len, 2);
	g_autoptr(RigSuite) none = rig_suite_load(files.sources, "/d/none.yaml", NULL, files.issues);
	ck_assert_ptr_null(none);
	ck_assert_uint_eq(files.issues->list->len, 3);
	config_files_end(&files);
}
END_TEST

START_TEST(a_program_may_capture_anything)
{
	ConfigFiles files;
	config_files_begin(&files,
	                   "suite: a\ncases:\n  - case: one\n    steps:\n      - run: {argv: [tool], "
	                   "as: t}\n      - send: \"${speed}\"\n"
	                   "    judge: {t.speed: {min: 1}, weight: {max: 3}}\n");
	rig_suite_free(rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues));
	config_files_expect_good(&files);
	config_files_end(&files);
}
END_TEST

START_TEST(loads_fast)
{
	ConfigFiles files;
	config_files_begin(&files, whole);
	gint64 best_us = G_MAXINT64;
	for (guint i = 0; i < 20; i++) {
		gint64 begin_us = g_get_monotonic_time();
		rig_suite_free(rig_suite_load(files.sources, "/d/a.yaml", NULL, files.issues));
		best_us = MIN(best_us, g_get_monotonic_time() - begin_us);
	}
	/* Under a sanitizer and beside other work it is slower; without, it takes a tenth of this. */
	ck_assert_int_lt(best_us, 20000);
	g_test_message("suite: %" G_GINT64_FORMAT " us", best_us);
	config_files_end(&files);
}
END_TEST

static Suite *suite_suite(void)
{
	Suite *suite = suite_create("suite");
	TCase *tests = tcase_create("suite");
	tcase_add_test(tests, loads_a_suite);
	tcase_add_test(tests, binds_steps);
	tcase_add_test(tests, binds_limits);
	tcase_add_test(tests, bounds_without_default_skip_other_targets);
	tcase_add_test(tests, defines_override);
	tcase_add_test(tests, includes_files);
	tcase_add_loop_test(tests, says_what_is_wrong, 0, G_N_ELEMENTS(pairs));
	tcase_add_test(tests, bounds_includes);
	tcase_add_test(tests, tells_missing_files);
	tcase_add_test(tests, a_program_may_capture_anything);
	tcase_add_test(tests, loads_fast);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(suite_suite)
