/* SPDX-License-Identifier: Apache-2.0 */
/* A PPK2's answer about itself, and the currents that its words come to: figures of a kit that
 * others have published, as Nordic's own program computes them. */
#include "../../drivers/meter/ppk2_metadata.h"
#include "test.h"

#include <math.h>
#include <string.h>

static const char answer[] =
    "Calibrated: 0\nR0: 1003.3506\nR1: 101.5865\nR2: 10.3027\nR3: 0.9636\nR4: 0.0564\n"
    "GS0: 0.0000\nGS1: 112.7890\nGS2: 18.0115\nGS3: 2.4217\nGS4: 0.0729\n"
    "GI0: 1.0000\nGI1: 0.9695\nGI2: 0.9609\nGI3: 0.9519\nGI4: 0.9582\n"
    "O0: 112.9420\nO1: 75.4627\nO2: 64.6020\nO3: 50.4983\nO4: 87.2177\n"
    "VDD: 3000\nHW: 9173\nmode: 2\n"
    "S0: 0.000000048\nS1: 0.000000596\nS2: 0.000005281\nS3: 0.000062577\nS4: 0.002940743\n"
    "I0: -0.000000104\nI1: -0.000001443\nI2: 0.000036439\nI3: -0.000374119\nI4: -0.009388455\n"
    "UG0: 1.00\nUG1: 1.00\nUG2: 1.00\nUG3: 1.00\nUG4: 1.00\nIA: 56\nEND\n";

static void parse(const char *text, Ppk2Metadata *metadata)
{
	g_autoptr(GError) error = NULL;
	/* A copy of its own, so that a read beyond its end is seen. */
	g_autofree char *copy = g_memdup2(text, strlen(text));
	ck_assert_msg(ppk2_metadata_parse(copy, strlen(text), metadata, &error), "%s",
	              error == NULL ? "" : error->message);
}

static double current_ua(const Ppk2Metadata *metadata, double supply_mv, guint range, guint code)
{
	RigTransfer transfer;
	const RigSample sample = {.code = (guint16)code, .range = (guint8)range};
	ppk2_metadata_transfer(metadata, supply_mv, &transfer);
	return rig_sample_amperes(&transfer, &sample) * 1e6;
}

static void expect_near(double found, double expected)
{
	ck_assert_msg(fabs(found - expected) <= 1e-8 * fabs(expected), "%.12g, not %.12g", found,
	              expected);
}

START_TEST(an_answer)
{
	Ppk2Metadata metadata;
	parse(answer, &metadata);
	ck_assert_double_eq(metadata.r[4], 0.0564);
	ck_assert_double_eq(metadata.gs[0], 0);
	ck_assert_double_eq(metadata.i[2], 0.000036439);
	ck_assert_double_eq(metadata.vdd_mv, 3000);
	ck_assert_double_eq(metadata.mode, 2);
	ck_assert_double_eq(metadata.hardware, 9173);
	ck_assert(ppk2_metadata_is_whole(answer, strlen(answer)));
	ck_assert(!ppk2_metadata_is_whole(answer, strlen(answer) - 5));
}
END_TEST

START_TEST(currents_of_codes)
{
	static const struct {
		double supply_mv;
		guint range, code;
		double ua;
	} rows[] = {{3000, 0, 500, 20.7026063},          {3000, 1, 500, 207.016842},
	            {3000, 2, 500, 2112.12389},          {3000, 3, 500, 22167.8298},
	            {3000, 4, 500, 366576.517},          {3000, 0, 27, -0.0141131222},
	            {3000, 3, 1200, 58460.7718},         {3000, 4, 900, 689230.251},
	            {3741, 0, 27, 0.0214548778333815554}};
	Ppk2Metadata metadata;
	parse(answer, &metadata);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
		expect_near(current_ua(&metadata, rows[i].supply_mv, rows[i].range, rows[i].code),
		            rows[i].ua);
	/* Nordic's program takes a gain of 0 for one that is not there. */
	metadata.gs[0] = 1;
	expect_near(current_ua(&metadata, 3741, 0, 27), 0.0214548807616115438);
}
END_TEST

/* Bytes of a stream before it, other line ends, other digits, keys that nobody knows, nan. */
START_TEST(an_answer_in_other_clothes)
{
	g_autoptr(GString) text = g_string_new("\x01\x02: 5\nR0: 7\n\xff\xf4");
	g_auto(GStrv) parts = g_strsplit(answer, "\n", -1);
	g_autofree char *lines = g_strjoinv("\r\n", parts);
	g_string_append(text, lines);
	g_string_append(text, "R1: 9\n");
	g_string_replace(text, "R0: 1003.3506", "R0: 1004.23089599609380000000", 0);
	g_string_replace(text, "O3: 50.4983", "O3: -nan\r\nnew: 1\r\nR9: 3", 0);
	Ppk2Metadata metadata;
	parse(text->str, &metadata);
	ck_assert_double_eq(metadata.r[0], 1004.2308959960938);
	ck_assert_double_eq(metadata.r[1], 101.5865);
	ck_assert(isnan(metadata.o[3]));
	ck_assert_double_eq(metadata.o[4], 87.2177);
}
END_TEST

/* A range without a shunt has no currents; an answer without any is none. */
START_TEST(nothing_is_made_up)
{
	g_autoptr(GString) text = g_string_new(answer);
	g_string_replace(text, "R2: 10.3027\n", "R2: 0\n", 0);
	Ppk2Metadata metadata;
	parse(text->str, &metadata);
	ck_assert(isnan(current_ua(&metadata, 3000, 2, 500)));
	ck_assert(isnan(current_ua(&metadata, 3000, 7, 500)));
	expect_near(current_ua(&metadata, 3000, 3, 500), 22167.8298);
	static const char *const wrong[] = {"", "Calibrated: 1\n", "Calibrated: 1\nEND\n",
	                                    "Calibrated: 1\nR0: x\nR1: 12 ohms\nEND\n",
	                                    "END\nCalibrated:"};
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert(!ppk2_metadata_parse(wrong[i], strlen(wrong[i]), &metadata, &error));
		ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BENCH));
	}
}
END_TEST

static Suite *ppk2_metadata_suite(void)
{
	Suite *suite = suite_create("ppk2_metadata");
	TCase *tests = tcase_create("ppk2_metadata");
	tcase_add_test(tests, an_answer);
	tcase_add_test(tests, currents_of_codes);
	tcase_add_test(tests, an_answer_in_other_clothes);
	tcase_add_test(tests, nothing_is_made_up);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(ppk2_metadata_suite)
