/* SPDX-License-Identifier: Apache-2.0 */
/* `tinyrig record`: how frames become a recording, and one from the firmware we ship. */
#include "call.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#include "base/verdict.h"
#include "cli/record_shape.h"
#include "run/claim.h"

static char *folder, *firmware;

static void begin(void)
{
	const char *build = g_getenv("BUILD");
	g_autofree char *path =
	    g_build_filename(build == NULL ? "build" : build, "firmware", "digits-host", NULL);
	firmware = g_canonicalize_filename(path, NULL);
	folder = call_begin();
	ck_assert(
	    g_file_set_contents("bench.yaml",
	                        "bench: desk\n"
	                        "boards:\n"
	                        "  - board: digits\n"
	                        "    target: host\n"
	                        "    unit: {serial: \"0007\", revision: B}\n"
	                        "    links: {console: {driver: process, argv: [\"${image}\"]}}\n"
	                        "    protocol: {driver: mlperf-tiny, link: console}\n"
	                        "    flasher: {link: console}\n"
	                        "    reset: [{link: console}]\n"
	                        "  - board: mute\n"
	                        "    target: host\n"
	                        "    links: {console: {driver: process, argv: [sh, -c, \"exit 1\"]}}\n"
	                        "    protocol: {driver: mlperf-tiny, link: console}\n"
	                        "  - board: bare\n"
	                        "    target: host\n"
	                        "    links: {console: {driver: process, argv: [cat]}}\n",
	                        -1, NULL));
	ck_assert(g_file_set_contents("bench", "not a folder", -1, NULL));
	g_setenv("TINYRIG_BENCH", "bench.yaml", TRUE);
}

static void end(void)
{
	call_end(folder);
	g_free(firmware);
}

START_TEST(test_dtype)
{
	static const struct {
		double values[3];
		RigDtype dtype;
	} rows[] = {
	    {{0, 255, 7}, RIG_DTYPE_U8},
	    {{0, 256, 7}, RIG_DTYPE_I16},
	    {{-1, 0, 1}, RIG_DTYPE_I16},
	    {{-32768, 32767, 0}, RIG_DTYPE_I16},
	    {{-32769, 0, 0}, RIG_DTYPE_I32},
	    {{32768, 0, 0}, RIG_DTYPE_I32},
	    {{16777217, 0, 0}, RIG_DTYPE_I32},
	    {{2147483648.0, 0, 0}, RIG_DTYPE_F32},
	    {{0.5, 1, 2}, RIG_DTYPE_F32},
	    {{(double)NAN, 1, 2}, RIG_DTYPE_F32},
	    {{1, (double)INFINITY, 2}, RIG_DTYPE_F32},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(rig_record_dtype(rows[i].values, 3) == rows[i].dtype, "row %zu", i);
	ck_assert_int_eq(rig_record_dtype(NULL, 0), RIG_DTYPE_U8);
}
END_TEST

START_TEST(test_shape)
{
	static const guint rows[][4] = {
	    {1, 1, 1, 0},   {2, 1, 2, 0},     {3, 1, 3, 0},
	    {4, 2, 2, 2},   {63, 1, 63, 0},   {64, 2, 8, 8},
	    {65, 1, 65, 0}, {784, 2, 28, 28}, {4294836225u, 2, 65535, 65535}};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		RigRecordingMaker maker = {0};
		rig_record_shape(rows[i][0], &maker);
		ck_assert_uint_eq(maker.rank, rows[i][1]);
		ck_assert_uint_eq(maker.dims[0], rows[i][2]);
		ck_assert_uint_eq(maker.dims[1], rows[i][3]);
	}
}
END_TEST

START_TEST(test_rate)
{
	RigRecordRate rate = {0};
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 0);
	const gint64 first[] = {0, 10000, 20000}, next[] = {30000, 40000}, late[] = {90000, 100000};
	rig_record_rate_add(&rate, first, 1); /* one frame tells no rate */
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 0);
	rate = (RigRecordRate){0};
	rig_record_rate_add(&rate, first, 3);
	rig_record_rate_add(&rate, next, 2);
	ck_assert_uint_eq(rate.pauses, 0);
	rig_record_rate_add(&rate, late, 2);
	ck_assert_uint_eq(rate.pauses, 1); /* and the pause is no part of the rate */
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 100000);
	rig_record_rate_add(&rate, first, 3); /* the clock began anew */
	ck_assert_uint_eq(rate.pauses, 2);
	rig_record_rate_add(&rate, NULL, 0);
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 100000);
	rig_record_rate_add(&rate, NULL, 3);
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 0);
	rate = (RigRecordRate){0};
	const gint64 falls[] = {10, 5}, same[] = {5, 5};
	rig_record_rate_add(&rate, same, 2);
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 0);
	rig_record_rate_add(&rate, falls, 2);
	ck_assert_int_eq(rig_record_rate_mhz(&rate), 0);
}
END_TEST

