/* SPDX-License-Identifier: Apache-2.0 */
/* Tells nine outputs of ten. */
#include "wrap.h"

static size_t (*missing_results)(void *user, float *outputs, size_t max);

static size_t missing_output(void *user, float *outputs, size_t max)
{
	size_t count = missing_results(user, outputs, max);

	return count > 0 ? count - 1 : 0;
}

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigPort other = *port;

	missing_results = port->results;
	other.results = missing_output;
	__real_tinyrig_monitor_boot(monitor, &other, buffers, config);
}
