/* SPDX-License-Identifier: Apache-2.0 */
/* From the 100th inference since reset on, a buffer overlaps the last row of the input. */
#include "wrap.h"

#include <string.h>

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;
	uint8_t hurt[DIGITS_PIXELS];

	memcpy(hurt, pixels, sizeof hurt);
	if (++count >= 100)
		memset(hurt + 56, 9, 8);
	__real_digits_net_infer(model, hurt, outputs);
}
