/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"
#include "virtual-bench/description.h"

#include <glib/gstdio.h>
#include <string.h>

/* A file with that text, loaded; *error tells what is wrong. */
static Description *description_of(const char *text, GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("description-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "vb.yaml", NULL);

	ck_assert(g_file_set_contents(path, text, -1, NULL));
	Description *description = description_load(path, error);
	g_unlink(path);
	g_rmdir(folder);
	return description;
}

START_TEST(the_default_is_good)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Description) description = description_load(NULL, &error);

	ck_assert_msg(description != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_uint_eq(description->boards->len, 2);
	const DescribedBoard *first = description->boards->pdata[0];
	const DescribedBoard *second = description->boards->pdata[1];
	ck_assert_str_eq(first->name, "mps2-a");
	ck_assert_str_eq(machine_names()[first->machine], "mps2-an386");
	ck_assert_str_eq(machine_names()[second->machine], "microbit");
	ck_assert_str_eq(first->adapter.port, "1-1.1");
	ck_assert_str_eq(second->adapter.port, "1-1.2");
	ck_assert_int_eq(first->adapter.reset_line, ADAPTER_RESET_RTS);
	ck_assert(!first->adapter.is_stuck);
	ck_assert_ptr_null(first->image);
	ck_assert_str_ne(first->adapter.serial, second->adapter.serial);
}
END_TEST

START_TEST(all_keys_are_taken)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Description) description =
	    description_of("virtual-bench: lab\n"
	                   "about: two alike\n"
	                   "boards:\n"
	                   "  - board: a\n"
	                   "    machine: microbit\n"
	                   "    image: fw.elf\n"
	                   "    serial: \"0007\"\n"
	                   "    port: 1-4.2\n"
	                   "    reset: dtr\n"
	                   "    latency: stuck\n"
	                   "    faults:\n"
	                   "      - {do: flip, towards: board, at: 12, count: 2, every: 30, bit: 3}\n"
	                   "      - {do: delay, time: 2ms}\n"
	                   "  - {board: b, machine: microbit}\n",
	                   &error);

	ck_assert_msg(description != NULL, "%s", error != NULL ? error->message : "");
	const DescribedBoard *a = description->boards->pdata[0], *b = description->boards->pdata[1];
	ck_assert_str_eq(description->about, "two alike");
	ck_assert(g_str_has_suffix(a->image, "/fw.elf"));
	ck_assert_str_eq(a->adapter.serial, "0007");
	ck_assert_str_eq(a->adapter.port, "1-4.2");
	ck_assert_int_eq(a->adapter.reset_line, ADAPTER_RESET_DTR);
	ck_assert(a->adapter.is_stuck);
	ck_assert_uint_eq(a->faults->len, 2);
	const Fault *flip = a->faults->pdata[0], *delay = a->faults->pdata[1];
	ck_assert_int_eq(flip->action, FAULT_FLIP);
	ck_assert_int_eq(flip->towards, UART_BOARD);
	ck_assert_int_eq(flip->at, 12);
	ck_assert_int_eq(flip->count, 2);
	ck_assert_int_eq(flip->every, 30);
	ck_assert_int_eq(flip->bit, 3);
	ck_assert_int_eq(delay->action, FAULT_DELAY);
	ck_assert_int_eq(delay->towards, UART_HOST);
	ck_assert_int_eq(delay->at, 1);
	ck_assert_int_eq(delay->time_us, 2000);
	ck_assert_ptr_null(b->adapter.serial);
	ck_assert_str_eq(b->adapter.port, "1-1.2");
	ck_assert_ptr_null(b->faults);
}
END_TEST

