/* SPDX-License-Identifier: Apache-2.0 */
#include "run/wiring_meter.h"
#include "run/wiring_probe.h"

void rig_wiring_add_meter(RigWiring *wiring)
{
	const RigBoard *board = wiring->board;
	if (board->meter == NULL)
		return;
	wiring->meter = rig_meter_new(board->meter, board->meter_options, board->name, wiring->clock);
	wiring->meter->supply_uv = board->meter_supply_uv;
	wiring->meter->voltage_uv =
	    board->meter_supply_uv > 0 ? board->meter_supply_uv : board->meter_voltage_uv;
	wiring->meter->stop_fd = wiring->stop_fd;
}

void rig_wiring_drop_meter(RigWiring *wiring)
{
	(void)rig_wiring_measure_end(wiring, FALSE, NULL);
	rig_meter_free(wiring->meter);
	wiring->meter = NULL;
}

gboolean rig_wiring_has_supply(const RigWiring *wiring)
{
	return wiring->meter != NULL && wiring->meter->supply_uv > 0;
}

gboolean rig_wiring_meter_supply(RigWiring *wiring, gboolean on, gint64 deadline_us, GError **error)
{
	if (wiring->capture != NULL)
		return rig_capture_set_supply(wiring->capture, on, deadline_us, error);
	return rig_meter_open(wiring->meter, deadline_us, error) &&
	       rig_meter_set_supply(wiring->meter, on, deadline_us, error);
}

gboolean rig_wiring_set_voltage(RigWiring *wiring, gint64 voltage_uv, gint64 deadline_us,
                                GError **error)
{
	const RigBoard *board = wiring->board;
	if (wiring->capture != NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s: its voltage does not change within a measure", board->name);
		return FALSE;
	}
	if (!rig_wiring_has_supply(wiring)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s: no meter supplies it, whose voltage could be another: give its "
		            "`meter` a `supply` in the bench file",
		            board->name);
		return FALSE;
	}
	if (voltage_uv < board->meter->supply_min_uv || voltage_uv > board->meter->supply_max_uv) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s: its meter supplies %g to %g V, not %g V", board->name,
		            (double)board->meter->supply_min_uv / 1e6,
		            (double)board->meter->supply_max_uv / 1e6, (double)voltage_uv / 1e6);
		return FALSE;
	}
	wiring->meter->supply_uv = wiring->meter->voltage_uv = voltage_uv;
	return !wiring->powered || rig_wiring_meter_supply(wiring, TRUE, deadline_us, error);
}

gboolean rig_wiring_close_meter(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	if (wiring->meter == NULL)
		return TRUE;
	(void)rig_wiring_measure_end(wiring, FALSE, NULL);
	/* Being asked to stop must not stop the making safe. */
	wiring->meter->stop_fd = -1;
	gboolean good = !rig_wiring_has_supply(wiring) ||
	                rig_wiring_meter_supply(wiring, FALSE, deadline_us, error);
	rig_meter_close(wiring->meter);
	if (rig_wiring_has_supply(wiring))
		wiring->meter->supply_uv = wiring->meter->voltage_uv = wiring->board->meter_supply_uv;
	wiring->meter->stop_fd = wiring->stop_fd;
	return good;
}

gboolean rig_wiring_measure(RigWiring *wiring, const char *path, gint64 deadline_us, GError **error)
{
	const RigBoard *board = wiring->board;
	if (wiring->meter == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no `meter` in its bench file",
		            board->name);
		return FALSE;
	}
	rig_wiring_release_probe(wiring, deadline_us);
	RigTraceHead head = {.board = board->name, .marker = board->meter_marker - 1};
	/* The capture's thread ends when it is told to, not by itself. */
	wiring->meter->stop_fd = -1;
	wiring->capture = rig_capture_start(wiring->meter, path, &head, deadline_us, error);
	return wiring->capture != NULL &&
	       rig_wait_until(wiring->clock, wiring->stop_fd,
	                      MIN(rig_clock_after(wiring->clock, RIG_LEDGER_SETTLE_US), deadline_us),
	                      error);
}

/* So long that what was lost until now is known; longer where the ledger is in doubt. */
static gboolean wiring_settle(RigWiring *wiring, GError **error)
{
	gint64 least_us = rig_clock_after(wiring->clock, RIG_LEDGER_SETTLE_US);
	RigCaptureState state = {0};
	for (gint64 span_us = 0; span_us <= RIG_LEDGER_DOUBT_US; span_us += RIG_LEDGER_BIN_US) {
		if (!rig_wait_until(wiring->clock, wiring->stop_fd, least_us + span_us, error))
			return FALSE;
		rig_capture_state(wiring->capture, &state);
		if (state.is_sure || state.has_ended)
			return TRUE;
	}
	return TRUE;
}

gboolean rig_wiring_measure_end(RigWiring *wiring, gboolean settles, GError **error)
{
	if (wiring->capture == NULL)
		return TRUE;
	gboolean good = !settles || wiring_settle(wiring, error);
	RigCapture *capture = g_steal_pointer(&wiring->capture);
	gboolean kept = rig_capture_stop(capture, good ? error : NULL);
	wiring->meter->stop_fd = wiring->stop_fd;
	return good && kept;
}
