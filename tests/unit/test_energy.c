/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows of a waveform whose integral is known in closed form, as a PPK2 and an LPM01A would
 * sample them: the true energy lies in what is told, gain aside. And what is not known says so.
 */
#include "../../drivers/meter/lpm01a_stream.h"
#include "../../drivers/meter/ppk2_metadata.h"
#include "meter/ppk2_model.h"
#include "power/energy.h"
#include "power/match.h"
#include "power/trace_write.h"
#include "test.h"

#include <glib/gstdio.h>
#include <rig/bytes.h>
#include <string.h>

#define SAMPLE_S 1e-5 /* of all but the slow one */
#define SECONDS  14
#define VOLTS    3.0
#define BEGIN_S  0.9

/* A marker that is high from begin to end draws `high`, else `low`; a sine goes along. */
typedef struct Wave {
	double begin, end; /* s */
	double low, high, swing, hertz;
} Wave;

static double wave_at(const Wave *wave, double t)
{
	double level = t >= wave->begin && t < wave->end ? wave->high : wave->low;
	return level + wave->swing * sin(2 * G_PI * wave->hertz * t);
}

/* Joules from begin to end. */
static double wave_energy(const Wave *wave)
{
	double turn = 2 * G_PI * wave->hertz;
	double sine = wave->swing * (cos(turn * wave->begin) - cos(turn * wave->end)) / turn;
	return VOLTS * (wave->high * (wave->end - wave->begin) + sine);
}

typedef enum { METER_PPK2, METER_LPM01A, METER_LPM01A_TEXT, METERS } Meter;
static const double meter_sample_s[METERS] = {SAMPLE_S, SAMPLE_S, 2e-4};

typedef struct Bed {
	char *folder, *path;
	Meter meter;
	double sample_s;
	double noise; /* of its converter, one sigma, in codes */
	GRand *random;
	RigTraceHead head;
} Bed;

static void bed_take_metadata(Bed *bed)
{
	Ppk2Model *model = ppk2_model_new(NULL, NULL);
	const guint8 ask = 0x19;
	g_autoptr(GByteArray) answer = g_byte_array_new();
	Ppk2Metadata metadata;
	ppk2_model_open(model, 0);
	ppk2_model_take(model, &ask, 1, 0);
	ppk2_model_give(model, answer, 0);
	ck_assert(ppk2_metadata_parse((const char *)answer->data, answer->len, &metadata, NULL));
	ppk2_metadata_transfer(&metadata, VOLTS * 1000, &bed->head.transfer);
	ppk2_model_free(model);
}

static void bed_open(Bed *bed, Meter meter)
{
	*bed = (Bed){.folder = g_dir_make_tmp("energy-XXXXXX", NULL),
	             .meter = meter,
	             .sample_s = meter_sample_s[meter]};
	bed->path = g_build_filename(bed->folder, "a.trace", NULL);
	bed->head = (RigTraceHead){.rate_mhz = (gint64)llrint(1000 / bed->sample_s),
	                           .voltage_uv = (gint64)(VOLTS * 1e6),
	                           .channels = 8,
	                           .marker = 0};
	if (meter == METER_PPK2)
		bed_take_metadata(bed);
	else
		lpm01a_transfer(&bed->head.transfer, meter == METER_LPM01A);
}

static void bed_close(Bed *bed)
{
	(void)g_unlink(bed->path);
	(void)g_rmdir(bed->folder);
	g_free(bed->path);
	g_free(bed->folder);
}

/* Four digits and a power of ten, or three of sixteen and one of sixteen. */
static RigSample bed_lpm01a(double amperes, guint8 logic, double base, double last)
{
	guint exponent = 0;
	double digits = amperes;
	while (exponent < 14 && rint(digits * base) <= last) {
		digits *= base;
		exponent++;
	}
	return (RigSample){.code = (guint16)rint(digits), .range = (guint8)exponent, .logic = logic};
}

/* Of mean 0 and variance 1, near enough: the sum of 12 uniform ones. */
static double bed_normal(GRand *random)
{
	double sum = -6;
	for (guint i = 0; i < 12; i++)
		sum += g_rand_double(random);
	return sum;
}

static RigSample bed_sample(const Bed *bed, const Wave *wave, double t, guint *range)
{
	guint before = *range;
	guint8 logic = t >= wave->begin && t < wave->end ? 1 : 0;
	if (bed->meter == METER_LPM01A)
		return bed_lpm01a(wave_at(wave, t), logic, 16, 4095);
	if (bed->meter == METER_LPM01A_TEXT)
		return bed_lpm01a(wave_at(wave, t), logic, 10, 9999);
	double noise = bed->noise == 0 ? 0 : bed->noise * bed_normal(bed->random);
	double amperes = wave_at(wave, t) + noise * bed->head.transfer.c[*range][1];
	guint32 word = ppk2_model_word(range, amperes, VOLTS, logic);
	gboolean between = before != *range && t > SAMPLE_S;
	return (RigSample){.code = (guint16)(word & 0x3fff),
	                   .range = between ? (guint8)RIG_SAMPLE_NONE : (guint8)(word >> 14 & 7),
	                   .logic = (guint8)(word >> 24)};
}

