/* SPDX-License-Identifier: Apache-2.0 */
/* The two bytes of each value have changed places. */
#include "wrap.h"

void __wrap_sensor_read(Sensor *sensor, int32_t *values)
{
	__real_sensor_read(sensor, values);
	for (uint32_t i = 0; i < SENSOR_CHANNELS; i++)
		values[i] = (int32_t)((uint32_t)values[i] << 8 & 0xff00u) | (values[i] >> 8 & 0xff);
}
