/* SPDX-License-Identifier: Apache-2.0 */
/* A board's wiring: links, programs of the bench, and the order in which things are done. */
#include "run/wiring.h"

#include "test.h"
#include "tiny_bench.h"
#include <string.h>
#include <unistd.h>

typedef struct {
	TinyBench tiny;
	RigBoard board;
	RigBenchLink link, other;
	RigResetEntry reset;
	MemoryOptions other_options;
	GString *programs; /* argv of each, one a line */
} Bench;

static void bench_program(gpointer user, char **argv, const RigProgramResult *result)
{
	Bench *bench = user;
	g_autofree char *line = g_strjoinv(" ", argv);
	g_string_append_printf(bench->programs, "%s (%d)\n", line, result->status);
}

static RigWiring *bench_begin(Bench *bench)
{
	*bench = (Bench){0};
	tiny_bench_init(&bench->tiny, 256);
	bench->programs = g_string_new(NULL);
	bench->other_options = bench->tiny.link_options;
	bench->link = (RigBenchLink){.name = g_strdup("console"),
	                             .driver = &memory_link_driver,
	                             .options = &bench->tiny.link_options};
	bench->other = (RigBenchLink){
	    .name = g_strdup("other"), .driver = &memory_link_driver, .options = &bench->other_options};
	bench->reset = (RigResetEntry){.link = bench->link.name};
	bench->board = (RigBoard){.name = g_strdup("b"),
	                          .target = g_strdup("host"),
	                          .links = g_ptr_array_new(),
	                          .reset = g_ptr_array_new(),
	                          .protocol = rig_protocol_driver("mlperf-tiny"),
	                          .protocol_options = &bench->tiny.options,
	                          .protocol_link = bench->link.name};
	g_ptr_array_add(bench->board.links, &bench->link);
	g_ptr_array_add(bench->board.reset, &bench->reset);
	RigWiringEvents events = {.program = bench_program, .user = bench};
	return rig_wiring_new(&bench->board, "image.elf", &bench->tiny.clock.clock, -1, NULL, &events);
}

static void bench_end(Bench *bench, RigWiring *wiring)
{
	rig_wiring_free(wiring);
	tiny_bench_clear(&bench->tiny);
	g_ptr_array_unref(bench->board.links);
	g_ptr_array_unref(bench->board.reset);
	g_free(bench->board.name);
	g_free(bench->board.target);
	g_free(bench->link.name);
	g_free(bench->other.name);
	g_string_free(bench->programs, TRUE);
}

/* By others than a probe: the image is theirs to read. */
static gboolean bench_flash(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	RigFlashOrder order = {0};
	RigFlashResult result;
	gboolean good = rig_wiring_flash(wiring, &order, deadline_us, &result, error);
	ck_assert_int_eq(result.proof, RIG_PROOF_NONE);
	rig_flash_result_clear(&result);
	return good;
}

START_TEST(test_protocol_syncs_once)
{
	Bench bench;
	RigWiring *wiring = bench_begin(&bench);
	g_autoptr(GError) error = NULL;
	gint64 late_us = 60 * G_USEC_PER_SEC;
	ck_assert(rig_wiring_reset(wiring, late_us, &error));
	ck_assert(wiring->booted && !wiring->in_sync);
	RigProtocol *protocol = rig_wiring_protocol(wiring, late_us, &error);
	ck_assert_ptr_eq(protocol, wiring->protocol);
	ck_assert(wiring->in_sync && !wiring->booted);
	guint commands = bench.tiny.board.commands;
	ck_assert_uint_gt(commands, 0);
	ck_assert_ptr_nonnull(rig_wiring_protocol(wiring, late_us, &error));
	ck_assert_uint_eq(bench.tiny.board.commands, commands);
	ck_assert(rig_wiring_make_safe(wiring, late_us, &error));
	ck_assert(!wiring->in_sync);
	ck_assert(!rig_wiring_link(wiring, NULL, NULL)->is_open);
	ck_assert_str_eq(bench.programs->str, "");
	bench_end(&bench, wiring);
}
END_TEST

