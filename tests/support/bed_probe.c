/* SPDX-License-Identifier: Apache-2.0 */
#include "bed_probe.h"

#include "../../drivers/probe/swd_frame.h"
#include "test.h"

#define BED_PART     1024u /* of the engine's buffers, at a time */
#define BED_VISIT_US 250

static gint64 bed_now(gpointer user)
{
	const BedProbe *self = user;
	return self->now_us;
}

static gboolean bed_open(RigProbe *probe, gint64 deadline_us, GError **error)
{
	(void)deadline_us;
	(void)error;
	probe->clock_hz = 30000000;
	return TRUE;
}

static void bed_close(RigProbe *probe)
{
	(void)probe;
}

/* As a host does that takes answers while it sends. */
static void bed_pump(ProbeBed *bed, const GByteArray *commands, GByteArray *replies)
{
	guint8 part[BED_PART];
	for (gsize at = 0; at < commands->len;) {
		gsize size = MIN(MIN(commands->len - at, BED_PART), mpsse_room(bed->mpsse));
		probe_bed_send(bed, commands->data + at, size);
		at += size;
		for (gsize got; (got = probe_bed_take(bed, part, sizeof part)) > 0;)
			g_byte_array_append(replies, part, (guint)got);
	}
}

static gboolean bed_run(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us,
                        GError **error)
{
	(void)deadline_us;
	BedProbe *self = (BedProbe *)(guintptr)probe->options;
	WiringKind kind = *(WiringKind *)probe->priv;
	const MpssePins drive = {0x0000, 0x000b}, release = {0x0000, 0x0009};
	const SwdWires wires = {.is_streaming = kind == WIRING_RESISTOR,
	                        .drive = drive,
	                        .release = release,
	                        .can_idle = TRUE};
	MpsseQueue queue;
	self->visits++;
	self->now_us += BED_VISIT_US;
	if (self->is_unplugged) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BENCH, "the adapter was unplugged");
		return FALSE;
	}
	mpsse_queue_init(&queue);
	swd_frame_encode(&queue, &wires, batch);
	g_autoptr(GByteArray) replies = g_byte_array_new();
	bed_pump(&self->bed, queue.commands, replies);
	ck_assert_uint_eq(replies->len, queue.reply_bytes);
	mpsse_queue_clear(&queue);
	if (self->between != NULL)
		self->between(self->user);
	return swd_frame_decode(&wires, batch, replies->data, replies->len, error);
}

static gboolean bed_set_reset(RigProbe *probe, gboolean asserted, gint64 deadline_us,
                              GError **error)
{
	(void)deadline_us;
	(void)error;
	BedProbe *self = (BedProbe *)(guintptr)probe->options;
	const guint8 command[] = {0x80, 0x00, asserted ? 0x1b : 0x0b};
	probe_bed_send(&self->bed, command, sizeof command);
	return TRUE;
}

static const RigProbeDriver bed_driver = {
    .name = "bed",
    .about = "the virtual bench's models, in this process",
    .priv_size = sizeof(WiringKind),
    .open = bed_open,
    .close = bed_close,
    .run = bed_run,
    .set_reset = bed_set_reset,
};

void bed_probe_begin(BedProbe *self, WiringKind wiring, const MemapKind *kind)
{
	*self = (BedProbe){.now_us = 1};
	probe_bed_begin(&self->bed, wiring, kind);
	self->clock = (RigClock){bed_now, self};
	self->probe = rig_probe_new(&bed_driver, self, "one", &self->clock);
	*(WiringKind *)self->probe->priv = wiring;
	self->dap = rig_dap_new(self->probe);
}

void bed_probe_end(BedProbe *self)
{
	rig_dap_free(self->dap);
	rig_probe_free(self->probe);
	probe_bed_end(&self->bed);
}

void bed_probe_connect(BedProbe *self)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(rig_dap_connect(self->dap, &error), "%s", error == NULL ? "" : error->message);
	bed_probe_trouble(self, 0, 0);
}

void bed_probe_trouble(BedProbe *self, guint trouble, gint at)
{
	self->visits = 0;
	self->bed.transfers = 0;
	self->bed.trouble = trouble;
	self->bed.trouble_at = at;
	self->bed.trouble_count = 0;
}
