/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual-bench/probe/vcd.h"

#include "test.h"
#include <glib/gstdio.h>

START_TEST(edges_stand_in_their_order)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_dir_make_tmp("vcd-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "wires.vcd", NULL);
	g_autofree char *text = NULL;
	Vcd *vcd = vcd_new(path, &error);

	ck_assert_ptr_nonnull(vcd);
	vcd_set(vcd, FALSE, TRUE, 6);
	vcd_set(vcd, TRUE, TRUE, 6);
	vcd_set(vcd, FALSE, FALSE, 60);
	ck_assert(vcd_free(vcd, &error));
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	const char *body = g_strrstr(text, "$enddefinitions $end\n");
	ck_assert_ptr_nonnull(body);
	ck_assert_str_eq(body, "$enddefinitions $end\n#0\n0c\n0d\n#100\n1d\n#101\n1c\n#1000\n0c\n0d\n"
	                       "#2000\n");
	(void)g_remove(path);
	(void)g_rmdir(folder);
}
END_TEST

START_TEST(what_cannot_be_written_is_told)
{
	g_autoptr(GError) error = NULL;

	ck_assert_ptr_null(vcd_new("/nowhere/wires.vcd", &error));
	ck_assert_ptr_nonnull(error);
	ck_assert(vcd_free(NULL, NULL));
	g_clear_error(&error);
	Vcd *vcd = vcd_new("/dev/full", &error);
	ck_assert_ptr_nonnull(vcd);
	ck_assert(!vcd_free(vcd, &error));
	ck_assert_ptr_nonnull(error);
}
END_TEST

static Suite *vcd_suite(void)
{
	Suite *suite = suite_create("vcd");
	TCase *tests = tcase_create("vcd");

	tcase_add_test(tests, edges_stand_in_their_order);
	tcase_add_test(tests, what_cannot_be_written_is_told);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(vcd_suite)
