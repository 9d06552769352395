/* SPDX-License-Identifier: Apache-2.0 */
/* Samples as lines of text, and what is none. */
#include "../../drivers/meter/stream_lines.h"
#include "test.h"

#include <string.h>

typedef struct Heard {
	GArray *samples; /* RigSample */
	guint gaps;
	gint64 missing;
	gsize rest_bytes;
} Heard;

static void hear_samples(gpointer user, const RigSample *samples, gsize count)
{
	g_array_append_vals(((Heard *)user)->samples, samples, (guint)count);
}

static void hear_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                     gsize rest_bytes)
{
	Heard *heard = user;
	ck_assert_uint_eq(modulus + within, 0);
	heard->gaps++;
	heard->missing += missing;
	heard->rest_bytes += rest_bytes;
}

typedef struct Bed {
	Heard heard;
	RigSampleSink sink;
	StreamLines lines;
	RigTransfer transfer;
} Bed;

static void bed_open(Bed *bed, double scale)
{
	*bed = (Bed){.heard.samples = g_array_new(FALSE, FALSE, sizeof(RigSample))};
	bed->sink = (RigSampleSink){hear_samples, hear_gap, &bed->heard};
	stream_lines_begin(&bed->lines, scale, &bed->sink);
	stream_lines_transfer(&bed->transfer, 0.02);
}

static void bed_close(Bed *bed)
{
	g_array_unref(bed->heard.samples);
}

static void bed_take(Bed *bed, const char *text)
{
	stream_lines_take(&bed->lines, (const guint8 *)text, strlen(text));
}

static double bed_amperes(const Bed *bed, guint i)
{
	return rig_sample_amperes(&bed->transfer, &g_array_index(bed->heard.samples, RigSample, i));
}

static const struct {
	const char *line;
	double amperes;
	guint8 logic;
} line_rows[] = {
    {"1.25e-3\n", 1.25e-3, 0},
    {"1.25 mA\r\n", 1.25e-3, 0},
    {"1.25mA,3\n", 1.25e-3, 3},
    {"  -40nA\t255\n", -40e-9, 255},
    {"12.5 uA 1\n", 12.5e-6, 1},
    {"12.5 \xc2\xb5"
     "A\n",
     12.5e-6, 0},
    {"A0: 1000.0 mV DC\n", 0.1, 0},
    {"A0: -2.5 V DC\n", -0.25, 0},
    {"current: 3 A, 7\n", 3, 7},
    {"0\n", 0, 0},
    {"+.5\n", 0.05, 0},
    {"31\n", 3.1, 0},
};

/* With 10 ohms, and as exact as 15 bits are. */
START_TEST(a_line_is_a_sample)
{
	Bed bed;
	bed_open(&bed, 0.1);
	double wanted = line_rows[_i].amperes;
	/* Numbers without a unit are scaled like volts. */
	if (_i == 0)
		wanted *= 0.1;
	bed_take(&bed, line_rows[_i].line);
	ck_assert_uint_eq(bed.heard.samples->len, 1);
	ck_assert_uint_eq(bed.heard.gaps, 0);
	double off = fabs(bed_amperes(&bed, 0) - wanted);
	ck_assert_msg(off <= fabs(wanted) / 16000 + 1e-12, "%s: %g", line_rows[_i].line,
	              bed_amperes(&bed, 0));
	ck_assert_uint_eq(g_array_index(bed.heard.samples, RigSample, 0).logic, line_rows[_i].logic);
	bed_close(&bed);
}
END_TEST

START_TEST(what_is_no_sample_is_no_number)
{
	static const char *const bad[] = {
	    "hello", "1.2.3", "1 kA",     "1 mA 256", "inf",     "0x10",
	    "1e999", "gap",   "gap 0",    "gap -3",   "gap 1 2", "1 mA x",
	    "1,-1",  "--1",   "infinity", "1 m",      "NaNcy",   "gap 99999999999999999999"};
	Bed bed;
	bed_open(&bed, 1);
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		bed_take(&bed, bad[i]);
		bed_take(&bed, "\n");
		ck_assert_msg(bed.heard.samples->len == 0, "%s", bad[i]);
		ck_assert_uint_eq(bed.heard.gaps, i + 1);
	}
	ck_assert_uint_eq(bed.lines.bad, G_N_ELEMENTS(bad));
	ck_assert_str_eq(bed.lines.wrong, "hello");
	ck_assert_int_eq(bed.heard.missing, 0);
	bed_close(&bed);
}
END_TEST

START_TEST(gaps_remarks_and_unknown_samples)
{
	Bed bed;
	bed_open(&bed, 1);
	bed_take(&bed, "# a remark\n; another\n\n\r\nnan,4\ngap 12\n1e-3\n");
	ck_assert_uint_eq(bed.heard.samples->len, 2);
	ck_assert_uint_eq(g_array_index(bed.heard.samples, RigSample, 0).range, RIG_SAMPLE_NONE);
	ck_assert_uint_eq(g_array_index(bed.heard.samples, RigSample, 0).logic, 4);
	ck_assert_int_eq(bed.heard.missing, 12);
	/* Beyond what any range holds it is at the end of one. */
	bed_take(&bed, "500 A\n");
	const RigSample *last = &g_array_index(bed.heard.samples, RigSample, 2);
	ck_assert_uint_eq(last->code, bed.transfer.last[last->range]);
	bed_close(&bed);
}
END_TEST

START_TEST(however_it_is_cut)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < 300; i++)
		g_string_append_printf(text, "%u.5 mA,%u\n", i % 50, i % 4);
	for (guint i = 0; i < 400; i++)
		g_string_append_c(text, '1');
	g_string_append(text, "\n7 mA\n");
	for (gsize piece = 1; piece < 40; piece++) {
		Bed bed;
		bed_open(&bed, 1);
		for (gsize at = 0; at < text->len; at += piece)
			stream_lines_take(&bed.lines, (const guint8 *)text->str + at,
			                  MIN(piece, text->len - at));
		ck_assert_uint_eq(bed.heard.samples->len, 301);
		ck_assert_uint_eq(bed.heard.gaps, 1);
		ck_assert_double_eq_tol(bed_amperes(&bed, 33), 33.5e-3, 33.5e-3 / 16000);
		ck_assert_double_eq_tol(bed_amperes(&bed, 300), 7e-3, 7e-3 / 16000);
		bed_close(&bed);
	}
	g_string_free(text, TRUE);
}
END_TEST

static Suite *lines_suite(void)
{
	Suite *suite = suite_create("stream_lines");
	TCase *tests = tcase_create("stream_lines");
	tcase_add_loop_test(tests, a_line_is_a_sample, 0, G_N_ELEMENTS(line_rows));
	tcase_add_test(tests, what_is_no_sample_is_no_number);
	tcase_add_test(tests, gaps_remarks_and_unknown_samples);
	tcase_add_test(tests, however_it_is_cut);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(lines_suite)
