/* SPDX-License-Identifier: Apache-2.0 */
#include "flash/pages.h"

#include <string.h>

static void pages_clear(gpointer data)
{
	RigFlashPage *page = data;
	g_free(page->wanted);
}

void rig_flash_pages_free(RigFlashPages *pages)
{
	if (pages == NULL)
		return;
	g_array_unref(pages->pages);
	g_array_unref(pages->pieces);
	g_free(pages);
}

static RigFlash *pages_find(const GPtrArray *flashes, guint64 address)
{
	for (guint i = 0; i < flashes->len; i++) {
		RigFlash *flash = flashes->pdata[i];
		if (address >= flash->address && address - flash->address < flash->bytes)
			return flash;
	}
	return NULL;
}

static gboolean pages_outside(const RigImage *image, const GPtrArray *flashes, guint64 address,
                              GError **error)
{
	g_autoptr(GString) list = g_string_new(NULL);
	for (guint i = 0; i < flashes->len; i++) {
		const RigFlash *flash = flashes->pdata[i];
		g_string_append_printf(list, "%s0x%08x to 0x%08x", i == 0 ? "" : ", ", flash->address,
		                       flash->address + (flash->bytes - 1));
	}
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
	            "%s: what goes to 0x%08" G_GINT64_MODIFIER
	            "x is not in the target's flash (%s); is it for another target?",
	            image->path, address, list->str);
	return FALSE;
}

/* The page at `address`, which is not below the last one. */
static RigFlashPage *pages_at(RigFlashPages *pages, RigFlash *flash, guint32 address)
{
	guint32 base = 0, bytes = 0;
	rig_flash_page_at(flash, address, &base, &bytes);
	guint count = pages->pages->len;
	if (count > 0 && rig_flash_page(pages, count - 1)->address == base)
		return rig_flash_page(pages, count - 1);
	RigFlashPage page = {.flash = flash,
	                     .address = base,
	                     .bytes = bytes,
	                     .wanted = g_malloc(bytes),
	                     .first = pages->pieces->len};
	memset(page.wanted, flash->erased, bytes);
	g_array_append_val(pages->pages, page);
	return rig_flash_page(pages, count);
}

static gboolean pages_add_segment(RigFlashPages *pages, const RigImage *image,
                                  const GPtrArray *flashes, const RigSegment *segment,
                                  GError **error)
{
	gsize size = 0;
	const guint8 *data = g_bytes_get_data(segment->bytes, &size);
	for (gsize at = 0; at < size;) {
		RigFlash *flash = pages_find(flashes, segment->address + at);
		if (flash == NULL)
			return pages_outside(image, flashes, segment->address + at, error);
		guint32 address = (guint32)(segment->address + at);
		RigFlashPage *page = pages_at(pages, flash, address);
		guint32 inside = address - page->address;
		RigMemoryRange piece = {address, (guint32)MIN(size - at, page->bytes - inside)};
		memcpy(page->wanted + inside, data + at, piece.bytes);
		page->pieces++;
		page->is_whole = piece.bytes == page->bytes;
		g_array_append_val(pages->pieces, piece);
		at += piece.bytes;
	}
	return TRUE;
}

RigFlashPages *rig_flash_pages_new(const RigImage *image, const GPtrArray *flashes, GError **error)
{
	g_autoptr(RigFlashPages) pages = g_new0(RigFlashPages, 1);
	pages->pages = g_array_new(FALSE, FALSE, sizeof(RigFlashPage));
	g_array_set_clear_func(pages->pages, pages_clear);
	pages->pieces = g_array_new(FALSE, FALSE, sizeof(RigMemoryRange));
	for (guint i = 0; i < image->segments->len; i++)
		if (!pages_add_segment(pages, image, flashes, image->segments->pdata[i], error))
			return NULL;
	return g_steal_pointer(&pages);
}
