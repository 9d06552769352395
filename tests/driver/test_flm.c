/* SPDX-License-Identifier: Apache-2.0 */
/* The flash algorithm that the firmware's Makefile rule builds, whole and damaged. */
#include "../../drivers/target/flm.h"

#include "test.h"
#include <string.h>

static guint8 *read_flm(gsize *size)
{
	g_autofree char *path = g_build_filename(
	    g_getenv("FIRMWARE") != NULL ? g_getenv("FIRMWARE") : "build/firmware", "nrf51.flm", NULL);
	char *data = NULL;
	ck_assert_msg(g_file_get_contents(path, &data, size, NULL), "%s", path);
	return (guint8 *)data;
}

static gboolean parse(const guint8 *data, gsize size, Flm *flm, GError **error)
{
	/* A copy of its own, so that a read beyond its end is seen. */
	g_autofree guint8 *copy = g_memdup2(data, MAX(size, 1));
	return flm_parse("a.flm", copy, size, flm, error);
}

START_TEST(a_good_one_is_read)
{
	gsize size = 0;
	g_autofree guint8 *data = read_flm(&size);
	g_autoptr(GError) error = NULL;
	Flm flm;
	guint32 base = 0, bytes = 0;
	ck_assert_msg(parse(data, size, &flm, &error), "%s", error == NULL ? "" : error->message);
	ck_assert_str_eq(flm.name, "nRF51 256 KiB, a test of tinyrig's");
	ck_assert_uint_eq(flm.bytes, 256 * 1024);
	ck_assert_uint_eq(flm.page_bytes, 512);
	ck_assert_uint_eq(flm.groups, 1);
	ck_assert_uint_eq(flm.erased, 0xff);
	ck_assert_uint_ne(flm.erase_chip, FLM_NONE);
	ck_assert((flm.init & 1) != 0 && flm.init < flm.code->len);
	flm_sector(&flm, 5000, &base, &bytes);
	ck_assert_uint_eq(base, 4096);
	ck_assert_uint_eq(bytes, 1024);
	flm_clear(&flm);
}
END_TEST

/* Cut off anywhere, it is refused with a word of why. */
START_TEST(cut_off_it_is_refused)
{
	gsize size = 0;
	g_autofree guint8 *data = read_flm(&size);
	for (gsize kept = 0; kept < size; kept += 7) {
		g_autoptr(GError) error = NULL;
		Flm flm;
		if (!parse(data, kept, &flm, &error)) {
			ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_USAGE));
			ck_assert(g_str_has_prefix(error->message, "a.flm: "));
		}
		flm_clear(&flm);
	}
}
END_TEST

/* What stands in the description, as bytes that are looked for. */
static void expect_refused(const char *name, gsize at, guint32 word, const char *why)
{
	gsize size = 0;
	g_autofree guint8 *data = read_flm(&size);
	g_autoptr(GError) error = NULL;
	Flm flm;
	guint8 *found = memmem(data, size, name, strlen(name));
	ck_assert_ptr_nonnull(found);
	memcpy(found + at, &word, sizeof word);
	ck_assert_msg(!parse(data, size, &flm, &error), "%s", why);
	ck_assert_msg(strstr(error->message, why) != NULL, "\"%s\" is not in: %s", why, error->message);
	flm_clear(&flm);
}

START_TEST(impossible_descriptions_are_refused)
{
	/* The name stands two bytes into the description. */
	static const char device[] = "nRF51 256 KiB";
	expect_refused(device, 136 - 2, 0, "is impossible");
	expect_refused(device, 132 - 2, 0xfffff000u, "is impossible");
	expect_refused(device, 140 - 2, 3, "its pages of 3 bytes are impossible");
	expect_refused(device, 140 - 2, 2048, "are no multiple of its pages");
	expect_refused(device, 160 - 2, 100, "are no multiple of its pages");
	expect_refused(device, 164 - 2, 4096, "it describes no sectors");
	expect_refused("EraseSector", 0, 0x58585858, "it has no function EraseSector");
	expect_refused("FlashDevice", 0, 0x58585858, "it has no FlashDevice");
	expect_refused("\177ELF", 16, 0x003e0002, "not for a little-endian Arm core");
	expect_refused("\177ELF", 0, 0, "it is no ELF file");
}
END_TEST

static Suite *flm_suite(void)
{
	Suite *suite = suite_create("flm");
	TCase *tests = tcase_create("flm");
	tcase_add_test(tests, a_good_one_is_read);
	tcase_add_test(tests, cut_off_it_is_refused);
	tcase_add_test(tests, impossible_descriptions_are_refused);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(flm_suite)
