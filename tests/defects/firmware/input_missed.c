/* SPDX-License-Identifier: Apache-2.0 */
/* Every seventh inference works on the input before. */
#include "wrap.h"

#include <string.h>

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;
	static uint8_t last[DIGITS_PIXELS];

	if (++count % 7 != 0)
		memcpy(last, pixels, sizeof last);
	__real_digits_net_infer(model, last, outputs);
}
