/* SPDX-License-Identifier: Apache-2.0 */
/* Reply lines of firmware: numbers as printf prints them, seals, and as few writes as possible. */
#include "test.h"

#include "crc32.h"
#include "reply.h"

#include <math.h>
#include <rig/bytes.h>
#include <string.h>

typedef struct {
	TinyrigReply reply;
	char buffer[64];
	GString *text;
	guint writes;
} Sink;

static void reply_write(void *user, const char *data, size_t size)
{
	Sink *sink = user;

	g_string_append_len(sink->text, data, (gssize)size);
	sink->writes++;
}

static void reply_open(Sink *sink, gsize size)
{
	memset(sink, 0, sizeof *sink);
	sink->text = g_string_new(NULL);
	sink->reply =
	    (TinyrigReply){.write = reply_write, .user = sink, .buffer = sink->buffer, .size = size};
}

static void reply_expect(Sink *sink, const char *expected)
{
	tinyrig_reply_flush(&sink->reply);
	ck_assert_str_eq(sink->text->str, expected);
	g_string_truncate(sink->text, 0);
}

static void reply_close(Sink *sink)
{
	g_string_free(sink->text, TRUE);
}

static void reply_expect_float(Sink *sink, float value)
{
	g_autofree char *expected = g_strdup_printf("%0.3f", (double)value);

	tinyrig_reply_float(&sink->reply, value);
	reply_expect(sink, expected);
}

START_TEST(floats_as_printf)
{
	static const float values[] = {
	    0.0f,        -0.0f,         1.0f,          -1.0f,   0.9985f,        0.0005f,
	    0.00049999f, -0.0004f,      0.0625f,       0.1875f, 2.0625f,        0.99999994f,
	    999.9995f,   16777215.0f,   16777216.0f,   1.5e7f,  8388607.5f,     4194303.75f,
	    1e10f,       -1e20f,        3.4028235e38f, 1e-45f,  1.1754944e-38f, 11.676f,
	    0.996f,      4294967296.0f, 1.8446744e19f, 0.0015f,
	};
	Sink sink;

	reply_open(&sink, sizeof sink.buffer);
	for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
		reply_expect_float(&sink, values[i]);
	reply_close(&sink);
}
END_TEST

START_TEST(floats_of_any_bits)
{
	Sink sink;
	guint32 state = 1;

	reply_open(&sink, sizeof sink.buffer);
	for (guint i = 0; i < 20000; i++) {
		float value;
		state = state * 1664525u + 1013904223u;
		guint32 bits = state ^ state >> 13;
		if (i % 2 == 0) /* half of them of the size that models print */
			bits = (bits & 0x807fffffu) | (110u + i % 40u) << 23;
		memcpy(&value, &bits, sizeof value);
		if (isfinite(value))
			reply_expect_float(&sink, value);
	}
	reply_close(&sink);
}
END_TEST

START_TEST(floats_that_are_no_numbers)
{
	Sink sink;

	reply_open(&sink, sizeof sink.buffer);
	tinyrig_reply_float(&sink.reply, INFINITY);
	reply_expect(&sink, "inf");
	tinyrig_reply_float(&sink.reply, -INFINITY);
	reply_expect(&sink, "-inf");
	tinyrig_reply_float(&sink.reply, copysignf(NAN, 1.0f));
	reply_expect(&sink, "nan");
	tinyrig_reply_float(&sink.reply, copysignf(NAN, -1.0f));
	reply_expect(&sink, "-nan");
	reply_close(&sink);
}
END_TEST

