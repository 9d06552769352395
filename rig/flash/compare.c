/* SPDX-License-Identifier: Apache-2.0 */
#include "flash/compare.h"

#include <string.h>

#define COMPARE_DIGEST_BYTES 8192u /* less is read as quickly as a routine is loaded */
#define COMPARE_WORD_CLOCKS  48u   /* of a word that is read */
#define COMPARE_CYCLES       30u   /* of a byte that is digested, and some more */
#define COMPARE_LARGE_PIECES 64u   /* from there on it is asked first whether anything differs */

/* The RAM that the routine may have; bytes 0: none. */
static RigRamRange compare_ram(const RigFlashPages *pages)
{
	const RigRamRange none = {0};
	return pages->pages->len == 0 ? none : rig_flash_page(pages, 0)->flash->ram;
}

static guint64 compare_bytes(const RigFlashPages *pages)
{
	guint64 bytes = 0;
	for (guint i = 0; i < pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(pages, i);
		for (guint k = 0; page->state != RIG_PAGE_SAME && k < page->pieces; k++)
			bytes += rig_flash_piece(pages, page->first + k)->bytes;
	}
	return bytes;
}

static guint32 compare_core_hz(const RigFlashJob *job)
{
	return (guint32)MIN(job->target->core_clock_mhz / 1000, (gint64)G_MAXUINT32);
}

static gboolean compare_by_digest(const RigFlashJob *job, const RigFlashPages *pages)
{
	guint64 bytes = compare_bytes(pages), core_hz = compare_core_hz(job);
	guint32 wire_hz = rig_dap_probe(rig_cortex_dap(job->cortex))->clock_hz;
	if (job->reads_back || bytes < COMPARE_DIGEST_BYTES ||
	    !rig_cortex_can_digest(job->cortex, compare_ram(pages).bytes))
		return FALSE;
	/* Bytes a second: of the core, and of the wire. */
	return core_hz / COMPARE_CYCLES > (guint64)wire_hz * 4 / COMPARE_WORD_CLOCKS;
}

static gboolean compare_is_blank(const RigFlash *flash, const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++)
		if (data[i] != flash->erased)
			return FALSE;
	return TRUE;
}

/* Bytes that the image has not are kept: a page that is to be erased gets them again. */
static gboolean compare_keep_rest(const RigFlashJob *job, const RigFlashPages *pages,
                                  RigFlashPage *page, GError **error)
{
	guint32 size = page->bytes;
	g_autofree guint8 *there = g_malloc(size);
	if (!rig_dap_read_memory(rig_cortex_dap(job->cortex), page->address, there, size, RIG_DAP_ANY,
	                         error))
		return FALSE;
	if (compare_is_blank(page->flash, there, size))
		page->state = RIG_PAGE_BLANK;
	for (guint k = 0; k < page->pieces; k++) {
		const RigMemoryRange *piece = rig_flash_piece(pages, page->first + k);
		guint32 inside = piece->address - page->address;
		memcpy(there + inside, page->wanted + inside, piece->bytes);
	}
	memcpy(page->wanted, there, size);
	return TRUE;
}

static gboolean compare_keep_rests(const RigFlashJob *job, const RigFlashPages *pages,
                                   GError **error)
{
	for (guint i = 0; i < pages->pages->len; i++) {
		RigFlashPage *page = rig_flash_page(pages, i);
		if (page->state == RIG_PAGE_DIFFERS && !page->is_whole &&
		    !compare_keep_rest(job, pages, page, error))
			return FALSE;
	}
	return TRUE;
}

static void compare_sha256(const guint8 *data, gsize size, guint8 digest[RIG_DIGEST_BYTES])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length = RIG_DIGEST_BYTES;
	g_checksum_update(checksum, data, (gssize)size);
	g_checksum_get_digest(checksum, digest, &length);
}