/* From 0 to some time behind the window, sampled at a phase of its own. */
static RigTrace *bed_trace(Bed *bed, const Wave *wave, double phase, const RigGap *gap)
{
	g_autoptr(GError) error = NULL;
	(void)g_unlink(bed->path);
	RigTraceWriter *writer = rig_trace_writer_new(bed->path, &bed->head, &error);
	guint64 count = (guint64)((wave->end + 0.01) / bed->sample_s);
	guint range = 0;
	RigSample block[1000];
	for (guint64 at = 0; at < count; at += G_N_ELEMENTS(block)) {
		for (guint i = 0; i < G_N_ELEMENTS(block); i++)
			block[i] = bed_sample(bed, wave, ((double)(at + i) + phase) * bed->sample_s, &range);
		rig_trace_writer_samples(writer, block, G_N_ELEMENTS(block), RIG_LEDGER_UNKNOWN_US);
	}
	if (gap != NULL)
		rig_trace_writer_gaps(writer, gap, 0, 1);
	ck_assert(rig_trace_writer_finish(writer, &error));
	rig_trace_writer_free(writer);
	RigTrace *trace = rig_trace_open(bed->path, &error);
	ck_assert_ptr_nonnull(trace);
	return trace;
}

static void bed_figures(RigTrace *trace, RigFigures *figures)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	const RigSpan all = {0, rig_trace_count(trace)};
	ck_assert(rig_spans_find(trace, 0, TRUE, all, spans, NULL));
	ck_assert_uint_eq(spans->len, 1);
	ck_assert(rig_figures_of(trace, g_array_index(spans, RigSpan, 0), figures, NULL));
}

static Wave wave_of(GRand *random, double length)
{
	Wave wave = {.low = pow(10, -6 + 3 * g_rand_double(random)),
	             .high = pow(10, -4 + 3 * g_rand_double(random)),
	             .hertz = 50 + 950 * g_rand_double(random)};
	wave.begin = BEGIN_S + 0.01 * g_rand_double(random);
	wave.end = wave.begin + length;
	wave.swing = g_rand_boolean(random) ? 0 : 0.3 * fmin(wave.high, wave.low);
	return wave;
}

/*
 * 95 of 100, over 200 windows (1000 with CHECK_LONG) of 0.2 ms to 10 s; of the slow one they are
 * ten times as long at the least.
 */
START_TEST(the_true_energy_is_in_what_is_told)
{
	GRand *random = g_rand_new_with_seed(1);
	guint inside = 0, trials = g_getenv("CHECK_LONG") == NULL ? 200 : 1000;
	Bed bed;
	bed_open(&bed, (Meter)_i);
	for (guint i = 0; i < trials; i++) {
		double least = 20 * bed.sample_s;
		double length = least * pow(1 / least, g_rand_double(random));
		Wave wave = wave_of(random, i % 50 == 0 ? length * 10 : length);
		bed.random = random;
		bed.noise = i % 4 == 0 ? 0 : 0.8; /* a real one has it */
		g_autoptr(RigTrace) trace = bed_trace(&bed, &wave, g_rand_double(random), NULL);
		RigFigures figures;
		bed_figures(trace, &figures);
		ck_assert_msg(figures.is_known, "%s", figures.why);
		double off = fabs((double)figures.energy_pj - wave_energy(&wave) * 1e12);
		inside += off <= (double)figures.uncertainty_pj ? 1 : 0;
	}
	ck_assert_msg(inside >= 95 * trials / 100, "%u of %u", inside, trials);
	g_print("meter %d: %u of %u\n", _i, inside, trials);
	g_rand_free(random);
	bed_close(&bed);
}
END_TEST

