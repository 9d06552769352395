/* SPDX-License-Identifier: Apache-2.0 */
/* Trace files: what is written is read, whole, cut anywhere and with any byte changed. */
#include "power/trace_read.h"
#include "power/trace_write.h"
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define MANY 150000u

typedef struct Bed {
	char *folder, *path;
	RigTraceHead head;
} Bed;

static void bed_open(Bed *bed)
{
	*bed = (Bed){.folder = g_dir_make_tmp("trace-XXXXXX", NULL)};
	bed->path = g_build_filename(bed->folder, "a.trace", NULL);
	bed->head = (RigTraceHead){.board = g_strdup("b"),
	                           .meter = g_strdup("ppk2 X"),
	                           .rate_mhz = 100000000,
	                           .voltage_uv = 3000000,
	                           .channels = 8,
	                           .marker = 0,
	                           .begin_us = 5};
	for (guint i = 0; i < RIG_SAMPLE_RANGES; i++)
		bed->head.transfer.c[i][0] = i < 2 ? -1e-6 : (double)NAN;
	bed->head.transfer.c[0][1] = 1e-6;
	bed->head.transfer.c[1][1] = 1e-4;
	bed->head.transfer.c[1][2] = 1e-9;
	bed->head.transfer.last[0] = bed->head.transfer.last[1] = 2047;
}

static void bed_close(Bed *bed)
{
	(void)g_unlink(bed->path);
	(void)g_rmdir(bed->folder);
	rig_trace_head_clear(&bed->head);
	g_free(bed->path);
	g_free(bed->folder);
}

static RigSample bed_sample(guint64 i)
{
	guint32 mixed = (guint32)i * 2654435761u;
	return (RigSample){.code = (guint16)(mixed >> 21),
	                   .range = (guint8)(i % 1000 == 7 ? RIG_SAMPLE_NONE : i / 300 % 2),
	                   .logic = (guint8)(i / 5000 % 2)};
}

/* Samples first..first+count-1 to the writer. */
static void bed_put(RigTraceWriter *writer, guint64 first, guint count)
{
	g_autofree RigSample *samples = g_new(RigSample, count);
	for (guint i = 0; i < count; i++)
		samples[i] = bed_sample(first + i);
	/* As the ledger has it: with the 5 that are missing. */
	gint64 place = (gint64)first + (first >= 1000 ? 5 : 0);
	rig_trace_writer_samples(writer, samples, count, 1000000 + place * 10);
}

static void bed_write(Bed *bed, gboolean finishes)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigTraceWriter) writer = rig_trace_writer_new(bed->path, &bed->head, &error);
	ck_assert_msg(writer != NULL, "%s", error == NULL ? "" : error->message);
	const RigGap first[] = {{RIG_GAP_LOST, 1000, 1000, 5}, {RIG_GAP_CLOCK, 2000, G_MAXUINT64, 0}};
	const RigGap later[] = {{RIG_GAP_CLOCK, 2000, 3000, 0}, {RIG_GAP_LOST, 100000, 100300, 128}};
	bed_put(writer, 0, 70000);
	rig_trace_writer_gaps(writer, first, 0, 2);
	bed_put(writer, 70000, MANY - 70000);
	rig_trace_writer_gaps(writer, later, 1, 2);
	if (finishes)
		ck_assert(rig_trace_writer_finish(writer, &error));
}

static RigTrace *bed_read(const Bed *bed)
{
	g_autoptr(GError) error = NULL;
	RigTrace *trace = rig_trace_open(bed->path, &error);
	ck_assert_msg(trace != NULL, "%s", error == NULL ? "" : error->message);
	return trace;
}

static void expect_samples(RigTrace *trace, guint64 count)
{
	g_autofree RigSample *samples = g_new(RigSample, MANY);
	ck_assert_uint_eq(rig_trace_count(trace), count);
	ck_assert(rig_trace_samples(trace, 0, (gsize)count, samples, NULL));
	for (guint64 i = 0; i < count; i++) {
		RigSample is = bed_sample(i);
		if (samples[i].code != is.code || samples[i].range != is.range ||
		    samples[i].logic != is.logic)
			ck_abort_msg("sample %u is another", (guint)i);
	}
}

