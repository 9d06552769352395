/* SPDX-License-Identifier: Apache-2.0 */
/* What an LPM01A sends, in both of its formats, whole and damaged. */
#include "../../drivers/meter/lpm01a_stream.h"
#include "test.h"

#include <string.h>

typedef struct Heard {
	GArray *samples; /* RigSample */
	guint gaps;
	gint64 missing; /* of all */
	guint32 within; /* of the last gap */
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
	ck_assert_uint_eq(modulus, 0);
	heard->gaps++;
	heard->missing += missing;
	heard->within = within;
	heard->rest_bytes += rest_bytes;
}

typedef struct Bed {
	Heard heard;
	RigSampleSink sink;
	Lpm01aStream stream;
	RigTransfer transfer;
} Bed;

static void bed_open(Bed *bed, guint rate_hz, gboolean is_binary)
{
	*bed = (Bed){.heard.samples = g_array_new(FALSE, FALSE, sizeof(RigSample))};
	bed->sink = (RigSampleSink){hear_samples, hear_gap, &bed->heard};
	lpm01a_stream_begin(&bed->stream, rate_hz, is_binary, &bed->sink);
	lpm01a_transfer(&bed->transfer, is_binary);
}

static void bed_close(Bed *bed)
{
	g_array_unref(bed->heard.samples);
}

static void bed_text(Bed *bed, const char *text)
{
	lpm01a_stream_take(&bed->stream, (const guint8 *)text, strlen(text));
}

static double bed_amperes(const Bed *bed, guint i)
{
	return rig_sample_amperes(&bed->transfer, &g_array_index(bed->heard.samples, RigSample, i));
}

/* UM2269's own examples, and what can stand between them. */
START_TEST(values_of_a_text)
{
	Bed bed;
	bed_open(&bed, 1000, FALSE);
	bed_text(&bed, "PowerShield > ack start\r\n6409-07\r\n");
	ck_assert_str_eq(bed.stream.answer, "ack start");
	ck_assert_uint_eq(bed.heard.samples->len, 1);
	ck_assert_double_eq_tol(bed_amperes(&bed, 0), 640.9e-6, 1e-12);
	lpm01a_stream_take(&bed.stream, (const guint8 *)&"\0", 1);
	bed_text(&bed, "1234-06\r\n\r\nevent 07 ris\r\n0001+00\r\n");
	ck_assert_uint_eq(bed.heard.samples->len, 3);
	ck_assert_double_eq_tol(bed_amperes(&bed, 1), 1.234e-3, 1e-12);
	ck_assert_double_eq_tol(bed_amperes(&bed, 2), 1, 1e-12);
	ck_assert_uint_eq(g_array_index(bed.heard.samples, RigSample, 1).logic, 0);
	ck_assert_uint_eq(g_array_index(bed.heard.samples, RigSample, 2).logic, 1);
	bed_text(&bed, "pwr on\r\n0000-20\r\nend\r\n");
	ck_assert_int_eq(bed.stream.supply, 1);
	ck_assert_uint_eq(g_array_index(bed.heard.samples, RigSample, 3).range, RIG_SAMPLE_NONE);
	ck_assert(bed.stream.has_ended);
	ck_assert_uint_eq(bed.heard.gaps, 0);
	bed_text(&bed, "error voltage drop\r\n");
	ck_assert_str_eq(bed.stream.error, "error voltage drop");
	bed_close(&bed);
}
END_TEST

static void bed_text_block(Bed *bed, guint count, const char *stamp)
{
	for (guint i = 0; i < count; i++)
		bed_text(bed, "1000-06\r\n");
	bed_text(bed, stamp);
}

