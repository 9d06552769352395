/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A RigProbe over a ProbeBed: the product's own commands for an MPSSE, the virtual bench's engine,
 * wires and debug port, without USB.
 */
#ifndef TESTS_SUPPORT_BED_PROBE_H
#define TESTS_SUPPORT_BED_PROBE_H

#include "probe_bed.h"
#include <rig/dap.h>

typedef struct BedProbe {
	ProbeBed bed;
	RigClock clock;
	RigProbe *probe;
	RigDap *dap;
	guint visits; /* to the wire */
	gboolean is_unplugged;
	gint64 now_us; /* of the probe's clock: it goes on with each visit */
	/* What the target does after a visit; NULL: nothing. */
	void (*between)(gpointer user);
	gpointer user;
} BedProbe;

/* kind: NULL as in probe_bed_begin. Not connected. */
void bed_probe_begin(BedProbe *self, WiringKind wiring, const MemapKind *kind);
void bed_probe_end(BedProbe *self);
/* Connects, and forgets what was counted; `trouble` is met by the `at`-th transfer from here. */
void bed_probe_connect(BedProbe *self);
void bed_probe_trouble(BedProbe *self, guint trouble, gint at);

#endif
