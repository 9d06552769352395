/* SPDX-License-Identifier: Apache-2.0 */
#include "power/energy.h"

#define ENERGY_BLOCK  4096u
#define ENERGY_SIGMAS 2
/* Some at a switch of the range are in every window; beyond, and 2 %, the meter is not itself. */
#define ENERGY_UNKNOWN 3
/* A current that moves less stands still for its converter. */
#define ENERGY_CODES 3
/* A window that begins earlier has no witness of what was lost before. */
#define ENERGY_SETTLE_S (RIG_LEDGER_SETTLE_US * 1e-6)

/* What is known of the codes of one range. */
typedef struct WalkRange {
	gint64 pa;
	double pc;
	guint64 known;
	guint16 low, high;
	double step_pa;  /* of its codes */
	double variance; /* of quantisation, (pA samples)^2, where its codes err by themselves */
} WalkRange;

/* What one walk over a window's samples gathers. Currents in pA, counts in samples. */
typedef struct Walk {
	const RigTransfer *transfer;
	const RigCurrents *currents;
	gint64 rate_mhz;
	gint64 pc, carry, block_pa; /* whole pC; the rest in 1/1000 pA of a sample; not yet in either */
	WalkRange ranges[RIG_SAMPLE_RANGES];
	gint64 min, max, first, last;
	gboolean has_value;
	guint64 known, unknown, unknown_run;
	guint switches;
	guint8 range; /* of the last sample with a value */
	RigSample run;
	guint64 run_length;
	double switch_variance; /* the same, of switches and of what has no value */
} Walk;

/* Charge that has come together, into whole pC: exact. */
static void walk_settle(Walk *walk, gint64 pa)
{
	gint64 rest = pa % walk->rate_mhz * 1000 + walk->carry;
	walk->pc += pa / walk->rate_mhz * 1000 + rest / walk->rate_mhz;
	walk->carry = rest % walk->rate_mhz;
}

/* Equal codes in a row err alike, by half a step at most; one run knows nothing of another. */
static void walk_end_run(Walk *walk)
{
	if (walk->run_length == 0)
		return;
	const double *c = walk->transfer->c[walk->run.range];
	double step = fabs(c[1] + 2 * c[2] * walk->run.code) * 1e12;
	double spread = step * (double)walk->run_length;
	WalkRange *range = &walk->ranges[walk->run.range];
	range->variance += spread * spread / 12;
	range->step_pa = MAX(range->step_pa, step);
	walk->run_length = 0;
}

/* So many samples had no value, between `last` and `pa`. */
static void walk_bridge(Walk *walk, gint64 pa)
{
	double step = (double)(pa - walk->last);
	double spread = step * (double)walk->unknown_run;
	walk->block_pa += (walk->last + pa) / 2 * (gint64)walk->unknown_run;
	walk->switch_variance += spread * spread / 12;
	walk->unknown_run = 0;
}

static void walk_switch(Walk *walk, const RigSample *sample, gint64 pa)
{
	if (walk->range == sample->range)
		return;
	double step = (double)(pa - walk->last);
	walk->switches++;
	walk->switch_variance += step * step / 12;
}

static void walk_value(Walk *walk, const RigSample *sample, gint64 pa)
{
	if (!walk->has_value) {
		walk->has_value = TRUE;
		walk->first = walk->last = walk->min = walk->max = pa;
		walk->range = sample->range;
	}
	if (walk->unknown_run > 0)
		walk_bridge(walk, pa);
	walk_switch(walk, sample, pa);
	if (walk->run_length > 0 &&
	    (sample->code != walk->run.code || sample->range != walk->run.range))
		walk_end_run(walk);
	walk->run = *sample;
	walk->run_length++;
	walk->range = sample->range;
	walk->last = pa;
	walk->min = MIN(walk->min, pa);
	walk->max = MAX(walk->max, pa);
	walk->block_pa += pa;
	WalkRange *range = &walk->ranges[sample->range];
	range->low = range->known == 0 ? sample->code : MIN(range->low, sample->code);
	range->high = MAX(range->high, sample->code);
	range->pa += pa;
	range->known++;
	walk->known++;
}