START_TEST(what_is_written_is_read)
{
	Bed bed;
	bed_open(&bed);
	bed_write(&bed, TRUE);
	g_autoptr(RigTrace) trace = bed_read(&bed);
	ck_assert(rig_trace_is_whole(trace));
	expect_samples(trace, MANY);
	const RigTraceHead *head = rig_trace_head(trace);
	ck_assert_str_eq(head->board, "b");
	ck_assert_int_eq(head->rate_mhz, 100000000);
	ck_assert(head->transfer.c[1][2] == 1e-9);
	const GArray *gaps = rig_trace_gaps(trace);
	ck_assert_uint_eq(gaps->len, 3);
	ck_assert_uint_eq(g_array_index(gaps, RigGap, 1).to, 3000);
	ck_assert_int_eq(rig_trace_place(trace, 999), 999);
	ck_assert_int_eq(rig_trace_place(trace, 1000), 1005);
	ck_assert_int_eq(rig_trace_place(trace, MANY), MANY + 133);
	ck_assert_uint_eq(rig_trace_at_place(trace, 1003), 1000);
	/* With what is missing before. */
	ck_assert_int_eq(rig_trace_host_us(trace, 65536), 1000000 + 655360 + 50);
	ck_assert(rig_trace_gap_in(trace, 999, 1000) != NULL);
	ck_assert(rig_trace_gap_in(trace, 1000, 1999) == NULL);
	ck_assert(rig_trace_gap_in(trace, 2500, 2600) != NULL);
	ck_assert(rig_trace_gap_in(trace, 100299, 100299) != NULL);
	ck_assert(rig_trace_gap_in(trace, 100300, 149999) == NULL);
	bed_close(&bed);
}
END_TEST

/* A summary of any part is that of its samples. */
START_TEST(summaries_are_those_of_the_samples)
{
	Bed bed;
	bed_open(&bed);
	bed_write(&bed, TRUE);
	g_autoptr(RigTrace) trace = bed_read(&bed);
	GRand *random = g_rand_new_with_seed(3);
	g_autofree RigSample *samples = g_new(RigSample, MANY);
	for (guint i = 0; i < 40; i++) {
		guint64 first = (guint64)g_rand_int_range(random, 0, MANY - 1);
		guint64 count = (guint64)g_rand_int_range(random, 1, (gint32)(MANY - first));
		RigTraceSummary is, wanted;
		ck_assert(rig_trace_summarise(trace, first, count, FALSE, &is, NULL));
		ck_assert(rig_trace_samples(trace, first, (gsize)count, samples, NULL));
		rig_trace_summary_begin(&wanted);
		rig_trace_summary_add(&wanted, rig_trace_currents(trace), samples, (gsize)count);
		ck_assert(is.sum_pa == wanted.sum_pa);
		ck_assert_uint_eq(is.known, wanted.known);
		ck_assert(is.min == wanted.min && is.max == wanted.max);
		ck_assert_uint_eq(is.logic_or, wanted.logic_or);
		ck_assert(rig_trace_summarise(trace, first, count, TRUE, &is, NULL));
		ck_assert(is.min <= wanted.min && is.max >= wanted.max);
	}
	ck_assert(!rig_trace_samples(trace, MANY - 1, 2, samples, NULL));
	g_rand_free(random);
	bed_close(&bed);
}
END_TEST

/* A minute at 2 A is more picoamperes than 64 bits hold. */
START_TEST(a_long_summary_does_not_wrap)
{
	const RigTraceSummary chunk = {.min = 2,
	                               .max = 2,
	                               .sum_pa = 2e12 * RIG_TRACE_CHUNK_SAMPLES,
	                               .known = RIG_TRACE_CHUNK_SAMPLES};
	RigTraceSummary all;
	rig_trace_summary_begin(&all);
	ck_assert(isnan(rig_trace_summary_mean(&all)));
	for (guint i = 0; i < 100000; i++)
		rig_trace_summary_join(&all, &chunk);
	ck_assert_uint_eq(all.known, (guint64)100000 * RIG_TRACE_CHUNK_SAMPLES);
	ck_assert(fabs(rig_trace_summary_mean(&all) - 2) < 1e-9);
}
END_TEST

