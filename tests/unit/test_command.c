/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: dispatch, options, help; and that the table is in order. */
#include "call.h"

#include <string.h>

#include "base/verdict.h"
#include "report/printable.h"

static char *folder;

static void begin(void)
{
	folder = call_begin();
}

static void end(void)
{
	call_end(folder);
}

START_TEST(test_wrong_lines)
{
	static const struct {
		const char *words[4];
		const char *said;
	} lines[] = {
	    {{NULL}, "a command is missing"},
	    {{"bords"}, "there is no command bords; did you mean boards"},
	    {{"worke"}, "there is no command worke\n"},
	    {{"--versio"}, "there is no option --versio"},
	    {{"help", "lst"}, "there is no command lst; did you mean list"},
	    {{"boards", "--bnech", "x"}, "did you mean --bench?"},
	    {{"boards", "--bnech=x"}, "did you mean --bench?"},
	    {{"boards", "-z"}, "Unknown option -z"},
	    {{"boards", "--bench"}, "Missing argument for --bench"},
	    {{"boards", "x"}, "too many arguments; usage: tinyrig boards"},
	    {{"list"}, "an argument is missing; usage: tinyrig list [OPTION…] SUITE"},
	    {{"record", "b", "--frames=-1"}, "--frames: it cannot be negative"},
	    {{"record", "b", "--frames=ten"}, "ten"},
	    {{"record", "b", "--wait=5"}, "--wait: "},
	    {{"record", "b", "--wait=5kg"}, "--wait: "},
	    {{"run", "s.yaml", "--color=blue"}, "--color is auto, always or never, not blue"},
	    {{"console", "b", "--eol=tab"}, "--eol is cr, lf, crlf or none, not tab"},
	    {{"completion", "fish"}, "no completion for fish, only for bash|zsh"},
	    {{"list", "s.yaml", "-Dnoequals"}, "-D noequals: expected NAME=VALUE"},
	    {{"list", "s.yaml", "-D", "-Dx"}, "-D -Dx: expected NAME=VALUE"},
	    {{"list", "--define", "-kx", "s"}, "-D -kx: expected NAME=VALUE"},
	    {{"list", "--", "-Dx", "s"}, "too many arguments"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
		const char *const *words = lines[i].words;
		Call call = call_tinyrig("", words[0], words[1], words[2], words[3], NULL);
		call_expect(&call, RIG_EXIT_USAGE, lines[i].said);
		ck_assert_str_eq(call.out, "");
		ck_assert_msg(g_str_has_prefix(call.err, "tinyrig"), "%s", call.err);
		call_clear(&call);
	}
}
END_TEST

START_TEST(test_right_lines)
{
	call_expect_and_clear(call_tinyrig("", "--version", NULL), 0, "tinyrig " TINYRIG_VERSION "\n");
	call_expect_and_clear(call_tinyrig("", "--help", NULL), 0, "Exit codes:");
	call_expect_and_clear(call_tinyrig("", "help", "run", NULL), 0, "Usage: tinyrig run ");
	call_expect_and_clear(call_tinyrig("", "run", "-h", NULL), 0, "Usage: tinyrig run ");
	/* Options may follow words, and help needs no words. */
	call_expect_and_clear(call_tinyrig("", "list", "x.yaml", "--help", NULL), 0, "Usage: ");
	call_expect_and_clear(call_tinyrig("", "list", "--json", "--", "no-file.yaml", NULL),
	                      RIG_EXIT_USAGE, "no-file.yaml");
}
END_TEST

START_TEST(test_errors_have_their_codes)
{
	static const struct {
		RigErrorCode code;
		int exit;
	} rows[] = {{RIG_ERROR_BOARD, 1}, {RIG_ERROR_STOPPED, 2}, {RIG_ERROR_INTERNAL, 3},
	            {RIG_ERROR_USAGE, 4}, {RIG_ERROR_BENCH, 10},  {RIG_ERROR_DAMAGED, 10},
	            {RIG_ERROR_BUSY, 11}};
	const RigCommand *command = rig_command_find("boards");
	int kept = call_take_over(2, ".call.err", O_RDWR | O_CREAT | O_TRUNC);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = g_error_new(RIG_ERROR, (gint)rows[i].code, "so");
		ck_assert_int_eq(rig_command_error(command, error), rows[i].exit);
	}
	g_autoptr(GError) other = g_error_new(G_FILE_ERROR, G_FILE_ERROR_IO, "so");
	ck_assert_int_eq(rig_command_error(command, other), RIG_EXIT_BENCH);
	call_give_back(2, kept);
}
END_TEST

START_TEST(test_table_is_in_order)
{
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		const RigCommand *command = rig_commands[i];
		ck_assert_ptr_eq(rig_command_find(command->name), command);
		ck_assert(i == 0 || strcmp(rig_commands[i - 1]->name, command->name) < 0);
		ck_assert_uint_le(command->least, command->most);
		ck_assert(g_ascii_islower(command->about[0]) && !g_str_has_suffix(command->about, "."));
		gboolean letters[128] = {FALSE};
		letters['h'] = TRUE;
		for (const RigOption *row = command->options; row != NULL && row->long_name != NULL;
		     row++) {
			ck_assert_msg(row->short_name == 0 || !letters[(guchar)row->short_name],
			              "%s: -%c twice", command->name, row->short_name);
			letters[(guchar)row->short_name] = row->short_name != 0;
			ck_assert_uint_lt(row->offset, command->options_size);
			gboolean bare = row->type == RIG_OPTION_FLAG || row->type == RIG_OPTION_COUNT;
			ck_assert_msg((row->argument == NULL) == bare, "%s --%s", command->name,
			              row->long_name);
		}
	}
}
END_TEST

START_TEST(test_help_fits_80_columns)
{
	for (guint i = 0; rig_commands[i] != NULL; i++) {
		Call call = call_tinyrig("", rig_commands[i]->name, "--help", NULL);
		ck_assert_int_eq(call.code, 0);
		g_auto(GStrv) lines = g_strsplit(call.out, "\n", -1);
		for (char **line = lines; *line != NULL; line++)
			ck_assert_msg(rig_printable_columns(*line) <= 80, "%s: %s", rig_commands[i]->name,
			              *line);
		for (const RigOption *row = rig_commands[i]->options; row != NULL && row->long_name != NULL;
		     row++)
			ck_assert_ptr_nonnull(strstr(call.out, row->long_name));
		call_clear(&call);
	}
}
END_TEST

static Suite *command_suite(void)
{
	Suite *suite = suite_create("command");
	TCase *tests = tcase_create("command");
	tcase_add_checked_fixture(tests, begin, end);
	tcase_add_test(tests, test_wrong_lines);
	tcase_add_test(tests, test_right_lines);
	tcase_add_test(tests, test_errors_have_their_codes);
	tcase_add_test(tests, test_table_is_in_order);
	tcase_add_test(tests, test_help_fits_80_columns);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(command_suite)
