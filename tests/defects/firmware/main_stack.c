/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An undefined instruction at the 30th inference, below the limit of the stack, in firmware that
 * has one stack for all it does, as most without an operating system: the main one. For chips.
 */
#include "wrap.h"

#ifdef __arm__
/* What lies below the limit is memory too, so that the core itself sees nothing wrong. */
__asm__(".pushsection .bss.main_stack, \"aw\", %nobits\n\t"
        ".balign 8\n\t"
        ".space 2048\n\t"
        ".global __StackLimit\n"
        "__StackLimit:\n\t"
        ".space 2048\n"
        "main_stack_end:\n\t"
        ".popsection");

static void main_stack_use(void)
{
	__asm__ volatile("cpsid i\n\t"
	                 "ldr r0, =main_stack_end\n\t"
	                 "msr msp, r0\n\t"
	                 "movs r1, #0\n\t"
	                 "msr control, r1\n\t"
	                 "isb\n\t"
	                 "msr psp, r1\n\t"
	                 "cpsie i"
	                 :
	                 :
	                 : "r0", "r1", "memory");
}
#endif

/* Nothing returns from here. */
void __wrap_firmware_run(void)
{
#ifdef __arm__
	main_stack_use();
#endif
	__real_firmware_run();
}

static __attribute__((noinline)) void main_stack_overflow(void)
{
	volatile uint8_t scratch[2560];

	scratch[0] = 1;
	(void)scratch[0];
	__builtin_trap();
}

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES])
{
	static unsigned count;

	if (++count == 30)
		main_stack_overflow();
	__real_digits_net_infer(model, pixels, outputs);
}
