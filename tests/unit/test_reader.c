/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as it is read back: whole, cut, broken, of another kind. */
#include "test.h"

#include <math.h>
#include <string.h>

#include "journal/reader.h"
#include "journal/writer.h"

#define HEAD "{\"journal\":\"tinyrig\",\"version\":1,\"run\":\"r\",\"board\":\"b\"}\n"
#define ATTEMPT(name, number)                                                                      \
	"{\"e\":\"attempt\",\"case\":\"" name "\",\"number\":" #number ",\"t_us\":5,\"console\":40}\n"
#define ENDED(name, number)                                                                        \
	"{\"e\":\"attempt_end\",\"case\":\"" name "\",\"number\":" #number                             \
	",\"t_us\":9,\"console\":60,\"sent_bytes\":1,\"received_bytes\":2,\"repeats\":3,"              \
	"\"outcome\":\"pass\"}\n"
#define STEP "{\"e\":\"step\",\"index\":0,\"t_us\":6,\"verb\":\"infer\",\"as\":\"r\"}\n"

static RigJournalReader *reader;

static void begin(void)
{
	reader = rig_journal_reader_new();
}

static void end(void)
{
	rig_journal_reader_free(reader);
}

static void feed(const char *text)
{
	g_autoptr(GError) error = NULL;
	gboolean good = rig_journal_reader_feed(reader, text, strlen(text), &error);
	ck_assert_msg(good, "%s", error == NULL ? "" : error->message);
}

static void feed_refused(const char *text, const char *why)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!rig_journal_reader_feed(reader, text, strlen(text), &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_msg(strstr(error->message, why) != NULL, "no \"%s\" in: %s", why, error->message);
}

static const RigAttempt *attempt_of(guint number)
{
	const GPtrArray *attempts = rig_journal_reader_attempts(reader);
	ck_assert_uint_lt(number, attempts->len);
	return g_ptr_array_index(attempts, number);
}

START_TEST(test_an_attempt_comes_back)
{
	feed(HEAD ATTEMPT("digits", 2) STEP);
	feed("{\"e\":\"value\",\"name\":\"r.stack\",\"number\":12,\"unit\":\"bytes\","
	     "\"integrity\":\"checked\"}\n{\"e\":\"note\",\"text\":\"hello\"}\n");
	feed("{\"e\":\"step_end\",\"index\":0,\"t_us\":8,\"outcome\":\"fail\",\"message\":\"m\","
	     "\"expected\":\"x\",\"got\":\"y\"}\n" ENDED("digits", 2));
	const RigAttempt *attempt = attempt_of(0);
	ck_assert_str_eq(attempt->case_name, "digits");
	ck_assert_uint_eq(attempt->number, 2);
	ck_assert_int_eq(attempt->begin_us, 5);
	ck_assert_int_eq(attempt->end_us, 9);
	ck_assert_uint_eq(attempt->console_begin, 40);
	ck_assert_uint_eq(attempt->console_end, 60);
	ck_assert_int_eq(attempt->outcome, RIG_VERDICT_PASS);
	ck_assert_ptr_null(attempt->message);
	const RigStepRecord *step = rig_attempt_step(attempt, "r");
	ck_assert_int_eq(step->outcome, RIG_VERDICT_FAIL);
	ck_assert_int_eq(step->end_us, 8);
	ck_assert_str_eq(step->expected, "x");
	ck_assert_str_eq(step->got, "y");
	const RigValue *value = rig_attempt_value(attempt, "r.stack");
	ck_assert_double_eq(value->number, 12);
	ck_assert_int_eq(value->integrity, RIG_INTEGRITY_CHECKED);
	ck_assert_str_eq(g_ptr_array_index(attempt->notes, 0), "hello");
	RigJournalTotals totals = rig_journal_reader_totals(reader);
	ck_assert_uint_eq(totals.sent_bytes * 100 + totals.received_bytes * 10 + totals.repeats, 123);
}
END_TEST

