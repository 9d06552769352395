/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an adapter answers, as the debug port takes it: packets with their status bytes, words of
 * the wire, acknowledges, ROM tables. The first byte says how the wires are, the second what is
 * asked.
 */
#include "../../drivers/probe/ftdi_stream.h"
#include "../../drivers/probe/swd_frame.h"
#include <rig/cortex.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define FUZZ_PACKET   512u
#define FUZZ_VISIT_US 20000
#define FUZZ_BYTES    600u

typedef struct {
	const guint8 *data; /* what is left of the answers */
	gsize size;
	gboolean is_streaming, is_cut;
	gint64 now_us;
} Fuzz;

static gint64 fuzz_now(gpointer user)
{
	return ((Fuzz *)user)->now_us;
}

static gboolean fuzz_open(RigProbe *probe, gint64 deadline_us, GError **error)
{
	(void)probe;
	(void)deadline_us;
	(void)error;
	return TRUE;
}

static void fuzz_close(RigProbe *probe)
{
	(void)probe;
}

/* The wire's own bytes come from the input; where it has ended, all are 0. */
static gboolean fuzz_run(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us,
                         GError **error)
{
	(void)deadline_us;
	Fuzz *fuzz = (Fuzz *)(guintptr)probe->options;
	const SwdWires wires = {.is_streaming = fuzz->is_streaming, .drive = {0, 3}, .release = {0, 1}};
	MpsseQueue queue;
	mpsse_queue_init(&queue);
	swd_frame_encode(&queue, &wires, batch);
	gsize packets = queue.reply_bytes / (FUZZ_PACKET - 2) + 1;
	gsize bytes = queue.reply_bytes + 2 * packets;
	mpsse_queue_clear(&queue);
	g_autofree guint8 *raw = g_malloc0(bytes);
	gsize given = MIN(bytes, fuzz->size);
	memcpy(raw, fuzz->data, given);
	fuzz->data += given;
	fuzz->size -= given;
	fuzz->now_us += FUZZ_VISIT_US;
	gsize got = ftdi_stream_strip(raw, fuzz->is_cut ? given : bytes, FUZZ_PACKET);
	return swd_frame_decode(&wires, batch, raw, got, error);
}

static gboolean fuzz_set_reset(RigProbe *probe, gboolean asserted, gint64 deadline_us,
                               GError **error)
{
	(void)asserted;
	return fuzz_open(probe, deadline_us, error);
}

static const RigProbeDriver fuzz_driver = {.name = "fuzz",
                                           .open = fuzz_open,
                                           .close = fuzz_close,
                                           .run = fuzz_run,
                                           .set_reset = fuzz_set_reset};

static void fuzz_ask(RigDap *dap, guint8 what)
{
	guint8 bytes[FUZZ_BYTES] = {0};
	guint32 values[RIG_REG_END] = {0};
	gsize count = 0;
	const guint8 *numbers = rig_cortex_registers(FALSE, &count);
	g_autoptr(RigCortex) cortex = rig_cortex_new(dap);
	GArray *aps = (what & 1) != 0 ? rig_dap_scan_aps(dap, NULL) : NULL;
	GArray *parts = (what & 2) != 0 ? rig_dap_walk_rom(dap, NULL) : NULL;
	g_clear_pointer(&aps, g_array_unref);
	g_clear_pointer(&parts, g_array_unref);
	if ((what & 4) != 0)
		(void)rig_dap_read_memory(dap, 0x20000001, bytes, sizeof bytes, RIG_DAP_ANY, NULL);
	if ((what & 8) != 0)
		(void)rig_dap_write_memory(dap, 0x20000000, bytes, sizeof bytes, RIG_DAP_BYTES, NULL);
	if ((what & 16) != 0)
		(void)rig_cortex_read_registers(cortex, numbers, count, values, NULL);
	if ((what & 32) != 0)
		(void)rig_cortex_reset(cortex, RIG_RESET_SYSTEM, 0, TRUE, NULL);
	rig_dap_disconnect(dap);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 2)
		return 0;
	Fuzz fuzz = {.data = data + 2,
	             .size = size - 2,
	             .is_streaming = (data[0] & 1) != 0,
	             .is_cut = (data[0] & 2) != 0,
	             .now_us = 1};
	const RigClock clock = {fuzz_now, &fuzz};
	g_autoptr(RigProbe) probe = rig_probe_new(&fuzz_driver, &fuzz, "one", &clock);
	g_autoptr(RigDap) dap = rig_dap_new(probe);
	if (rig_dap_connect(dap, NULL))
		fuzz_ask(dap, data[1]);
	return 0;
}
