/* SPDX-License-Identifier: Apache-2.0 */
#include "power/ledger.h"

#include <math.h>

#define LEDGER_NEVER    G_MAXINT64
#define LEDGER_ARRIVALS 10u
#define LEDGER_FIRST    4u /* bins in which a capture settles: RIG_LEDGER_SETTLE_US */

const char *const rig_gap_names[RIG_GAP_KINDS] = {
    [RIG_GAP_LOST] = "lost",   [RIG_GAP_DAMAGED] = "damaged",   [RIG_GAP_STALL] = "stall",
    [RIG_GAP_CLOCK] = "clock", [RIG_GAP_OVERFLOW] = "overflow", [RIG_GAP_DOUBT] = "doubt",
};

struct RigLedger {
	double sample_us;
	guint32 modulus;
	gint64 slack_us, stall_us;
	GArray *gaps; /* RigGap */
	guint changed;
	guint64 count;
	gint64 missing;   /* in all, as entered */
	gint64 origin_us; /* host time of the first arrival; LEDGER_NEVER: nothing came yet */
	/* Lateness is of host time behind origin + (count + missing) samples. */
	double floor_us; /* the least of the last bins that were believed */
	double believed[RIG_LEDGER_CONFIRM];
	gboolean has_floor;
	double bin_us; /* the least of the bin that runs */
	gint64 bin_end_us;
	/* A step that is not believed yet. */
	guint bins;             /* that have ended */
	guint doubts;           /* bins that agree with it, and with each other */
	guint doubted;          /* all since the last that was believed */
	double doubt_us;        /* the least of those that agree, */
	double doubt_most_us;   /* and the most */
	guint64 bin_count;      /* samples when the bin began */
	guint64 believed_count; /* samples when the bin that was believed last began */
	guint64 settled_count;  /* and the one before it: what went wrong began later */
	guint arrivals;         /* in the bin */
	guint64 good_count;     /* samples when the lateness was last as the floor has it */
	/* The instrument's clock, since it was last looked at. */
	gint64 clock_begin_us;
	double clock_floor_us;
	guint64 clock_count;
	gint clock_gap; /* index of an entry that goes on; -1: none */
	gint64 last_us; /* of the last arrival with samples */
	guint64 last_count;
};

RigLedger *rig_ledger_new(gint64 rate_mhz, guint32 modulus, gint64 slack_us, gint64 stall_us)
{
	RigLedger *ledger = g_new0(RigLedger, 1);
	ledger->sample_us = 1e9 / (double)rate_mhz;
	ledger->modulus = modulus;
	ledger->slack_us = slack_us;
	ledger->stall_us = stall_us;
	ledger->gaps = g_array_new(FALSE, FALSE, sizeof(RigGap));
	ledger->origin_us = LEDGER_NEVER;
	ledger->clock_gap = -1;
	return ledger;
}

void rig_ledger_free(RigLedger *ledger)
{
	if (ledger == NULL)
		return;
	g_array_unref(ledger->gaps);
	g_free(ledger);
}

static void ledger_enter(RigLedger *ledger, RigGapKind kind, guint64 from, guint64 to,
                         gint64 missing)
{
	const RigGap gap = {kind, from, to, missing};
	g_array_append_val(ledger->gaps, gap);
	ledger->missing += missing;
}

void rig_ledger_samples(RigLedger *ledger, guint64 count)
{
	ledger->count += count;
}

void rig_ledger_gap(RigLedger *ledger, gint64 missing, guint64 within)
{
	ledger_enter(ledger, missing != 0 ? RIG_GAP_LOST : RIG_GAP_DAMAGED,
	             ledger->count - MIN(within, ledger->count), ledger->count, missing);
}

void rig_ledger_overflow(RigLedger *ledger, guint64 count)
{
	ledger->count -= count;
	ledger->last_count = MIN(ledger->last_count, ledger->count);
	ledger->good_count = MIN(ledger->good_count, ledger->count);
	for (guint i = ledger->gaps->len; i > 0; i--) {
		RigGap *gap = &g_array_index(ledger->gaps, RigGap, i - 1);
		if (gap->from <= ledger->count)
			continue;
		gap->from = ledger->count;
		gap->to = gap->to == G_MAXUINT64 ? gap->to : ledger->count;
		ledger->changed = MIN(ledger->changed, i - 1);
	}
	ledger_enter(ledger, RIG_GAP_OVERFLOW, ledger->count, ledger->count, (gint64)count);
}

/* How much the least lateness may step before something must be missing. */
static double ledger_tolerance_us(const RigLedger *ledger)
{
	return ledger->modulus == 0 ? (double)ledger->slack_us
	                            : 0.5 * ledger->modulus * ledger->sample_us;
}