START_TEST(test_supply_is_on_before_use)
{
	Bench bench;
	RigWiring *wiring = bench_begin(&bench);
	char words[5][12] = {"sh", "-c", "true", "${board}", "${state}"};
	char *argv[] = {words[0], words[1], words[2], words[3], words[4], NULL};
	char flash[2][12] = {"${image}", "${target}"};
	char *flasher[] = {words[0], words[1], words[2], flash[0], flash[1], NULL};
	bench.board.switch_argv = argv;
	bench.board.flasher_argv = flasher;
	g_autoptr(GError) error = NULL;
	gint64 late_us = 60 * G_USEC_PER_SEC;
	ck_assert(bench_flash(wiring, late_us, &error));
	ck_assert_ptr_nonnull(rig_wiring_open_link(wiring, NULL, late_us, &error));
	ck_assert(rig_wiring_make_safe(wiring, late_us, &error));
	ck_assert_ptr_nonnull(rig_wiring_open_link(wiring, "console", late_us, &error));
	ck_assert_str_eq(bench.programs->str, "sh -c true b on (0)\n"
	                                      "sh -c true image.elf host (0)\n"
	                                      "sh -c true b off (0)\n"
	                                      "sh -c true b on (0)\n");
	bench_end(&bench, wiring);
}
END_TEST

START_TEST(test_switch_that_fails)
{
	Bench bench;
	RigWiring *wiring = bench_begin(&bench);
	char words[3][12] = {"sh", "-c", "exit 4"};
	char *argv[] = {words[0], words[1], words[2], NULL};
	bench.board.switch_argv = argv;
	gint64 late_us = 60 * G_USEC_PER_SEC;
	for (int i = 0; i < 3; i++) {
		g_autoptr(GError) error = NULL;
		gboolean good = i == 0   ? rig_wiring_open_link(wiring, NULL, late_us, &error) != NULL
		                : i == 1 ? bench_flash(wiring, late_us, &error)
		                         : rig_wiring_make_safe(wiring, late_us, &error);
		ck_assert(!good && g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	}
	ck_assert(!rig_wiring_link(wiring, NULL, NULL)->is_open);
	bench_end(&bench, wiring);
}
END_TEST

/* Being asked to stop ends what is done, but not the making safe. */
START_TEST(test_safe_although_stopped)
{
	Bench bench;
	RigWiring *wiring = bench_begin(&bench);
	char words[4][12] = {"sh", "-c", "true", "${state}"};
	char *argv[] = {words[0], words[1], words[2], words[3], NULL};
	bench.board.switch_argv = argv;
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	wiring->stop_fd = ends[0];
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_wiring_open_link(wiring, NULL, 60 * G_USEC_PER_SEC, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_STOPPED));
	g_clear_error(&error);
	ck_assert(rig_wiring_make_safe(wiring, 60 * G_USEC_PER_SEC, &error));
	ck_assert_ptr_nonnull(strstr(bench.programs->str, "sh -c true off (0)\n"));
	close(ends[0]);
	close(ends[1]);
	bench_end(&bench, wiring);
}
END_TEST

START_TEST(test_what_a_board_lacks)
{
	Bench bench;
	RigWiring *wiring = bench_begin(&bench);
	g_ptr_array_set_size(bench.board.reset, 0);
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_wiring_reset(wiring, RIG_FOREVER, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	g_clear_error(&error);
	ck_assert(!bench_flash(wiring, RIG_FOREVER, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	g_clear_error(&error);
	ck_assert_ptr_null(rig_wiring_link(wiring, "none", &error));
	ck_assert_str_eq(error->message, "board b has no link none; it has console");
	bench_end(&bench, wiring);
}
END_TEST

START_TEST(test_no_protocol)
{
	Bench bench;
	RigWiring *first = bench_begin(&bench);
	rig_wiring_free(first);
	bench.board.protocol = NULL;
	bench.board.protocol_link = NULL;
	g_ptr_array_add(bench.board.links, &bench.other);
	RigWiring *wiring = rig_wiring_new(&bench.board, NULL, &bench.tiny.clock.clock, -1, NULL, NULL);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_wiring_protocol(wiring, RIG_FOREVER, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	g_clear_error(&error);
	ck_assert_ptr_null(rig_wiring_link(wiring, NULL, &error));
	ck_assert_str_eq(
	    error->message,
	    "board b has several links and none for its protocol; name one of console, other");
	ck_assert_str_eq(rig_wiring_link(wiring, "other", NULL)->name, "other");
	bench_end(&bench, wiring);
}
END_TEST

static Suite *wiring_suite(void)
{
	Suite *suite = suite_create("wiring");
	TCase *tests = tcase_create("wiring");
	tcase_add_test(tests, test_protocol_syncs_once);
	tcase_add_test(tests, test_supply_is_on_before_use);
	tcase_add_test(tests, test_switch_that_fails);
	tcase_add_test(tests, test_safe_although_stopped);
	tcase_add_test(tests, test_what_a_board_lacks);
	tcase_add_test(tests, test_no_protocol);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(wiring_suite)
