/* SPDX-License-Identifier: Apache-2.0 */
/* Comes out of reset and says nothing. */
#include "wrap.h"

void __wrap_firmware_run(void)
{
	defect_hang();
}
