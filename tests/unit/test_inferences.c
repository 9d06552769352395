/* SPDX-License-Identifier: Apache-2.0 */
/* The inference records of a kept run as CSV: RFC 4180, and empty where something is unknown. */
#include "store_bed.h"
#include "test.h"

#include <math.h>
#include <string.h>

#include "cli/inferences.h"
#include "journal/writer.h"

#define HEAD                                                                                       \
	"case,attempt,seq,step,recording,input,label,iterations,sent_us,done_us,lap_us,"               \
	"integrity,lap_integrity,marker_first,marker_last,charge_pc,energy_pj,uncertainty_pj"

static StoreBed bed;
static RigRunReport *run;

static void begin(void)
{
	store_bed_begin(&bed);
	run = store_bed_run(&bed, "run-a", "mps2-a");
}

static void end(void)
{
	store_bed_end(&bed);
}

static RigJournal *journal_of(const char *file)
{
	g_autofree char *path = g_build_filename(run->folder, file, NULL);
	RigJournal *journal = rig_journal_new(path, "run-a", "mps2-a", NULL);
	ck_assert_ptr_nonnull(journal);
	return journal;
}

/* An attempt with one step and these records; frees the journal. */
static void write_attempt(RigJournal *journal, const char *name, const RigInference *records,
                          guint count)
{
	g_autoptr(RigAttempt) attempt = rig_attempt_new(name, 1);
	RigStepRecord step = {.verb = (char[]){"infer"}, .as = (char[]){"r"}, .end_us = 2000};
	step.outcome = attempt->outcome = RIG_VERDICT_PASS;
	rig_journal_attempt_begin(journal, name, 1, 1000, 0);
	rig_journal_step_begin(journal, &step);
	for (guint i = 0; i < count; i++)
		rig_journal_inference(journal, &records[i]);
	rig_journal_step_end(journal, &step);
	rig_journal_attempt_end(journal, attempt, 2000, 0, 0, 0, 0);
	ck_assert(rig_journal_sync(journal, NULL));
	rig_journal_free(journal);
}

static void expect(const char *pattern, const char *wanted)
{
	g_autoptr(GError) error = NULL;
	char *patterns[] = {g_strdup(pattern), NULL};
	char *text = NULL;
	gsize size;
	FILE *stream = open_memstream(&text, &size);
	gboolean good =
	    rig_inferences_print(bed.store, "run-a", pattern == NULL ? NULL : patterns, stream, &error);
	fclose(stream);
	ck_assert_msg(good, "%s", error == NULL ? "no error was set" : error->message);
	ck_assert_str_eq(text, wanted);
	free(text);
	g_free(patterns[0]);
}

START_TEST(test_all_that_is_known_is_there_and_nothing_else)
{
	double outputs[] = {0.1, -7, 0.1 + 0.2};
	const RigInference records[] = {
	    {.seq = 0,
	     .recording = "digits",
	     .input = 7,
	     .label = 3,
	     .iterations = 20,
	     .sent_us = 5000,
	     .done_us = 6000,
	     .lap_us = 0,
	     .outputs = outputs,
	     .outputs_count = 3,
	     .integrity = RIG_INTEGRITY_CHECKED,
	     .lap_integrity = RIG_INTEGRITY_PLAUSIBLE,
	     .marker_first = 0,
	     .marker_last = 1,
	     .charge_pc = 0,
	     .energy_pj = -2,
	     .uncertainty_pj = 3},
	    RIG_INFERENCE_INIT,
	};
	write_attempt(journal_of("journal.jsonl"), "digits", records, G_N_ELEMENTS(records));
	store_bed_import(&bed, run);
	expect(NULL, HEAD ",output_0,output_1,output_2\n"
	                  "digits,1,0,0,digits,7,3,20,5000,6000,0,checked,plausible,0,1,0,-2,3,"
	                  "0.1,-7,0.30000000000000004\n"
	                  "digits,1,0,0,,0,,1,,,,unknown,unknown,,,,,,,,\n");
}
END_TEST