START_TEST(test_inference_record_comes_back)
{
	feed(HEAD ATTEMPT("digits", 1) STEP);
	feed("{\"e\":\"inference\",\"seq\":4,\"step\":1,\"recording\":\"digits\",\"input\":7,"
	     "\"iterations\":10,\"label\":3,\"sent_us\":1,\"done_us\":2,\"lap_us\":99,"
	     "\"outputs\":[0.25,\"nan\",\"inf\",\"-inf\"],\"integrity\":\"checked\","
	     "\"lap_integrity\":\"plausible\",\"energy_pj\":-5}\n{\"e\":\"inference\"}\n");
	const RigAttempt *attempt = attempt_of(0);
	const RigInference *record = g_ptr_array_index(attempt->inferences, 0);
	ck_assert_uint_eq(record->input, 7);
	ck_assert_int_eq(record->label, 3);
	ck_assert_int_eq(record->lap_us, 99);
	ck_assert_int_eq(record->energy_pj, -5);
	ck_assert_int_eq(record->charge_pc, G_MININT64);
	ck_assert_uint_eq(record->outputs_count, 4);
	ck_assert_double_eq(record->outputs[0], 0.25);
	ck_assert(isnan(record->outputs[1]));
	ck_assert(record->outputs[2] > 0 && isinf(record->outputs[2]));
	ck_assert(record->outputs[3] < 0 && isinf(record->outputs[3]));
	ck_assert_int_eq(record->lap_integrity, RIG_INTEGRITY_PLAUSIBLE);
	/* Nothing known is nothing claimed. */
	record = g_ptr_array_index(attempt->inferences, 1);
	ck_assert_int_eq(record->label, RIG_LABEL_NONE);
	ck_assert_int_eq(record->lap_us, -1);
	ck_assert_uint_eq(record->iterations, 1);
	ck_assert_int_eq(record->integrity, RIG_INTEGRITY_UNKNOWN);
}
END_TEST

START_TEST(test_wherever_it_is_cut_nothing_passed)
{
	static const char text[] = HEAD ATTEMPT("digits", 1) STEP
	    "{\"e\":\"step_end\",\"index\":0,\"t_us\":8,\"outcome\":\"pass\"}\n" ENDED("digits", 1);
	for (gsize size = 0; size <= strlen(text); size++) {
		g_autoptr(RigJournalReader) cut = rig_journal_reader_new();
		g_autoptr(GError) error = NULL;
		ck_assert(rig_journal_reader_feed(cut, text, size, &error));
		g_autoptr(RigAttempt) attempt = rig_journal_reader_take(cut, "digits", 1);
		gboolean passed = attempt != NULL && attempt->outcome == RIG_VERDICT_PASS;
		ck_assert(passed == (size == strlen(text)));
		ck_assert(passed == (attempt != NULL && attempt->end_us != 0));
		if (attempt != NULL && !passed)
			ck_assert_ptr_nonnull(strstr(attempt->message, "its worker was lost"));
	}
}
END_TEST

START_TEST(test_bytes_one_by_one_are_the_same)
{
	static const char text[] = HEAD ATTEMPT("a", 1) ENDED("a", 1) ATTEMPT("b", 1) STEP;
	for (const char *at = text; *at != 0; at++)
		ck_assert(rig_journal_reader_feed(reader, at, 1, NULL));
	ck_assert_uint_eq(rig_journal_reader_attempts(reader)->len, 2);
	ck_assert_int_eq(attempt_of(0)->outcome, RIG_VERDICT_PASS);
	ck_assert_str_eq(attempt_of(1)->case_name, "b");
	ck_assert_uint_eq(attempt_of(1)->steps->len, 1);
}
END_TEST

START_TEST(test_other_files_and_newer_versions_are_refused)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
	    {"{\"journal\":\"tinyrig\",\"version\":2}\n", "journal line 1: written by a newer tinyrig"},
	    {"{\"journal\":\"other\",\"version\":1}\n", "journal line 1: this is no tinyrig journal"},
	    {"{}\n", "no tinyrig journal"},
	    {"[]\n", "no tinyrig journal"},
	    {"\n", "journal line 1"},
	    {"\x7f"
	     "ELF\n",
	     "journal line 1"},
	    {HEAD "{\"e\":\n", "journal line 2"},
	    {HEAD "\"attempt\"\n", "journal line 2"},
	    {HEAD ATTEMPT("a", 1) "{\"e\":\"note\",\"text\":\"caf\xe9\"}\n", "journal line 3"},
	    {HEAD "{\"e\":\"note\",\"e\":\"attempt\"}\n", "duplicate"},
	};
	feed_refused(cases[_i].text, cases[_i].why);
}
END_TEST

START_TEST(test_what_was_read_before_a_broken_line_stays)
{
	feed_refused(HEAD ATTEMPT("a", 1) ENDED("a", 1) ATTEMPT("b", 1) "{broken\n" ENDED("b", 1),
	             "journal line 5");
	ck_assert_int_eq(attempt_of(0)->outcome, RIG_VERDICT_PASS);
	ck_assert_int_eq(attempt_of(1)->outcome, RIG_VERDICT_ERROR);
}
END_TEST