/* The entry of the counter's between two samples, of which the last; NULL: there is none. */
static RigGap *ledger_lost_between(const RigLedger *ledger, guint64 from, guint64 to)
{
	for (guint i = ledger->gaps->len; i > 0; i--) {
		RigGap *gap = &g_array_index(ledger->gaps, RigGap, i - 1);
		if ((gap->kind == RIG_GAP_LOST || gap->kind == RIG_GAP_DAMAGED) && gap->from == gap->to &&
		    gap->from >= from && gap->from <= to)
			return gap;
	}
	return NULL;
}

static guint ledger_number(const RigLedger *ledger, const RigGap *gap)
{
	return (guint)(gap - (const RigGap *)(gconstpointer)ledger->gaps->data);
}

/* The floor is what is known now; what came before it was of another. */
static void ledger_forget(RigLedger *ledger)
{
	for (guint i = 0; i < RIG_LEDGER_CONFIRM; i++)
		ledger->believed[i] = ledger->floor_us;
}

/*
 * So much later than before do samples come, for good: that is what is missing, in whole turns of
 * the counter, since its own part is entered already.
 */
static void ledger_step(RigLedger *ledger, double by_us)
{
	guint64 from = MIN(ledger->settled_count, ledger->good_count);
	double turn = ledger->modulus == 0 ? 1 : ledger->modulus;
	gint64 missing = (gint64)(rint(by_us / (turn * ledger->sample_us)) * turn);
	RigGap *known = ledger_lost_between(ledger, ledger->good_count, ledger->count);
	if (known != NULL) {
		known->kind = RIG_GAP_LOST;
		ledger->changed = MIN(ledger->changed, ledger_number(ledger, known));
		known->missing += missing;
		ledger->missing += missing;
	} else if (by_us < 0) {
		/* Nothing comes early: until now all came late, or whole turns came twice. */
		ledger_enter(ledger, RIG_GAP_DOUBT, from, ledger->count, 0);
		missing = 0;
	} else {
		/* Where it was is not known; a clock that runs wrong steps in each bin, so that all count.
		 */
		ledger_enter(ledger, RIG_GAP_LOST, from, ledger->count, missing);
	}
	double rest_us = by_us - (double)missing * ledger->sample_us;
	ledger->floor_us += rest_us;
	ledger_forget(ledger);
	ledger->clock_floor_us += rest_us;
	ledger->doubts = ledger->doubted = 0;
}

static void ledger_begin_clock(RigLedger *ledger, gint64 now_us)
{
	ledger->clock_begin_us = now_us;
	ledger->clock_floor_us = ledger->floor_us;
	ledger->clock_count = ledger->count;
}

/* Both clocks go on together, or an entry says since when they do not. */
static void ledger_look_at_clock(RigLedger *ledger, gint64 now_us)
{
	double span_us = (double)(now_us - ledger->clock_begin_us);
	double off_us = fabs(ledger->floor_us - ledger->clock_floor_us);
	/* What sends in bursts is late by now more, now less. */
	double least_us =
	    ledger->stall_us > RIG_LEDGER_STALL_US ? (double)ledger->slack_us : RIG_LEDGER_CLOCK_US;
	double allowed_us = MAX(least_us, span_us * RIG_LEDGER_CLOCK_PPM * 1e-6);
	if (off_us > allowed_us) {
		if (ledger->clock_gap < 0) {
			ledger_enter(ledger, RIG_GAP_CLOCK, ledger->clock_count, G_MAXUINT64, 0);
			ledger->clock_gap = (gint)ledger->gaps->len - 1;
		}
		ledger_begin_clock(ledger, now_us);
	} else if (span_us > 1e6 * RIG_LEDGER_CLOCK_US / RIG_LEDGER_CLOCK_PPM) {
		/* As long as it takes to see the least error that is one. */
		if (ledger->clock_gap >= 0) {
			g_array_index(ledger->gaps, RigGap, ledger->clock_gap).to = ledger->count;
			ledger->changed = MIN(ledger->changed, (guint)ledger->clock_gap);
		}
		ledger->clock_gap = -1;
		ledger_begin_clock(ledger, now_us);
	}
}

static void ledger_believe(RigLedger *ledger, double bin_us, gint64 now_us)
{
	/* A host that is busy for a while is late in some bins, not in all. */
	ledger->believed[ledger->bins % RIG_LEDGER_CONFIRM] = bin_us;
	ledger->floor_us = bin_us;
	for (guint i = 0; i < RIG_LEDGER_CONFIRM; i++)
		ledger->floor_us = MIN(ledger->floor_us, ledger->believed[i]);
	ledger->settled_count = ledger->believed_count;
	ledger->believed_count = ledger->bin_count;
	ledger->doubts = ledger->doubted = 0;
	ledger_look_at_clock(ledger, now_us);
}

/*
 * A bin is later than what is known, or earlier. Nothing comes early: a floor that fell is believed
 * at once. What was lost makes all that follows late alike; a host that is busy makes it late now
 * by so much, now by so much, and then not at all.
 */
