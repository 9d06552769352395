/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor gives its first frame for ever. */
#include "wrap.h"

#include <string.h>

void __wrap_sensor_read(Sensor *sensor, int32_t *values)
{
	static int32_t first[SENSOR_CHANNELS];
	static bool taken;

	if (!taken)
		__real_sensor_read(sensor, first);
	taken = true;
	memcpy(values, first, sizeof first);
}
