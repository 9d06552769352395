/* SPDX-License-Identifier: Apache-2.0 */
/* A trace of the input before stays in the buffer. */
#include "wrap.h"

#include <string.h>

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static uint8_t last[DIGITS_PIXELS];
	uint8_t mixed[DIGITS_PIXELS];

	for (unsigned i = 0; i < DIGITS_PIXELS; i++)
		mixed[i] = (uint8_t)((pixels[i] * 7 + last[i]) / 8);
	memcpy(last, pixels, sizeof last);
	__real_digits_net_infer(model, mixed, outputs);
}
