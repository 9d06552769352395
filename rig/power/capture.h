/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A meter at work. One thread does nothing but take what it sends; another compresses and writes,
 * with a long queue between, so that no disk holds up the wire. What does not fit the queue is
 * entered in the ledger.
 */
#ifndef RIG_POWER_CAPTURE_H
#define RIG_POWER_CAPTURE_H

#include "power/trace_write.h"
#include <rig/meter.h>

typedef struct RigCapture RigCapture;

/* What a live view shows; since the last time it was asked. */
typedef struct RigCaptureState {
	RigTraceSummary recent;
	guint64 recent_count; /* samples since the last time */
	guint gaps;           /* entries of the ledger */
	gboolean is_sure;     /* see rig_ledger_is_sure */
	gboolean has_ended;   /* the meter failed, or the disk is full: stop tells why */
} RigCaptureState;

/*
 * Opens the meter and starts it; from now on only these threads use it, until stop. `meter` is
 * borrowed. path: of the trace. head: what the meter does not know (board, marker); copied.
 */
RigCapture *rig_capture_start(RigMeter *meter, const char *path, const RigTraceHead *head,
                              gint64 deadline_us, GError **error);
/* Switches the supply, as rig_meter_set_supply. */
gboolean rig_capture_set_supply(RigCapture *capture, gboolean on, gint64 deadline_us,
                                GError **error);
/* Any thread. */
void rig_capture_state(RigCapture *capture, RigCaptureState *state);
/*
 * Stops the meter, which stays open, and finishes the trace. FALSE with what failed first, while
 * it ran or now: the trace holds what came until then. Frees the capture in any case.
 */
gboolean rig_capture_stop(RigCapture *capture, GError **error);

#endif