/* However large the pieces are in which it comes. */
START_TEST(test_a_line_too_long_is_refused)
{
	static const gsize pieces[] = {1000, 16384, 1 << 20};
	g_autofree char *fill = g_strnfill(6 * RIG_JOURNAL_LINE_MAX, 'x');
	g_autofree char *text = g_strconcat(HEAD "{\"e\":\"note\",\"text\":\"", fill, "\"}\n", NULL);
	g_autoptr(GError) error = NULL;
	gboolean good = TRUE;
	gsize size = strlen(text), piece = pieces[_i];
	for (gsize at = 0; at < size && good; at += piece)
		good = rig_journal_reader_feed(reader, text + at, MIN(piece, size - at), &error);
	ck_assert(!good);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	ck_assert_ptr_nonnull(strstr(error->message, "journal line 2: "));
}
END_TEST

START_TEST(test_base64_keeps_all_its_bytes)
{
	/* "a", NUL, 0xff, "z" */
	feed(HEAD ATTEMPT("a", 1) "{\"e\":\"note\",\"text\":{\"base64\":\"YQD/eg==\"}}\n");
	ck_assert_str_eq(g_ptr_array_index(attempt_of(0)->notes, 0), "a?\xffz");
	feed("{\"e\":\"note\",\"text\":{\"base64\":\"\"}}\n{\"e\":\"note\",\"text\":{}}\n");
	ck_assert_uint_eq(attempt_of(0)->notes->len, 2);
	ck_assert_str_eq(g_ptr_array_index(attempt_of(0)->notes, 1), "");
}
END_TEST

START_TEST(test_events_of_another_time_or_place_harm_nothing)
{
	feed(HEAD STEP "{\"e\":\"step_end\"}\n{\"e\":\"value\"}\n{\"e\":\"note\",\"text\":\"x\"}\n"
	               "{\"e\":\"inference\"}\n" ENDED("a", 1) "{\"e\":\"of a later version\"}\n");
	ck_assert_uint_eq(rig_journal_reader_attempts(reader)->len, 0);
	feed("{\"e\":\"attempt\",\"case\":5,\"number\":-1,\"t_us\":\"x\"}\n{\"e\":\"step_end\"}\n");
	ck_assert_str_eq(attempt_of(0)->case_name, "?");
	ck_assert_uint_eq(attempt_of(0)->number, 1);
	ck_assert_uint_eq(attempt_of(0)->steps->len, 0);
	/* Judge and reports look values up by name, so there is none without. */
	feed("{\"e\":\"value\",\"text\":\"x\"}\n{\"e\":\"value\",\"name\":7,\"number\":1}\n");
	ck_assert_uint_eq(attempt_of(0)->values->len, 0);
	/* An outcome that nobody knows is no pass. */
	feed("{\"e\":\"attempt_end\",\"t_us\":9,\"outcome\":\"great\"}\n");
	ck_assert_int_eq(attempt_of(0)->outcome, RIG_VERDICT_ERROR);
}
END_TEST

START_TEST(test_the_right_attempt_is_taken)
{
	feed(HEAD ATTEMPT("a", 1) ENDED("a", 1) ATTEMPT("a", 2) ENDED("a", 2) ATTEMPT("b", 1));
	ck_assert_ptr_null(rig_journal_reader_take(reader, "a", 3));
	ck_assert_ptr_null(rig_journal_reader_take(reader, "c", 1));
	g_autoptr(RigAttempt) attempt = rig_journal_reader_take(reader, "a", 1);
	ck_assert_uint_eq(attempt->number, 1);
	ck_assert_ptr_null(rig_journal_reader_take(reader, "a", 1));
	ck_assert_uint_eq(attempt_of(0)->number, 2);
}
END_TEST

static Suite *reader_suite(void)
{
	Suite *suite = suite_create("journal reader");
	TCase *test = tcase_create("reader");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_an_attempt_comes_back);
	tcase_add_test(test, test_inference_record_comes_back);
	tcase_add_test(test, test_wherever_it_is_cut_nothing_passed);
	tcase_add_test(test, test_bytes_one_by_one_are_the_same);
	tcase_add_loop_test(test, test_other_files_and_newer_versions_are_refused, 0, 10);
	tcase_add_test(test, test_what_was_read_before_a_broken_line_stays);
	tcase_add_loop_test(test, test_a_line_too_long_is_refused, 0, 3);
	tcase_add_test(test, test_base64_keeps_all_its_bytes);
	tcase_add_test(test, test_events_of_another_time_or_place_harm_nothing);
	tcase_add_test(test, test_the_right_attempt_is_taken);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(reader_suite)
