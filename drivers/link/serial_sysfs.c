/* SPDX-License-Identifier: Apache-2.0 */
/* Where a tty is plugged in: what libserialport does not tell. */
#include "serial_internal.h"

#include <rig/sysfs.h>

void serial_sysfs_complete(SerialPort *port)
{
	g_autofree char *device = g_build_filename("/sys/class/tty", port->tty, "device", NULL);
	port->path = rig_sysfs_id_path(device);
	port->usb_interface = rig_sysfs_number(device, "bInterfaceNumber", 16);
	port->number = rig_sysfs_number(device, "port_number", 10);
}
