/* SPDX-License-Identifier: Apache-2.0 */
/* Codes to picoamperes by table, and what is known of many samples at once. */
#include "power/trace.h"

#define CURRENTS_MAX_A 100.0 /* beyond is no current of a board, and a chunk's sum no 64 bits */

struct RigCurrents {
	RigTransfer transfer;
	guint counts[RIG_SAMPLE_RANGES]; /* codes that have a value */
	gint64 *pa[RIG_SAMPLE_RANGES];
};

RigCurrents *rig_currents_new(const RigTransfer *transfer)
{
	RigCurrents *currents = g_new0(RigCurrents, 1);
	currents->transfer = *transfer;
	for (guint range = 0; range < RIG_SAMPLE_RANGES; range++) {
		if (isnan(transfer->c[range][0]))
			continue;
		currents->counts[range] = transfer->last[range] + 1u;
		currents->pa[range] = g_new(gint64, currents->counts[range]);
		for (guint code = 0; code < currents->counts[range]; code++) {
			const RigSample sample = {.code = (guint16)code, .range = (guint8)range};
			double amperes = rig_sample_amperes(transfer, &sample);
			currents->pa[range][code] = fabs(amperes) <= CURRENTS_MAX_A
			                                ? (gint64)llrint(amperes * 1e12)
			                                : RIG_CURRENT_UNKNOWN;
		}
	}
	return currents;
}

void rig_currents_free(RigCurrents *currents)
{
	if (currents == NULL)
		return;
	for (guint range = 0; range < RIG_SAMPLE_RANGES; range++)
		g_free(currents->pa[range]);
	g_free(currents);
}

gint64 rig_current_pa(const RigCurrents *currents, const RigSample *sample)
{
	if (sample->range >= RIG_SAMPLE_RANGES || sample->code >= currents->counts[sample->range])
		return RIG_CURRENT_UNKNOWN;
	return currents->pa[sample->range][sample->code];
}

void rig_trace_summary_begin(RigTraceSummary *summary)
{
	*summary = (RigTraceSummary){.min = (double)NAN, .max = (double)NAN, .logic_and = 0xff};
}

void rig_trace_summary_add(RigTraceSummary *summary, const RigCurrents *currents,
                           const RigSample *samples, gsize count)
{
	gint64 least = G_MAXINT64, most = G_MININT64, sum = 0;
	guint32 known = 0;
	guint8 any = 0, all = 0xff;
	for (gsize i = 0; i < count; i++) {
		gint64 pa = rig_current_pa(currents, &samples[i]);
		any |= samples[i].logic;
		all &= samples[i].logic;
		if (pa == RIG_CURRENT_UNKNOWN)
			continue;
		least = MIN(least, pa);
		most = MAX(most, pa);
		sum += pa;
		known++;
	}
	RigTraceSummary other = {.min = (double)NAN,
	                         .max = (double)NAN,
	                         .sum_pa = (double)sum,
	                         .known = known,
	                         .logic_or = any,
	                         .logic_and = all};
	if (known > 0) {
		other.min = (double)least * 1e-12;
		other.max = (double)most * 1e-12;
	}
	rig_trace_summary_join(summary, &other);
}

void rig_trace_summary_join(RigTraceSummary *summary, const RigTraceSummary *other)
{
	summary->min = fmin(summary->min, other->min); /* of a NaN and a number: the number */
	summary->max = fmax(summary->max, other->max);
	summary->sum_pa += other->sum_pa;
	summary->known += other->known;
	summary->logic_or |= other->logic_or;
	summary->logic_and &= other->logic_and;
}

double rig_trace_summary_mean(const RigTraceSummary *summary)
{
	return summary->known == 0 ? (double)NAN : summary->sum_pa / (double)summary->known * 1e-12;
}
