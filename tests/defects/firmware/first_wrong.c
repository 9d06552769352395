/* SPDX-License-Identifier: Apache-2.0 */
/* The first inference after a reset works on memory that nobody has written. */
#include "wrap.h"

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;
	static const uint8_t nothing[DIGITS_PIXELS];

	__real_digits_net_infer(model, count++ == 0 ? nothing : pixels, outputs);
}
