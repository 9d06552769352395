/* SPDX-License-Identifier: Apache-2.0 */
/* From the 20th inference on, output 3 is no number. */
#include "wrap.h"

static size_t (*nan_results)(void *user, float *outputs, size_t max);
static unsigned nan_count;

static size_t nan_output(void *user, float *outputs, size_t max)
{
	size_t count = nan_results(user, outputs, max);

	if (++nan_count >= 20 && count > 3)
		outputs[3] = __builtin_nanf("");
	return count;
}

void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config)
{
	TinyrigPort other = *port;

	nan_results = port->results;
	other.results = nan_output;
	__real_tinyrig_monitor_boot(monitor, &other, buffers, config);
}