/* What the core told of a page's pieces; a piece that is the whole page may be blank. */
static RigPageState compare_digests(const RigFlashPages *pages, const RigFlashPage *page,
                                    const guint8 *digests)
{
	RigPageState state = RIG_PAGE_SAME;
	for (guint k = 0; k < page->pieces; k++) {
		const RigMemoryRange *piece = rig_flash_piece(pages, page->first + k);
		guint8 wanted[RIG_DIGEST_BYTES];
		compare_sha256(page->wanted + (piece->address - page->address), piece->bytes, wanted);
		if (memcmp(digests + (gsize)k * RIG_DIGEST_BYTES, wanted, sizeof wanted) != 0)
			state = RIG_PAGE_DIFFERS;
	}
	if (state == RIG_PAGE_SAME || !page->is_whole)
		return state;
	guint8 blank[RIG_DIGEST_BYTES];
	g_autofree guint8 *erased = g_malloc(page->bytes);
	memset(erased, page->flash->erased, page->bytes);
	compare_sha256(erased, page->bytes, blank);
	return memcmp(digests, blank, sizeof blank) == 0 ? RIG_PAGE_BLANK : state;
}

/* Of what the image has from piece `first` on, as far as it lies without a gap. */
static guint compare_stretch(const RigFlashPages *pages, guint first, RigMemoryRange *range,
                             guint8 digest[RIG_DIGEST_BYTES])
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length = RIG_DIGEST_BYTES;
	guint piece = 0, end = first;
	*range = (RigMemoryRange){rig_flash_piece(pages, first)->address, 0};
	for (guint i = 0; i < pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(pages, i);
		for (guint k = 0; k < page->pieces; k++, piece++) {
			const RigMemoryRange *it = rig_flash_piece(pages, piece);
			if (piece != end || it->address != range->address + range->bytes)
				continue;
			g_checksum_update(checksum, page->wanted + (it->address - page->address), it->bytes);
			range->bytes += it->bytes;
			end++;
		}
	}
	g_checksum_get_digest(checksum, digest, &length);
	return end;
}

/* Of a large image, whether all of it is there: far fewer words to be asked for than of its pages.
 */
static gboolean compare_whole(const RigFlashJob *job, const RigFlashPages *pages, gboolean *is_same,
                              GError **error)
{
	RigRamRange ram = compare_ram(pages);
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(RigMemoryRange));
	g_autoptr(GByteArray) wanted = g_byte_array_new();
	for (guint first = 0; first < pages->pieces->len;) {
		RigMemoryRange range;
		guint8 digest[RIG_DIGEST_BYTES];
		first = compare_stretch(pages, first, &range, digest);
		g_array_append_val(ranges, range);
		g_byte_array_append(wanted, digest, sizeof digest);
	}
	g_autofree guint8 *digests = g_malloc(wanted->len);
	if (!rig_cortex_digest(job->cortex, ram.address, ram.bytes, compare_core_hz(job),
	                       (const RigMemoryRange *)(gconstpointer)ranges->data, ranges->len,
	                       digests, error))
		return FALSE;
	*is_same = memcmp(digests, wanted->data, wanted->len) == 0;
	for (guint i = 0; *is_same && i < pages->pages->len; i++)
		rig_flash_page(pages, i)->state = RIG_PAGE_SAME;
	return TRUE;
}

static gboolean compare_is_untouched(const RigFlashPages *pages)
{
	for (guint i = 0; i < pages->pages->len; i++)
		if (rig_flash_page(pages, i)->state != RIG_PAGE_UNKNOWN)
			return FALSE;
	return TRUE;
}

