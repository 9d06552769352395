/* SPDX-License-Identifier: Apache-2.0 */
/* Latencies of inference records and their percentiles. Pure. */
#ifndef RIG_JUDGE_PERCENTILE_H
#define RIG_JUDGE_PERCENTILE_H

#include <rig/inference.h>

/* Nearest rank: the least value that at least `percent` of all do not exceed. `sorted` ascends; NaN
 * where it is empty. */
double rig_percentile(const double *sorted, guint count, double percent);

typedef struct RigLatencies {
	double *sorted_us; /* shape (count): time of one inference of each record, ascending; owned */
	guint count;
	guint unknown;  /* records without a lap; not in sorted_us */
	guint batches;  /* records whose lap covers several inferences: their mean is what is known */
	double mean_us; /* over inferences; NaN when there are none */
	guint32 slowest_input;  /* of the longest */
	RigIntegrity integrity; /* least of the laps that are known */
	guint below;            /* records whose lap is under the wanted integrity */
} RigLatencies;

/* records: const RigInference *. */
void rig_latencies_of(RigLatencies *latencies, const GPtrArray *records, RigIntegrity wanted);
void rig_latencies_clear(RigLatencies *latencies);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigLatencies, rig_latencies_clear)

#endif
