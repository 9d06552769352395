/* SPDX-License-Identifier: Apache-2.0 */
#include "run/wiring_probe.h"
#include "data/image.h"

static void wiring_probe_note(gpointer user, const char *text)
{
	RigWiring *wiring = user;
	if (wiring->events.note != NULL)
		wiring->events.note(wiring->events.user, text);
}

static gboolean wiring_find_symbol(gpointer user, const char *name, RigMemoryRange *range)
{
	const RigWiring *wiring = user;
	guint64 address = 0, bytes = 0;
	if (wiring->image == NULL ||
	    !rig_image_find_symbol(wiring->image, name, &address, &bytes, NULL) ||
	    address > G_MAXUINT32 || bytes > G_MAXUINT32)
		return FALSE;
	*range = (RigMemoryRange){(guint32)address, (guint32)bytes};
	return TRUE;
}

static void wiring_add_access(RigWiring *wiring)
{
	const GPtrArray *ram = wiring->board->flash == NULL ? NULL : wiring->board->flash->ram;
	wiring->ram = g_array_new(FALSE, FALSE, sizeof(RigMemoryRange));
	for (guint i = 0; ram != NULL && i < ram->len; i++) {
		const RigTargetRam *one = g_ptr_array_index(ram, i);
		RigMemoryRange range = {(guint32)one->address, (guint32)one->bytes};
		g_array_append_val(wiring->ram, range);
	}
	wiring->access = (RigAccess){.dap = wiring->dap,
	                             .cortex = wiring->cortex,
	                             .clock = wiring->clock,
	                             .ram = (const RigMemoryRange *)(gconstpointer)wiring->ram->data,
	                             .ram_count = wiring->ram->len,
	                             .find_symbol = wiring_find_symbol,
	                             .user = wiring};
}

RigAccess *rig_wiring_access(RigWiring *wiring)
{
	return wiring->probe == NULL ? NULL : &wiring->access;
}

void rig_wiring_add_probe(RigWiring *wiring)
{
	const RigBoard *board = wiring->board;
	if (board->probe == NULL)
		return;
	wiring->probe = rig_probe_new(board->probe, board->probe_options, board->name, wiring->clock);
	wiring->probe->stop_fd = wiring->stop_fd;
	wiring->probe->note = wiring_probe_note;
	wiring->probe->user = wiring;
	wiring->dap = rig_dap_new(wiring->probe);
	wiring->cortex = rig_cortex_new(wiring->dap);
	wiring_add_access(wiring);
}

void rig_wiring_drop_probe(RigWiring *wiring)
{
	rig_cortex_free(wiring->cortex);
	rig_dap_free(wiring->dap);
	rig_probe_free(wiring->probe);
	if (wiring->ram != NULL)
		g_array_unref(wiring->ram);
}

RigCortex *rig_wiring_cortex(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	if (wiring->cortex == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no `probe:` in its bench file",
		            wiring->board->name);
		return NULL;
	}
	if (!rig_wiring_power(wiring, deadline_us, error))
		return NULL;
	rig_dap_set_deadline(wiring->dap, deadline_us);
	return wiring->cortex;
}

void rig_wiring_forget_target(RigWiring *wiring)
{
	if (wiring->dap != NULL)
		rig_dap_forget(wiring->dap);
}

gboolean rig_wiring_reset_by_probe(RigWiring *wiring, const RigResetEntry *entry,
                                   gint64 deadline_us, GError **error)
{
	RigCortex *cortex = rig_wiring_cortex(wiring, deadline_us, error);
	RigResetWay way = entry->probe == RIG_BENCH_RESET_NSRST ? RIG_RESET_NSRST : RIG_RESET_SYSTEM;
	return cortex != NULL && rig_cortex_reset(cortex, way, entry->pulse_us, FALSE, error);
}

static char *wiring_size(guint64 bytes)
{
	if (bytes < 1024)
		return g_strdup_printf("%" G_GUINT64_FORMAT " bytes", bytes);
	return g_strdup_printf("%.1f KiB", (double)bytes / 1024);
}

char *rig_flash_words(const RigFlashResult *result)
{
	guint64 changed = result->image_bytes - result->same_bytes;
	g_autofree char *all = wiring_size(result->image_bytes);
	g_autofree char *same = wiring_size(result->same_bytes);
	g_autofree char *done = wiring_size(changed);
	const char *proof = rig_proof_words(result->proof);
	if (changed == 0)
		return g_strdup_printf("%s unchanged, skipped; proven by %s", all, proof);
	if (result->same_bytes == 0)
		return g_strdup_printf("%s flashed; proven by %s", done, proof);
	return g_strdup_printf("%s flashed, %s unchanged, skipped; proven by %s", done, same, proof);
}

gboolean rig_wiring_flash_by_probe(RigWiring *wiring, const RigFlashOrder *order,
                                   gint64 deadline_us, RigFlashResult *result, GError **error)
{
	RigCortex *cortex = rig_wiring_cortex(wiring, deadline_us, error);
	if (cortex == NULL)
		return FALSE;
	RigFlashJob job = {.cortex = cortex,
	                   .target = wiring->board->flash,
	                   .image = order->image,
	                   .silicon = wiring->board->unit_silicon,
	                   .erase_all = order->erase_all,
	                   .reads_back = order->reads_back,
	                   .tell = order->tell,
	                   .user = order->user};
	if (!rig_flash_load(&job, result, error))
		return FALSE;
	g_autofree char *words = rig_flash_words(result);
	wiring_probe_note(wiring, words);
	if (order->halts)
		return TRUE;
	/* A halt would outlast the resets that others than the probe do. */
	gboolean good = rig_cortex_reset(cortex, RIG_RESET_SYSTEM, 0, FALSE, error) &&
	                rig_cortex_release(cortex, error);
	rig_dap_disconnect(wiring->dap);
	return good;
}

void rig_wiring_release_probe(RigWiring *wiring, gint64 deadline_us)
{
	if (wiring->probe == NULL || !wiring->probe->is_open)
		return;
	wiring->probe->stop_fd = -1; /* being asked to stop must not stop the making safe */
	rig_dap_set_deadline(wiring->dap, deadline_us);
	if (rig_dap_is_connected(wiring->dap))
		(void)rig_cortex_release(wiring->cortex, NULL);
	rig_dap_disconnect(wiring->dap);
	rig_probe_close(wiring->probe);
	wiring->probe->stop_fd = wiring->stop_fd;
}