START_TEST(test_texts_with_commas_and_quotes_stand_in_quotes)
{
	static const char *const names[] = {"plain name", "one, two", "say \"no\"", "two\nlines",
	                                    "caf\xc3\xa9"};
	RigInference records[G_N_ELEMENTS(names)];
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		records[i] = (RigInference)RIG_INFERENCE_INIT;
		records[i].seq = i;
		records[i].recording = names[i];
	}
	write_attempt(journal_of("journal.jsonl"), "a,b", records, G_N_ELEMENTS(records));
	store_bed_import(&bed, run);
	expect(NULL, HEAD "\n"
	                  "\"a,b\",1,0,0,plain name,0,,1,,,,unknown,unknown,,,,,\n"
	                  "\"a,b\",1,1,0,\"one, two\",0,,1,,,,unknown,unknown,,,,,\n"
	                  "\"a,b\",1,2,0,\"say \"\"no\"\"\",0,,1,,,,unknown,unknown,,,,,\n"
	                  "\"a,b\",1,3,0,\"two\nlines\",0,,1,,,,unknown,unknown,,,,,\n"
	                  "\"a,b\",1,4,0,caf\xc3\xa9,0,,1,,,,unknown,unknown,,,,,\n");
}
END_TEST

/* They are what the board gave. */
START_TEST(test_outputs_that_are_no_numbers_are_told)
{
	double outputs[] = {NAN, INFINITY, -INFINITY};
	RigInference record = RIG_INFERENCE_INIT;
	record.outputs = outputs;
	record.outputs_count = 3;
	write_attempt(journal_of("journal.jsonl"), "digits", &record, 1);
	store_bed_import(&bed, run);
	expect(NULL, HEAD ",output_0,output_1,output_2\n"
	                  "digits,1,0,0,,0,,1,,,,unknown,unknown,,,,,,nan,inf,-inf\n");
}
END_TEST

START_TEST(test_cases_are_chosen_and_every_worker_is_read)
{
	RigInference record = RIG_INFERENCE_INIT;
	write_attempt(journal_of("journal.jsonl"), "digits", &record, 1);
	write_attempt(journal_of("journal-2.jsonl"), "latency", &record, 1);
	write_attempt(journal_of("journal-4.jsonl"), "lost", &record, 1); /* there was no third */
	store_bed_import(&bed, run);
	static const char digits[] = "digits,1,0,0,,0,,1,,,,unknown,unknown,,,,,\n";
	static const char latency[] = "latency,1,0,0,,0,,1,,,,unknown,unknown,,,,,\n";
	g_autofree char *both = g_strconcat(HEAD "\n", digits, latency, NULL);
	g_autofree char *one = g_strconcat(HEAD "\n", latency, NULL);
	expect(NULL, both);
	expect("l*", one);
	expect("nothing", HEAD "\n");
}
END_TEST

START_TEST(test_a_run_without_a_journal_has_none)
{
	store_bed_import(&bed, run);
	expect(NULL, HEAD "\n");
}
END_TEST

/* Not even the head line, which would look as if there were no records. */
START_TEST(test_a_journal_that_cannot_be_read_is_an_error)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = g_build_filename(run->folder, "journal.jsonl", NULL);
	ck_assert(g_file_set_contents(path, "no journal\n", -1, NULL));
	store_bed_import(&bed, run);
	char *text = NULL;
	gsize size;
	FILE *stream = open_memstream(&text, &size);
	ck_assert(!rig_inferences_print(bed.store, "run-a", NULL, stream, &error));
	fclose(stream);
	ck_assert_uint_eq(size, 0);
	ck_assert_ptr_nonnull(strstr(error->message, "run run-a: journal.jsonl: "));
	free(text);
}
END_TEST

START_TEST(test_a_stream_that_takes_nothing_is_an_error)
{
	g_autoptr(GError) error = NULL;
	store_bed_import(&bed, run);
	FILE *stream = fopen("/dev/full", "w");
	ck_assert_ptr_nonnull(stream);
	ck_assert(!rig_inferences_print(bed.store, "run-a", NULL, stream, &error));
	fclose(stream);
	ck_assert_str_eq(error->message, "the records cannot be written: No space left on device");
}
END_TEST

static Suite *inferences_suite(void)
{
	Suite *suite = suite_create("inferences");
	TCase *test = tcase_create("inferences");
	tcase_add_checked_fixture(test, begin, end);
	tcase_add_test(test, test_all_that_is_known_is_there_and_nothing_else);
	tcase_add_test(test, test_texts_with_commas_and_quotes_stand_in_quotes);
	tcase_add_test(test, test_outputs_that_are_no_numbers_are_told);
	tcase_add_test(test, test_cases_are_chosen_and_every_worker_is_read);
	tcase_add_test(test, test_a_run_without_a_journal_has_none);
	tcase_add_test(test, test_a_journal_that_cannot_be_read_is_an_error);
	tcase_add_test(test, test_a_stream_that_takes_nothing_is_an_error);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(inferences_suite)