START_TEST(test_refusals)
{
	static const struct {
		const char *words[4];
		int code;
		const char *said;
	} rows[] = {
	    {{"digits"}, RIG_EXIT_USAGE, "give -o DIR"},
	    {{"digits", "-o", "bench"}, RIG_EXIT_USAGE, "bench is there already"},
	    {{"digits", "-o", "bench/a/b"}, RIG_EXIT_USAGE, "bench/a/b cannot be made"},
	    {{"digits", "-o", "."}, RIG_EXIT_USAGE, "give --name"},
	    {{"digits", "-o", "Big Name"}, RIG_EXIT_USAGE, "\"Big Name\" is no name"},
	    {{"digits", "-or", "--label", "x"}, RIG_EXIT_USAGE, "--label x: a class is a number"},
	    {{"digits", "-or", "--label=70000"}, RIG_EXIT_USAGE, "--label 70000"},
	    {{"digits", "-or", "--about=\xff"}, RIG_EXIT_USAGE, "not UTF-8"},
	    {{"digits", "-or", "--frames=9999999"}, RIG_EXIT_USAGE, "--frames: at most"},
	    {{"digit", "-or"}, RIG_EXIT_USAGE, "did you mean digits"},
	    {{"bare", "-or"}, RIG_EXIT_USAGE, "no protocol that reads a sensor"},
	    {{"digits", "-or"}, RIG_EXIT_BENCH, "flash an image"},
	    {{"digits", "-or", "-i", "host=none"}, RIG_EXIT_USAGE, "none"},
	    {{"mute", "-or"}, RIG_EXIT_FAILED, "exit status 1"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const *words = rows[i].words;
		call_expect_and_clear(
		    call_tinyrig("", "record", words[0], words[1], words[2], words[3], NULL), rows[i].code,
		    rows[i].said);
		ck_assert(!g_file_test("r", G_FILE_TEST_EXISTS));
	}
	g_autoptr(RigClaim) claim =
	    rig_claim_take("desk", "digits", "a test", &rig_clock_monotonic, 0, -1, NULL);
	call_expect_and_clear(call_tinyrig("", "record", "digits", "-or", NULL), RIG_EXIT_BUSY,
	                      "a test");
}
END_TEST

/* A signal that comes at once or later: the same way out. */
START_TEST(test_stopped)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGINT);
	call_expect_and_clear(call_tinyrig("", "record", "mute", "-o", "new/r", NULL),
	                      RIG_EXIT_INTERRUPTED, "asked to stop");
	ck_assert(!g_file_test("new", G_FILE_TEST_EXISTS));
	ck_assert_ptr_null(rig_claim_holder("desk", "mute"));
	sigset_t pending;
	sigpending(&pending);
	ck_assert_int_eq(sigismember(&pending, SIGINT), 0);
}
END_TEST

START_TEST(test_from_firmware)
{
	ck_assert_msg(g_file_test(firmware, G_FILE_TEST_IS_EXECUTABLE),
	              "%s is not there; `make firmware` builds it", firmware);
	g_autofree char *image = g_strconcat("host=", firmware, NULL);
	call_expect_and_clear(call_tinyrig("", "record", "digits", "-o", "new/seven", "-i", image,
	                                   "--frames", "12", "--label=0", "--about", "a \"seven\"",
	                                   NULL),
	                      0, "new/seven: 12 frames of 64 channels from sensor optical-8x8");
	g_autoptr(RigIssues) issues = rig_issues_new();
	g_autoptr(RigRecording) recording = rig_recording_open("new/seven", issues);
	g_autofree char *wrong = rig_issues_text(issues);
	ck_assert_msg(recording != NULL, "%s", wrong);
	const RigRecordingInfo *info = rig_recording_info(recording);
	ck_assert_str_eq(info->name, "seven");
	ck_assert_str_eq(info->about, "a \"seven\"");
	ck_assert_str_eq(info->sensor, "optical-8x8");
	ck_assert_uint_eq(info->count, 12);
	ck_assert_uint_eq(info->classes, 1);
	ck_assert(info->rank == 2 && info->dims[0] == 8 && info->dims[1] == 8);
	ck_assert_int_eq(info->dtype, RIG_DTYPE_U8);
	ck_assert_int_gt(info->rate_mhz, 50000);
	ck_assert_int_lt(info->rate_mhz, 150000);
	ck_assert_ptr_nonnull(strstr(info->origin, "board digits of bench desk"));
	ck_assert_ptr_nonnull(strstr(info->origin, "unit 0007"));
	ck_assert_ptr_nonnull(strstr(info->origin, "integrity: checked"));
	RigInput input;
	ck_assert(rig_recording_input(recording, 11, &input, NULL));
	ck_assert_int_eq(input.label, 0);
	/* Nothing else is left, and it is never written over. */
	g_autoptr(GDir) made = g_dir_open("new", 0, NULL);
	ck_assert_str_eq(g_dir_read_name(made), "seven");
	ck_assert_ptr_null(g_dir_read_name(made));
	call_expect_and_clear(
	    call_tinyrig("", "record", "digits", "-o", "new/seven", "-i", image, NULL), RIG_EXIT_USAGE,
	    "is there already");
}
END_TEST

static Suite *record_suite(void)
{
	Suite *suite = suite_create("record");
	TCase *tests = tcase_create("record");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_dtype);
	tcase_add_test(tests, test_shape);
	tcase_add_test(tests, test_rate);
	tcase_add_test(tests, test_refusals);
	tcase_add_test(tests, test_stopped);
	tcase_add_test(tests, test_from_firmware);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(record_suite)
