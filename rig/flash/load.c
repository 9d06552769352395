/* SPDX-License-Identifier: Apache-2.0 */
#include "flash/load.h"

#include <string.h>

#include "flash/compare.h"
#include "flash/flashes.h"

#define LOAD_SILICON_MAX 64u

typedef struct Load {
	const RigFlashJob *job;
	RigFlashResult *result;
	GPtrArray *flashes;
	RigFlashPages *pages;
	guint64 erase_bytes, program_bytes; /* that are to be done */
} Load;

const char *rig_proof_words(RigProof proof)
{
	static const char *const words[] = {[RIG_PROOF_NONE] = "none",
	                                    [RIG_PROOF_DIGEST] = "SHA-256 on the target",
	                                    [RIG_PROOF_READBACK] = "read back"};
	return words[proof];
}

void rig_flash_result_clear(RigFlashResult *result)
{
	g_clear_pointer(&result->silicon, g_free);
}

static const char *load_board(const Load *load)
{
	return rig_dap_probe(rig_cortex_dap(load->job->cortex))->board;
}

static gboolean load_failed(const Load *load, GError **error, RigErrorCode code, const char *format,
                            ...) G_GNUC_PRINTF(4, 5);

static gboolean load_failed(const Load *load, GError **error, RigErrorCode code, const char *format,
                            ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, RIG_ERROR, (gint)code, "board %s: %s", load_board(load), text);
	return FALSE;
}

/* Who is at the end of the wires. */

static gboolean load_check_part(const Load *load, guint32 word, GError **error)
{
	const RigTarget *target = load->job->target;
	if (target->part_address < 0 ||
	    (word & (guint32)target->part_mask) == (guint32)target->part_value)
		return TRUE;
	return load_failed(load, error, RIG_ERROR_BENCH,
	                   "this is no %s: its part number reads as 0x%08x, not 0x%08x; look at the "
	                   "bench file and at the wires",
	                   target->name, word, (guint32)target->part_value);
}

/* As a number: the most significant byte first. */
static gboolean load_check_silicon(const Load *load, const guint32 *words, GError **error)
{
	const RigTarget *target = load->job->target;
	if (target->silicon_address < 0)
		return TRUE;
	GString *text = g_string_new(NULL);
	for (gint64 i = target->silicon_bytes / 4; i-- > 0;)
		g_string_append_printf(text, "%08x", words[i]);
	load->result->silicon = g_string_free(text, FALSE);
	const char *wanted = load->job->silicon;
	if (wanted == NULL || g_ascii_strcasecmp(wanted, load->result->silicon) == 0)
		return TRUE;
	return load_failed(load, error, RIG_ERROR_BENCH,
	                   "its chip is %s and the bench file's `unit: {silicon: %s}` is another: the "
	                   "board was swapped",
	                   load->result->silicon, wanted);
}

static gboolean load_check_core(const Load *load, GError **error)
{
	const char *wanted = load->job->target->core;
	const RigDapIdentity *identity = rig_dap_identity(rig_cortex_dap(load->job->cortex));
	g_autofree char *name = rig_cortex_name(identity->cpuid);
	gsize length = wanted == NULL ? 0 : strlen(wanted);
	/* A locked chip does not tell. */
	if (wanted == NULL || identity->cpuid == 0 ||
	    (g_ascii_strncasecmp(name, wanted, length) == 0 && !g_ascii_isalnum(name[length]) &&
	     name[length] != '+'))
		return TRUE;
	return load_failed(load, error, RIG_ERROR_BENCH,
	                   "this is no %s: its core is a %s, not a %s; another board hangs on these "
	                   "cables, or the bench file is wrong",
	                   load->job->target->name, name, wanted);
}

/* In one visit. */
static gboolean load_identify(const Load *load, GError **error)
{
	const RigTarget *target = load->job->target;
	RigDap *dap = rig_cortex_dap(load->job->cortex);
	guint32 part = 0, silicon[LOAD_SILICON_MAX / 4] = {0};
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	if (target->part_address >= 0)
		rig_dap_read_word(dap, (guint32)target->part_address, &part);
	for (gint64 i = 0; target->silicon_address >= 0 && i < target->silicon_bytes / 4; i++)
		rig_dap_read_word(dap, (guint32)(target->silicon_address + 4 * i), &silicon[i]);
	return load_check_core(load, error) && rig_dap_commit(dap, error) &&
	       load_check_part(load, part, error) && load_check_silicon(load, silicon, error);
}

