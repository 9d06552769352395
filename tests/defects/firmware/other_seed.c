/* SPDX-License-Identifier: Apache-2.0 */
/* Equivalent: the sensor's noise begins elsewhere. */
#include "wrap.h"

void __wrap_sensor_read(Sensor *sensor, int32_t *values)
{
	static bool begun;

	if (!begun)
		sensor->noise = 0x5eed;
	begun = true;
	__real_sensor_read(sensor, values);
}
