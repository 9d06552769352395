/* SPDX-License-Identifier: Apache-2.0 */
/* The PPK2's words in pieces of any size, with words and bytes lost, repeated and altered. */
#include "../../drivers/meter/ppk2_words.h"
#include "test.h"

#include <rig/bytes.h>
#include <string.h>

#define MANY 4000u

typedef struct Heard {
	GArray *samples; /* RigSample */
	guint gaps;
	guint32 missing;  /* of the last gap */
	gsize rest_bytes; /* of all */
	guint lost;       /* of all, as far as the counter tells */
} Heard;

static void hear_samples(gpointer user, const RigSample *samples, gsize count)
{
	g_array_append_vals(((Heard *)user)->samples, samples, (guint)count);
}

static void hear_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                     gsize rest_bytes)
{
	Heard *heard = user;
	ck_assert_uint_eq(modulus, PPK2_COUNTER);
	ck_assert_uint_eq(within, 0);
	heard->gaps++;
	heard->missing = (guint32)missing;
	heard->lost += (guint32)missing;
	heard->rest_bytes += rest_bytes;
}

/* Word `i` of a stream in which every code tells its place. */
static guint32 stream_word(guint i)
{
	guint code = i * 7 % (PPK2_CODE_LAST + 1), range = i / 100 % PPK2_RANGES;
	return code | range << 14 | (i % PPK2_COUNTER) << 18 | (i & 0xffu) << 24;
}

static GByteArray *stream_new(guint first, guint count)
{
	GByteArray *bytes = g_byte_array_new();
	for (guint i = 0; i < count; i++) {
		guint8 word[4];
		rig_put_le32(word, stream_word(first + i));
		g_byte_array_append(bytes, word, sizeof word);
	}
	return bytes;
}

static void hear(Heard *heard, const GByteArray *bytes, gsize piece)
{
	Ppk2Words words;
	const RigSampleSink sink = {hear_samples, hear_gap, heard};
	*heard = (Heard){.samples = g_array_new(FALSE, FALSE, sizeof(RigSample))};
	ppk2_words_begin(&words);
	for (gsize at = 0; at < bytes->len; at += piece) {
		/* A copy of its own, so that a read beyond its end is seen. */
		gsize size = MIN(piece, bytes->len - at);
		g_autofree guint8 *part = g_memdup2(bytes->data + at, size);
		ppk2_words_take(&words, part, size, &sink);
	}
}

/* Samples `from` .. `to` of the stream stand at `at` of what was heard. */
static void hear_expect(const Heard *heard, guint at, guint from, guint to)
{
	ck_assert_uint_le(at + to - from, heard->samples->len);
	for (guint i = from; i < to; i++) {
		const RigSample *sample = &g_array_index(heard->samples, RigSample, at + i - from);
		guint32 word = stream_word(i);
		ck_assert_msg(sample->code == (word & 0x3fffu) && sample->range == (word >> 14 & 7u) &&
		                  sample->logic == word >> 24,
		              "sample %u is not that of the stream", i);
	}
}

START_TEST(words_in_any_pieces)
{
	static const gsize pieces[] = {1, 2, 3, 4, 5, 7, 64, 255, 256, 257, 1024, 4095, 100000};
	g_autoptr(GByteArray) bytes = stream_new(5, MANY);
	Heard heard;
	hear(&heard, bytes, pieces[_i]);
	ck_assert_uint_eq(heard.samples->len, MANY);
	ck_assert_uint_eq(heard.gaps, 0);
	hear_expect(&heard, 0, 5, 5 + MANY);
	g_array_unref(heard.samples);
}
END_TEST

/* facts: words of the kit, and what their fields are. */
START_TEST(fields_of_known_words)
{
	static const struct {
		guint8 bytes[4];
		RigSample sample;
		guint counter;
	} rows[] = {{{0x1b, 0x00, 0xf8, 0x01}, {27, 0, 0x01}, 62},
	            {{0xf4, 0x81, 0xfc, 0x00}, {500, 2, 0x00}, 63},
	            {{0xb0, 0xc4, 0x00, 0x81}, {1200, 3, 0x81}, 0},
	            {{0x84, 0x03, 0x05, 0xff}, {900, 4, 0xff}, 1}};
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		g_byte_array_append(bytes, rows[i].bytes, 4);
	for (guint i = 2; i < 20; i++) {
		guint8 word[4];
		rig_put_le32(word, i << 18);
		g_byte_array_append(bytes, word, sizeof word);
	}
	Heard heard;
	hear(&heard, bytes, 4);
	ck_assert_uint_eq(heard.gaps, 0);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const RigSample *sample = &g_array_index(heard.samples, RigSample, i);
		ck_assert_uint_eq(sample->code, rows[i].sample.code);
		ck_assert_uint_eq(sample->range, rows[i].sample.range);
		ck_assert_uint_eq(sample->logic, rows[i].sample.logic);
	}
	g_array_unref(heard.samples);
}
END_TEST

/* `count` words from 1000 on are not there: the counter tells the rest by 64. */
START_TEST(lost_words_are_counted)
{
	static const guint counts[] = {1, 2, 15, 16, 17, 63, 65, 100, 255, 1000};
	guint count = counts[_i];
	g_autoptr(GByteArray) bytes = stream_new(0, MANY);
	g_byte_array_remove_range(bytes, 4000, 4 * count);
	Heard heard;
	hear(&heard, bytes, 1021);
	ck_assert_uint_eq(heard.gaps, 1);
	ck_assert_uint_eq(heard.missing, count % PPK2_COUNTER);
	ck_assert_uint_eq(heard.rest_bytes, 0);
	ck_assert_uint_eq(heard.samples->len, MANY - count);
	hear_expect(&heard, 0, 0, 1000);
	hear_expect(&heard, 1000, 1000 + count, MANY);
	g_array_unref(heard.samples);
}
END_TEST

