/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that needs nothing: RAM that an image is loaded into, or a model's code memory. */
#include <rig/flash.h>

static gboolean flash_ram_program(RigFlash *flash, guint32 address, const guint8 *data, gsize size,
                                  GError **error)
{
	if (!rig_dap_write_memory(rig_cortex_dap(flash->cortex), address, data, size, RIG_DAP_ANY,
	                          error))
		return FALSE;
	rig_flash_progress(flash, FALSE, (guint32)size);
	return TRUE;
}

const RigFlashDriver rig_flash_ram = {
    .name = "ram",
    .about = "memory that is written as it is; an image in it is gone with the supply",
    .program = flash_ram_program,
};
