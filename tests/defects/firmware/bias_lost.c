/* SPDX-License-Identifier: Apache-2.0 */
/* The biases of the hidden layer were left out. */
#include "wrap.h"

#include <string.h>

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	DigitsModel other = *model;

	memset(other.b1, 0, sizeof other.b1);
	__real_digits_net_infer(&other, pixels, outputs);
}
