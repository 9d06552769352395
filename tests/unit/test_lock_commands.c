/* SPDX-License-Identifier: Apache-2.0 */
/* `tinyrig lock`, `unlock`, and what `boards` and `console` make of a reservation. */
#include "call.h"

#include <jansson.h>
#include <string.h>

#include "base/verdict.h"
#include "report/printable.h"
#include "run/claim.h"
#include "run/reservation.h"

#define FILE_OF "state/reservations/desk.echo.json"

static char *folder;

static void begin(void)
{
	folder = call_begin();
	ck_assert(g_file_set_contents(
	    "bench.yaml",
	    "bench: desk\n"
	    "boards:\n"
	    "  - board: echo\n"
	    "    target: host\n"
	    "    links: {console: {driver: process, argv: [cat]}}\n"
	    "    switch: {driver: command, argv: [sh, -c, \"echo $1 >>switched\", x, \"${state}\"]}\n"
	    "  - board: other\n"
	    "    target: host\n"
	    "    links: {console: {driver: process, argv: [cat]}}\n",
	    -1, NULL));
	g_setenv("TINYRIG_BENCH", "bench.yaml", TRUE);
	g_setenv("TINYRIG_HOLDER", "ann@lab", TRUE);
}

static void end(void)
{
	call_end(folder);
}

static void expect_80_columns(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line != NULL; line++)
		ck_assert_msg(rig_printable_columns(*line) <= 80, "%s", *line);
}

static void lock(const char *holder)
{
	g_setenv("TINYRIG_HOLDER", holder, TRUE);
	Call call = call_tinyrig("", "lock", "echo", "--for", "2h", "--why", "porting", NULL);
	ck_assert_msg(call.code == 0, "%s", call.err);
	call_clear(&call);
}

START_TEST(test_slips)
{
	static const char *const rows[][6] = {
	    {"lock", "say for how long: --for 2h", "echo"},
	    {"lock", "--why TEXT", "echo", "--for=2h"},
	    {"lock", "--why: it takes a line", "echo", "--for=2h", "--why= "},
	    {"lock", "--why: it is longer than 200 bytes", "echo", "--for=2h", NULL},
	    {"lock", "say for how long", "echo", "--for=0s", "--why=x"},
	    {"lock", "without a unit", "echo", "--for=2", "--why=x"},
	    {"lock", "a year (8784h) is the longest", "echo", "--for=8785h", "--why=x"},
	    {"lock", "did you mean echo", "ecko", "--for=2h", "--why=x"},
	    {"lock", "none.yaml", "echo", "--bench=none.yaml", "--for=2h", "--why=x"},
	    {"lock", "an argument is missing", NULL},
	    {"unlock", "did you mean echo", "ecko"},
	    {"unlock", "did you mean --force", "echo", "--forse"},
	    {"unlock", "an argument is missing", NULL},
	};
	g_autofree char *text = g_strnfill(RIG_RESERVATION_TEXT_MAX + 1, 'y');
	g_autofree char *much = g_strconcat("--why=", text, NULL);
	const char *const *row = rows[_i];
	const char *last = row[4] == NULL && _i == 3 ? much : row[4];
	call_expect_and_clear(call_tinyrig("", row[0], row[2], row[3], last, row[5], NULL),
	                      RIG_EXIT_USAGE, row[1]);
	ck_assert(!g_file_test("state", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(test_a_holder_that_is_none)
{
	g_setenv("TINYRIG_HOLDER", "a\nb", TRUE);
	call_expect_and_clear(call_tinyrig("", "lock", "echo", "--for=1h", "--why=x", NULL),
	                      RIG_EXIT_USAGE, "TINYRIG_HOLDER: it takes a line");
}
END_TEST

START_TEST(test_locked_and_unlocked)
{
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", NULL), 0, "echo is not reserved");
	ck_assert(!g_file_test("state", G_FILE_TEST_EXISTS));
	Call call = call_tinyrig("", "lock", "echo", "--for", "2h", "--why", "porting", NULL);
	call_expect(&call, 0, "Board echo is reserved for ann@lab until 20");
	call_expect(&call, 0, "UTC (for 2 h).\n");
	call_expect(&call, 0, "(TINYRIG_STATE) is /");
	ck_assert_ptr_null(strstr(call.out, "Before"));
	call_clear(&call);
	/* The same holder works with it; who works with it already is told. */
	g_autoptr(RigClaim) claim =
	    rig_claim_take("desk", "echo", "a test", &rig_clock_monotonic, 0, -1, NULL);
	ck_assert_ptr_nonnull(claim);
	call = call_tinyrig("", "lock", "echo", "--for", "1h", "--why", "still", NULL);
	call_expect(&call, 0, "Before, it was until 20");
	call_expect(&call, 0, "In use right now");
	call_expect(&call, 0, ": a test.");
	call_clear(&call);
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", NULL), 0,
	                      "no longer reserved. It was by ann@lab until ");
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", NULL), 0, "echo is not reserved");
}
END_TEST

START_TEST(test_others_are_refused)
{
	lock("bob@lab");
	g_setenv("TINYRIG_HOLDER", "ann@lab", TRUE);
	call_expect_and_clear(call_tinyrig("", "lock", "echo", "--for=1h", "--why=x", NULL),
	                      RIG_EXIT_BUSY, "board echo is reserved by bob@lab until ");
	call_expect_and_clear(call_tinyrig("hi", "console", "echo", NULL), RIG_EXIT_BUSY,
	                      "reserved by bob@lab");
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", NULL), RIG_EXIT_BUSY,
	                      ": porting. Ask them; --force ends it all the same");
	call_expect_and_clear(call_tinyrig("hi", "console", "other", NULL), 0, "hi");
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", "--force", NULL), 0,
	                      "It was by bob@lab until ");
	call_expect_and_clear(call_tinyrig("hi", "console", "echo", NULL), 0, "hi");
}
END_TEST

