/* SPDX-License-Identifier: Apache-2.0 */
/* Writes where there is no memory at its 30th inference: a bus fault on a chip. */
#include "wrap.h"

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;

	if (++count == 30)
		*(volatile uint32_t *)(uintptr_t)0x70000000u = 1;
	__real_digits_net_infer(model, pixels, outputs);
}
