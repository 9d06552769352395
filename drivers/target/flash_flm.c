/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flash by the algorithm of a CMSIS-Pack, which runs on the core. There are two page buffers: while
 * one page is programmed the next one goes over the wire, in the same round trip.
 * Driven on the virtual bench only so far.
 */
#include "flm.h"

#include <rig/bytes.h>
#include <rig/flash.h>
#include <stddef.h>
#include <string.h>

#define FLM_FILE_MAX    (4u << 20)
#define FLM_STACK       1024u
#define FLM_HEADER      0xe7fdbe00u /* BKPT, and a branch to it: where every routine returns to */
#define FLM_HEADER_SIZE 4u
#define FLM_MARGIN      4 /* times the longest that the file says: cores run slower while debugged */
#define FLM_LONGEST_MS  60000u

/* What Init and UnInit are told is to come. */
enum { FLM_FOR_ERASE = 1, FLM_FOR_PROGRAM = 2 };

typedef struct FlmOptions {
	char *file;
	gint64 clock_mhz; /* milli-Hz */
} FlmOptions;

typedef struct FlmPriv {
	Flm flm;
	guint32 code, buffers[2], stack; /* in the target's RAM */
	gint64 pause_us;                 /* what a page has turned out to take beyond the wire's time */
} FlmPriv;

static const RigField flm_fields[] = {
    {.key = "file",
     .type = RIG_FIELD_PATH,
     .required = TRUE,
     .offset = offsetof(FlmOptions, file),
     .help = "the algorithm, as it comes in a CMSIS-Pack (*.FLM)"},
    {.key = "clock",
     .type = RIG_FIELD_QUANTITY,
     .offset = offsetof(FlmOptions, clock_mhz),
     .unit = "frequency",
     .max = 4e12,
     .fallback = "16MHz",
     .help = "of the core, as the algorithm is told"},
    {.key = NULL},
};

static gboolean flm_wrong(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean flm_wrong(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_USAGE, text);
	return FALSE;
}

/* From the beginning of the RAM: code, two buffers, the stack. */
static gboolean flm_lay_out(RigFlash *flash, GError **error)
{
	FlmPriv *priv = flash->priv;
	const Flm *flm = &priv->flm;
	guint32 code = (FLM_HEADER_SIZE + flm->code->len + 15) & ~15u;
	guint32 buffer = (flm->page_bytes + 15) & ~15u;
	if (code + 2 * buffer + FLM_STACK > flash->ram.bytes)
		return flm_wrong(
		    error,
		    "the algorithm with two pages and its stack needs %u bytes of RAM, and the "
		    "target file tells of %u",
		    code + 2 * buffer + FLM_STACK, flash->ram.bytes);
	priv->code = flash->ram.address;
	priv->buffers[0] = priv->code + code;
	priv->buffers[1] = priv->buffers[0] + buffer;
	priv->stack = (flash->ram.address + flash->ram.bytes) & ~7u;
	return TRUE;
}

static gboolean flm_load(RigFlash *flash, GError **error)
{
	const FlmOptions *options = flash->options;
	FlmPriv *priv = flash->priv;
	g_autofree char *data = NULL;
	gsize size = 0;
	g_autoptr(GError) trouble = NULL;
	if (!g_file_get_contents(options->file, &data, &size, &trouble))
		return flm_wrong(error, "%s", trouble->message);
	if (size > FLM_FILE_MAX)
		return flm_wrong(error, "%s: over 4 MiB, which no flash algorithm is", options->file);
	if (!flm_parse(options->file, (const guint8 *)data, size, &priv->flm, error))
		return FALSE;
	/* The file that drives it knows the memory best. */
	flash->address = priv->flm.address;
	flash->bytes = priv->flm.bytes;
	flash->page_bytes = priv->flm.page_bytes;
	flash->erased = priv->flm.erased;
	return flm_lay_out(flash, error);
}

static void flm_unload(RigFlash *flash)
{
	FlmPriv *priv = flash->priv;
	flm_clear(&priv->flm);
}

static void flm_page_at(const RigFlash *flash, guint32 address, guint32 *base, guint32 *bytes)
{
	const FlmPriv *priv = flash->priv;
	flm_sector(&priv->flm, address, base, bytes);
}

