/* SPDX-License-Identifier: Apache-2.0 */
/* Dialogues of the mlperf-tiny protocol that go wrong: what is said, and who is blamed. */
#include "test.h"
#include "tiny_bench.h"

#include <string.h>

static const guint8 fault_input[64] = {1, 2, 3};

/* A peer that answers each command with the next of its texts, then is silent. */
typedef struct Script {
	MemoryPeer peer; /* first */
	const char *const *replies;
	guint next;
} Script;

static void script_take(MemoryPeer *peer, const guint8 *data, gsize size)
{
	Script *script = (Script *)peer;
	const MemoryOptions *options = peer->link->options;
	for (gsize i = 0; i < size; i++) {
		if (data[i] != '%' || script->replies[script->next] == NULL)
			continue;
		const char *text = script->replies[script->next++];
		memory_say(peer, text, strlen(text), options->clock->now_us);
	}
}

#define NAME  "m-name-dut-[x]\r\nm-ready\r\n"
#define READY "m-ready\r\n"

static void expect(const GError *error, RigErrorCode code, const char *part)
{
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(strstr(error->message, part) != NULL, "`%s` lacks `%s`", error->message, part);
	ck_assert_msg(g_error_matches(error, RIG_ERROR, (int)code), "%d: %s", error->code,
	              error->message);
}

/* Syncs with a script that has no extension, then infers; the error is returned. */
static GError *scripted(const char *const *replies, gboolean booted, const char *banner)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	Script script = {.peer = {.take = script_take}, .replies = replies};
	bench.link_options.peer = &script.peer;
	bench.options.extension = TINY_EXTENSION_OFF;
	tiny_bench_open(&bench, FALSE);
	if (banner != NULL)
		memory_say(&script.peer, banner, strlen(banner), bench.clock.now_us + 1000);
	GError *error = NULL;
	if (tiny_bench_sync(&bench, booted, &error))
		(void)tiny_bench_infer(&bench, fault_input, 2, 1, 0, &error);
	tiny_bench_clear(&bench);
	return error;
}

#define LOAD2   "m-[Expecting 2 bytes]\r\nm-ready\r\n"
#define DONE    "m-load-done\r\nm-ready\r\n"
#define HEAD    "m-warmup-start-0\r\nm-warmup-done\r\nm-infer-start-1\r\n"
#define LAPS    "m-lap-us-100\r\nm-lap-us-200\r\n"
#define RESULTS "m-results-[0.250,0.750,]\r\nm-ready\r\n"
#define INFER   HEAD LAPS "m-infer-done\r\n" RESULTS

typedef struct Row {
	const char *name;
	const char *const *replies;
	RigErrorCode code;
	const char *part; /* of the error; NULL: it succeeds */
} Row;

#define SCRIPT(...) ((const char *const[]){__VA_ARGS__, NULL})