static json_t *boards_json(json_t **echo)
{
	Call call = call_tinyrig("", "boards", "--json", NULL);
	ck_assert_int_eq(call.code, 0);
	json_t *root = json_loads(call.out, 0, NULL);
	ck_assert_ptr_nonnull(root);
	*echo = json_array_get(json_object_get(root, "boards"), 0);
	call_clear(&call);
	return root;
}

START_TEST(test_boards_shows_it)
{
	json_t *echo;
	lock("bob@lab");
	json_t *root = boards_json(&echo);
	ck_assert(json_is_true(json_object_get(echo, "free"))); /* for bob */
	json_decref(root);
	g_setenv("TINYRIG_HOLDER", "ann@lab", TRUE);
	root = boards_json(&echo);
	const char *holder, *until, *why;
	json_t *held, *claim;
	int is_free;
	ck_assert_int_eq(json_unpack(echo, "{s:b, s:o, s:{s:s, s:s, s:s, s:o}}", "free", &is_free,
	                             "holder", &claim, "reservation", "holder", &holder, "until",
	                             &until, "why", &why, "held", &held),
	                 0);
	ck_assert(!is_free && json_is_null(claim) && json_is_null(held));
	ck_assert_str_eq(holder, "bob@lab");
	ck_assert_str_eq(why, "porting");
	ck_assert(g_str_has_suffix(until, "Z"));
	json_decref(root);
	Call call = call_tinyrig("", "boards", NULL);
	call_expect(&call, 0, "reserved\n");
	call_expect(&call, 0, "\necho is reserved by bob@lab until ");
	expect_80_columns(call.out);
	call_clear(&call);
}
END_TEST

START_TEST(test_a_damaged_one_is_told_everywhere)
{
	lock("ann@lab");
	ck_assert(g_file_set_contents(FILE_OF, "{", -1, NULL));
	Call call = call_tinyrig("", "boards", NULL);
	call_expect(&call, RIG_EXIT_BENCH, "unknown\n");
	call_expect(&call, RIG_EXIT_BENCH, "it is not JSON");
	expect_80_columns(call.out);
	call_clear(&call);
	call_expect_and_clear(call_tinyrig("", "boards", "--json", NULL), RIG_EXIT_BENCH,
	                      "\"error\": \"board echo may be reserved");
	call_expect_and_clear(call_tinyrig("hi", "console", "echo", NULL), RIG_EXIT_BENCH,
	                      "it is not JSON; look at it, or take it away");
	call_expect_and_clear(call_tinyrig("", "lock", "echo", "--for=1h", "--why=x", NULL),
	                      RIG_EXIT_BENCH, "it is not JSON");
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", NULL), RIG_EXIT_BENCH,
	                      "it is not JSON");
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", "-f", NULL), 0,
	                      "A damaged reservation was taken away");
	call_expect_and_clear(call_tinyrig("hi", "console", "echo", NULL), 0, "hi");
}
END_TEST

static char *switched(void)
{
	char *text = NULL;
	ck_assert(g_file_get_contents("switched", &text, NULL, NULL));
	ck_assert(g_file_set_contents("switched", "", -1, NULL));
	return text;
}

/* A console leaves a board that a run holds as it is, and the supply on. */
START_TEST(test_what_is_held_stays_as_it_is)
{
	call_expect_and_clear(call_tinyrig("hi", "console", "echo", NULL), 0, "hi");
	g_autofree char *plain = switched();
	ck_assert_str_eq(plain, "on\noff\n");
	gint64 now_us = g_get_real_time();
	gint64 until_us = now_us + 3600 * (gint64)G_USEC_PER_SEC;
	ck_assert(
	    rig_reservation_hold("desk", "echo", "held after case x failed", now_us, &until_us, NULL));
	Call call = call_tinyrig("hi", "console", "echo", NULL);
	call_expect(&call, 0, "Board echo stays as it is, held; `tinyrig unlock echo` lets go");
	call_clear(&call);
	g_autofree char *held = switched();
	ck_assert_str_eq(held, "on\n");
	call_expect_and_clear(call_tinyrig("", "unlock", "echo", NULL), 0, "It was not made safe");
	call_expect_and_clear(call_tinyrig("hi", "console", "echo", NULL), 0, "hi");
	g_autofree char *again = switched();
	ck_assert_str_eq(again, "on\noff\n");
}
END_TEST

static Suite *lock_commands_suite(void)
{
	Suite *suite = suite_create("lock commands");
	TCase *test = tcase_create("lock commands");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_loop_test(test, test_slips, 0, 13);
	tcase_add_test(test, test_a_holder_that_is_none);
	tcase_add_test(test, test_locked_and_unlocked);
	tcase_add_test(test, test_others_are_refused);
	tcase_add_test(test, test_boards_shows_it);
	tcase_add_test(test, test_a_damaged_one_is_told_everywhere);
	tcase_add_test(test, test_what_is_held_stays_as_it_is);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(lock_commands_suite)
