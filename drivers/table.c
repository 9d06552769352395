/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/drivers.h>
#include <rig/process.h>
#include <rig/serial.h>
#include <string.h>

extern const RigFlashDriver rig_flash_flm;
extern const RigFlashDriver rig_flash_nvmc;
extern const RigFlashDriver rig_flash_ram;
extern const RigLinkDriver rig_link_rtt;
extern const RigLinkDriver rig_link_socket;
extern const RigMeterDriver rig_meter_lpm01a;
extern const RigMeterDriver rig_meter_ppk2;
extern const RigMeterDriver rig_meter_stream;
extern const RigProbeDriver rig_probe_ftdi;
extern const RigProtocolDriver rig_protocol_mailbox;
extern const RigProtocolDriver rig_protocol_mlperf_tiny;

const RigFlashDriver *const rig_flash_drivers[] = {
    &rig_flash_flm,
    &rig_flash_nvmc,
    &rig_flash_ram,
    NULL,
};

const RigLinkDriver *const rig_link_drivers[] = {
    &rig_link_process, &rig_link_rtt, &rig_link_serial, &rig_link_socket, NULL,
};

const RigMeterDriver *const rig_meter_drivers[] = {
    &rig_meter_lpm01a,
    &rig_meter_ppk2,
    &rig_meter_stream,
    NULL,
};

const RigProbeDriver *const rig_probe_drivers[] = {
    &rig_probe_ftdi,
    NULL,
};

const RigProtocolDriver *const rig_protocol_drivers[] = {
    &rig_protocol_mailbox,
    &rig_protocol_mlperf_tiny,
    NULL,
};

const RigLinkDriver *rig_link_driver(const char *name)
{
	for (gsize i = 0; rig_link_drivers[i] != NULL; i++)
		if (strcmp(rig_link_drivers[i]->name, name) == 0)
			return rig_link_drivers[i];
	return NULL;
}

const RigProtocolDriver *rig_protocol_driver(const char *name)
{
	for (gsize i = 0; rig_protocol_drivers[i] != NULL; i++)
		if (strcmp(rig_protocol_drivers[i]->name, name) == 0)
			return rig_protocol_drivers[i];
	return NULL;
}
