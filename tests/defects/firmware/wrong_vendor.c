/* SPDX-License-Identifier: Apache-2.0 */
/* Says that it is another device. */
#include "wrap.h"

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigConfig other = *config;

	other.vendor = "acme";
	__real_tinyrig_monitor_boot(monitor, port, buffers, &other);
}
