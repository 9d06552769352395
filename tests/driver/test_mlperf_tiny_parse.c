/* SPDX-License-Identifier: Apache-2.0 */
#include "../../drivers/protocol/mlperf_tiny_parse.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* More characters than any printf writes. */
#define PARSE_TOO_LONG "111111111111111111111111111111111111111111111111111111111111111111111111111"

static TinyText text_of(const char *text)
{
	return (TinyText){text, strlen(text)};
}

START_TEST(reals_are_read_as_strtod_reads_them)
{
	static const char *const rows[] = {
	    "0.123",
	    "-1.5",
	    "7",
	    "0.000",
	    "123456.789",
	    "0.1",
	    "1e3",
	    "-2E-4",
	    "3.14159265",
	    "1.7e308",
	    "0.12345678901234567",
	    "999999999999999",
	    "-0.000",
	    "5.",
	    "1e400",
	    "4.9e-324",
	    "123456789012345678901",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		TinyText text = text_of(rows[i]);
		double value = 0, expected = g_ascii_strtod(rows[i], NULL);
		ck_assert_msg(tiny_parse_real(&text, &value), "%s", rows[i]);
		ck_assert_uint_eq(text.size, 0);
		ck_assert_msg(memcmp(&value, &expected, sizeof value) == 0, "%s: %.17g is not %.17g",
		              rows[i], value, expected);
	}
}
END_TEST

START_TEST(special_values_are_told)
{
	double value = 0;
	TinyText text = text_of("nan");
	ck_assert(tiny_parse_real(&text, &value) && isnan(value));
	text = text_of("-nan");
	ck_assert(tiny_parse_real(&text, &value) && isnan(value));
	text = text_of("inf");
	ck_assert(tiny_parse_real(&text, &value) && isinf(value) && value > 0);
	text = text_of("-inf");
	ck_assert(tiny_parse_real(&text, &value) && isinf(value) && value < 0);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const rows[] = {"",      "-",  ".",    "x",    "--1",
	                                   "+1",    "1e", "1e+e", "e5",   "na",
	                                   "1.2.3", " 1", "0x",   "-.e1", PARSE_TOO_LONG};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		TinyText text = text_of(rows[i]), before = text;
		double value = 0;
		gboolean whole = tiny_parse_real(&text, &value) && text.size == 0;
		ck_assert_msg(!whole, "`%s` was read as %g", rows[i], value);
		ck_assert(before.size == strlen(rows[i]));
	}
}
END_TEST

static guint count_of(const char *text, guint max, gboolean *ok)
{
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
	*ok = tiny_parse_reals(text_of(text), values, max);
	return values->len;
}

START_TEST(lists_of_outputs)
{
	static const struct {
		const char *text;
		guint count; /* 0: refused */
	} rows[] = {
	    {"[0.123,0.877]", 2},
	    {"[0.123,0.877,]", 2},
	    {"[11.676]", 1},
	    {"[1, 2]", 2},
	    {"[nan,inf]", 2},
	    {"[]", 0},
	    {"[,]", 0},
	    {"[1", 0},
	    {"1]", 0},
	    {"[1]x", 0},
	    {"[1;2]", 0},
	    {"[1,2,3,4,5]", 0},
	    {"", 0},
	    {"[", 0},
	    {"[1,x]", 0},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		gboolean ok = FALSE;
		guint count = count_of(rows[i].text, 4, &ok);
		ck_assert_msg(ok == (rows[i].count > 0), "%s", rows[i].text);
		if (ok)
			ck_assert_uint_eq(count, rows[i].count);
	}
}
END_TEST

START_TEST(unsigned_numbers_keep_their_bound)
{
	guint64 value = 0;
	TinyText text = text_of("4294967295");
	ck_assert(tiny_parse_unsigned(&text, G_MAXUINT32, &value) && value == G_MAXUINT32);
	text = text_of("4294967296");
	ck_assert(!tiny_parse_unsigned(&text, G_MAXUINT32, &value));
	text = text_of("99999999999999999999999");
	ck_assert(!tiny_parse_unsigned(&text, G_MAXUINT64, &value));
	text = text_of("7");
	ck_assert(!tiny_parse_unsigned(&text, 5, &value));
	text = text_of("-1");
	ck_assert(!tiny_parse_unsigned(&text, 5, &value));
	gint64 negative = 0;
	ck_assert(tiny_parse_signed(&text, &negative) && negative == -1);
	text = text_of("- 1");
	ck_assert(!tiny_parse_signed(&text, &negative));
}
END_TEST

