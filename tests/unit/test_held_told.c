/* SPDX-License-Identifier: Apache-2.0 */
/* What a session tells of boards that it holds: how to attach, and what attaching does to them. */
#include "test.h"

#include <string.h>

#include "cli/held_told.h"

#define HOUR_US G_GINT64_CONSTANT(3600000000)

static const RigLinkDriver process_driver = {.name = "process", .open_boots = TRUE};
static const RigLinkDriver serial_driver = {.name = "serial"};

static RigBoard board;
static RigBenchLink wired;
static RigResetEntry entry;
static RigImage image;
static RigPlannedRun planned;
static RigRunReport run;
static RigPlan plan;
static RigSessionReport session;
static char names[][16] = {"one", "host", "console", "rts", "/w d/a.elf"};

static GPtrArray *array_of(gpointer item)
{
	GPtrArray *array = g_ptr_array_new();
	g_ptr_array_add(array, item);
	return array;
}

static void begin(void)
{
	wired = (RigBenchLink){.name = names[2], .driver = &serial_driver};
	entry = (RigResetEntry){.link = names[2]};
	image = (RigImage){.path = names[4]};
	board = (RigBoard){
	    .name = names[0], .target = names[1], .links = array_of(&wired), .reset = array_of(&entry)};
	planned = (RigPlannedRun){.board = &board, .image = &image};
	run = (RigRunReport){.board = names[0], .held_until_us = HOUR_US};
	plan = (RigPlan){.runs = array_of(&planned)};
	session = (RigSessionReport){.runs = array_of(&run)};
}

static void end(void)
{
	g_ptr_array_unref(board.links);
	g_ptr_array_unref(board.reset);
	g_ptr_array_unref(plan.runs);
	g_ptr_array_unref(session.runs);
}

static void expect(const char *bench, const char *wanted)
{
	g_autofree char *text = rig_held_text("tinyrig", bench, &plan, &session, 0);
	ck_assert_str_eq(text, wanted);
}

START_TEST(test_nothing_is_held)
{
	run.held_until_us = 0;
	expect(NULL, "");
}
END_TEST

START_TEST(test_a_board_that_stays_as_it_is)
{
	expect("my bench.yaml",
	       "Board one is held for you until 1970-01-01 01:00:00 UTC (for 1 h). It was not made "
	       "safe.\n"
	       "  attach  tinyrig console one --bench 'my bench.yaml'\n"
	       "  let go  tinyrig unlock one --bench 'my bench.yaml'\n");
}
END_TEST

START_TEST(test_a_board_with_a_probe)
{
	static const RigProbeDriver probe = {.name = "none"};
	board.probe = &probe;
	expect(NULL,
	       "Board one is held for you until 1970-01-01 01:00:00 UTC (for 1 h). It was not made "
	       "safe.\n"
	       "  attach  tinyrig console one\n"
	       "  debug   tinyrig gdb one\n"
	       "  let go  tinyrig unlock one\n");
}
END_TEST

START_TEST(test_a_reset_on_a_modem_line)
{
	entry.line = names[3];
	expect(NULL,
	       "Board one is held for you until 1970-01-01 01:00:00 UTC (for 1 h). It was not made "
	       "safe.\n"
	       "  Attaching resets it: its reset hangs on the port's line rts, which opening moves.\n"
	       "  attach  tinyrig console one\n"
	       "  let go  tinyrig unlock one\n");
}
END_TEST

START_TEST(test_a_process)
{
	wired.driver = &process_driver;
	board.flasher_link = names[2];
	expect(NULL,
	       "Board one is held for you until 1970-01-01 01:00:00 UTC (for 1 h). It was not made "
	       "safe.\n"
	       "  Its firmware, a process, ended with the run; attaching starts it anew.\n"
	       "  attach  tinyrig console one --image 'host=/w d/a.elf'\n"
	       "  let go  tinyrig unlock one\n");
}
END_TEST

static Suite *held_told_suite(void)
{
	Suite *suite = suite_create("held told");
	TCase *test = tcase_create("held told");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_nothing_is_held);
	tcase_add_test(test, test_a_board_that_stays_as_it_is);
	tcase_add_test(test, test_a_board_with_a_probe);
	tcase_add_test(test, test_a_reset_on_a_modem_line);
	tcase_add_test(test, test_a_process);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(held_told_suite)