/* What the counter cannot see: only a clock can. */
START_TEST(sixty_four_words_are_not_missed)
{
	g_autoptr(GByteArray) bytes = stream_new(0, MANY);
	g_byte_array_remove_range(bytes, 4000, 4 * PPK2_COUNTER);
	Heard heard;
	hear(&heard, bytes, 1021);
	ck_assert_uint_eq(heard.gaps, 0);
	ck_assert_uint_eq(heard.samples->len, MANY - PPK2_COUNTER);
	g_array_unref(heard.samples);
}
END_TEST

/* Bytes lost or inserted anywhere in a word: no wrong sample comes of it. */
START_TEST(bytes_that_slip)
{
	for (guint at = 4000; at < 4008; at++) {
		g_autoptr(GByteArray) bytes = stream_new(0, MANY);
		if (_i > 0)
			g_byte_array_remove_range(bytes, at, (guint)_i);
		else
			memmove(bytes->data + at + 1, bytes->data + at, bytes->len - at - 1);
		Heard heard;
		hear(&heard, bytes, 1021);
		ck_assert_uint_eq(heard.gaps, 1);
		guint before = heard.samples->len;
		ck_assert_uint_ge(before, MANY - 6);
		/* Before and behind the slip all is as it was. */
		hear_expect(&heard, 0, 0, 1000);
		guint tail = MANY - 1002 - 4, first = MANY - tail - (_i == 0 ? 1 : 0);
		hear_expect(&heard, before - tail, first, first + tail);
		/* Samples and those that are missing fill the time. */
		guint whole = before + heard.missing;
		ck_assert_msg(whole == MANY || (_i == 0 && whole + 1 == MANY), "%u at %u", whole, at);
		g_array_unref(heard.samples);
	}
}
END_TEST

/* One counter is altered: one sample is not known, the others are. */
START_TEST(an_altered_counter_costs_one_sample)
{
	g_autoptr(GByteArray) bytes = stream_new(0, MANY);
	bytes->data[4002] ^= 0x10;
	Heard heard;
	hear(&heard, bytes, 1021);
	ck_assert_uint_eq(heard.gaps, 1);
	ck_assert_uint_eq(heard.missing, 1);
	ck_assert_uint_eq(heard.rest_bytes, 4);
	ck_assert_uint_eq(heard.samples->len, MANY - 1);
	g_array_unref(heard.samples);
}
END_TEST

/* Between two ranges, and beyond the converter: there was a sample, and nobody knows its value. */
START_TEST(what_is_no_value_is_none)
{
	g_autoptr(GByteArray) bytes = stream_new(0, MANY);
	rig_put_le32(bytes->data + 4000, stream_word(1000) | 7u << 14);
	rig_put_le32(bytes->data + 4400, (stream_word(1100) & ~0x3fffu) | 2048);
	Heard heard;
	hear(&heard, bytes, 1021);
	ck_assert_uint_eq(heard.gaps, 0);
	ck_assert_uint_eq(heard.samples->len, MANY);
	ck_assert_uint_eq(g_array_index(heard.samples, RigSample, 1000).range, RIG_SAMPLE_NONE);
	ck_assert_uint_eq(g_array_index(heard.samples, RigSample, 1100).range, RIG_SAMPLE_NONE);
	ck_assert_uint_ne(g_array_index(heard.samples, RigSample, 1001).range, RIG_SAMPLE_NONE);
	g_array_unref(heard.samples);
}
END_TEST

/* What was left of a session before is no sample, and nothing is missing in front of the first. */
START_TEST(it_begins_behind_noise)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	GRand *random = g_rand_new_with_seed((guint32)_i);
	for (guint i = 0; i < 300; i++) {
		guint8 noise = (guint8)g_rand_int(random);
		g_byte_array_append(bytes, &noise, 1);
	}
	g_rand_free(random);
	g_autoptr(GByteArray) stream = stream_new(9, MANY);
	g_byte_array_append(bytes, stream->data, stream->len);
	Heard heard;
	hear(&heard, bytes, 509);
	ck_assert_uint_eq(heard.gaps, 0);
	ck_assert_uint_eq(heard.samples->len, MANY);
	hear_expect(&heard, 0, 9, 9 + MANY);
	g_array_unref(heard.samples);
}
END_TEST

static Suite *ppk2_words_suite(void)
{
	Suite *suite = suite_create("ppk2_words");
	TCase *tests = tcase_create("ppk2_words");
	tcase_add_loop_test(tests, words_in_any_pieces, 0, 13);
	tcase_add_test(tests, fields_of_known_words);
	tcase_add_loop_test(tests, lost_words_are_counted, 0, 10);
	tcase_add_test(tests, sixty_four_words_are_not_missed);
	tcase_add_loop_test(tests, bytes_that_slip, 0, 8);
	tcase_add_test(tests, an_altered_counter_costs_one_sample);
	tcase_add_test(tests, what_is_no_value_is_none);
	tcase_add_loop_test(tests, it_begins_behind_noise, 0, 5);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(ppk2_words_suite)
