/* SPDX-License-Identifier: Apache-2.0 */
/* One pixel of the sensor is stuck. Sweeps patch which one, and at which value. */
#include "wrap.h"

extern const volatile uint8_t defect_pixel[2];
const volatile uint8_t defect_pixel[2] = {27, 7};

void __wrap_sensor_read(Sensor *sensor, int32_t *values)
{
	__real_sensor_read(sensor, values);
	values[defect_pixel[0] % SENSOR_CHANNELS] = defect_pixel[1];
}
