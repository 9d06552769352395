/* SPDX-License-Identifier: Apache-2.0 */
/* Always tells the first inference's outputs. */
#include "wrap.h"

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;

	if (count++ == 0)
		__real_digits_net_infer(model, pixels, outputs);
}
