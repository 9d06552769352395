/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor is not there. */
#include "wrap.h"

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigPort other = *port;

	other.read_sensor = NULL;
	__real_tinyrig_monitor_boot(monitor, &other, buffers, config);
}
