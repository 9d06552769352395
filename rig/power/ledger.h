/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gap ledger of a capture: what is missing from a stream of samples, and where. Two witnesses
 * are heard: the instrument's own counter, which may wrap, and the host's clock. Samples arrive
 * late, never early, so that the least lateness of some tenths of a second is steady to some tens
 * of microseconds; it rises for good by the time of what was lost, falls by that of what came
 * twice, and drifts as the instrument's clock does. Pure: time is handed in.
 */
#ifndef RIG_POWER_LEDGER_H
#define RIG_POWER_LEDGER_H

#include <glib.h>

typedef enum {
	RIG_GAP_LOST,     /* samples are missing; fewer than none: some came twice */
	RIG_GAP_DAMAGED,  /* bytes that were no samples, none missing as far as is known */
	RIG_GAP_STALL,    /* nothing came for long */
	RIG_GAP_CLOCK,    /* the instrument's clock goes wrong, so no time is known */
	RIG_GAP_OVERFLOW, /* this host did not write them in time */
	RIG_GAP_DOUBT,    /* samples came late up to the end: whether some are missing is not known */
	RIG_GAP_KINDS,
} RigGapKind;

/* "lost", "damaged", "stall", "clock", "overflow", "doubt" */
extern const char *const rig_gap_names[RIG_GAP_KINDS];

/*
 * Samples are numbered as they are kept, without what is missing. It happened in front of some
 * sample of from..to, or in one of them.
 */
typedef struct RigGap {
	RigGapKind kind;
	guint64 from, to;
	gint64 missing; /* samples between their neighbours; negative: so many came twice */
} RigGap;

#define RIG_LEDGER_STALL_US   50000 /* of an instrument that sends all the time */
#define RIG_LEDGER_BIN_US     200000
#define RIG_LEDGER_CONFIRM    10u  /* bins that must agree before a step is believed */
#define RIG_LEDGER_LONG       40u  /* or so many that do not agree with each other */
#define RIG_LEDGER_CLOCK_US   2000 /* so far may the clocks part, */
#define RIG_LEDGER_CLOCK_PPM  100  /* or by so much, whichever is more */
#define RIG_LEDGER_SETTLE_US  (4 * (gint64)RIG_LEDGER_BIN_US)
#define RIG_LEDGER_DOUBT_US   ((RIG_LEDGER_LONG + 2) * (gint64)RIG_LEDGER_BIN_US)
#define RIG_LEDGER_UNKNOWN_US G_MININT64

typedef struct RigLedger RigLedger;

/*
 * rate_mhz: samples a second in 1/1000 Hz. modulus: the instrument's counter wraps there; 0: it
 * tells losses whole, or not at all, and slack_us is how far the least lateness may step unseen.
 * stall_us: a longer silence is a stall.
 */
RigLedger *rig_ledger_new(gint64 rate_mhz, guint32 modulus, gint64 slack_us, gint64 stall_us);
void rig_ledger_free(RigLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigLedger, rig_ledger_free)

/*
 * In the order in which they come: samples that are kept; what the instrument tells between them,
 * or of some place within the last ones.
 */
void rig_ledger_samples(RigLedger *ledger, guint64 count);
void rig_ledger_gap(RigLedger *ledger, gint64 missing, guint64 within);
/* The last so many of the samples that were told of could not be kept. */
void rig_ledger_overflow(RigLedger *ledger, guint64 count);
/*
 * All samples so far had arrived at now_us. asked_us: when the host had last looked and found
 * nothing; a host that did not look knows of no stall.
 */
void rig_ledger_arrived(RigLedger *ledger, gint64 asked_us, gint64 now_us);
/* The stream is to end, and was looked at last at asked_us: what is in doubt is entered. */
void rig_ledger_finish(RigLedger *ledger, gint64 asked_us);

/* RigGap, in the order in which they were found. Borrowed. */
const GArray *rig_ledger_gaps(const RigLedger *ledger);
/* The first entry that is new or another since this was last asked; the number of all: none. */
guint rig_ledger_changed(RigLedger *ledger);
guint64 rig_ledger_count(const RigLedger *ledger);
/* FALSE: samples come later than they did, and whether some are missing is not known yet. */
gboolean rig_ledger_is_sure(const RigLedger *ledger);
/* What is missing in all, as known so far. */
gint64 rig_ledger_missing(const RigLedger *ledger);
/* Host time at which the next sample begins; RIG_LEDGER_UNKNOWN_US: nothing came yet. */
gint64 rig_ledger_time_us(const RigLedger *ledger);

#endif