static void walk_block(Walk *walk, const RigSample *samples, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		gint64 pa = rig_current_pa(walk->currents, &samples[i]);
		/* At its last code the converter is at its end, and the current anywhere beyond. */
		gboolean is_clipped =
		    pa != RIG_CURRENT_UNKNOWN && samples[i].code >= walk->transfer->last[samples[i].range];
		if (pa != RIG_CURRENT_UNKNOWN && !is_clipped) {
			walk_value(walk, &samples[i], pa);
		} else {
			walk->unknown++;
			walk->unknown_run++;
		}
	}
	walk_settle(walk, walk->block_pa);
	walk->block_pa = 0;
	for (guint i = 0; i < RIG_SAMPLE_RANGES; i++) {
		walk->ranges[i].pc += (double)walk->ranges[i].pa * 1000 / (double)walk->rate_mhz;
		walk->ranges[i].pa = 0;
	}
}

static void walk_end(Walk *walk)
{
	if (walk->unknown_run > 0 && walk->has_value)
		walk_bridge(walk, walk->last);
	walk_settle(walk, walk->block_pa);
	walk->block_pa = 0;
	walk_end_run(walk);
}

/* pJ of pC at the voltage. */
static gint64 energy_pj(gint64 pc, gint64 voltage_uv)
{
	return pc / 1000000 * voltage_uv + pc % 1000000 * voltage_uv / 1000000;
}

static double energy_square(double value)
{
	return value * value;
}

/*
 * Of quantisation. Codes that come and go by a current that moves, or by noise, err each by itself;
 * a current that stands still between few codes errs alike in all its samples.
 */
static double walk_quantisation(const Walk *walk)
{
	double variance = 0;
	for (guint i = 0; i < RIG_SAMPLE_RANGES; i++) {
		const WalkRange *range = &walk->ranges[i];
		double alike = range->step_pa * (double)range->known;
		gboolean stands = range->high - range->low < ENERGY_CODES;
		variance += stands ? alike * alike / 12 : range->variance;
	}
	return variance;
}

static void figures_fill(const Walk *walk, gint64 voltage_uv, RigFigures *figures)
{
	double count = (double)(walk->known + walk->unknown), edges = 0;
	/* In pA times samples: an edge is anywhere between two samples. */
	edges += energy_square((double)walk->first) / 12;
	edges += energy_square((double)walk->last) / 12;
	double sum = (double)walk->pc * (double)walk->rate_mhz / 1000;
	double clock = energy_square(sum * RIG_LEDGER_CLOCK_PPM * 1e-6) / 3;
	double sigma = sqrt(edges + walk_quantisation(walk) + walk->switch_variance + clock);
	double gain = 0;
	for (guint i = 0; i < RIG_SAMPLE_RANGES; i++)
		gain += fabs(walk->ranges[i].pc) * walk->transfer->gain[i];
	figures->seconds = count * 1000 / (double)walk->rate_mhz;
	figures->charge_pc = walk->pc;
	figures->charge_uncertainty_pc =
	    (gint64)ceil(ENERGY_SIGMAS * sigma * 1000 / (double)walk->rate_mhz);
	figures->charge_gain_pc = (gint64)ceil(ENERGY_SIGMAS * gain);
	figures->average = sum / count * 1e-12;
	figures->min = (double)walk->min * 1e-12;
	figures->max = (double)walk->max * 1e-12;
	figures->range_switches = walk->switches;
	figures->unknown = walk->unknown;
	figures->is_known = TRUE;
	if (voltage_uv > 0) {
		figures->energy_pj = energy_pj(walk->pc, voltage_uv);
		figures->uncertainty_pj = energy_pj(figures->charge_uncertainty_pc, voltage_uv) + 1;
		figures->gain_pj = energy_pj(figures->charge_gain_pc, voltage_uv);
	}
}

/* What keeps the window from being known, if anything does. */
static gboolean figures_check(RigTrace *trace, RigSpan span, RigFigures *figures)
{
	const RigGap *gap = rig_trace_gap_in(trace, span.first > 0 ? span.first - 1 : 0, span.end);
	double begin = rig_trace_seconds(trace, (double)rig_trace_place(trace, span.first));
	if (span.end <= span.first)
		g_snprintf(figures->why, sizeof figures->why, "the window holds no sample");
	else if (gap != NULL && gap->missing != 0)
		g_snprintf(figures->why, sizeof figures->why,
		           "%" G_GINT64_FORMAT " samples %s in or beside the window (%s)",
		           ABS(gap->missing), gap->missing > 0 ? "are missing" : "came twice",
		           rig_gap_names[gap->kind]);
	else if (gap != NULL)
		g_snprintf(figures->why, sizeof figures->why, "the gap ledger has an entry there: %s",
		           rig_gap_names[gap->kind]);
	else if (begin < ENERGY_SETTLE_S)
		g_snprintf(figures->why, sizeof figures->why,
		           "it lies in the first %.1f s of the capture, which have no witness for losses",
		           ENERGY_SETTLE_S);
	return figures->why[0] == '\0';
}