/* What stands below a good head, and what is told of it: place, path, remedy. */
static const struct {
	const char *text, *told;
} description_wrong[] = {
    {"virtual-bench: x\n", "1:1: the key \"boards\" is missing"},
    {"boards: [{board: a, machine: microbit}]\n", "1:1: the key \"virtual-bench\" is missing"},
    {"virtual-bench: x\nboards: []\n", "2:9: boards: the list is empty; at least one is needed"},
    {"virtual-bench: x\nboards: [{machine: microbit}]\n",
     "2:10: boards[0]: the key \"board\" is missing"},
    {"virtual-bench: x\nboards: [{board: a}]\n", "2:10: boards[0]: the key \"machine\" is missing"},
    {"virtual-bench: x\nboards: [{board: a, machine: mps2-an38}]\n",
     "2:30: boards[0].machine: found \"mps2-an38\"; did you mean \"mps2-an386\"?"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, serial: 7}]\n",
     "2:48: boards[0].serial: 7 looks like a number to YAML; a text that does must be quoted"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, port: 2-1}]\n",
     "2:10: boards[0]: \"2-1\" is no USB port; write 1-1 or 1-4.2"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, port: 1-1.16}]\n",
     "is no USB port; write 1-1 or 1-4.2"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, port: 1-1.1.1.1.1.1.1}]\n",
     "is no USB port; write 1-1 or 1-4.2"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, latency: fast}]\n",
     "2:49: boards[0].latency: found \"fast\", expected one of: settable, stuck"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, reset: off}]\n",
     "2:47: boards[0].reset: found \"off\", expected one of: dtr, none, rts"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, nonsense: 1}]\n",
     "2:40: boards[0].nonsense: unknown key \"nonsense\"; known here: board, machine, image"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, image: \"\"}]\n",
     "2:47: boards[0].image: a path cannot be empty"},
    {"virtual-bench: x\nboards:\n- {board: a, machine: microbit}\n- {board: a, machine: "
     "microbit}\n",
     "4:3: boards[1]: a second board \"a\""},
    {"virtual-bench: x\nboards:\n- {board: a, machine: microbit, port: 1-1.2}\n"
     "- {board: b, machine: microbit}\n",
     "4:3: boards[1]: a second adapter at the port 1-1.2"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, faults: [{do: explode}]}]\n",
     "2:54: boards[0].faults[0].do: found \"explode\", expected one of: drop, flip"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, faults: [{do: flip, bit: 8}]}]\n",
     "2:65: boards[0].faults[0].bit: found 8, allowed is 0 to 7"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, faults: [{do: drop, at: 0}]}]\n",
     "2:64: boards[0].faults[0].at: found 0, allowed is 1 to"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, faults: [{at: 1}]}]\n",
     "boards[0].faults[0]: the key \"do\" is missing: what happens"},
    {"virtual-bench: x\nboards: [{board: a, machine: microbit, faults: [{do: delay, time: 1}]}]\n",
     "boards[0].faults[0].time: "},
    {"virtual-bench: x\nboards: {a: 1}\n", "2:9: boards: "},
    {"virtual-bench: [x\n", ":2:1: "},
};

START_TEST(wrong_ones_are_told)
{
	g_autoptr(GError) error = NULL;

	ck_assert_ptr_null(description_of(description_wrong[_i].text, &error));
	ck_assert_int_eq(error->code, RIG_ERROR_USAGE);
	ck_assert_msg(strstr(error->message, "/vb.yaml:") != NULL, "%s", error->message);
	ck_assert_msg(strstr(error->message, description_wrong[_i].told) != NULL, "%s: no `%s`",
	              error->message, description_wrong[_i].told);
}
END_TEST

START_TEST(all_that_is_wrong_is_told_at_once)
{
	g_autoptr(GError) error = NULL;

	ck_assert_ptr_null(description_of("virtual-bench: x\n"
	                                  "boards:\n"
	                                  "  - {board: a, machine: avr, port: 3}\n"
	                                  "  - {board: a, machine: microbit, latency: 1}\n",
	                                  &error));
	g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
	ck_assert_msg(g_strv_length(lines) >= 3, "%s", error->message);
	ck_assert_ptr_nonnull(strstr(error->message, ":4:5: boards[1]: a second board \"a\""));
}
END_TEST