static gint64 flm_longest_us(guint32 ms)
{
	return (gint64)CLAMP(ms, 100u, FLM_LONGEST_MS) * 1000 * FLM_MARGIN;
}

static RigCall flm_call(const RigFlash *flash, const char *name, guint32 function, guint32 ms)
{
	const FlmPriv *priv = flash->priv;
	guint32 code = priv->code + FLM_HEADER_SIZE;
	return (RigCall){.name = name,
	                 .entry = code + (function & ~1u),
	                 .stack = priv->stack,
	                 .end = priv->code,
	                 .static_base = code + priv->flm.static_base,
	                 .longest_us = flm_longest_us(ms)};
}

static gboolean flm_check(const RigFlash *flash, const char *name, guint32 address,
                          const RigCallEnd *end, GError **error)
{
	const FlmPriv *priv = flash->priv;
	if (end->value == 0 && (end->pc & ~1u) == priv->code)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "board %s: the flash algorithm's %s at 0x%08x failed: it returned %u and stands at "
	            "0x%08x",
	            rig_dap_probe(rig_cortex_dap(flash->cortex))->board, name, address, end->value,
	            end->pc);
	return FALSE;
}

static gboolean flm_run(const RigFlash *flash, const RigCall *call, guint32 address, GError **error)
{
	RigCallEnd end = {.pc = call->end};
	rig_cortex_begin_call(flash->cortex);
	return rig_cortex_call(flash->cortex, call, error) &&
	       rig_cortex_finish_call(flash->cortex, call, &end.value, error) &&
	       flm_check(flash, call->name, address, &end, error);
}

static gboolean flm_init(const RigFlash *flash, guint32 purpose, GError **error)
{
	const FlmPriv *priv = flash->priv;
	const FlmOptions *options = flash->options;
	RigCall call = flm_call(flash, "Init", priv->flm.init, priv->flm.program_ms);
	call.arguments[0] = flash->address;
	call.arguments[1] = (guint32)MIN(options->clock_mhz / 1000, (gint64)G_MAXUINT32);
	call.arguments[2] = purpose;
	return flm_run(flash, &call, flash->address, error);
}

static gboolean flm_uninit(const RigFlash *flash, guint32 purpose, GError **error)
{
	const FlmPriv *priv = flash->priv;
	RigCall call = flm_call(flash, "UnInit", priv->flm.uninit, priv->flm.program_ms);
	call.arguments[0] = purpose;
	return flm_run(flash, &call, flash->address, error);
}

/* Its zeros are written, too: what they were is not known. */
static gboolean flm_begin(RigFlash *flash, GError **error)
{
	FlmPriv *priv = flash->priv;
	guint size = (FLM_HEADER_SIZE + priv->flm.code->len + 3) & ~3u;
	g_autofree guint8 *image = g_malloc0(size);
	rig_put_le32(image, FLM_HEADER);
	memcpy(image + FLM_HEADER_SIZE, priv->flm.code->data, priv->flm.code->len);
	priv->pause_us = 0;
	return rig_dap_write_memory(rig_cortex_dap(flash->cortex), priv->code, image, size,
	                            RIG_DAP_WORDS, error);
}

static gboolean flm_erase(RigFlash *flash, const guint32 *pages, gsize count, GError **error)
{
	const FlmPriv *priv = flash->priv;
	if (!flm_init(flash, FLM_FOR_ERASE, error))
		return FALSE;
	for (gsize i = 0; i < count; i++) {
		guint32 base = 0, bytes = 0;
		RigCall call = flm_call(flash, "EraseSector", priv->flm.erase_sector, priv->flm.erase_ms);
		call.arguments[0] = pages[i];
		if (!flm_run(flash, &call, pages[i], error))
			return FALSE;
		flm_sector(&priv->flm, pages[i], &base, &bytes);
		rig_flash_progress(flash, TRUE, bytes);
	}
	return flm_uninit(flash, FLM_FOR_ERASE, error);
}

static gboolean flm_is_erased(const RigFlash *flash, const guint8 *page)
{
	const FlmPriv *priv = flash->priv;
	for (guint32 i = 0; i < priv->flm.page_bytes; i++)
		if (page[i] != flash->erased)
			return FALSE;
	return TRUE;
}

