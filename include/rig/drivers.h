/* SPDX-License-Identifier: Apache-2.0 */
/* The one list of drivers (drivers/table.c). Arrays end with NULL, in alphabetical order. */
#ifndef RIG_DRIVERS_H
#define RIG_DRIVERS_H

#include <rig/flash.h>
#include <rig/link.h>
#include <rig/meter.h>
#include <rig/probe.h>
#include <rig/protocol.h>

extern const RigFlashDriver *const rig_flash_drivers[];
extern const RigLinkDriver *const rig_link_drivers[];
extern const RigMeterDriver *const rig_meter_drivers[];
extern const RigProbeDriver *const rig_probe_drivers[];
extern const RigProtocolDriver *const rig_protocol_drivers[];

/* Of that name; NULL: there is none. */
const RigLinkDriver *rig_link_driver(const char *name);
const RigProtocolDriver *rig_protocol_driver(const char *name);

#endif