static const Row fault_rows[] = {
    {"facts page", SCRIPT(NAME, LOAD2, DONE, INFER, RESULTS), 0, NULL},
    {"text before results",
     SCRIPT(NAME, LOAD2, DONE, HEAD "hello\n" LAPS "m-infer-done\n\n" RESULTS, RESULTS), 0, NULL},
    {"input too large",
     SCRIPT(NAME, "Supplied buffer size 2 exceeds maximum of 1\n" READY, NAME,
            "Supplied buffer size 2 exceeds maximum of 1\n" READY, NAME),
     RIG_ERROR_BOARD, "Supplied buffer size 2 exceeds maximum of 1"},
    {"refused twice",
     SCRIPT(NAME, LOAD2, "e-[Invalid hex digit 'zz']\r\n" READY, NAME, LOAD2,
            "e-[Invalid hex digit 'zz']\r\n" READY, NAME),
     RIG_ERROR_BOARD, "`db 0102` with: e-[Invalid hex digit 'zz']"},
    {"refused once",
     SCRIPT(NAME, LOAD2, "e-[Invalid hex digit 'zz']\r\n" READY, NAME, LOAD2, DONE, INFER, RESULTS),
     0, NULL},
    {"other size",
     SCRIPT(NAME, "m-[Expecting 3 bytes]\r\n" READY, NAME, LOAD2, DONE, INFER, RESULTS), 0, NULL},
    {"load-done too early", SCRIPT(NAME, DONE, NAME, LOAD2, DONE, INFER, RESULTS), 0, NULL},
    {"load-done twice",
     SCRIPT(NAME, LOAD2, "m-load-done\r\n" DONE, NAME, LOAD2, DONE, INFER, RESULTS), 0, NULL},
    {"never load-done", SCRIPT(NAME, LOAD2, READY, NAME, LOAD2, READY, NAME, LOAD2, READY, NAME),
     RIG_ERROR_DAMAGED, "no line m-load-done"},
    {"other iterations",
     SCRIPT(NAME, LOAD2, DONE,
            "m-warmup-start-0\r\nm-warmup-done\r\nm-infer-start-2\r\n" LAPS
            "m-infer-done\r\n" RESULTS,
            NAME, INFER, RESULTS),
     0, NULL},
    {"out of order",
     SCRIPT(NAME, LOAD2, DONE, HEAD "m-infer-done\r\n" LAPS RESULTS, NAME, INFER, RESULTS), 0,
     NULL},
    {"one lap",
     SCRIPT(NAME, LOAD2, DONE, HEAD "m-lap-us-100\r\nm-infer-done\r\n" RESULTS, NAME, INFER,
            RESULTS),
     0, NULL},
    {"energy build", SCRIPT(NAME, LOAD2, DONE, HEAD "m-infer-done\r\n" RESULTS), RIG_ERROR_BOARD,
     "energy build"},
    {"restart", SCRIPT(NAME, LOAD2, DONE, HEAD "m-timestamp-mode-performance\r\n"), RIG_ERROR_BOARD,
     "board restarted by itself during `infer 1 0`"},
    {"restart while in trouble", SCRIPT(NAME, LOAD2, "", "m-init-done\r\n" READY), RIG_ERROR_BOARD,
     "board restarted by itself"},
    {"silence", SCRIPT(NAME, LOAD2, DONE, HEAD), RIG_ERROR_BOARD, "before the deadline"},
    {"dead", SCRIPT(NAME, LOAD2, DONE), RIG_ERROR_BOARD, "stopped answering after `infer 1 0`, "},
    {"noise at the end", SCRIPT(NAME, LOAD2, DONE, "\x80\x81\x82", "\x80\n" READY, "\x81", "\x82"),
     RIG_ERROR_DAMAGED, "nothing readable comes any more"},
    {"results differ",
     SCRIPT(NAME, LOAD2, DONE, INFER, "m-results-[1]\r\n" READY, "m-results-[2]\r\n" READY,
            "m-results-[3]\r\n" READY),
     RIG_ERROR_DAMAGED, "readings of `results`"},
    {"not a number",
     SCRIPT(NAME, LOAD2, DONE, HEAD LAPS "m-infer-done\r\nm-results-[0.1x]\r\n" READY, NAME, INFER,
            RESULTS),
     0, NULL},
    {"nan",
     SCRIPT(NAME, LOAD2, DONE, HEAD LAPS "m-infer-done\r\nm-results-[nan,-inf]\r\n" READY,
            "m-results-[nan,-inf]\r\n" READY),
     0, NULL},
    {"silent from the start", SCRIPT(""), RIG_ERROR_BOARD, "board does not answer `name%`"},
    {"garbage from the start", SCRIPT("\xff\xfe\x80", "\xf0\n\xf1"), RIG_ERROR_BENCH,
     "check the baud rate"},
};

START_TEST(scripts)
{
	const Row *row = &fault_rows[_i];
	g_autoptr(GError) error = scripted(row->replies, FALSE, NULL);
	if (row->part == NULL)
		ck_assert_msg(error == NULL, "%s: %s", row->name, error != NULL ? error->message : "");
	else
		expect(error, row->code, row->part);
}
END_TEST

START_TEST(banners)
{
	static const char *const good[] = {NAME, LOAD2, DONE, INFER, RESULTS, NULL};
	g_autoptr(GError) error =
	    scripted(good, TRUE,
	             "m-ready\r\nm-timestamp-mode-performance\r\nm-lap-us-1\r\nInitialized\n"
	             "m-init-done\r\nm-ready\r\n");
	ck_assert_msg(error == NULL, "%s", error != NULL ? error->message : "");
	error = scripted(good, TRUE, "m-timestamp-mode-energy\r\nm-init-done\r\nm-ready\r\n");
	expect(error, RIG_ERROR_BOARD, "energy build");
	g_clear_error(&error);
	/* The board boots while we attach: its banner's m-ready answers nothing. */
	error = scripted(good, FALSE,
	                 "m-timestamp-mode-performance\r\nm-lap-us-1\r\nm-init-done\r\nm-ready\r\n");
	ck_assert_msg(error == NULL, "%s", error != NULL ? error->message : "");
}
END_TEST

