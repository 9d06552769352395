/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <rig/bytes.h>
#include <string.h>

START_TEST(test_little_endian_there_and_back)
{
	static const guint8 bytes[] = {0x01, 0x82, 0xff, 0xfe, 0x7f};
	ck_assert_uint_eq(rig_get_le16(bytes), 0x8201);
	ck_assert_uint_eq(rig_get_le16(bytes + 2), 0xfeff);
	ck_assert_uint_eq(rig_get_le32(bytes), 0xfeff8201);
	ck_assert_uint_eq(rig_get_le32(bytes + 1), 0x7ffeff82);
	static const guint32 values[] = {0, 1, 0x80000000, 0x12345678, G_MAXUINT32};
	for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
		guint8 wire[6] = {0xaa, 0, 0, 0, 0, 0xaa};
		rig_put_le32(wire + 1, values[i]);
		ck_assert_uint_eq(rig_get_le32(wire + 1), values[i]);
		ck_assert_uint_eq(wire[1], values[i] & 0xff);
		ck_assert(wire[0] == 0xaa && wire[5] == 0xaa);
	}
}
END_TEST

START_TEST(test_hex_of_every_byte_there_and_back)
{
	guint8 data[256], back[256];
	char text[513];
	for (guint i = 0; i < 256; i++)
		data[i] = (guint8)i;
	text[512] = '!';
	ck_assert_ptr_eq(rig_hex_encode(text, data, 256), text + 512);
	ck_assert_int_eq(text[512], '!'); /* no NUL */
	ck_assert_int_eq(memcmp(text, "000102030405060708090a0b0c0d0e0f10", 34), 0);
	ck_assert_int_eq(memcmp(text + 508, "feff", 4), 0);
	ck_assert(rig_hex_decode(back, text, 256));
	ck_assert_int_eq(memcmp(data, back, 256), 0);
	for (guint i = 0; i < 512; i++)
		text[i] = g_ascii_toupper(text[i]);
	ck_assert(rig_hex_decode(back, text, 256));
	ck_assert_int_eq(memcmp(data, back, 256), 0);
}
END_TEST

START_TEST(test_hex_takes_no_other_character)
{
	for (int c = 0; c < 256; c++) {
		guint8 data[2];
		for (gsize at = 0; at < 4; at++) {
			char text[] = "00000";
			text[at] = (char)c;
			gboolean expected = c < 128 && g_ascii_isxdigit((char)c);
			ck_assert_msg(rig_hex_decode(data, text, 2) == expected, "byte %d at %d", c, (int)at);
		}
	}
	ck_assert(rig_hex_decode(NULL, "zz", 0));
}
END_TEST

START_TEST(test_hex_reads_no_further_than_a_text_that_ends_early)
{
	guint8 data[4];
	char *text = g_strdup("ab"); /* on the heap, so that ASan sees the byte behind its NUL */
	ck_assert(!rig_hex_decode(data, text, 4));
	text[1] = 0;
	ck_assert(!rig_hex_decode(data, text, 4));
	g_free(text);
}
END_TEST

START_TEST(test_crc_is_the_one_of_zlib)
{
	ck_assert_uint_eq(rig_crc32(0, "123456789", 9), 0xcbf43926);
	ck_assert_uint_eq(rig_crc32(0, "", 0), 0);
	ck_assert_uint_eq(rig_crc32(0, "\0\0\0\0", 4), 0x2144df1c);
}
END_TEST

START_TEST(test_crc_goes_on_where_it_was)
{
	static const char text[] = "m-x-laps-[1,2,3]";
	guint32 whole = rig_crc32(0, text, strlen(text));
	for (gsize at = 0; at <= strlen(text); at++) {
		guint32 first = rig_crc32(0, text, at);
		ck_assert_uint_eq(rig_crc32(first, text + at, strlen(text) - at), whole);
	}
}
END_TEST

static Suite *bytes_suite(void)
{
	Suite *suite = suite_create("bytes");
	TCase *test = tcase_create("bytes");
	tcase_add_test(test, test_little_endian_there_and_back);
	tcase_add_test(test, test_hex_of_every_byte_there_and_back);
	tcase_add_test(test, test_hex_takes_no_other_character);
	tcase_add_test(test, test_hex_reads_no_further_than_a_text_that_ends_early);
	tcase_add_test(test, test_crc_is_the_one_of_zlib);
	tcase_add_test(test, test_crc_goes_on_where_it_was);
	suite_add_tcase(suite, test);
	return suite;
}

RIG_TEST_MAIN(bytes_suite)
