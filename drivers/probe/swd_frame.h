/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SWD transfers as commands of an MPSSE, and back (Arm ADIv5.2, B4). Pure.
 *
 * A transfer takes 46 clocks. Where a resistor lies between TDI and SWDIO the host may drive TDI
 * all the time, with ones while the target has its turn, and the target wins: a transfer and two
 * idle clocks are then 48 bits of one long exchange, without a change of direction. Everywhere else
 * SWDIO is released for the target's turn by a change of pins.
 */
#ifndef RIG_PROBE_SWD_FRAME_H
#define RIG_PROBE_SWD_FRAME_H

#include "mpsse_queue.h"
#include <rig/probe.h>

typedef struct SwdWires {
	gboolean is_streaming;    /* the host never releases SWDIO */
	MpssePins drive, release; /* the host's turn, the target's */
	gboolean can_idle;        /* the engine can clock without data */
} SwdWires;

/* Ends with 8 clocks of SWDIO low and the command to send what has gathered. */
void swd_frame_encode(MpsseQueue *queue, const SwdWires *wires, const RigSwdBatch *batch);

/*
 * Fills the transfers from what the commands of `encode` brought. RIG_ERROR_BENCH: it is not as
 * long as it must be.
 */
gboolean swd_frame_decode(const SwdWires *wires, const RigSwdBatch *batch, const guint8 *replies,
                          gsize size, GError **error);

#endif
