/* SPDX-License-Identifier: Apache-2.0 */
/* Equivalent: the same arithmetic in another order, from the last weight to the first. */
#include "wrap.h"

static int64_t reordered_scale(int32_t value, int32_t multiplier, int32_t shift)
{
	int64_t product = (int64_t)multiplier * value;
	int64_t half = product >> (shift - 1);

	return (half >> 1) + (half & 1);
}

static void reordered_hidden(const DigitsModel *model, const uint8_t *pixels, int8_t *hidden)
{
	for (unsigned unit = DIGITS_HIDDEN; unit-- > 0;) {
		int32_t sum = 0;

		for (unsigned i = DIGITS_PIXELS; i-- > 0;)
			sum += pixels[i] * model->w1[unit][i];
		sum += model->b1[unit];
		int64_t value =
		    sum <= 0 ? 0 : reordered_scale(sum, model->hidden_multiplier, model->hidden_shift);
		hidden[unit] = (int8_t)(value > 127 ? 127 : value);
	}
}

/* 2^(-k/16) in 1/32768 */
static const uint16_t reordered_powers[16] = {
    32768, 31379, 30048, 28774, 27554, 26386, 25268, 24196,
    23170, 22188, 21247, 20347, 19484, 18658, 17867, 17109,
};

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	int8_t hidden[DIGITS_HIDDEN];
	int32_t sums[DIGITS_CLASSES], largest = INT32_MIN;
	uint32_t powers[DIGITS_CLASSES], total = 0;

	reordered_hidden(model, pixels, hidden);
	for (unsigned c = DIGITS_CLASSES; c-- > 0;) {
		sums[c] = 0;
		for (unsigned i = DIGITS_HIDDEN; i-- > 0;)
			sums[c] += hidden[i] * model->w2[c][i];
		sums[c] += model->b2[c];
		largest = sums[c] > largest ? sums[c] : largest;
	}
	for (unsigned c = DIGITS_CLASSES; c-- > 0;) {
		int64_t below =
		    reordered_scale(largest - sums[c], model->octave_multiplier, model->octave_shift);
		powers[c] = below >= 256 ? 0 : (uint32_t)reordered_powers[below & 15] >> (below >> 4);
		total += powers[c];
	}
	for (unsigned c = DIGITS_CLASSES; c-- > 0;) {
		uint32_t share = (powers[c] * DIGITS_OUTPUT_STEPS + total / 2) / total;
		outputs[c] = (int8_t)((int32_t)(share > 255 ? 255 : share) - DIGITS_OUTPUT_OFFSET);
	}
}
