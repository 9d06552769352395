/* SPDX-License-Identifier: Apache-2.0 */
/* Returns from its main function at once. For host processes, which end then. */
#include "wrap.h"

void __wrap_firmware_run(void)
{
}
