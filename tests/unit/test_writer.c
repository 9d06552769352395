/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as the worker writes it: what is in the file after each call. */
#include "call.h"
#include "full_disk.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "journal/writer.h"

static char *folder;
static RigJournal *journal;

static void begin(void)
{
	folder = call_begin();
	g_autoptr(GError) error = NULL;
	journal = rig_journal_new("journal.jsonl", "run-1", "mps2-a", &error);
	ck_assert_msg(journal != NULL, "%s", error == NULL ? "" : error->message);
}

static void end(void)
{
	rig_journal_free(journal);
	call_end(folder);
}

/* Line `number` (0..) of the file, which holds `count` whole lines. json_decref. */
static json_t *line_of(guint count, guint number)
{
	g_autofree char *text = NULL;
	gsize size;
	ck_assert(g_file_get_contents("journal.jsonl", &text, &size, NULL));
	ck_assert_uint_eq(size, rig_journal_size(journal));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	ck_assert_msg(g_strv_length(lines) == count + 1, "not %u lines in:\n%s", count, text);
	ck_assert_str_eq(lines[count], "");
	for (guint i = 0; i < count; i++)
		ck_assert_uint_le(strlen(lines[i]), RIG_JOURNAL_LINE_MAX);
	json_error_t problem;
	json_t *line = json_loads(lines[number], JSON_REJECT_DUPLICATES, &problem);
	ck_assert_msg(line != NULL, "%s in: %.200s", problem.text, lines[number]);
	return line;
}

static const char *text_of(const json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key));
}

START_TEST(test_first_line_names_format_run_and_board)
{
	json_t *line = line_of(1, 0);
	ck_assert_str_eq(text_of(line, "journal"), "tinyrig");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "version")), RIG_JOURNAL_VERSION);
	ck_assert_str_eq(text_of(line, "run"), "run-1");
	ck_assert_str_eq(text_of(line, "board"), "mps2-a");
	ck_assert(json_is_integer(json_object_get(line, "mono_us")));
	json_decref(line);
}
END_TEST

START_TEST(test_a_journal_is_never_written_over)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_journal_new("journal.jsonl", "run-2", "mps2-a", &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "journal.jsonl: cannot be made"));
	json_decref(line_of(1, 0));
}
END_TEST

START_TEST(test_an_event_is_in_the_file_when_its_call_returns)
{
	RigStepRecord step = {.index = 3, .verb = (char[]){"infer"}, .as = (char[]){"r"}};
	step.begin_us = 7;
	rig_journal_attempt_begin(journal, "digits", 2, 5, 44);
	json_t *line = line_of(2, 1);
	ck_assert_str_eq(text_of(line, "case"), "digits");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "number")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(line, "console")), 44);
	json_decref(line);
	rig_journal_step_begin(journal, &step);
	line = line_of(3, 2);
	ck_assert_str_eq(text_of(line, "e"), "step");
	ck_assert_str_eq(text_of(line, "as"), "r");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "t_us")), 7);
	ck_assert_ptr_null(json_object_get(line, "message"));
	json_decref(line);
}
END_TEST

START_TEST(test_inferences_are_in_the_file_when_their_step_ends)
{
	double outputs[] = {0.1, NAN, -(double)INFINITY};
	RigInference record = RIG_INFERENCE_INIT;
	record.outputs = outputs;
	record.outputs_count = 3;
	rig_journal_inference(journal, &record);
	json_decref(line_of(1, 0));
	RigStepRecord step = {.verb = (char[]){"infer"}, .outcome = RIG_VERDICT_PASS};
	rig_journal_step_end(journal, &step);
	json_t *line = line_of(3, 1);
	const json_t *values = json_object_get(line, "outputs");
	ck_assert_double_eq(json_real_value(json_array_get(values, 0)), 0.1);
	ck_assert_str_eq(json_string_value(json_array_get(values, 1)), "nan");
	ck_assert_str_eq(json_string_value(json_array_get(values, 2)), "-inf");
	static const char *const unknown[] = {"label", "lap_us", "marker_first", "charge_pc"};
	for (guint i = 0; i < G_N_ELEMENTS(unknown); i++)
		ck_assert_ptr_null(json_object_get(line, unknown[i]));
	json_decref(line);
}
END_TEST

START_TEST(test_text_keeps_quotes_controls_and_letters)
{
	static const char text[] = "\"a\\b\"\r\n\t\x01\x7f \xc3\xa9 \xe2\x82\xac";
	rig_journal_note(journal, text);
	json_t *line = line_of(2, 1);
	ck_assert_str_eq(text_of(line, "text"), text);
	json_decref(line);
}
END_TEST

