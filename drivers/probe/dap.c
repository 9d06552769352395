/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a debug access port: connected, identified, powered down. */
#include "dap_internal.h"

#define DAP_WAKE_US      (500 * 1000) /* as long as OpenOCD tries */
#define DAP_POWER_POLLS  4u           /* in the visit that wakes it */
#define DAP_POWER_US     (100 * 1000)
#define DAP_POWER_CLOCKS 64u
#define DAP_CPUID        0xe000ed00u

/* B5.2.3, B5.3.4; the bytes go out bit 0 first. */
static const guint8 dap_from_jtag[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x9e, 0xe7,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
static const guint8 dap_from_dormant[] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x75, 0x77, 0x77, 0x67, 0xff, 0x92,
    0xf3, 0x09, 0x62, 0x95, 0x2d, 0x85, 0x86, 0xe9, 0xaf, 0xdd, 0xe3, 0xa2, 0x0e,
    0xbc, 0x19, 0xa0, 0xf1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

RigDap *rig_dap_new(RigProbe *probe)
{
	RigDap *dap = g_new0(RigDap, 1);
	dap->probe = probe;
	dap->deadline_us = RIG_FOREVER;
	dap->ops = g_array_new(FALSE, FALSE, sizeof(DapOp));
	dap->transfers = g_array_new(FALSE, TRUE, sizeof(RigSwdTransfer));
	return dap;
}

void rig_dap_free(RigDap *dap)
{
	if (dap == NULL)
		return;
	g_array_unref(dap->ops);
	g_array_unref(dap->transfers);
	g_free(dap);
}

RigProbe *rig_dap_probe(RigDap *dap)
{
	return dap->probe;
}

void rig_dap_set_deadline(RigDap *dap, gint64 deadline_us)
{
	dap->deadline_us = deadline_us;
}

gint64 rig_dap_deadline(const RigDap *dap)
{
	return dap->deadline_us;
}

gboolean rig_dap_is_connected(const RigDap *dap)
{
	return dap->is_connected;
}

const RigDapIdentity *rig_dap_identity(const RigDap *dap)
{
	return &dap->identity;
}

const RigDapCounts *rig_dap_counts(const RigDap *dap)
{
	return &dap->counts;
}

gboolean dap_failed(const RigDap *dap, GError **error, RigErrorCode code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	const RigProbe *probe = dap->probe;
	g_set_error(error, RIG_ERROR, (gint)code, "board %s: probe %s: %s", probe->board,
	            probe->identity != NULL ? probe->identity : probe->driver->name, text);
	return FALSE;
}

gboolean dap_visit(RigDap *dap, const guint8 *sequence, gsize sequence_bytes,
                   RigSwdTransfer *transfers, gsize count, GError **error)
{
	RigSwdBatch batch = {sequence, sequence_bytes, transfers, count};
	return rig_probe_run(dap->probe, &batch, dap->deadline_us, error);
}

/* What came instead of DPIDR. */
static gboolean dap_nobody(const RigDap *dap, const RigSwdTransfer *answer, GError **error)
{
	const char *why =
	    "what comes back is noise: look at the cable, at ground, and try a lower clock";
	if (answer->ack == 7)
		why = "SWDIO stays high, nobody answers: is the board powered, are SWDIO and SWCLK wired "
		      "and not swapped, does its firmware leave the port on? (tinyrig reset --halt)";
	else if (answer->ack == 0)
		why = "SWDIO stays low: is the board powered and out of reset, is ground wired?";
	return dap_failed(dap, error, RIG_ERROR_BENCH, "no SWD target: %s", why);
}

static gboolean dap_is_up(const RigSwdTransfer *answer, guint32 acknowledged)
{
	return answer->ack == RIG_SWD_OK && !answer->is_damaged &&
	       (answer->data & acknowledged) == acknowledged;
}

/* Some parts never acknowledge the system's half, and work. */
static gboolean dap_await_power(RigDap *dap, GError **error)
{
	const RigClock *clock = dap->probe->clock;
	gint64 until_us = MIN(rig_clock_after(clock, DAP_POWER_US), dap->deadline_us);
	for (;;) {
		RigSwdTransfer poll = dap_read_dp_transfer(DP_CTRL_STAT);
		if (!dap_visit(dap, NULL, 0, &poll, 1, error))
			return FALSE;
		if (dap_is_up(&poll, DP_POWER_ACK))
			return TRUE;
		if (rig_clock_now(clock) < until_us)
			continue;
		return dap_is_up(&poll, DP_DEBUG_ACK) ||
		       dap_failed(dap, error, RIG_ERROR_BOARD,
		                  "the debug domain does not power up (CTRL/STAT 0x%08x)", poll.data);
	}
}

gboolean dap_wake(RigDap *dap, GError **error)
{
	static const struct {
		const guint8 *bytes;
		gsize count;
	} ways[] = {{dap_from_jtag, sizeof dap_from_jtag}, {dap_from_dormant, sizeof dap_from_dormant}};
	const RigClock *clock = dap->probe->clock;
	gint64 until_us = MIN(rig_clock_after(clock, DAP_WAKE_US), dap->deadline_us);
	for (guint i = 0;; i++) {
		RigSwdTransfer transfers[4 + DAP_POWER_POLLS] = {
		    dap_read_dp_transfer(DP_DPIDR), dap_write_dp_transfer(DP_ABORT, DP_ABORT_STICKY),
		    dap_write_dp_transfer(DP_SELECT, 0),
		    dap_write_dp_transfer(DP_CTRL_STAT, DP_POWER_UP | DP_ORUNDETECT)};
		RigSwdTransfer *polls = transfers + 4;
		for (guint k = 0; k < DAP_POWER_POLLS; k++) {
			transfers[3 + k].idle_clocks = DAP_POWER_CLOCKS;
			polls[k] = dap_read_dp_transfer(DP_CTRL_STAT);
		}
		dap->state = (DapState){.is_select_known = TRUE};
		if (!dap_visit(dap, ways[i % 2].bytes, ways[i % 2].count, transfers,
		               G_N_ELEMENTS(transfers), error))
			return FALSE;
		const RigSwdTransfer *dpidr = &transfers[0];
		gboolean is_there =
		    dpidr->ack == RIG_SWD_OK && !dpidr->is_damaged && (dpidr->data & 1) != 0;
		if (is_there) {
			dap->identity.dpidr = dpidr->data;
			return dap_is_up(&polls[DAP_POWER_POLLS - 1], DP_POWER_ACK) ||
			       dap_await_power(dap, error);
		}
		/* Each way twice at least, however short the time. */
		if (i >= 3 && rig_clock_now(clock) >= until_us)
			return dap_nobody(dap, dpidr, error);
	}
}

/* All in one visit: what the access port is, whether it packs, and what core is behind it. */
static gboolean dap_identify(RigDap *dap, GError **error)
{
	RigDapIdentity *identity = &dap->identity;
	guint32 packed = 0;
	dap_begin(dap, DAP_RESTART_ALL);
	dap_queue_ap(dap, dap->ap, AP_IDR, TRUE, 0, &identity->ap_idr, NULL);
	dap_queue_ap(dap, dap->ap, AP_BASE, TRUE, 0, &identity->ap_base, NULL);
	dap_queue_csw(dap, AP_CSW_BASE | AP_CSW_PACKED);
	dap_queue_ap(dap, dap->ap, AP_CSW, TRUE, 0, &packed, NULL);
	rig_dap_read_word(dap, DAP_CPUID, &identity->cpuid);
	g_autoptr(GError) trouble = NULL;
	gboolean good = dap_run_queue(dap, &trouble);
	/* A protected part answers for its access port and for nothing behind it. */
	if (!good && !g_error_matches(trouble, RIG_ERROR, RIG_ERROR_BOARD)) {
		g_propagate_error(error, g_steal_pointer(&trouble));
		return FALSE;
	}
	dap->has_packed = (packed & (AP_CSW_PACKED | AP_CSW_SINGLE)) == AP_CSW_PACKED;
	return TRUE;
}

gboolean rig_dap_connect(RigDap *dap, GError **error)
{
	if (dap->is_connected)
		return TRUE;
	dap->identity = (RigDapIdentity){0};
	dap->idle_clocks = 0;
	if (!rig_probe_open(dap->probe, dap->deadline_us, error) || !dap_wake(dap, error))
		return FALSE;
	dap->is_connected = dap_identify(dap, error);
	return dap->is_connected;
}

void rig_dap_forget(RigDap *dap)
{
	dap->is_connected = FALSE;
	dap->state = (DapState){0};
}

void rig_dap_disconnect(RigDap *dap)
{
	RigSwdTransfer transfers[] = {dap_write_dp_transfer(DP_ABORT, DP_ABORT_STICKY),
	                              dap_write_dp_transfer(DP_SELECT, 0),
	                              dap_write_dp_transfer(DP_CTRL_STAT, 0)};
	if (dap->is_connected && dap->probe->is_open)
		(void)dap_visit(dap, NULL, 0, transfers, G_N_ELEMENTS(transfers), NULL);
	rig_dap_forget(dap);
}
