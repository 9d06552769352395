/* SPDX-License-Identifier: Apache-2.0 */
#include "flash/pages.h"

#include "test.h"
#include <string.h>

static const RigFlashDriver plain = {.name = "plain"};

/* Sectors of 16 bytes, and from 64 on of 64. */
static void page_at(const RigFlash *flash, guint32 address, guint32 *base, guint32 *bytes)
{
	*bytes = address - flash->address < 64 ? 16 : 64;
	*base = address & ~(*bytes - 1);
}
static const RigFlashDriver uneven = {.name = "uneven", .page_at = page_at};

/* Segments of the image: address, bytes; then 0. */
static RigFlashPages *cut(const RigFlashDriver *driver, const guint32 *segments, GError **error)
{
	static RigFlash flash;
	flash = (RigFlash){
	    .driver = driver, .address = 0x1000, .bytes = 0x1000, .page_bytes = 32, .erased = 0xff};
	g_autoptr(GPtrArray) flashes = g_ptr_array_new();
	g_ptr_array_add(flashes, &flash);
	RigImage image = {.path = (char *)(guintptr) "image.bin", .segments = g_ptr_array_new()};
	for (; *segments != 0; segments += 2) {
		RigSegment *segment = g_new0(RigSegment, 1);
		guint8 *bytes = g_malloc(segments[1]);
		for (guint i = 0; i < segments[1]; i++)
			bytes[i] = (guint8)(segments[0] + i);
		segment->address = segments[0];
		segment->bytes = g_bytes_new_take(bytes, segments[1]);
		g_ptr_array_add(image.segments, segment);
	}
	RigFlashPages *pages = rig_flash_pages_new(&image, flashes, error);
	for (guint i = 0; i < image.segments->len; i++) {
		RigSegment *segment = image.segments->pdata[i];
		g_bytes_unref(segment->bytes);
		g_free(segment);
	}
	g_ptr_array_unref(image.segments);
	return pages;
}

START_TEST(pages_hold_what_the_image_has_and_ones)
{
	static const guint32 segments[] = {0x1010, 0x30, 0x1048, 4, 0x1050, 2, 0};
	g_autoptr(RigFlashPages) pages = cut(&plain, segments, NULL);
	ck_assert_uint_eq(pages->pages->len, 3);
	ck_assert_uint_eq(pages->pieces->len, 4);
	const RigFlashPage *first = rig_flash_page(pages, 0), *second = rig_flash_page(pages, 1);
	const RigFlashPage *third = rig_flash_page(pages, 2);
	ck_assert_uint_eq(first->address, 0x1000);
	ck_assert(!first->is_whole && second->is_whole && !third->is_whole);
	ck_assert_uint_eq(first->wanted[15], 0xff);
	ck_assert_uint_eq(first->wanted[16], 0x10);
	ck_assert_uint_eq(second->wanted[31], 0x3f);
	ck_assert_uint_eq(third->pieces, 2);
	ck_assert_uint_eq(third->wanted[7], 0xff);
	ck_assert_uint_eq(third->wanted[8], 0x48);
	ck_assert_uint_eq(third->wanted[17], 0x51);
	ck_assert_uint_eq(third->wanted[18], 0xff);
	ck_assert_uint_eq(rig_flash_piece(pages, third->first + 1)->address, 0x1050);
	ck_assert_uint_eq(rig_flash_piece(pages, third->first + 1)->bytes, 2);
}
END_TEST

START_TEST(pages_may_be_of_several_sizes)
{
	static const guint32 segments[] = {0x1030, 0x50, 0};
	g_autoptr(RigFlashPages) pages = cut(&uneven, segments, NULL);
	ck_assert_uint_eq(pages->pages->len, 2);
	ck_assert_uint_eq(rig_flash_page(pages, 0)->bytes, 16);
	ck_assert_uint_eq(rig_flash_page(pages, 1)->bytes, 64);
	ck_assert(rig_flash_page(pages, 0)->is_whole && rig_flash_page(pages, 1)->is_whole);
}
END_TEST

START_TEST(what_is_elsewhere_is_told)
{
	static const guint32 segments[][3] = {{0xfff, 4, 0}, {0x1ffe, 4, 0}, {0x20000000, 4, 0}};
	for (gsize i = 0; i < G_N_ELEMENTS(segments); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(cut(&plain, segments[i], &error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
		ck_assert_ptr_nonnull(strstr(error->message, "(0x00001000 to 0x00001fff)"));
	}
}
END_TEST

static Suite *pages_suite(void)
{
	Suite *suite = suite_create("flash pages");
	TCase *tests = tcase_create("flash pages");
	tcase_add_test(tests, pages_hold_what_the_image_has_and_ones);
	tcase_add_test(tests, pages_may_be_of_several_sizes);
	tcase_add_test(tests, what_is_elsewhere_is_told);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(pages_suite)