static gboolean figures_clipped(const Walk *walk, RigFigures *figures)
{
	if (walk->known == 0)
		g_snprintf(figures->why, sizeof figures->why, "no sample of the window has a value");
	else if (walk->unknown > walk->known / 50 + ENERGY_UNKNOWN)
		g_snprintf(figures->why, sizeof figures->why,
		           "%" G_GUINT64_FORMAT " of its samples have no value", walk->unknown);
	return figures->why[0] != '\0';
}

gboolean rig_figures_of(RigTrace *trace, RigSpan span, RigFigures *figures, GError **error)
{
	const RigTraceHead *head = rig_trace_head(trace);
	*figures = (RigFigures){.span = span,
	                        .charge_pc = G_MININT64,
	                        .energy_pj = G_MININT64,
	                        .uncertainty_pj = G_MININT64,
	                        .gain_pj = G_MININT64,
	                        .average = (double)NAN,
	                        .min = (double)NAN,
	                        .max = (double)NAN};
	if (!figures_check(trace, span, figures))
		return TRUE;
	Walk walk = {.transfer = &head->transfer,
	             .currents = rig_trace_currents(trace),
	             .rate_mhz = head->rate_mhz};
	RigSample block[ENERGY_BLOCK];
	for (guint64 at = span.first; at < span.end; at += ENERGY_BLOCK) {
		gsize part = (gsize)MIN(span.end - at, ENERGY_BLOCK);
		if (!rig_trace_samples(trace, at, part, block, error))
			return FALSE;
		walk_block(&walk, block, part);
	}
	walk_end(&walk);
	if (!figures_clipped(&walk, figures))
		figures_fill(&walk, head->voltage_uv, figures);
	return TRUE;
}

/* The chunk around `at` is all of one level: *skip_to is its end. */
static gboolean spans_skip(RigTrace *trace, guint64 at, guint8 bit, gboolean level, RigSpan span,
                           guint64 *skip_to)
{
	const GArray *chunks = rig_trace_chunks(trace);
	guint i = (guint)MIN(at / RIG_TRACE_CHUNK_SAMPLES, chunks->len - 1);
	const RigTraceChunk *chunk = &g_array_index(chunks, RigTraceChunk, i);
	if (chunk->first != at || chunk->first + chunk->count > span.end)
		return FALSE;
	gboolean is_flat =
	    level ? (chunk->summary.logic_and & bit) != 0 : (chunk->summary.logic_or & bit) == 0;
	*skip_to = chunk->first + chunk->count;
	return is_flat;
}

gboolean rig_spans_find(RigTrace *trace, guint channel, gboolean level, RigSpan span, GArray *spans,
                        GError **error)
{
	const guint8 bit = (guint8)(1u << channel);
	RigSample block[ENERGY_BLOCK];
	gboolean is_first = TRUE, was = FALSE, has_begun = FALSE;
	guint64 begin = 0, at = span.first;
	while (at < span.end) {
		guint64 skip_to;
		if (!is_first && spans_skip(trace, at, bit, was, span, &skip_to)) {
			at = skip_to;
			continue;
		}
		gsize part = (gsize)MIN(span.end - at, ENERGY_BLOCK);
		if (!rig_trace_samples(trace, at, part, block, error))
			return FALSE;
		for (gsize i = 0; i < part; i++, is_first = FALSE) {
			gboolean is = (block[i].logic & bit) != 0;
			if (!is_first && is == was)
				continue;
			const RigSpan found = {begin, at + i};
			if (!is_first && was == level && has_begun)
				g_array_append_val(spans, found);
			/* What was so at the first sample began before it. */
			has_begun = !is_first;
			begin = at + i;
			was = is;
		}
		at += part;
	}
	return TRUE;
}
