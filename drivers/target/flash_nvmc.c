/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flash controller of Nordic's nRF51 and nRF52 (nRF51 Reference Manual 3.0, 6; nRF52840 Product
 * Specification 1.1, 4.3). Flash is written as memory once that is enabled, so whole pages go out
 * in one stream, each word with the time that it takes: no code on the core, no round trips.
 * Driven on the virtual bench only so far.
 */
#include <rig/bytes.h>
#include <rig/flash.h>
#include <stddef.h>

#define NVMC_READY      0x400u
#define NVMC_CONFIG     0x504u
#define NVMC_ERASE_PAGE 0x508u
#define NVMC_ERASE_ALL  0x50cu
enum { NVMC_READ, NVMC_WRITE, NVMC_ERASE };

/* nRF52's control access port; 4.8. */
#define NVMC_CONTROL_IDR      0x02880000u
#define NVMC_CONTROL_MASK     0x0fff0000u
#define NVMC_CONTROL_RESET    0x00u
#define NVMC_CONTROL_ERASE    0x04u
#define NVMC_CONTROL_ERASING  0x08u
#define NVMC_CONTROL_OPEN     0x0cu
#define NVMC_CONTROL_IDENTITY 0xfcu

#define NVMC_VISIT_US                                                                              \
	500000                    /* of work in one stream: it can be stopped, and tell how far it is  \
	                           */
#define NVMC_MARGIN_SHARE 100 /* of the longest time, more: the clocks of two boards differ */
#define NVMC_PATIENCE     8   /* times the longest, until it is taken for stuck */

typedef struct NvmcOptions {
	gint64 base, control_ap;
	gint64 write_us, erase_us, erase_all_us;
} NvmcOptions;

typedef struct NvmcPriv {
	gboolean is_open; /* what is enabled was not taken back */
} NvmcPriv;

#define NVMC_AT(member) .offset = offsetof(NvmcOptions, member)
static const RigField nvmc_fields[] = {
    {.key = "base",
     .type = RIG_FIELD_INTEGER,
     NVMC_AT(base),
     .max = G_MAXUINT32,
     .fallback = "0x4001e000",
     .help = "address of the controller"},
    {.key = "write",
     .type = RIG_FIELD_QUANTITY,
     NVMC_AT(write_us),
     .required = TRUE,
     .unit = "time",
     .min = 1,
     .max = 1e4,
     .help = "the longest that a word takes"},
    {.key = "erase",
     .type = RIG_FIELD_QUANTITY,
     NVMC_AT(erase_us),
     .required = TRUE,
     .unit = "time",
     .min = 1,
     .max = 1e6,
     .help = "the longest that a page takes"},
    {.key = "erase-all",
     .type = RIG_FIELD_QUANTITY,
     NVMC_AT(erase_all_us),
     .required = TRUE,
     .unit = "time",
     .min = 1,
     .max = 1e7,
     .help = "the longest that all of it takes"},
    {.key = "control-ap",
     .type = RIG_FIELD_INTEGER,
     NVMC_AT(control_ap),
     .max = 255,
     .help = "number of the access port that opens a protected chip; default: it has none"},
    {.key = NULL},
};

static guint32 nvmc_clocks(const RigFlash *flash, gint64 span_us)
{
	guint64 longest = (guint64)(span_us + span_us / NVMC_MARGIN_SHARE + 1);
	RigProbe *probe = rig_dap_probe(rig_cortex_dap(flash->cortex));
	return (guint32)(longest * probe->clock_hz / G_USEC_PER_SEC);
}

static guint32 nvmc_register(const RigFlash *flash, guint offset)
{
	const NvmcOptions *options = flash->options;
	return (guint32)options->base + offset;
}

static gboolean nvmc_failed(const RigFlash *flash, GError **error, const char *text)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD, "board %s: %s",
	            rig_dap_probe(rig_cortex_dap(flash->cortex))->board, text);
	return FALSE;
}