static gboolean compare_on_target(const RigFlashJob *job, const RigFlashPages *pages,
                                  GError **error)
{
	gboolean is_same = FALSE;
	if (pages->pieces->len >= COMPARE_LARGE_PIECES && compare_is_untouched(pages) &&
	    (!compare_whole(job, pages, &is_same, error) || is_same))
		return is_same;
	RigRamRange ram = compare_ram(pages);
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(RigMemoryRange));
	for (guint i = 0; i < pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(pages, i);
		if (page->state != RIG_PAGE_SAME)
			g_array_append_vals(ranges, rig_flash_piece(pages, page->first), page->pieces);
	}
	g_autofree guint8 *digests = g_malloc((gsize)ranges->len * RIG_DIGEST_BYTES);
	if (!rig_cortex_digest(job->cortex, ram.address, ram.bytes, compare_core_hz(job),
	                       (const RigMemoryRange *)(gconstpointer)ranges->data, ranges->len,
	                       digests, error))
		return FALSE;
	const guint8 *digest = digests;
	for (guint i = 0; i < pages->pages->len; i++) {
		RigFlashPage *page = rig_flash_page(pages, i);
		if (page->state == RIG_PAGE_SAME)
			continue;
		page->state = compare_digests(pages, page, digest);
		digest += (gsize)page->pieces * RIG_DIGEST_BYTES;
	}
	return TRUE;
}

/* How many pages from `first` on lie without a gap and are to be read. */
static guint compare_run(const RigFlashPages *pages, guint first)
{
	guint end = first;
	while (end < pages->pages->len && rig_flash_page(pages, end)->state != RIG_PAGE_SAME &&
	       (end == first ||
	        rig_flash_page(pages, end)->address ==
	            rig_flash_page(pages, end - 1)->address + rig_flash_page(pages, end - 1)->bytes))
		end++;
	return end - first;
}

static RigPageState compare_bytes_of(const RigFlashPages *pages, const RigFlashPage *page,
                                     const guint8 *there)
{
	gboolean is_same = TRUE;
	for (guint k = 0; k < page->pieces; k++) {
		const RigMemoryRange *piece = rig_flash_piece(pages, page->first + k);
		guint32 inside = piece->address - page->address;
		is_same &= memcmp(there + inside, page->wanted + inside, piece->bytes) == 0;
	}
	return is_same                                             ? RIG_PAGE_SAME
	       : compare_is_blank(page->flash, there, page->bytes) ? RIG_PAGE_BLANK
	                                                           : RIG_PAGE_DIFFERS;
}

static gboolean compare_by_reading(const RigFlashJob *job, const RigFlashPages *pages,
                                   GError **error)
{
	for (guint i = 0; i < pages->pages->len;) {
		guint run = compare_run(pages, i);
		gsize size = 0;
		for (guint k = 0; k < run; k++)
			size += rig_flash_page(pages, i + k)->bytes;
		g_autofree guint8 *there = g_malloc(MAX(size, 1));
		if (run > 0 &&
		    !rig_dap_read_memory(rig_cortex_dap(job->cortex), rig_flash_page(pages, i)->address,
		                         there, size, RIG_DAP_ANY, error))
			return FALSE;
		for (gsize at = 0; run > 0; run--, i++) {
			RigFlashPage *page = rig_flash_page(pages, i);
			page->state = compare_bytes_of(pages, page, there + at);
			at += page->bytes;
		}
		while (i < pages->pages->len && rig_flash_page(pages, i)->state == RIG_PAGE_SAME)
			i++;
	}
	return TRUE;
}

gboolean rig_flash_compare(const RigFlashJob *job, const RigFlashPages *pages, RigProof *proof,
                           GError **error)
{
	gboolean by_digest = compare_by_digest(job, pages);
	*proof = by_digest ? RIG_PROOF_DIGEST : RIG_PROOF_READBACK;
	return (by_digest ? compare_on_target : compare_by_reading)(job, pages, error) &&
	       compare_keep_rests(job, pages, error);
}

guint64 rig_flash_bytes_in(const RigFlashPages *pages, RigPageState state)
{
	guint64 bytes = 0;
	for (guint i = 0; i < pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(pages, i);
		for (guint k = 0; page->state == state && k < page->pieces; k++)
			bytes += rig_flash_piece(pages, page->first + k)->bytes;
	}
	return bytes;
}
