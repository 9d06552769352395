/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a defect gets into firmware whose source knows nothing of it: linked with --wrap=NAME, every
 * call of NAME from another file reaches __wrap_NAME, and __real_NAME is the product's own. The
 * Makefile takes the names from the defect's source.
 */
#ifndef TESTS_DEFECTS_FIRMWARE_WRAP_H
#define TESTS_DEFECTS_FIRMWARE_WRAP_H

#include "digits_net.h"
#include "monitor.h"
#include "port.h"
#include "sensor.h"

/* All of the firmware, called once after reset. */
void __wrap_firmware_run(void);
void __real_firmware_run(void);

/* Gets all that the firmware says of itself and all that the monitor calls. */
void __wrap_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config);
void __real_tinyrig_monitor_boot(TinyrigMonitor *monitor, const TinyrigPort *port,
                                 const TinyrigBuffers *buffers, const TinyrigConfig *config);

void __wrap_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES]);
void __real_digits_net_infer(const DigitsModel *model, const uint8_t pixels[DIGITS_PIXELS],
                             int8_t outputs[DIGITS_CLASSES]);

void __wrap_sensor_read(Sensor *sensor, int32_t *values);
void __real_sensor_read(Sensor *sensor, int32_t *values);

/* Boards with a Cortex-M only. */
bool __wrap_board_interrupt(uint32_t line);
bool __real_board_interrupt(uint32_t line);

size_t __wrap_port_read(char *data, size_t size);
size_t __real_port_read(char *data, size_t size);
void __wrap_port_write(const char *data, size_t size);
void __real_port_write(const char *data, size_t size);
uint32_t __wrap_port_now_us(void);
uint32_t __real_port_now_us(void);
void __wrap_port_wait_until_us(uint32_t at_us);
void __real_port_wait_until_us(uint32_t at_us);
size_t __wrap_port_build_id(const uint8_t **id);
size_t __real_port_build_id(const uint8_t **id);

/* Nothing happens any more, until a reset. */
static inline void defect_hang(void)
{
	for (;;)
		port_wait_until_us(port_now_us() + 100000u);
}

/* SYSRESETREQ of a Cortex-M (ARMv6-M and ARMv7-M manuals, B3.2): what a watchdog does. */
static inline void defect_reset_core(void)
{
	*(volatile uint32_t *)(uintptr_t)0xe000ed0cu = 0x05fa0004u;
	defect_hang();
}

#endif
