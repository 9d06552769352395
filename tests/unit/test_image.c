/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sources.h"
#include "data/image.h"

static RigImage *parse_text(const char *text, GError **error)
{
	return rig_image_parse("t.hex", (const guint8 *)text, strlen(text), -1, error);
}

static void check_refused(const char *text, const char *line, const char *why)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(parse_text(text, &error));
	ck_assert_msg(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE), "%s", error->message);
	ck_assert_msg(g_str_has_prefix(error->message, "t.hex: "), "%s", error->message);
	ck_assert_msg(strstr(error->message, line) != NULL, "%s lacks %s", error->message, line);
	ck_assert_msg(strstr(error->message, why) != NULL, "%s lacks %s", error->message, why);
}

static const RigSegment *segment(const RigImage *image, guint i)
{
	ck_assert_uint_lt(i, image->segments->len);
	return image->segments->pdata[i];
}

START_TEST(test_binary_needs_an_address)
{
	static const guint8 data[] = {1, 2, 3};
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_image_parse("t.bin", data, 3, -1, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "say the address"));
	g_autoptr(RigImage) image = rig_image_parse("t.bin", data, 3, 0x1000, NULL);
	ck_assert_ptr_nonnull(image);
	ck_assert_str_eq(image->format, "bin");
	ck_assert_uint_eq(image->load_bytes, 3);
	ck_assert_uint_eq(image->ram_bytes, 0);
	ck_assert_ptr_null(image->build_id);
	ck_assert_uint_eq(segment(image, 0)->address, 0x1000);
}
END_TEST

START_TEST(test_load_digest_is_address_length_bytes)
{
	static const guint8 data[] = {0xaa, 0xbb};
	static const guint8 text[] = {0, 0x10, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xaa, 0xbb};
	g_autoptr(RigImage) image = rig_image_parse("t.bin", data, 2, 0x1000, NULL);
	g_autofree char *digest = rig_sha256_hex(text, sizeof text);
	ck_assert_str_eq(image->load_digest, digest);
	g_autofree char *sha256 = rig_sha256_hex(data, sizeof data);
	ck_assert_str_eq(image->sha256, sha256);
}
END_TEST

START_TEST(test_binary_at_the_end_of_memory)
{
	static const guint8 data[] = {1, 2};
	g_autoptr(GError) error = NULL;
	g_autoptr(RigImage) image = rig_image_parse("t.bin", data, 2, G_MAXINT64, &error);
	ck_assert_ptr_nonnull(image);
	ck_assert_ptr_null(rig_image_parse("t.bin", data, 0, 0, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "empty"));
}
END_TEST

START_TEST(test_hex_of_all_record_types)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(RigImage) image = parse_text(":020000040800F2\r\n"
	                                       ":0400000001020304F2\r\n"
	                                       ":02000400AABB95\n"
	                                       "\n"
	                                       ":0400000508000000EF\n"
	                                       ":020000021000EC\n"
	                                       ":0400000300003800C1\n"
	                                       ":01001000ff F0\n",
	                                       &error);
	/* A blank inside a record is damage. */
	ck_assert_ptr_null(image);
	ck_assert_ptr_nonnull(strstr(error->message, "line 8"));
	g_clear_error(&error);
	image = parse_text(":020000040800F2\r\n"
	                   ":0400000001020304F2\r\n"
	                   ":02000400AABB95\n"
	                   "\n"
	                   ":0400000508000000EF\n"
	                   ":020000021000EC\n"
	                   ":0400000300003800C1\n"
	                   ":01001000fff0 \n"
	                   ":00000001FF",
	                   &error);
	ck_assert_msg(image != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(image->format, "hex");
	ck_assert_uint_eq(image->segments->len, 2);
	ck_assert_uint_eq(segment(image, 0)->address, 0x10010);
	ck_assert_uint_eq(segment(image, 1)->address, 0x08000000);
	ck_assert_uint_eq(g_bytes_get_size(segment(image, 1)->bytes), 6);
	ck_assert_uint_eq(image->load_bytes, 7);
}
END_TEST

START_TEST(test_hex_pieces_in_any_order_are_merged)
{
	g_autoptr(RigImage) image =
	    parse_text(":0100020003FA\n:0100010002FC\n:0100000001FE\n:00000001FF\n", NULL);
	ck_assert_ptr_nonnull(image);
	ck_assert_uint_eq(image->segments->len, 1);
	static const guint8 data[] = {1, 2, 3};
	g_autoptr(RigImage) same = rig_image_parse("t.bin", data, 3, 0, NULL);
	ck_assert_str_eq(image->load_digest, same->load_digest);
	ck_assert_str_ne(image->sha256, same->sha256);
}
END_TEST

