/* SPDX-License-Identifier: Apache-2.0 */
/* Says that it has another model. */
#include "wrap.h"

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigConfig other = *config;

	other.model = "kws01";
	__real_tinyrig_monitor_boot(monitor, port, buffers, &other);
}
