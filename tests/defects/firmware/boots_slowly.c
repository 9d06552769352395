/* SPDX-License-Identifier: Apache-2.0 */
/* Takes four seconds to start, as with a flash check that someone left in. */
#include "wrap.h"

void __wrap_firmware_run(void)
{
	port_wait_until_us(port_now_us() + 4000000u);
	__real_firmware_run();
}
