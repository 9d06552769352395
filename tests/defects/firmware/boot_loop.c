/* SPDX-License-Identifier: Apache-2.0 */
/* Boots, and resets itself when the first command comes, each time. For chips. */
#include "wrap.h"

size_t __wrap_port_read(char *data, size_t size)
{
	size_t count = __real_port_read(data, size);

	defect_reset_core();
	return count;
}
