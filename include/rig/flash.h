/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that keeps an image: flash behind a controller, or RAM that stands in for it, written
 * through a core's debug port. The core stands at its reset handler from begin to end. One thread;
 * calls may block until the DAP's deadline; errors as in rig/dap.h.
 */
#ifndef RIG_FLASH_H
#define RIG_FLASH_H

#include <rig/cortex.h>
#include <rig/field.h>

/* RAM that an algorithm may use while the board is flashed; bytes 0: there is none. */
typedef struct RigRamRange {
	guint32 address, bytes;
} RigRamRange;

typedef struct RigFlash RigFlash;

typedef struct RigFlashDriver {
	const char *name;       /* as in a target file: driver: NAME */
	const char *about;      /* one line for the reference page */
	const RigField *fields; /* options, beside address, size, page and driver */
	gsize options_size;     /* struct that `fields` fill; the core owns it */
	gsize priv_size;        /* zeroed private part that the core allocates; may be 0 */

	/*
	 * Optional: what the options name is read, before any board is touched; it may set the flash's
	 * range and page where the file leaves them out. RIG_ERROR_USAGE.
	 */
	gboolean (*load)(RigFlash *flash, GError **error);
	/* Frees what load and begin made. Sends nothing. Optional. */
	void (*unload)(RigFlash *flash);

	/* Optional: the page that `address` is in, where they are not all of page_bytes. */
	void (*page_at)(const RigFlash *flash, guint32 address, guint32 *base, guint32 *bytes);

	/* Optional: *locked: the chip lets nobody read or write before all of it is erased. */
	gboolean (*look)(RigFlash *flash, gboolean *locked, GError **error);
	/* Optional: erases all, and opens a locked chip. */
	gboolean (*erase_all)(RigFlash *flash, GError **error);

	/* Before the first erase or program, and after the last, whether they failed or not. Optional.
	 */
	gboolean (*begin)(RigFlash *flash, GError **error);
	gboolean (*end)(RigFlash *flash, GError **error);
	/* Pages, by their addresses. NULL: it needs no erasing. */
	gboolean (*erase)(RigFlash *flash, const guint32 *pages, gsize count, GError **error);
	/*
	 * Whole pages that are erased. What is erased already (words or parts of pages) may be left
	 * out. Not verified.
	 */
	gboolean (*program)(RigFlash *flash, guint32 address, const guint8 *data, gsize size,
	                    GError **error);
} RigFlashDriver;

struct RigFlash {
	const RigFlashDriver *driver;
	const void *options; /* filled by driver->fields; borrowed */
	void *priv;          /* driver->priv_size bytes, owned by the core */
	guint32 address, bytes, page_bytes;
	guint8 erased; /* what an erased byte reads as */
	RigRamRange ram;
	RigCortex *cortex; /* NULL while no board is at hand; borrowed */
	/* How far a long call is: bytes of pages erased or programmed since the last call. */
	void (*progress)(gpointer user, gboolean erased, guint32 bytes);
	gpointer user;
};

/* Page of an address that is in this flash. */
void rig_flash_page_at(const RigFlash *flash, guint32 address, guint32 *base, guint32 *bytes);
void rig_flash_progress(const RigFlash *flash, gboolean erased, guint32 bytes);

#endif