START_TEST(boards_are_counted)
{
	g_autoptr(GString) text = g_string_new("virtual-bench: x\nboards:\n");
	g_autoptr(GError) error = NULL;

	for (guint i = 0; i < DESCRIPTION_BOARDS_MAX; i++)
		g_string_append_printf(text, "- {board: b%u, machine: microbit}\n", i);
	g_autoptr(Description) most = description_of(text->str, &error);
	ck_assert_ptr_nonnull(most);
	const DescribedBoard *last = most->boards->pdata[DESCRIPTION_BOARDS_MAX - 1];
	ck_assert_str_eq(last->adapter.port, "1-4.8");
	g_string_append(text, "- {board: more, machine: microbit}\n");
	ck_assert_ptr_null(description_of(text->str, &error));
	ck_assert_msg(strstr(error->message, "32 boards at most") != NULL, "%s", error->message);
}
END_TEST

START_TEST(a_missing_file_is_told)
{
	g_autoptr(GError) error = NULL;

	ck_assert_ptr_null(description_load("/nowhere/vb.yaml", &error));
	ck_assert_msg(strstr(error->message, "/nowhere/vb.yaml") != NULL, "%s", error->message);
}
END_TEST

/* The rows hold the machines' names a second time. */
START_TEST(machines_are_those_there_are)
{
	const char *const *names = machine_names();

	for (guint i = 0; names[i] != NULL; i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text =
		    g_strdup_printf("virtual-bench: x\nboards: [{board: a, machine: %s}]\n", names[i]);
		g_autoptr(Description) description = description_of(text, &error);
		ck_assert_msg(description != NULL, "%s", error != NULL ? error->message : "");
		const DescribedBoard *board = description->boards->pdata[0];
		ck_assert_int_eq(board->machine, (int)i);
		ck_assert_str_eq(machine_find(names[i])->name, names[i]);
	}
	ck_assert_ptr_null(machine_find("avr"));
}
END_TEST

START_TEST(faults_come_as_words)
{
	static const char *const good[] = {"do=insert", "towards=board", "at=100", "byte=255", NULL};
	g_autoptr(GError) error = NULL;
	Fault fault;

	ck_assert(description_fault(good, &fault, &error));
	ck_assert_int_eq(fault.action, FAULT_INSERT);
	ck_assert_int_eq(fault.towards, UART_BOARD);
	ck_assert_int_eq(fault.at, 100);
	ck_assert_int_eq(fault.count, 1);
	ck_assert_int_eq(fault.byte, 255);
}
END_TEST

START_TEST(wrong_faults_are_told)
{
	static const struct {
		const char *const words[4];
		const char *told;
	} cases[] = {
	    {{"do"}, "\"do\" is not KEY=VALUE"},
	    {{"do=drop", "at=1\nat=2"}, "is not KEY=VALUE"},
	    {{"at=1"}, "the key \"do\" is missing"},
	    {{"do=drop", "byte=256"}, "byte: found 256, allowed is 0 to 255"},
	    {{"do=drop", "where=host"}, "unknown key \"where\""},
	    {{"do=drop", "do=flip"}, "do"},
	    {{"do=drip"}, "did you mean \"drop\""},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		Fault fault;
		ck_assert(!description_fault(cases[i].words, &fault, &error));
		ck_assert_int_eq(error->code, RIG_ERROR_USAGE);
		ck_assert_msg(strstr(error->message, cases[i].told) != NULL, "%s", error->message);
	}
}
END_TEST

static Suite *description_suite(void)
{
	Suite *suite = suite_create("description");
	TCase *tests = tcase_create("description");

	tcase_add_test(tests, the_default_is_good);
	tcase_add_test(tests, all_keys_are_taken);
	tcase_add_loop_test(tests, wrong_ones_are_told, 0, G_N_ELEMENTS(description_wrong));
	tcase_add_test(tests, all_that_is_wrong_is_told_at_once);
	tcase_add_test(tests, boards_are_counted);
	tcase_add_test(tests, a_missing_file_is_told);
	tcase_add_test(tests, machines_are_those_there_are);
	tcase_add_test(tests, faults_come_as_words);
	tcase_add_test(tests, wrong_faults_are_told);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(description_suite)