START_TEST(integers_to_their_ends)
{
	Sink sink;

	reply_open(&sink, sizeof sink.buffer);
	tinyrig_reply_unsigned(&sink.reply, 0);
	reply_expect(&sink, "0");
	tinyrig_reply_unsigned(&sink.reply, UINT32_MAX);
	reply_expect(&sink, "4294967295");
	tinyrig_reply_unsigned(&sink.reply, (guint64)UINT32_MAX + 1);
	reply_expect(&sink, "4294967296");
	tinyrig_reply_unsigned(&sink.reply, 10000000000u);
	reply_expect(&sink, "10000000000");
	tinyrig_reply_unsigned(&sink.reply, UINT64_MAX);
	reply_expect(&sink, "18446744073709551615");
	tinyrig_reply_signed(&sink.reply, INT32_MIN);
	reply_expect(&sink, "-2147483648");
	tinyrig_reply_signed(&sink.reply, INT32_MAX);
	reply_expect(&sink, "2147483647");
	tinyrig_reply_hex(&sink.reply, 0x1234abcdu, 8);
	reply_expect(&sink, "1234abcd");
	tinyrig_reply_hex(&sink.reply, 0xf07, 2);
	reply_expect(&sink, "07");
	reply_close(&sink);
}
END_TEST

/* The firmware's CRC is the rig's, which has zlib's check value. */
START_TEST(crc_is_the_rigs)
{
	guint8 bytes[256];
	guint32 crc = 0;

	for (guint i = 0; i < sizeof bytes; i++)
		bytes[i] = (guint8)i;
	ck_assert_uint_eq(tinyrig_crc32(0, "123456789", 9), 0xcbf43926u);
	ck_assert_uint_eq(tinyrig_crc32(0, bytes, sizeof bytes), rig_crc32(0, bytes, sizeof bytes));
	for (guint i = 0; i < sizeof bytes; i += 16)
		crc = tinyrig_crc32(crc, bytes + i, 16);
	ck_assert_uint_eq(crc, rig_crc32(0, bytes, sizeof bytes));
}
END_TEST

/* Figures of docs/protocol.md; made with zlib.crc32. */
START_TEST(seals_chain)
{
	Sink sink;

	reply_open(&sink, sizeof sink.buffer);
	sink.reply.sealed = true;
	tinyrig_reply_begin(&sink.reply, "x on", 4);
	tinyrig_reply_line(&sink.reply, "m-x-on");
	tinyrig_reply_number_line(&sink.reply, "m-", 7, "!");
	tinyrig_reply_flush(&sink.reply);

	guint32 first = rig_crc32(rig_crc32(0, "x on", 4), "m-x-on", 6);
	g_autofree char *expected =
	    g_strdup_printf("m-x-on*%08x\r\nm-7!*%08x\r\n", first, rig_crc32(first, "m-7!", 4));
	ck_assert_uint_eq(first, 0x0ded3bd0u);
	ck_assert_str_eq(sink.text->str, expected);
	reply_close(&sink);
}
END_TEST

START_TEST(one_write_where_it_fits)
{
	Sink sink;

	reply_open(&sink, sizeof sink.buffer);
	tinyrig_reply_line(&sink.reply, "first");
	tinyrig_reply_line(&sink.reply, "second");
	ck_assert_uint_eq(sink.writes, 0);
	tinyrig_reply_flush(&sink.reply);
	ck_assert_uint_eq(sink.writes, 1);
	tinyrig_reply_flush(&sink.reply);
	ck_assert_uint_eq(sink.writes, 1); /* nothing to send: no empty write */
	reply_close(&sink);
}
END_TEST

START_TEST(any_buffer_will_do)
{
	for (gsize size = 1; size <= 20; size++) {
		Sink sink;
		reply_open(&sink, size);
		tinyrig_reply_line(&sink.reply, "twenty-two characters.");
		reply_expect(&sink, "twenty-two characters.\r\n");
		ck_assert_uint_eq(sink.writes, (24 + size - 1) / size);
		reply_close(&sink);
	}
}
END_TEST

static Suite *reply_suite(void)
{
	Suite *suite = suite_create("reply");
	TCase *tests = tcase_create("reply");

	tcase_add_test(tests, floats_as_printf);
	tcase_add_test(tests, floats_of_any_bits);
	tcase_add_test(tests, floats_that_are_no_numbers);
	tcase_add_test(tests, integers_to_their_ends);
	tcase_add_test(tests, crc_is_the_rigs);
	tcase_add_test(tests, seals_chain);
	tcase_add_test(tests, one_write_where_it_fits);
	tcase_add_test(tests, any_buffer_will_do);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(reply_suite)
