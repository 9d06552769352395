/* SPDX-License-Identifier: Apache-2.0 */
/* Equivalent: 8 KiB more of constants and 128 bytes of memory, so that all lies elsewhere. */
#include "wrap.h"

static const volatile uint8_t constants[8192] = {1};
static volatile uint8_t memory[128];

void __wrap_firmware_run(void)
{
	memory[127] = constants[0];
	__real_firmware_run();
}