START_TEST(test_wrong_hex_is_refused_with_its_line)
{
	static const struct {
		const char *text, *line, *why;
	} wrong[] = {
	    {":0100000001FE\n:0100010002FD\n:00000001FF\n", "line 2", "checksum is FD but"},
	    {":0100000001FE\n", "line 1", "without an end record"},
	    {":0100000001FE\n:00000001FF\n:0100000001FE\n", "line 3", "after the end"},
	    {":0100000001FE\nxx\n", "line 2", "begins with ':'"},
	    {":0100000001F\n", "line 1", "cut short"},
	    {":00000001FF\n:\n", "line 2", "after the end"},
	    {":0100000001FE\n:000\n", "line 2", "cut short"},
	    {":010000000G1FE\n", "line 1", "cut short"},
	    {":010000000GFE\n", "line 1", "no hex digit"},
	    {":0200000001FD\n", "line 1", "says 2 data bytes but holds 1"},
	    {":00000006FA\n", "line 1", "record type 06"},
	    {":0100000408F3\n", "line 1", "holds 2 data bytes, this one 1"},
	    {":00000001FF\n", "", "nothing to load"},
	    {":020000021000EC\n:02FFFF000102FD\n:00000001FF\n", "line 2", "64 KiB segment"},
	    {":02000004FFFFFC\n:02FFFF000102FD\n:00000001FF\n", "line 2", "32-bit addresses"},
	    {":0100000001FE\n:0100010002FC\n:0100000001FE\n:00000001FF\n", "", "overlap"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
		check_refused(wrong[i].text, wrong[i].line, wrong[i].why);
	g_autoptr(GString) longest = g_string_new(":FF000000");
	for (int i = 0; i < 300; i++)
		g_string_append(longest, "00");
	check_refused(longest->str, "line 1", "longer than any");
}
END_TEST

START_TEST(test_hex_bounds_its_pieces)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < 70000; i++) {
		guint offset = 2 * i & 0xffff;
		if (offset == 0)
			g_string_append_printf(text, ":02000004%04X%02X\n", i >> 15,
			                       (0x100 - 6 - (i >> 15)) & 0xff);
		guint sum = 1 + (offset >> 8) + (offset & 0xff);
		g_string_append_printf(text, ":01%04X0000%02X\n", offset, (0x10000 - sum) & 0xff);
	}
	check_refused(text->str, "line", "separate pieces");
}
END_TEST

START_TEST(test_formats_with_addresses_refuse_one)
{
	g_autoptr(GError) error = NULL;
	const char *text = ":0100000001FE\n:00000001FF\n";
	ck_assert_ptr_null(rig_image_parse("t", (const guint8 *)text, strlen(text), 0, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "leave the address out"));
}
END_TEST

START_TEST(test_files_that_cannot_be_read)
{
	g_autofree char *folder = g_dir_make_tmp("tinyrig-image-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(rig_image_load(folder, -1, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "not a regular file"));
	g_clear_error(&error);
	g_autofree char *path = g_build_filename(folder, "image", NULL);
	ck_assert_ptr_null(rig_image_load(path, -1, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
	ck_assert_ptr_nonnull(strstr(error->message, path));
	g_clear_error(&error);
	/* A hole of 256 MiB and one byte takes no room on disk. */
	ck_assert(g_file_set_contents(path, "x", 1, NULL));
	ck_assert_int_eq(truncate(path, (256 << 20) + 1), 0);
	ck_assert_ptr_null(rig_image_load(path, 0, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "256 MiB"));
	g_clear_error(&error);
	ck_assert(g_file_set_contents(path, "xyz", 3, NULL));
	g_autoptr(RigImage) image = rig_image_load(path, 16, &error);
	ck_assert_ptr_nonnull(image);
	ck_assert_str_eq(image->path, path);
	g_unlink(path);
	g_rmdir(folder);
}
END_TEST

static Suite *image_suite(void)
{
	Suite *suite = suite_create("image");
	TCase *tests = tcase_create("image");
	tcase_add_test(tests, test_binary_needs_an_address);
	tcase_add_test(tests, test_load_digest_is_address_length_bytes);
	tcase_add_test(tests, test_binary_at_the_end_of_memory);
	tcase_add_test(tests, test_hex_of_all_record_types);
	tcase_add_test(tests, test_hex_pieces_in_any_order_are_merged);
	tcase_add_test(tests, test_wrong_hex_is_refused_with_its_line);
	tcase_add_test(tests, test_hex_bounds_its_pieces);
	tcase_add_test(tests, test_formats_with_addresses_refuse_one);
	tcase_add_test(tests, test_files_that_cannot_be_read);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(image_suite)
