/* SPDX-License-Identifier: Apache-2.0 */
/* The last channel of each frame is lost. */
#include "wrap.h"

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigConfig other = *config;

	other.sensor.channels--;
	__real_tinyrig_monitor_boot(monitor, port, buffers, &other);
}
