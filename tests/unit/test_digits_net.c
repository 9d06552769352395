/* SPDX-License-Identifier: Apache-2.0 */
/* The network in C against its model card, over the whole hold-out. Runs in the source's root. */
#include "test.h"

#include "digits.h"
#include "digits_2bit.h"
#include "digits_net.h"
#include "reply.h"

#include <jansson.h>
#include <string.h>

#define RECORDING "fixtures/recordings/digits"
#define CARD      "fixtures/models/digits.json"

typedef struct {
	guint correct, inputs;
} Score;

static void digits_append(void *user, const char *data, size_t size)
{
	g_string_append_len(user, data, (gssize)size);
}

/* The class with the largest output as the monitor prints it; the first where several are. */
static guint digits_printed_best(const int8_t *outputs, guint *ties)
{
	char buffer[32];
	double largest = -1;
	guint best = 0;

	*ties = 0;
	for (guint c = 0; c < DIGITS_CLASSES; c++) {
		g_autoptr(GString) text = g_string_new(NULL);
		TinyrigReply reply = {
		    .write = digits_append, .user = text, .buffer = buffer, .size = sizeof buffer};
		tinyrig_reply_float(&reply,
		                    (float)(outputs[c] + DIGITS_OUTPUT_OFFSET) / DIGITS_OUTPUT_STEPS);
		tinyrig_reply_flush(&reply);
		double value = g_ascii_strtod(text->str, NULL);
		*ties += value == largest;
		if (value > largest) {
			largest = value;
			best = c;
			*ties = 0;
		}
	}
	return best;
}

static Score digits_score(const DigitsModel *model)
{
	Score score = {0, 0};

	for (guint label = 0; label < DIGITS_CLASSES; label++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *path = g_strdup_printf(RECORDING "/digit_%u.bin", label);
		g_autofree char *data = NULL;
		gsize size = 0;
		ck_assert_msg(g_file_get_contents(path, &data, &size, &error), "%s",
		              error != NULL ? error->message : "");
		ck_assert_uint_eq(size % DIGITS_PIXELS, 0);
		for (gsize at = 0; at < size; at += DIGITS_PIXELS) {
			int8_t outputs[DIGITS_CLASSES];
			guint ties;
			digits_net_infer(model, (const uint8_t *)data + at, outputs);
			score.correct += digits_printed_best(outputs, &ties) == label;
			score.inputs++;
			ck_assert_msg(ties == 0, "%s, input %u: two classes print alike", path,
			              (guint)(at / DIGITS_PIXELS));
		}
	}
	return score;
}

static Score digits_card(const char *network)
{
	json_error_t error;
	json_t *card = json_load_file(CARD, 0, &error);
	int correct = -1, inputs = -1;

	ck_assert_msg(card != NULL, "%s: %s", CARD, error.text);
	ck_assert_int_eq(json_unpack_ex(card, &error, 0, "{s:{s:{s:i,s:i}}}", "networks", network,
	                                "correct", &correct, "inputs", &inputs),
	                 0);
	json_decref(card);
	return (Score){(guint)correct, (guint)inputs};
}

static void digits_expect(const DigitsModel *model, const char *network)
{
	Score score = digits_score(model), card = digits_card(network);

	ck_assert_uint_eq(score.inputs, card.inputs);
	ck_assert_uint_eq(score.correct, card.correct);
}

START_TEST(as_its_card)
{
	digits_expect(&digits_model, "digits");
	ck_assert_uint_ge(digits_card("digits").correct * 100, digits_card("digits").inputs * 98);
}
END_TEST

/* The regressed candidate is clearly below what the smoke suite asks for. */
START_TEST(two_bits_as_their_card)
{
	Score card = digits_card("digits_2bit");

	digits_expect(&digits_2bit_model, "digits_2bit");
	ck_assert_uint_le(card.correct * 100, card.inputs * 93);
	ck_assert_uint_ge(card.correct * 100, card.inputs * 80);
}
END_TEST

START_TEST(outputs_are_shares)
{
	uint8_t pixels[DIGITS_PIXELS];
	guint32 state = 7;

	for (guint round = 0; round < 500; round++) {
		int8_t outputs[DIGITS_CLASSES];
		int sum = 0;
		for (guint i = 0; i < DIGITS_PIXELS; i++) {
			state = state * 1664525u + 1013904223u;
			pixels[i] = (uint8_t)(state >> 24); /* far beyond what the sensor gives, too */
		}
		digits_net_infer(&digits_model, pixels, outputs);
		for (guint c = 0; c < DIGITS_CLASSES; c++)
			sum += outputs[c] + DIGITS_OUTPUT_OFFSET;
		ck_assert_int_ge(sum, DIGITS_OUTPUT_STEPS - (int)DIGITS_CLASSES);
		ck_assert_int_le(sum, DIGITS_OUTPUT_STEPS + (int)DIGITS_CLASSES);
	}
}
END_TEST

/* Every sum at its largest magnitude: no overflow (the sanitiser watches), and a clear answer. */
START_TEST(extreme_weights)
{
	DigitsModel model = digits_model;
	uint8_t pixels[DIGITS_PIXELS];
	int8_t outputs[DIGITS_CLASSES];

	memset(pixels, 255, sizeof pixels);
	memset(model.w1, 127, sizeof model.w1);
	memset(model.w2, -128, sizeof model.w2);
	memset(model.w2[4], 127, sizeof model.w2[4]);
	digits_net_infer(&model, pixels, outputs);
	for (guint c = 0; c < DIGITS_CLASSES; c++)
		ck_assert_int_eq(outputs[c], c == 4 ? 127 : -128);
	memset(model.w1, -128, sizeof model.w1); /* ReLU: only biases are left */
	digits_net_infer(&model, pixels, outputs);
}
END_TEST

static Suite *digits_suite(void)
{
	Suite *suite = suite_create("digits_net");
	TCase *tests = tcase_create("digits_net");

	tcase_add_test(tests, as_its_card);
	tcase_add_test(tests, two_bits_as_their_card);
	tcase_add_test(tests, outputs_are_shares);
	tcase_add_test(tests, extreme_weights);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(digits_suite)
