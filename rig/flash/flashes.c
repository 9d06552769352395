/* SPDX-License-Identifier: Apache-2.0 */
#include "flash/flashes.h"

static void flashes_free(gpointer data)
{
	RigFlash *flash = data;
	if (flash->driver->unload != NULL)
		flash->driver->unload(flash);
	g_free(flash->priv);
	g_free(flash);
}

GPtrArray *rig_flashes_new(const RigTarget *target, RigCortex *cortex, GError **error)
{
	g_autoptr(GPtrArray) flashes = g_ptr_array_new_with_free_func(flashes_free);
	for (guint i = 0; i < target->flash->len; i++) {
		const RigTargetFlash *described = target->flash->pdata[i];
		RigFlash *flash = g_new0(RigFlash, 1);
		flash->driver = described->driver;
		flash->options = described->options;
		flash->priv = g_malloc0(MAX(described->driver->priv_size, 1));
		flash->address = (guint32)described->address;
		flash->bytes = (guint32)described->bytes;
		flash->page_bytes = (guint32)described->page_bytes;
		flash->erased = (guint8)described->erased;
		flash->cortex = cortex;
		if (target->ram != NULL && target->ram->len > 0) {
			const RigTargetRam *ram = target->ram->pdata[0];
			flash->ram = (RigRamRange){(guint32)ram->address, (guint32)ram->bytes};
		}
		g_ptr_array_add(flashes, flash);
		if (flash->driver->load == NULL || flash->driver->load(flash, error))
			continue;
		g_prefix_error(error, "%s:%u: ", target->path, described->place.line);
		return NULL;
	}
	return g_steal_pointer(&flashes);
}

void rig_flash_page_at(const RigFlash *flash, guint32 address, guint32 *base, guint32 *bytes)
{
	if (flash->driver->page_at != NULL) {
		flash->driver->page_at(flash, address, base, bytes);
		return;
	}
	*bytes = flash->page_bytes;
	*base = flash->address + (address - flash->address) / *bytes * *bytes;
}

void rig_flash_progress(const RigFlash *flash, gboolean erased, guint32 bytes)
{
	if (flash->progress != NULL)
		flash->progress(flash->user, erased, bytes);
}