/* The next page from `at` on that is to be programmed; `size`: there is none. */
static gsize flm_next(const RigFlash *flash, const guint8 *data, gsize at, gsize size)
{
	const FlmPriv *priv = flash->priv;
	while (at < size && flm_is_erased(flash, data + at))
		at += priv->flm.page_bytes;
	return MIN(at, size);
}

/* One page, and the next one's bytes beside it. A pause that was too short grows, others shrink. */
static gboolean flm_program_page(const RigFlash *flash, guint32 address, guint buffer,
                                 const guint8 *next, GError **error)
{
	FlmPriv *priv = flash->priv;
	gint64 late_us = 0;
	RigCall call = flm_call(flash, "ProgramPage", priv->flm.program_page, priv->flm.program_ms);
	call.arguments[0] = address;
	call.arguments[1] = priv->flm.page_bytes;
	call.arguments[2] = priv->buffers[buffer];
	call.expected_us = priv->pause_us;
	call.beside = next;
	call.beside_address = priv->buffers[1 - buffer];
	call.beside_bytes = next == NULL ? 0 : priv->flm.page_bytes;
	call.late_us = &late_us;
	if (!rig_cortex_call(flash->cortex, &call, error))
		return FALSE;
	priv->pause_us =
	    late_us > 0 ? MIN(priv->pause_us + late_us, call.longest_us) : priv->pause_us * 7 / 8;
	return TRUE;
}

static gboolean flm_program_pages(RigFlash *flash, guint32 address, const guint8 *data, gsize size,
                                  GError **error)
{
	FlmPriv *priv = flash->priv;
	guint buffer = 0;
	gsize at = flm_next(flash, data, 0, size), last = size;
	RigCallEnd end = {.pc = priv->code};
	if (at < size && !rig_dap_write_memory(rig_cortex_dap(flash->cortex), priv->buffers[buffer],
	                                       data + at, priv->flm.page_bytes, RIG_DAP_WORDS, error))
		return FALSE;
	for (; at < size; buffer = 1 - buffer) {
		gsize next = flm_next(flash, data, at + priv->flm.page_bytes, size);
		rig_cortex_begin_call(flash->cortex);
		if (last < size)
			rig_cortex_queue_end(flash->cortex, &end);
		if (!flm_program_page(flash, address + (guint32)at, buffer,
		                      next < size ? data + next : NULL, error) ||
		    !flm_check(flash, "ProgramPage", address + (guint32)last, &end, error))
			return FALSE;
		rig_flash_progress(flash, FALSE, (guint32)(next - at));
		last = at;
		at = next;
	}
	if (last == size)
		return TRUE;
	RigCall call = flm_call(flash, "ProgramPage", priv->flm.program_page, priv->flm.program_ms);
	end.pc = priv->code;
	return rig_cortex_finish_call(flash->cortex, &call, &end.value, error) &&
	       flm_check(flash, "ProgramPage", address + (guint32)last, &end, error);
}

static gboolean flm_program(RigFlash *flash, guint32 address, const guint8 *data, gsize size,
                            GError **error)
{
	return flm_init(flash, FLM_FOR_PROGRAM, error) &&
	       flm_program_pages(flash, address, data, size, error) &&
	       flm_uninit(flash, FLM_FOR_PROGRAM, error);
}

static gboolean flm_erase_all(RigFlash *flash, GError **error)
{
	const FlmPriv *priv = flash->priv;
	if (priv->flm.erase_chip == FLM_NONE)
		return flm_wrong(error,
		                 "the flash algorithm cannot erase all at once: leave --erase-all out");
	RigCall call =
	    flm_call(flash, "EraseChip", priv->flm.erase_chip, MAX(priv->flm.erase_ms, 10000));
	return flm_init(flash, FLM_FOR_ERASE, error) && flm_run(flash, &call, flash->address, error) &&
	       flm_uninit(flash, FLM_FOR_ERASE, error);
}

const RigFlashDriver rig_flash_flm = {
    .name = "flm",
    .about = "the flash algorithm of a CMSIS-Pack, run on the core",
    .fields = flm_fields,
    .options_size = sizeof(FlmOptions),
    .priv_size = sizeof(FlmPriv),
    .load = flm_load,
    .unload = flm_unload,
    .page_at = flm_page_at,
    .begin = flm_begin,
    .erase = flm_erase,
    .erase_all = flm_erase_all,
    .program = flm_program,
};