START_TEST(a_text_s_time_tells_what_is_missing)
{
	static const char *const damaged[] = {"1000-0\r\n", "10000-06\r\n", "1000*06\r\n",
	                                      "1a00-06\r\n"};
	Bed bed;
	bed_open(&bed, 1000, FALSE);
	bed_text_block(&bed, 1000, "\r\nTimeStamp: 001s 000ms, buff 02%\r\n");
	ck_assert_uint_eq(bed.heard.gaps, 0);
	ck_assert_uint_eq(bed.stream.load_percent, 2);
	bed_text_block(&bed, 993, "TimeStamp: <002s 000ms, buff 99%\r\n");
	ck_assert_int_eq(bed.heard.missing, 7);
	ck_assert_uint_eq(bed.heard.within, 993);
	bed_text_block(&bed, 1003, "TimeStamp: >003s 000ms, buff 00%\r\n");
	ck_assert_int_eq(bed.heard.missing, 4); /* three came twice */
	bed_text_block(&bed, 500, "TimeStamp: 005s 000ms, buff 00%\r\n");
	ck_assert_int_eq(bed.heard.missing, 1504);
	for (guint i = 0; i < G_N_ELEMENTS(damaged); i++) {
		char stamp[64];
		bed_text_block(&bed, 999, damaged[i]);
		g_snprintf(stamp, sizeof stamp, "TimeStamp: %03us 000ms, buff 00%%\r\n", 6 + i);
		bed_text(&bed, stamp);
		ck_assert_int_eq(bed.heard.missing, 1505 + i);
	}
	ck_assert_uint_eq(bed.heard.gaps, 7);
	bed_close(&bed);
}
END_TEST

static void binary_stamp(GByteArray *out, guint ms)
{
	const guint8 bytes[] = {
	    0xf0, 0xf3, (guint8)(ms >> 24), (guint8)(ms >> 16), (guint8)(ms >> 8), (guint8)ms, 7,
	    0xff, 0xff};
	g_byte_array_append(out, bytes, sizeof bytes);
}

/* Blocks of 1000 values at 100 kHz, their time in front and between; values end with F0 now and
 * then, which is where a message begins. */
static GByteArray *binary_stream(guint blocks, guint first_ms)
{
	GByteArray *out = g_byte_array_new();
	binary_stamp(out, first_ms);
	for (guint block = 0; block < blocks; block++) {
		for (guint i = 0; i < 1000; i++) {
			const guint8 value[] = {(guint8)(0x30 + (i * 7 + block) % 0xa0),
			                        (guint8)(i % 5 == 0 ? 0xf0 : i)};
			g_byte_array_append(out, value, sizeof value);
		}
		binary_stamp(out, first_ms + 10 * (block + 1));
	}
	return out;
}

START_TEST(values_in_binary)
{
	static const guint8 values[] = {0x52, 0xa0, 0x31, 0x45};
	static const guint8 front[] = "PowerShield > ack start\r\n";
	static const guint8 end[] = {0xf0, 0xf9, 0x01, 0xff, 0xff, 0xf0, 0xf4, 0xff, 0xff};
	Bed bed;
	bed_open(&bed, 100000, TRUE);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_byte_array_append(bytes, front, sizeof front - 1);
	binary_stamp(bytes, 0);
	for (guint i = 0; i < 500; i++)
		g_byte_array_append(bytes, values, sizeof values);
	binary_stamp(bytes, 10);
	g_byte_array_append(bytes, values, sizeof values);
	g_byte_array_append(bytes, end, sizeof end);
	/* However it is cut. */
	for (guint at = 0; at < bytes->len; at += 7)
		lpm01a_stream_take(&bed.stream, bytes->data + at, MIN(7, bytes->len - at));
	ck_assert_str_eq(bed.stream.answer, "ack start");
	ck_assert_uint_eq(bed.heard.gaps, 0);
	ck_assert_uint_eq(bed.heard.samples->len, 1002);
	ck_assert_double_eq_tol(bed_amperes(&bed, 0), 672 / 1048576.0, 1e-12);
	ck_assert_double_eq_tol(bed_amperes(&bed, 1), 79.35e-3, 0.005e-3);
	ck_assert_int_eq(bed.stream.supply, 1);
	ck_assert(bed.stream.has_ended);
	bed_text(&bed, "\r\nsummary beg\r\nPowerShield > Acquisition completed\r\n");
	ck_assert_uint_eq(bed.heard.samples->len, 1002);
	bed_close(&bed);
}
END_TEST

