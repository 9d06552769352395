/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the pixels column by column. */
#include "wrap.h"

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	uint8_t turned[DIGITS_PIXELS];

	for (unsigned i = 0; i < DIGITS_PIXELS; i++)
		turned[i] = pixels[i % 8 * 8 + i / 8];
	__real_digits_net_infer(model, turned, outputs);
}