/* Killed while it was written: what was whole is there, ledger and all. */
START_TEST(a_trace_without_its_end)
{
	Bed bed;
	bed_open(&bed);
	bed_write(&bed, FALSE);
	g_autoptr(RigTrace) trace = bed_read(&bed);
	ck_assert(!rig_trace_is_whole(trace));
	expect_samples(trace, (guint64)2 * RIG_TRACE_CHUNK_SAMPLES);
	ck_assert_uint_eq(rig_trace_gaps(trace)->len, 3);
	bed_close(&bed);
}
END_TEST

START_TEST(cut_anywhere_the_rest_is_good)
{
	Bed bed;
	g_autofree char *text = NULL;
	gsize size = 0;
	bed_open(&bed);
	bed_write(&bed, TRUE);
	ck_assert(g_file_get_contents(bed.path, &text, &size, NULL));
	guint64 before = 0;
	for (gsize i = 0; i < 60; i++) {
		gsize cut = size * i / 60;
		g_autofree guint8 *part = g_memdup2(text, MAX(cut, 1));
		g_autoptr(RigTrace) trace = rig_trace_of(part, cut, NULL);
		if (trace == NULL)
			continue;
		ck_assert(!rig_trace_is_whole(trace));
		ck_assert_uint_ge(rig_trace_count(trace), before);
		before = rig_trace_count(trace);
		expect_samples(trace, before);
	}
	ck_assert_uint_eq(before, MANY);
	bed_close(&bed);
}
END_TEST

/* A changed byte is damage that is told, or it changes nothing. */
START_TEST(a_changed_byte_is_found)
{
	Bed bed;
	g_autofree char *text = NULL;
	gsize size = 0;
	bed_open(&bed);
	bed_write(&bed, TRUE);
	ck_assert(g_file_get_contents(bed.path, &text, &size, NULL));
	GRand *random = g_rand_new_with_seed(4);
	g_autofree RigSample *samples = g_new(RigSample, MANY);
	for (guint i = 0; i < 150; i++) {
		gsize at = (gsize)g_rand_int_range(random, 0, (gint32)size);
		g_autofree guint8 *copy = g_memdup2(text, size);
		copy[at] ^= (guint8)(1u << i % 8);
		g_autoptr(RigTrace) trace = rig_trace_of(copy, size, NULL);
		if (trace == NULL)
			continue;
		guint64 count = rig_trace_count(trace);
		gboolean good = rig_trace_samples(trace, 0, (gsize)count, samples, NULL);
		/* Of a ledger that a later one has replaced, nobody reads any byte. */
		if (good && rig_trace_is_whole(trace)) {
			expect_samples(trace, MANY);
			ck_assert_uint_eq(rig_trace_gaps(trace)->len, 3);
			ck_assert_int_eq(rig_trace_place(trace, MANY), MANY + 133);
		}
	}
	g_rand_free(random);
	bed_close(&bed);
}
END_TEST

START_TEST(other_files_are_refused)
{
	static const char *const texts[] = {"", "x", "1TRO",
	                                    "some text that is longer than a header is"};
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		RigTrace *trace = rig_trace_of((const guint8 *)texts[i], strlen(texts[i]), &error);
		ck_assert_ptr_null(trace);
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	}
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	g_autoptr(GError) error = NULL;
	Bed bed;
	bed_open(&bed);
	RigTraceWriter *none = rig_trace_writer_new("/dev/full/x", &bed.head, &error);
	ck_assert_ptr_null(none);
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	g_clear_error(&error);
	bed_write(&bed, FALSE);
	none = rig_trace_writer_new(bed.path, &bed.head, &error);
	ck_assert_ptr_null(none);
	ck_assert_ptr_nonnull(error);
	bed_close(&bed);
}
END_TEST

static Suite *trace_suite(void)
{
	Suite *suite = suite_create("trace");
	TCase *tests = tcase_create("trace");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, what_is_written_is_read);
	tcase_add_test(tests, summaries_are_those_of_the_samples);
	tcase_add_test(tests, a_long_summary_does_not_wrap);
	tcase_add_test(tests, a_trace_without_its_end);
	tcase_add_test(tests, cut_anywhere_the_rest_is_good);
	tcase_add_test(tests, a_changed_byte_is_found);
	tcase_add_test(tests, other_files_are_refused);
	tcase_add_test(tests, a_full_disk_is_told);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(trace_suite)
