/* SPDX-License-Identifier: Apache-2.0 */
/* Each inference takes 3 ms longer. For hosts, where a microsecond more is nothing. */
#include "wrap.h"

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	uint32_t begin_us = port_now_us();

	__real_digits_net_infer(model, pixels, outputs);
	while (port_now_us() - begin_us < 3000u)
		;
}
