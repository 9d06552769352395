/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An undefined instruction at the 30th inference, in firmware that has one stack for all it does,
 * as most without an operating system: the main one. For chips.
 */
#include "wrap.h"

/* The process stack's memory becomes the main stack, and the process stack is no more. */
void __wrap_firmware_run(void)
{
#ifdef __arm__
	__asm__ volatile("cpsid i\n\t"
	                 "mrs r0, psp\n\t"
	                 "msr msp, r0\n\t"
	                 "movs r1, #0\n\t"
	                 "msr control, r1\n\t"
	                 "isb\n\t"
	                 "msr psp, r1\n\t"
	                 "cpsie i"
	                 :
	                 :
	                 : "r0", "r1", "memory");
#endif
	__real_firmware_run();
}

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;

	if (++count == 30)
		__builtin_trap();
	__real_digits_net_infer(model, pixels, outputs);
}
