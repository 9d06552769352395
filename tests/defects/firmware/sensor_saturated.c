/* SPDX-License-Identifier: Apache-2.0 */
/* All pixels are at the upper end but for noise that clips. */
#include "wrap.h"

void __wrap_sensor_read(Sensor *sensor, int32_t *values)
{
	__real_sensor_read(sensor, values);
	for (uint32_t i = 0; i < SENSOR_CHANNELS; i++)
		values[i] = values[i] % 2 == 0 || values[i] > 7 ? 16 : 15;
}