/* What was queued before has ended, or is waited for. */
static gboolean nvmc_await(const RigFlash *flash, gint64 longest_us, GError **error)
{
	RigDap *dap = rig_cortex_dap(flash->cortex);
	const RigClock *clock = rig_dap_probe(dap)->clock;
	gint64 until_us = rig_clock_after(clock, longest_us * NVMC_PATIENCE);
	guint32 ready = 0;
	if (!rig_dap_peek(dap, nvmc_register(flash, NVMC_READY), &ready, error))
		return FALSE;
	while ((ready & 1u) == 0 && rig_clock_now(clock) < until_us) {
		guint32 before = 0;
		rig_dap_begin(dap, RIG_DAP_REPEATABLE);
		rig_dap_read_word(dap, nvmc_register(flash, NVMC_READY), &before);
		rig_dap_idle(dap, nvmc_clocks(flash, longest_us / 16));
		rig_dap_read_word(dap, nvmc_register(flash, NVMC_READY), &ready);
		if (!rig_dap_commit(dap, error))
			return FALSE;
	}
	return (ready & 1u) != 0 ||
	       nvmc_failed(flash, error,
	                   "the flash controller stays busy; switch the board off and on");
}

static gboolean nvmc_end(RigFlash *flash, GError **error)
{
	const NvmcPriv *priv = flash->priv;
	if (!priv->is_open)
		return TRUE;
	return rig_dap_poke(rig_cortex_dap(flash->cortex), nvmc_register(flash, NVMC_CONFIG), NVMC_READ,
	                    error);
}

static gboolean nvmc_erase(RigFlash *flash, const guint32 *pages, gsize count, GError **error)
{
	const NvmcOptions *options = flash->options;
	NvmcPriv *priv = flash->priv;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	gsize a_visit = (gsize)MAX(NVMC_VISIT_US / options->erase_us, 1);
	priv->is_open = TRUE;
	for (gsize at = 0; at < count; at += a_visit) {
		gsize part = MIN(count - at, a_visit);
		guint32 ready = 0;
		rig_dap_begin(dap, RIG_DAP_REPEATABLE);
		rig_dap_write_word(dap, nvmc_register(flash, NVMC_CONFIG), NVMC_ERASE);
		for (gsize i = 0; i < part; i++) {
			rig_dap_write_word(dap, nvmc_register(flash, NVMC_ERASE_PAGE), pages[at + i]);
			rig_dap_idle(dap, nvmc_clocks(flash, options->erase_us));
		}
		rig_dap_read_word(dap, nvmc_register(flash, NVMC_READY), &ready);
		if (!rig_dap_commit(dap, error) ||
		    ((ready & 1u) == 0 && !nvmc_await(flash, options->erase_us, error)))
			return FALSE;
		rig_flash_progress(flash, TRUE, (guint32)part * flash->page_bytes);
	}
	return TRUE;
}

static gboolean nvmc_program(RigFlash *flash, guint32 address, const guint8 *data, gsize size,
                             GError **error)
{
	const NvmcOptions *options = flash->options;
	NvmcPriv *priv = flash->priv;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	gsize a_visit = (gsize)MAX(NVMC_VISIT_US / options->write_us, 1) * 4;
	guint32 pause = nvmc_clocks(flash, options->write_us);
	/* Those of the transfer itself are part of the time. */
	pause = pause > 46 ? pause - 46 : 0;
	for (gsize at = 0; at < size; at += a_visit) {
		gsize part = MIN(size - at, a_visit);
		guint32 ready = 0;
		rig_dap_begin(dap, RIG_DAP_RESUMABLE);
		rig_dap_write_word(dap, nvmc_register(flash, NVMC_CONFIG), NVMC_WRITE);
		for (gsize i = 0; i < part; i += 4) {
			guint32 word = rig_get_le32(data + at + i);
			if (word == G_MAXUINT32)
				continue;
			rig_dap_write_next(dap, address + (guint32)(at + i), word);
			rig_dap_idle(dap, pause);
		}
		rig_dap_read_word(dap, nvmc_register(flash, NVMC_READY), &ready);
		rig_dap_write_word(dap, nvmc_register(flash, NVMC_CONFIG), NVMC_READ);
		priv->is_open = TRUE;
		if (!rig_dap_commit(dap, error) ||
		    ((ready & 1u) == 0 && !nvmc_await(flash, options->write_us, error)))
			return FALSE;
		priv->is_open = FALSE;
		rig_flash_progress(flash, FALSE, (guint32)part);
	}
	return TRUE;
}