START_TEST(extension_line)
{
	static const struct {
		const char *text;
		gboolean ok;
	} rows[] = {
	    {"m-x-tinyrig-[1 line=256 all=4 build stack sensor]", TRUE},
	    {"m-x-tinyrig-[1 line=80 all=0]", TRUE},
	    {"m-x-tinyrig-[1 line=80 all=0 something-new=7]", TRUE},
	    {"m-x-tinyrig-[2 line=256 all=4]", FALSE},
	    {"m-x-tinyrig-[1 line=79 all=4]", FALSE},
	    {"m-x-tinyrig-[1 all=4]", FALSE},
	    {"m-x-tinyrig-[]", FALSE},
	    {"m-x-tinyrig-[1 line=256", FALSE},
	    {"m-x-other-[1 line=256]", FALSE},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		TinyExtension found = {0};
		ck_assert_msg(tiny_parse_extension(text_of(rows[i].text), &found) == rows[i].ok, "%s",
		              rows[i].text);
	}
	TinyExtension found = {0};
	ck_assert(tiny_parse_extension(text_of(rows[0].text), &found));
	ck_assert_uint_eq(found.line, 256);
	ck_assert_uint_eq(found.all, 4);
	ck_assert(found.build && found.stack && found.sensor);
}
END_TEST

START_TEST(seals)
{
	/* Computed with zlib: crc32(b"x on"), continued over each line. */
	guint32 chain = 0x9a15a75cu;
	TinyText wrong = text_of("m-ready*00000000");
	ck_assert(tiny_seal_looks(wrong));
	ck_assert(!tiny_seal_open(&wrong, &chain));
	ck_assert_uint_eq(wrong.size, 16);
	ck_assert_uint_eq(chain, 0x9a15a75cu);
	static const char *const unsealed[] = {
	    "", "m-ready", "*1234567", "m-ready*1234567g", "m-ready*1234567A", "m-ready+12345678"};
	for (gsize i = 0; i < G_N_ELEMENTS(unsealed); i++)
		ck_assert_msg(!tiny_seal_looks(text_of(unsealed[i])), "%s", unsealed[i]);
}
END_TEST

START_TEST(hex_and_words)
{
	guint32 value = 0;
	TinyText text = text_of("cbf43926 x");
	ck_assert(tiny_parse_hex32(&text, &value) && value == 0xcbf43926u && text.size == 2);
	text = text_of("cbf4392");
	ck_assert(!tiny_parse_hex32(&text, &value));
	text = text_of("cbf4392g");
	ck_assert(!tiny_parse_hex32(&text, &value));
	TinyText word;
	text = text_of("  a bc ");
	ck_assert(tiny_parse_word(&text, &word) && tiny_text_is(word, TINY_TEXT("a")));
	ck_assert(tiny_parse_word(&text, &word) && tiny_text_is(word, TINY_TEXT("bc")));
	ck_assert(!tiny_parse_word(&text, &word));
	ck_assert(tiny_parse_printable(text_of("a b")) && !tiny_parse_printable(text_of("a\tb")));
}
END_TEST

static Suite *parse_suite(void)
{
	Suite *suite = suite_create("mlperf-tiny parse");
	TCase *parse = tcase_create("parse");
	tcase_add_test(parse, reals_are_read_as_strtod_reads_them);
	tcase_add_test(parse, special_values_are_told);
	tcase_add_test(parse, what_is_no_number_is_refused);
	tcase_add_test(parse, lists_of_outputs);
	tcase_add_test(parse, unsigned_numbers_keep_their_bound);
	tcase_add_test(parse, extension_line);
	tcase_add_test(parse, seals);
	tcase_add_test(parse, hex_and_words);
	suite_add_tcase(suite, parse);
	return suite;
}

RIG_TEST_MAIN(parse_suite)
