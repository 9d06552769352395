/* SPDX-License-Identifier: Apache-2.0 */
/* An image cut along the pages of a target's flash: what each page is to hold. */
#ifndef RIG_FLASH_PAGES_H
#define RIG_FLASH_PAGES_H

#include "data/image.h"
#include <rig/flash.h>

typedef enum {
	RIG_PAGE_UNKNOWN,
	RIG_PAGE_SAME,    /* the image's bytes are there already */
	RIG_PAGE_BLANK,   /* erased, so it need only be programmed */
	RIG_PAGE_DIFFERS, /* it holds something else */
} RigPageState;

typedef struct RigFlashPage {
	RigFlash *flash;
	guint32 address;
	guint32 bytes;
	guint8 *wanted;    /* so many: the image's, and erased ones where it has none */
	gboolean is_whole; /* the image has all of it */
	RigPageState state;
	guint first, pieces; /* of RigFlashPages' pieces: the image's stretches in it */
} RigFlashPage;

typedef struct RigFlashPages {
	GArray *pages;  /* RigFlashPage, by address */
	GArray *pieces; /* RigMemoryRange: what the image has, none crosses a page */
} RigFlashPages;

/*
 * flashes: RigFlash, which are borrowed. RIG_ERROR_USAGE: a part of the image is in none of them.
 */
RigFlashPages *rig_flash_pages_new(const RigImage *image, const GPtrArray *flashes, GError **error);
void rig_flash_pages_free(RigFlashPages *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigFlashPages, rig_flash_pages_free)

static inline RigFlashPage *rig_flash_page(const RigFlashPages *pages, guint index)
{
	return &g_array_index(pages->pages, RigFlashPage, index);
}

static inline const RigMemoryRange *rig_flash_piece(const RigFlashPages *pages, guint index)
{
	return &g_array_index(pages->pieces, RigMemoryRange, index);
}

#endif
