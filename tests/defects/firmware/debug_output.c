/* SPDX-License-Identifier: Apache-2.0 */
/* Equivalent: prints a line of free text before each reply. */
#include "wrap.h"

void __wrap_port_write(const char *data, size_t size)
{
	static const char text[] = "dbg: heap 1234 free\r\n";

	__real_port_write(text, sizeof text - 1);
	__real_port_write(data, size);
}