/* A chip that is locked lets itself be erased, and nothing else. *opened: one was, and is open now.
 */
static gboolean load_open(const Load *load, gboolean *opened, GError **error)
{
	*opened = FALSE;
	for (guint i = 0; i < load->flashes->len; i++) {
		RigFlash *flash = load->flashes->pdata[i];
		gboolean is_locked = FALSE;
		if (flash->driver->look != NULL && !flash->driver->look(flash, &is_locked, error))
			return FALSE;
		if (!is_locked)
			continue;
		if (!load->job->erase_all || flash->driver->erase_all == NULL)
			return load_failed(load, error, RIG_ERROR_BOARD,
			                   "the chip is locked against debuggers; `tinyrig flash %s IMAGE "
			                   "--erase-all` opens it, and erases all that it holds",
			                   load_board(load));
		if (!flash->driver->erase_all(flash, error))
			return FALSE;
		*opened = TRUE;
	}
	return TRUE;
}

static gboolean load_stop(const Load *load, GError **error)
{
	return load_identify(load, error) &&
	       rig_cortex_reset(load->job->cortex, RIG_RESET_SYSTEM, 0, TRUE, error);
}

/* Whether it is locked is asked when it refuses an access. */
static gboolean load_meet(const Load *load, GError **error)
{
	g_autoptr(GError) refused = NULL;
	gboolean opened = FALSE;
	if (!rig_dap_connect(rig_cortex_dap(load->job->cortex), error))
		return FALSE;
	if (load_stop(load, &refused))
		return TRUE;
	if (g_error_matches(refused, RIG_ERROR, RIG_ERROR_BOARD)) {
		if (!load_open(load, &opened, error))
			return FALSE;
		if (opened)
			return load_stop(load, error);
	}
	g_propagate_error(error, g_steal_pointer(&refused));
	return FALSE;
}

/* What must go, and what must come. */

static void load_progress(gpointer user, gboolean erased, guint32 bytes)
{
	Load *load = user;
	guint64 *done = erased ? &load->result->erased_bytes : &load->result->programmed_bytes;
	*done += bytes;
	if (load->job->tell != NULL)
		load->job->tell(load->job->user, erased ? "erasing" : "programming", *done,
		                erased ? load->erase_bytes : load->program_bytes);
}

static gboolean load_is_to_program(const RigFlashPage *page)
{
	return page->state == RIG_PAGE_DIFFERS || page->state == RIG_PAGE_BLANK;
}

static gboolean load_is_to_erase(const RigFlashPage *page)
{
	return page->state == RIG_PAGE_DIFFERS && page->flash->driver->erase != NULL;
}

static gboolean load_erase(const Load *load, RigFlash *flash, GError **error)
{
	g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(guint32));
	for (guint i = 0; i < load->pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(load->pages, i);
		if (page->flash == flash && load_is_to_erase(page))
			g_array_append_val(addresses, page->address);
	}
	return addresses->len == 0 ||
	       flash->driver->erase(flash, (const guint32 *)(gconstpointer)addresses->data,
	                            addresses->len, error);
}

