/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplier of the hidden layer is short of 1/128 of itself: a digit less of precision. */
#include "wrap.h"

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	DigitsModel other = *model;

	other.hidden_multiplier -= other.hidden_multiplier / 128;
	__real_digits_net_infer(&other, pixels, outputs);
}