START_TEST(test_bytes_that_are_no_utf8_are_base64)
{
	rig_journal_note(journal, "caf\xe9");
	json_t *line = line_of(2, 1);
	const char *coded = text_of(json_object_get(line, "text"), "base64");
	ck_assert_pstr_eq(coded, "Y2Fm6Q==");
	json_decref(line);
}
END_TEST

START_TEST(test_long_text_is_cut_between_letters_and_says_so)
{
	/* An odd byte first, so that some bound lies inside a letter. */
	GString *text = g_string_new("x");
	for (guint i = 0; i < 20000; i++)
		g_string_append(text, i % 2 == 0 ? "\xc3\xa9" : "\xe2\x82\xac");
	rig_journal_note(journal, text->str);
	json_t *line = line_of(2, 1);
	const char *kept = text_of(line, "text");
	ck_assert_ptr_nonnull(kept);
	ck_assert(g_str_has_suffix(kept, " [cut]"));
	gsize size = strlen(kept) - strlen(" [cut]");
	ck_assert_uint_gt(size, 12000);
	ck_assert_int_eq(memcmp(kept, text->str, size), 0);
	json_decref(line);
	g_string_free(text, TRUE);
}
END_TEST

/* The worst that a board can say: each byte needs six in JSON, or four thirds in base64. */
START_TEST(test_no_text_makes_a_line_too_long)
{
	static const char worst[] = {1, '"', (char)0xff};
	g_autofree char *text = g_strnfill(200000, worst[_i]);
	RigStepRecord step = {.verb = (char[]){"expect"}, .outcome = RIG_VERDICT_FAIL};
	step.message = step.expected = step.got = text;
	rig_journal_step_end(journal, &step);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	for (guint i = 0; i < 100; i++)
		g_ptr_array_add(argv, text);
	g_ptr_array_add(argv, NULL);
	rig_journal_program(journal, (char **)argv->pdata, "00", 1, text);
	json_t *line = line_of(3, 2);
	ck_assert_uint_eq(json_array_size(json_object_get(line, "argv")), 64);
	json_decref(line);
}
END_TEST

START_TEST(test_first_failure_stays_and_later_calls_do_nothing)
{
	guint64 size = rig_journal_size(journal);
	full_disk_begin(size + 10);
	rig_journal_note(journal, "the disk ends in this line");
	full_disk_end();
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_journal_sync(journal, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "journal.jsonl: cannot be written: File too"));
	/* There is room again, but a line in the middle is missing. */
	rig_journal_note(journal, "later");
	ck_assert(!rig_journal_sync(journal, NULL));
	g_autofree char *text = NULL;
	gsize length;
	ck_assert(g_file_get_contents("journal.jsonl", &text, &length, NULL));
	ck_assert_uint_eq(length, size + 10);
	ck_assert_uint_eq(rig_journal_size(journal), length);
}
END_TEST

START_TEST(test_what_is_pending_is_written_at_the_end)
{
	RigInference record = RIG_INFERENCE_INIT;
	rig_journal_inference(journal, &record);
	g_autoptr(GError) error = NULL;
	ck_assert(rig_journal_sync(journal, &error));
	json_decref(line_of(2, 1));
	rig_journal_inference(journal, &record);
	rig_journal_free(g_steal_pointer(&journal));
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents("journal.jsonl", &text, NULL, NULL));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	ck_assert_uint_eq(g_strv_length(lines), 4);
}
END_TEST

static Suite *writer_suite(void)
{
	Suite *suite = suite_create("journal writer");
	TCase *test = tcase_create("writer");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_first_line_names_format_run_and_board);
	tcase_add_test(test, test_a_journal_is_never_written_over);
	tcase_add_test(test, test_an_event_is_in_the_file_when_its_call_returns);
	tcase_add_test(test, test_inferences_are_in_the_file_when_their_step_ends);
	tcase_add_test(test, test_text_keeps_quotes_controls_and_letters);
	tcase_add_test(test, test_bytes_that_are_no_utf8_are_base64);
	tcase_add_test(test, test_long_text_is_cut_between_letters_and_says_so);
	tcase_add_loop_test(test, test_no_text_makes_a_line_too_long, 0, 3);
	tcase_add_test(test, test_first_failure_stays_and_later_calls_do_nothing);
	tcase_add_test(test, test_what_is_pending_is_written_at_the_end);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(writer_suite)