static gboolean nvmc_read_control(const RigFlash *flash, guint address, guint32 *value,
                                  GError **error)
{
	const NvmcOptions *options = flash->options;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	rig_dap_read_ap(dap, (guint8)options->control_ap, address, value);
	return rig_dap_commit(dap, error);
}

static gboolean nvmc_write_control(const RigFlash *flash, guint address, guint32 value,
                                   GError **error)
{
	const NvmcOptions *options = flash->options;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	rig_dap_write_ap(dap, (guint8)options->control_ap, address, value);
	return rig_dap_commit(dap, error);
}

static gboolean nvmc_look(RigFlash *flash, gboolean *locked, GError **error)
{
	const NvmcOptions *options = flash->options;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	guint32 identity = 0, open = 0;
	*locked = FALSE;
	if (options->control_ap == 0)
		return TRUE;
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	rig_dap_read_ap(dap, (guint8)options->control_ap, NVMC_CONTROL_IDENTITY, &identity);
	rig_dap_read_ap(dap, (guint8)options->control_ap, NVMC_CONTROL_OPEN, &open);
	if (!rig_dap_commit(dap, error))
		return FALSE;
	if ((identity & NVMC_CONTROL_MASK) != NVMC_CONTROL_IDR)
		return nvmc_failed(flash, error,
		                   "there is no control access port of Nordic's where the target file has "
		                   "it: is it for another target?");
	*locked = (open & 1u) == 0;
	return TRUE;
}

static gboolean nvmc_erase_by_control(const RigFlash *flash, GError **error)
{
	const NvmcOptions *options = flash->options;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	const RigClock *clock = rig_dap_probe(dap)->clock;
	gint64 until_us = rig_clock_after(clock, options->erase_all_us * NVMC_PATIENCE);
	guint32 erasing = 1;
	if (!nvmc_write_control(flash, NVMC_CONTROL_ERASE, 1, error))
		return FALSE;
	while (erasing != 0 && rig_clock_now(clock) < until_us)
		if (!nvmc_read_control(flash, NVMC_CONTROL_ERASING, &erasing, error))
			return FALSE;
	if (erasing != 0)
		return nvmc_failed(flash, error, "erasing all does not end");
	if (!nvmc_write_control(flash, NVMC_CONTROL_RESET, 1, error) ||
	    !nvmc_write_control(flash, NVMC_CONTROL_RESET, 0, error) ||
	    !nvmc_write_control(flash, NVMC_CONTROL_ERASE, 0, error))
		return FALSE;
	rig_dap_forget(dap);
	return rig_cortex_reset(flash->cortex, RIG_RESET_SYSTEM, 0, TRUE, error);
}

static gboolean nvmc_erase_all(RigFlash *flash, GError **error)
{
	const NvmcOptions *options = flash->options;
	RigDap *dap = rig_cortex_dap(flash->cortex);
	if (options->control_ap != 0)
		return nvmc_erase_by_control(flash, error);
	rig_dap_begin(dap, RIG_DAP_REPEATABLE);
	rig_dap_write_word(dap, nvmc_register(flash, NVMC_CONFIG), NVMC_ERASE);
	rig_dap_write_word(dap, nvmc_register(flash, NVMC_ERASE_ALL), 1);
	rig_dap_idle(dap, nvmc_clocks(flash, options->erase_all_us));
	return rig_dap_commit(dap, error) && nvmc_await(flash, options->erase_all_us, error);
}

const RigFlashDriver rig_flash_nvmc = {
    .name = "nvmc",
    .about = "the flash controller of Nordic's nRF51 and nRF52",
    .fields = nvmc_fields,
    .options_size = sizeof(NvmcOptions),
    .priv_size = sizeof(NvmcPriv),
    .look = nvmc_look,
    .erase_all = nvmc_erase_all,

    .end = nvmc_end,
    .erase = nvmc_erase,
    .program = nvmc_program,
};
