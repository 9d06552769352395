/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "run/variables.h"

static GHashTable *variables;
static RigSuite suite_file;
static RigBench bench;
static RigBoard board;
static RigRunHeader *header;
static char board_name[] = "mps2-a", unit_serial[] = "0007";

static void begin(void)
{
	variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	suite_file = (RigSuite){.variables = g_hash_table_new(g_str_hash, g_str_equal)};
	board = (RigBoard){.name = board_name, .unit_serial = unit_serial};
	bench = (RigBench){.boards = g_ptr_array_new()};
	g_ptr_array_add(bench.boards, &board);
	header = rig_run_header_new();
	header->board = g_strdup("mps2-a");
	header->target = g_strdup("mps2-an386");
}

static void end(void)
{
	g_hash_table_unref(variables);
	g_hash_table_unref(suite_file.variables);
	g_ptr_array_unref(bench.boards);
	rig_run_header_free(header);
}

static void expect(const char *name, const char *value)
{
	ck_assert_pstr_eq(g_hash_table_lookup(variables, name), value);
}

START_TEST(test_board_target_unit_and_image_are_known)
{
	header->image = g_strdup("/lab/digits.elf");
	rig_run_variables(variables, &suite_file, &bench, header);
	expect("board", "mps2-a");
	expect("target", "mps2-an386");
	expect("unit", "0007");
	expect("image", "/lab/digits.elf");
	ck_assert_uint_eq(g_hash_table_size(variables), 4);
}
END_TEST

START_TEST(test_what_is_not_there_is_no_empty_text)
{
	board.unit_serial = NULL;
	rig_run_variables(variables, &suite_file, &bench, header);
	ck_assert(!g_hash_table_contains(variables, "unit"));
	ck_assert(!g_hash_table_contains(variables, "image"));
	/* A board that the bench does not know has no unit either. */
	g_free(header->board);
	header->board = g_strdup("uno");
	board.unit_serial = unit_serial;
	rig_run_variables(variables, &suite_file, &bench, header);
	expect("board", "uno");
	ck_assert(!g_hash_table_contains(variables, "unit"));
}
END_TEST

START_TEST(test_the_suites_own_come_too_but_do_not_hide_the_board)
{
	g_hash_table_insert(suite_file.variables, (char[]){"inputs"}, (char[]){"50"});
	g_hash_table_insert(suite_file.variables, (char[]){"board"}, (char[]){"another"});
	g_hash_table_insert(variables, g_strdup("inputs"), g_strdup("of the caller"));
	g_hash_table_insert(variables, g_strdup("state"), g_strdup("on"));
	rig_run_variables(variables, &suite_file, &bench, header);
	expect("inputs", "50");
	expect("board", "mps2-a");
	expect("state", "on");
}
END_TEST

/* They outlive what they were taken from. */
START_TEST(test_texts_are_copies)
{
	char text[] = "50";
	g_hash_table_insert(suite_file.variables, (char[]){"inputs"}, text);
	rig_run_variables(variables, &suite_file, &bench, header);
	text[0] = '6';
	header->board[0] = 'M';
	expect("inputs", "50");
	expect("board", "mps2-a");
}
END_TEST

static Suite *variables_suite(void)
{
	Suite *suite = suite_create("variables of a run");
	TCase *test = tcase_create("variables");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_board_target_unit_and_image_are_known);
	tcase_add_test(test, test_what_is_not_there_is_no_empty_text);
	tcase_add_test(test, test_the_suites_own_come_too_but_do_not_hide_the_board);
	tcase_add_test(test, test_texts_are_copies);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(variables_suite)