/* What a PPK2 is bought for: one inference of 20 ms, to a thousandth. */
START_TEST(twenty_milliseconds_to_a_thousandth)
{
	GRand *random = g_rand_new_with_seed(7);
	Bed bed;
	bed_open(&bed, METER_PPK2);
	for (guint i = 0; i < 40; i++) {
		gboolean moves = i % 3 == 0;
		bed.random = random;
		bed.noise = i % 3 == 1 ? 0.8 : 0; /* as a real one has it */
		Wave wave = wave_of(random, 0.02);
		wave.low = 1.4e-6;
		wave.high = 3e-3 + 20e-3 * g_rand_double(random);
		wave.swing = moves ? 0.05 * wave.high : 0;
		g_autoptr(RigTrace) trace = bed_trace(&bed, &wave, g_rand_double(random), NULL);
		RigFigures figures;
		bed_figures(trace, &figures);
		double share = (double)figures.uncertainty_pj / (double)figures.energy_pj;
		/* A current that does not move at all, without noise, meets one code; in the range from
		 * 5 mA on that is 43 uA wide, and no averaging makes it less. */
		double allowed = moves || bed.noise > 0 || wave.high < 4.9e-3 ? 0.001 : 0.006;
		ck_assert_msg(share <= allowed, "%.5f of %.3f mA", share, wave.high * 1e3);
		ck_assert(fabs((double)figures.energy_pj - wave_energy(&wave) * 1e12) <=
		          1.5 * (double)figures.uncertainty_pj);
	}
	g_rand_free(random);
	bed_close(&bed);
}
END_TEST

START_TEST(a_window_beside_a_gap_is_unknown)
{
	static const struct {
		gint64 before; /* samples from the window's begin */
		gboolean is_known;
	} rows[] = {{-2, TRUE}, {0, FALSE}, {100, FALSE}, {2000, FALSE}, {2003, TRUE}};
	const Wave wave = {
	    .begin = BEGIN_S, .end = BEGIN_S + 0.02, .low = 1e-3, .high = 3e-3, .hertz = 50};
	Bed bed;
	bed_open(&bed, METER_PPK2);
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint64 at = (guint64)((gint64)(BEGIN_S / SAMPLE_S) + rows[i].before);
		const RigGap gap = {RIG_GAP_LOST, at, at, 64};
		g_autoptr(RigTrace) trace = bed_trace(&bed, &wave, 0.5, &gap);
		RigFigures figures;
		bed_figures(trace, &figures);
		ck_assert_msg(figures.is_known == rows[i].is_known, "row %u: %s", i, figures.why);
		if (!figures.is_known)
			ck_assert_int_eq(figures.energy_pj, G_MININT64);
	}
	bed_close(&bed);
}
END_TEST

START_TEST(without_a_voltage_there_is_charge_only)
{
	const Wave wave = {
	    .begin = BEGIN_S, .end = BEGIN_S + 0.02, .low = 1e-3, .high = 3e-3, .hertz = 50};
	Bed bed;
	bed_open(&bed, METER_PPK2);
	bed.head.voltage_uv = 0;
	g_autoptr(RigTrace) trace = bed_trace(&bed, &wave, 0.5, NULL);
	RigFigures figures;
	bed_figures(trace, &figures);
	ck_assert(figures.is_known);
	ck_assert_int_eq(figures.energy_pj, G_MININT64);
	ck_assert(fabs((double)figures.charge_pc - 3e-3 * 0.02 * 1e12) <=
	          (double)figures.charge_uncertainty_pc);
	bed_close(&bed);
}
END_TEST

START_TEST(windows_and_inferences_by_order_count_and_duration)
{
	g_autoptr(GArray) windows = g_array_new(FALSE, FALSE, sizeof(RigSpan));
	for (guint i = 0; i < 6; i++) {
		const RigSpan span = {1000 * i, 1000 * i + 100};
		g_array_append_val(windows, span);
	}
	RigMatch good[] = {{1, 2, 2010, 0, 0}, {0, 3, -1, 0, 0}};
	g_autofree char *why = NULL;
	ck_assert(rig_match_windows(windows, 10, good, 2, &why));
	ck_assert_uint_eq(good[0].first, 1);
	ck_assert_uint_eq(good[0].last, 2);
	ck_assert_uint_eq(good[1].first, 3);
	ck_assert_uint_eq(good[1].last, 5);
	RigMatch fewer[] = {{0, 5, -1, 0, 0}};
	ck_assert(!rig_match_windows(windows, 10, fewer, 1, &why));
	ck_assert_ptr_nonnull(strstr(why, "6 times"));
	g_free(g_steal_pointer(&why));
	RigMatch shorter[] = {{0, 3, 1500, 0, 0}, {0, 3, -1, 0, 0}};
	ck_assert(!rig_match_windows(windows, 10, shorter, 2, &why));
	ck_assert_ptr_nonnull(strstr(why, "3000 us"));
}
END_TEST

static Suite *energy_suite(void)
{
	Suite *suite = suite_create("energy");
	TCase *tests = tcase_create("energy");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, the_true_energy_is_in_what_is_told, 0, METERS);
	tcase_add_test(tests, twenty_milliseconds_to_a_thousandth);
	tcase_add_test(tests, a_window_beside_a_gap_is_unknown);
	tcase_add_test(tests, without_a_voltage_there_is_charge_only);
	tcase_add_test(tests, windows_and_inferences_by_order_count_and_duration);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(energy_suite)
