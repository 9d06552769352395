/* SPDX-License-Identifier: Apache-2.0 */
/* Another kind of sensor was fitted. */
#include "wrap.h"

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigConfig other = *config;

	other.sensor.identity = "optical-8x8-b";
	__real_tinyrig_monitor_boot(monitor, port, buffers, &other);
}
