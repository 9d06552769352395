/* SPDX-License-Identifier: Apache-2.0 */
/* Golden files: outputs as they were once and are to stay. Pure. Text and diff are in judge.h. */
#ifndef RIG_JUDGE_GOLDEN_H
#define RIG_JUDGE_GOLDEN_H

#include <rig/error.h>
#include <rig/inference.h>

typedef struct RigGolden RigGolden;

/*
 * Reads "input,o0,o1,…" and its lines, at most RIG_OUTPUTS_MAX outputs each, an input once. `name`
 * is for messages. RIG_ERROR_USAGE with line, what was found and what is allowed. Caller frees.
 */
RigGolden *rig_golden_parse(const char *name, const char *data, gsize size, GError **error);
void rig_golden_free(RigGolden *golden);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigGolden, rig_golden_free)
guint rig_golden_count(const RigGolden *golden);

/* One record that differs, at its worst output. */
typedef struct RigGoldenDifference {
	guint32 input, output;
	guint32 outputs, wanted_outputs; /* their number; where it differs the rest is not set */
	double wanted, got;
	double by; /* |got - wanted|; infinite where NaN, infinity or the number of outputs differ */
} RigGoldenDifference;

typedef struct RigGoldenResult {
	guint compared;        /* records that have a golden line */
	guint inputs;          /* golden lines that a record was compared with */
	guint unknown;         /* records whose input has no golden line */
	guint32 unknown_input; /* the lowest of them */
	double worst;          /* largest difference, allowed or not; 0 when all are equal */
	GArray *differences;   /* RigGoldenDifference beyond the tolerance, worst first; owned */
} RigGoldenResult;

/*
 * tolerance 0: equal bit for bit as printed (-0 is not 0, NaN is NaN). Else |got - wanted| <=
 * tolerance up to the rounding of the decimals. records: const RigInference *.
 */
void rig_golden_compare(RigGoldenResult *result, const RigGolden *golden, const GPtrArray *records,
                        double tolerance);
void rig_golden_result_clear(RigGoldenResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigGoldenResult, rig_golden_result_clear)

/* Shortest text that reads back as `value`; `buffer` of G_ASCII_DTOSTR_BUF_SIZE. Returns it. */
char *rig_golden_number(char *buffer, double value);

#endif