START_TEST(messages_in_binary)
{
	static const guint8 error[] = "\xf0\xf1"
	                              "error: low voltage\r\n\xff\xff";
	static const guint8 over[] = {0xf0, 0xf5, 0xff, 0xff};
	static const guint8 others[] = {0xf0, 0xf7, 0x0c, 0xe4, 0xff, 0xff, 0xf0, 0xf8,
	                                0x00, 0x19, 0xff, 0xff, 0xf0, 0xf6, 0xff, 0xff};
	Bed bed;
	bed_open(&bed, 50000, TRUE);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	binary_stamp(bytes, 0x7ffffff0); /* it wraps at 2^31 */
	lpm01a_stream_take(&bed.stream, bytes->data, bytes->len);
	lpm01a_stream_take(&bed.stream, others, sizeof others);
	ck_assert_int_eq(bed.stream.supply, 0);
	for (guint i = 0; i < 1000; i++)
		lpm01a_stream_take(&bed.stream, (const guint8 *)"\x40\xff", 2);
	g_byte_array_set_size(bytes, 0);
	binary_stamp(bytes, 4);
	lpm01a_stream_take(&bed.stream, bytes->data, bytes->len);
	ck_assert_uint_eq(bed.heard.samples->len, 1000);
	ck_assert_uint_eq(bed.heard.gaps, 0);
	lpm01a_stream_take(&bed.stream, over, sizeof over);
	ck_assert_ptr_nonnull(strstr(bed.stream.error, "overcurrent"));
	bed.stream.error[0] = '\0';
	lpm01a_stream_take(&bed.stream, error, sizeof error - 1);
	ck_assert_str_eq(bed.stream.error, "error: low voltage");
	bed_close(&bed);
}
END_TEST

/* Cuts, repeats or damages some bytes somewhere; returns at what block it is. */
static guint binary_damage(GRand *random, GByteArray *bytes)
{
	guint at = (guint)g_rand_int_range(random, 9, (gint32)bytes->len - 20);
	guint many = (guint)g_rand_int_range(random, 1, 10);
	switch (g_rand_int_range(random, 0, 3)) {
	case 0:
		many = g_rand_boolean(random) ? many : many * 700;
		g_byte_array_remove_range(bytes, at, MIN(many, bytes->len - 20 - at));
		break;
	case 1: {
		g_autofree guint8 *part = g_memdup2(bytes->data + at, many);
		g_autofree guint8 *rest = g_memdup2(bytes->data + at, bytes->len - at);
		guint rest_bytes = bytes->len - at;
		g_byte_array_set_size(bytes, at);
		g_byte_array_append(bytes, part, many);
		g_byte_array_append(bytes, rest, rest_bytes);
		break;
	}
	default:
		g_byte_array_remove_range(bytes, at, 1);
		break;
	}
	return (at - 9) / 2009;
}

/* No value that is handed out stands where another was: the time axis and its values agree. */
START_TEST(a_damaged_stream_is_no_other_current)
{
	GRand *random = g_rand_new_with_seed(11);
	for (guint trial = 0; trial < 1000; trial++) {
		Bed whole, bed;
		g_autoptr(GByteArray) bytes = binary_stream(12, 0);
		bed_open(&whole, 100000, TRUE);
		lpm01a_stream_take(&whole.stream, bytes->data, bytes->len);
		ck_assert_uint_eq(whole.heard.samples->len, 12000);
		guint block = binary_damage(random, bytes);
		bed_open(&bed, 100000, TRUE);
		lpm01a_stream_take(&bed.stream, bytes->data, bytes->len);
		guint len = bed.heard.samples->len;
		ck_assert_uint_ge(bed.heard.gaps, 1);
		ck_assert_int_eq((gint64)len + bed.heard.missing, 12000);
		/* What is in front of the gap is the first, what is behind it the last. */
		const RigSample *got = (const RigSample *)(gconstpointer)bed.heard.samples->data;
		const RigSample *all = (const RigSample *)(gconstpointer)whole.heard.samples->data;
		guint before = MIN(block * 1000, len), after = len - before;
		ck_assert(memcmp(got, all, before * sizeof *got) == 0);
		ck_assert(memcmp(got + before, all + 12000 - after, after * sizeof *got) == 0);
		bed_close(&whole);
		bed_close(&bed);
	}
	g_rand_free(random);
}
END_TEST

static Suite *lpm01a_suite(void)
{
	Suite *suite = suite_create("lpm01a_stream");
	TCase *tests = tcase_create("lpm01a_stream");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, values_of_a_text);
	tcase_add_test(tests, a_text_s_time_tells_what_is_missing);
	tcase_add_test(tests, values_in_binary);
	tcase_add_test(tests, messages_in_binary);
	tcase_add_test(tests, a_damaged_stream_is_no_other_current);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(lpm01a_suite)
