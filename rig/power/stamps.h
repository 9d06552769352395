/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows without a marker: where inferences lie in a trace by what the board told of their time,
 * or by the host's own clock. How long they took is known, where they were only to some
 * milliseconds; what that may change is in the figures' uncertainty.
 */
#ifndef RIG_POWER_STAMPS_H
#define RIG_POWER_STAMPS_H

#include "power/energy.h"

/* The end of some inferences. */
typedef struct RigStamp {
	gint64 told_us;  /* host's monotonic clock when it was told; 0: it was not */
	gint64 board_us; /* the board's clock at the end, modulo 2^32; -1: unknown */
} RigStamp;

/* Of those told within this of each other, the least late says how late the others are. */
#define RIG_STAMP_NEAR_US 300000
/* So far may the board's clock be wrong. */
#define RIG_STAMP_CLOCK 1e-3

/* Host time at which stamp i ended: as late as it was told at the earliest. */
gint64 rig_stamp_end_us(const RigStamp *stamps, guint count, guint i);
/* FALSE: the board's clock is wrong by more than RIG_STAMP_CLOCK; *why, caller frees. */
gboolean rig_stamps_agree(const RigStamp *stamps, guint count, char **why);

/* A window by the host's clock. */
typedef struct RigHostSpan {
	gint64 begin_us, span_us;
} RigHostSpan;

/* By so much may a place be wrong: what the board told, and the samples, took that long to come. */
#define RIG_PLACE_SLACK_US 40000

/*
 * By how many samples all places are to be moved so that they hold most charge, within
 * RIG_PLACE_SLACK_US: inferences draw more than what lies around them. RIG_ERROR_BENCH: the trace
 * is damaged.
 */
gboolean rig_places_move(RigTrace *trace, const RigHostSpan *places, guint count, gint64 *samples,
                         GError **error);

/*
 * Figures of a place, moved by so many samples, and by some milliseconds to where it holds most.
 * Where more charge lies within RIG_PLACE_SLACK_US the difference is part of the uncertainty, which
 * is the same for all places of a trace. As rig_figures_of.
 */
gboolean rig_figures_at(RigTrace *trace, const RigHostSpan *place, gint64 moved,
                        RigFigures *figures, GError **error);

#endif
