/* SPDX-License-Identifier: Apache-2.0 */
/* New values come with every second frame only. */
#include "wrap.h"

#include <string.h>

void __wrap_sensor_read(Sensor *sensor, int32_t *values)
{
	static int32_t last[SENSOR_CHANNELS];
	static unsigned count;

	if (count++ % 2 == 0)
		__real_sensor_read(sensor, last);
	memcpy(values, last, sizeof last);
}