static void ledger_doubt(RigLedger *ledger, double bin_us)
{
	/* The first bin of them began before it happened. */
	gboolean begins = ledger->doubts <= 1;
	double least_us = begins ? bin_us : MIN(ledger->doubt_us, bin_us);
	double most_us = begins ? bin_us : MAX(ledger->doubt_most_us, bin_us);
	gboolean agrees = most_us - least_us < ledger_tolerance_us(ledger);
	ledger->doubt_us = agrees ? least_us : bin_us;
	ledger->doubt_most_us = agrees ? most_us : bin_us;
	ledger->doubts = agrees ? ledger->doubts + 1 : 1;
	ledger->doubted++;
	if (ledger->doubts >= RIG_LEDGER_CONFIRM || ledger->doubted >= RIG_LEDGER_LONG ||
	    bin_us < ledger->floor_us)
		ledger_step(ledger, ledger->doubt_us - ledger->floor_us);
}

static void ledger_end_bin(RigLedger *ledger, gint64 now_us)
{
	double bin_us = ledger->bin_us, tolerance_us = ledger_tolerance_us(ledger);
	if (!ledger->has_floor) {
		ledger->has_floor = TRUE;
		ledger->floor_us = bin_us;
		ledger_forget(ledger);
		ledger->good_count = ledger->count;
		ledger_begin_clock(ledger, now_us);
	} else if (fabs(bin_us - ledger->floor_us) < tolerance_us ||
	           (bin_us < ledger->floor_us && ledger->bins < LEDGER_FIRST)) {
		/* The first bins may all have been late. */
		ledger_believe(ledger, bin_us, now_us);
	} else {
		ledger_doubt(ledger, bin_us);
	}
	ledger->bins++;
	ledger->bin_count = ledger->count;
	ledger->arrivals = 0;
	ledger->bin_us = (double)INFINITY;
	ledger->bin_end_us = now_us + RIG_LEDGER_BIN_US;
}

/* Nothing for long, though the host looked. */
static void ledger_look_at_stall(RigLedger *ledger, gint64 asked_us)
{
	if (asked_us - ledger->last_us >= ledger->stall_us)
		ledger_enter(ledger, RIG_GAP_STALL, ledger->last_count, ledger->last_count, 0);
}

void rig_ledger_arrived(RigLedger *ledger, gint64 asked_us, gint64 now_us)
{
	if (ledger->count == ledger->last_count && ledger->origin_us != LEDGER_NEVER) {
		return;
	}
	if (ledger->origin_us == LEDGER_NEVER) {
		ledger->origin_us = now_us;
		ledger->bin_us = (double)INFINITY;
		ledger->bin_end_us = now_us + RIG_LEDGER_BIN_US;
	} else {
		ledger_look_at_stall(ledger, asked_us);
	}
	double nominal_us = ((double)ledger->count + (double)ledger->missing) * ledger->sample_us;
	double late_us = (double)(now_us - ledger->origin_us) - nominal_us;
	ledger->bin_us = MIN(ledger->bin_us, late_us);
	ledger->arrivals++;
	if (ledger->has_floor && ledger->doubts == 0 &&
	    fabs(late_us - ledger->floor_us) < ledger_tolerance_us(ledger))
		ledger->good_count = ledger->count;
	ledger->last_us = now_us;
	ledger->last_count = ledger->count;
	if (now_us >= ledger->bin_end_us)
		ledger_end_bin(ledger, now_us);
}

void rig_ledger_finish(RigLedger *ledger, gint64 asked_us)
{
	if (ledger->origin_us == LEDGER_NEVER)
		return;
	ledger_look_at_stall(ledger, asked_us);
	/* The least of a few says little. */
	if (ledger->arrivals >= LEDGER_ARRIVALS)
		ledger_end_bin(ledger, ledger->last_us);
	if (ledger->doubts > 0)
		ledger_enter(ledger, RIG_GAP_DOUBT, MIN(ledger->settled_count, ledger->good_count),
		             ledger->count, 0);
}

const GArray *rig_ledger_gaps(const RigLedger *ledger)
{
	return ledger->gaps;
}

guint rig_ledger_changed(RigLedger *ledger)
{
	guint changed = ledger->changed;
	ledger->changed = ledger->gaps->len;
	return changed;
}

guint64 rig_ledger_count(const RigLedger *ledger)
{
	return ledger->count;
}

gboolean rig_ledger_is_sure(const RigLedger *ledger)
{
	return ledger->doubts == 0;
}

gint64 rig_ledger_missing(const RigLedger *ledger)
{
	return ledger->missing;
}

gint64 rig_ledger_time_us(const RigLedger *ledger)
{
	if (ledger->origin_us == LEDGER_NEVER)
		return RIG_LEDGER_UNKNOWN_US;
	double late_us = ledger->has_floor ? ledger->floor_us : MIN(ledger->bin_us, 0);
	return ledger->origin_us +
	       (gint64)(late_us +
	                ((double)ledger->count + (double)ledger->missing) * ledger->sample_us);
}