/* Neighbours go together. */
static gboolean load_program(const Load *load, RigFlash *flash, GError **error)
{
	const RigFlashPages *pages = load->pages;
	for (guint i = 0; i < pages->pages->len;) {
		const RigFlashPage *first = rig_flash_page(pages, i);
		g_autoptr(GByteArray) data = g_byte_array_new();
		for (; i < pages->pages->len; i++) {
			const RigFlashPage *page = rig_flash_page(pages, i);
			if (page->flash != flash || !load_is_to_program(page) ||
			    page->address - first->address != data->len)
				break;
			g_byte_array_append(data, page->wanted, page->bytes);
		}
		if (data->len == 0)
			i++;
		else if (!flash->driver->program(flash, first->address, data->data, data->len, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean load_write(const Load *load, RigFlash *flash, GError **error)
{
	const RigFlashDriver *driver = flash->driver;
	gboolean is_needed = FALSE;
	for (guint i = 0; i < load->pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(load->pages, i);
		is_needed |= page->flash == flash && load_is_to_program(page);
	}
	if (!is_needed)
		return TRUE;
	gboolean good = (driver->begin == NULL || driver->begin(flash, error)) &&
	                load_erase(load, flash, error) && load_program(load, flash, error);
	/* Left as it was found, as far as it still answers. */
	return (driver->end == NULL || driver->end(flash, good ? error : NULL)) && good;
}

/* The first byte that is not as it should be. */
static gboolean load_differs(const Load *load, const RigFlashPage *page, GError **error)
{
	const RigFlashPages *pages = load->pages;
	for (guint k = 0; k < page->pieces; k++) {
		const RigMemoryRange *piece = rig_flash_piece(pages, page->first + k);
		const guint8 *wanted = page->wanted + (piece->address - page->address);
		g_autofree guint8 *there = g_malloc(piece->bytes);
		if (!rig_dap_read_memory(rig_cortex_dap(load->job->cortex), piece->address, there,
		                         piece->bytes, RIG_DAP_ANY, error))
			return FALSE;
		for (guint32 at = 0; at < piece->bytes; at++)
			if (there[at] != wanted[at])
				return load_failed(load, error, RIG_ERROR_BOARD,
				                   "its flash does not keep what is written: at 0x%08x stands "
				                   "0x%02x where the image has 0x%02x",
				                   piece->address + at, there[at], wanted[at]);
	}
	return load_failed(load, error, RIG_ERROR_BOARD,
	                   "the digest of the page at 0x%08x is wrong, and reading it shows no "
	                   "difference: its RAM or its clock is not as its target file says",
	                   page->address);
}

static gboolean load_prove(const Load *load, GError **error)
{
	RigProof proof = RIG_PROOF_NONE;
	gboolean changed = FALSE;
	for (guint i = 0; i < load->pages->pages->len; i++) {
		RigFlashPage *page = rig_flash_page(load->pages, i);
		changed |= page->state != RIG_PAGE_SAME;
		if (page->state != RIG_PAGE_SAME)
			page->state = RIG_PAGE_UNKNOWN;
	}
	if (!changed)
		return TRUE;
	if (!rig_flash_compare(load->job, load->pages, &proof, error))
		return FALSE;
	for (guint i = 0; i < load->pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(load->pages, i);
		if (page->state != RIG_PAGE_SAME)
			return load_differs(load, page, error);
	}
	/* Of two ways the weaker one is told. */
	load->result->proof = MIN(load->result->proof, proof);
	return TRUE;
}

static gboolean load_erase_all(const Load *load, GError **error)
{
	for (guint i = 0; load->job->erase_all && i < load->flashes->len; i++) {
		RigFlash *flash = load->flashes->pdata[i];
		const RigFlashDriver *driver = flash->driver;
		if (driver->erase_all == NULL)
			continue;
		if (!(driver->begin == NULL || driver->begin(flash, error)) ||
		    !driver->erase_all(flash, error) || !(driver->end == NULL || driver->end(flash, error)))
			return FALSE;
		load->result->erased_bytes += flash->bytes;
	}
	return TRUE;
}

static gboolean load_run(Load *load, GError **error)
{
	if (!load_meet(load, error) || !load_erase_all(load, error) ||
	    !rig_flash_compare(load->job, load->pages, &load->result->proof, error))
		return FALSE;
	load->result->same_bytes = rig_flash_bytes_in(load->pages, RIG_PAGE_SAME);
	load->erase_bytes = load->result->erased_bytes;
	for (guint i = 0; i < load->pages->pages->len; i++) {
		const RigFlashPage *page = rig_flash_page(load->pages, i);
		load->erase_bytes += load_is_to_erase(page) ? page->bytes : 0;
		load->program_bytes += load_is_to_program(page) ? page->bytes : 0;
	}
	for (guint i = 0; i < load->flashes->len; i++) {
		RigFlash *flash = load->flashes->pdata[i];
		flash->progress = load_progress;
		flash->user = load;
		if (!load_write(load, flash, error))
			return FALSE;
	}
	return load_prove(load, error);
}

gboolean rig_flash_load(const RigFlashJob *job, RigFlashResult *result, GError **error)
{
	const RigClock *clock = rig_dap_probe(rig_cortex_dap(job->cortex))->clock;
	gint64 begin_us = rig_clock_now(clock);
	g_autoptr(GPtrArray) flashes = rig_flashes_new(job->target, job->cortex, error);
	g_autoptr(RigFlashPages) pages =
	    flashes == NULL ? NULL : rig_flash_pages_new(job->image, flashes, error);
	*result = (RigFlashResult){.image_bytes = job->image->load_bytes};
	if (pages == NULL)
		return FALSE;
	Load load = {.job = job, .result = result, .flashes = flashes, .pages = pages};
	gboolean good = load_run(&load, error);
	result->duration_us = rig_clock_now(clock) - begin_us;
	if (!good)
		result->proof = RIG_PROOF_NONE;
	return good;
}