START_TEST(restart_of_a_model_board)
{
	TinyBench bench;
	tiny_bench_init(&bench, _i % 2 == 0 ? 0 : 256);
	bench.board.restart_at = 8;
	bench.board.quiet_boot = _i >= 2;
	tiny_bench_open(&bench, FALSE);
	g_autoptr(GError) error = NULL;
	ck_assert(tiny_bench_sync(&bench, FALSE, &error));
	for (guint i = 0; i < 9 && error == NULL; i++)
		(void)tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error);
	/* Without banner and extension nothing tells a restart but what it forgot. */
	if (_i != 2)
		expect(error, RIG_ERROR_BOARD, "board restarted by itself");
	g_clear_error(&error);
	/* The next job finds its way. */
	ck_assert(tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error) || _i == 2);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_mute_board)
{
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	bench.board.mute_after = 5 + (guint)_i;
	tiny_bench_open(&bench, TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert(tiny_bench_sync(&bench, TRUE, &error));
	while (tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error))
		continue;
	expect(error, RIG_ERROR_BOARD, "stopped answering after");
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_fault_is_told)
{
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	bench.board.faults_at = 6 + (guint)_i;
	tiny_bench_open(&bench, TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert(tiny_bench_sync(&bench, TRUE, &error));
	while (tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error))
		continue;
	expect(error, RIG_ERROR_BOARD, "ms ago; it said: e-[fault 03]");
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(links_that_fail)
{
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	bench.link_options.gone = _i == 1;
	bench.link_options.stop = _i == 2;
	bench.link_options.fail_read = _i == 0 ? 6 : 0;
	bench.board.mute_after = 5;
	tiny_bench_open(&bench, TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert(tiny_bench_sync(&bench, TRUE, &error));
	ck_assert(!tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error));
	static const RigErrorCode codes[] = {RIG_ERROR_BENCH, RIG_ERROR_BOARD, RIG_ERROR_STOPPED};
	expect(error, codes[_i], _i == 0 ? "`db" : "`infer 1 0`");
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(extension_is_required)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	bench.options.extension = TINY_EXTENSION_REQUIRE;
	tiny_bench_open(&bench, TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert(!tiny_bench_sync(&bench, TRUE, &error));
	expect(error, RIG_ERROR_BOARD, "extension: require");
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_board_that_lies_about_its_line)
{
	/* Its help says 256, it takes 80: the load falls back. */
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	tiny_bench_open(&bench, TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert(tiny_bench_sync(&bench, TRUE, &error));
	bench.board.line = 80;
	gboolean ok = tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error);
	ck_assert_msg(ok, "%s", error != NULL ? error->message : "");
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_late_board_is_waited_for)
{
	/* What an inference takes is learned; one that takes twice that is no damage. */
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	bench.board.infer_us = 3 * G_USEC_PER_SEC;
	tiny_bench_open(&bench, TRUE);
	g_autoptr(GError) error = NULL;
	ck_assert(tiny_bench_sync(&bench, TRUE, &error));
	ck_assert(tiny_bench_infer(&bench, fault_input, sizeof fault_input, 1, 0, &error));
	bench.board.infer_us *= 2;
	ck_assert(tiny_bench_infer(&bench, fault_input, sizeof fault_input, 2, 1, &error));
	ck_assert_uint_eq(bench.protocol->repeats, 0);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(endless_lines_and_replies_end)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	g_autofree char *endless = g_strnfill(6 << 20, _i == 0 ? 'x' : '\n');
	const char *const replies[] = {endless, NULL};
	Script script = {.peer = {.take = script_take}, .replies = replies};
	bench.link_options.peer = &script.peer;
	tiny_bench_open(&bench, FALSE);
	g_autoptr(GError) error = NULL;
	ck_assert(!tiny_bench_sync(&bench, FALSE, &error));
	expect(error, RIG_ERROR_BENCH, "bytes come, but no line");
	tiny_bench_clear(&bench);
}
END_TEST

static Suite *faults_suite(void)
{
	Suite *suite = suite_create("mlperf-tiny faults");
	TCase *faults = tcase_create("faults");
	tcase_set_timeout(faults, 60);
	tcase_add_loop_test(faults, scripts, 0, G_N_ELEMENTS(fault_rows));
	tcase_add_test(faults, banners);
	tcase_add_loop_test(faults, restart_of_a_model_board, 0, 4);
	tcase_add_loop_test(faults, a_mute_board, 0, 4);
	tcase_add_loop_test(faults, a_fault_is_told, 0, 4);
	tcase_add_loop_test(faults, links_that_fail, 0, 3);
	tcase_add_test(faults, extension_is_required);
	tcase_add_test(faults, a_board_that_lies_about_its_line);
	tcase_add_test(faults, a_late_board_is_waited_for);
	tcase_add_loop_test(faults, endless_lines_and_replies_end, 0, 2);
	suite_add_tcase(suite, faults);
	return suite;
}

RIG_TEST_MAIN(faults_suite)
