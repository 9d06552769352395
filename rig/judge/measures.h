/* SPDX-License-Identifier: Apache-2.0 */
/* How each kind of measure gets its number from an attempt. One table. Pure. */
#ifndef RIG_JUDGE_MEASURES_H
#define RIG_JUDGE_MEASURES_H

#include "judge/judge.h"
#include "judge/records.h"

/* One limit at work. */
typedef struct RigJudging {
	const RigJudgeContext *context;
	const RigAttempt *attempt; /* the case's */
	const RigLimit *limit;
	RigRecords records;  /* of the limit's subject; empty for kinds without records */
	guint below;         /* records under the integrity that the limit asks for */
	RigFinding *finding; /* bounds and expectation are set */
} RigJudging;

typedef struct RigMeasureJudge {
	gboolean needs_records;
	void (*judge)(RigJudging *judging); /* sets verdict, got, integrity and what goes with them */
} RigMeasureJudge;

extern const RigMeasureJudge rig_measure_judges[]; /* indexed by RigMeasureKind */

/* The judges, by file. */
void rig_judge_value(RigJudging *judging);
void rig_judge_command(RigJudging *judging);
void rig_judge_top(RigJudging *judging);
void rig_judge_recall(RigJudging *judging);
void rig_judge_recall_class(RigJudging *judging);
void rig_judge_auc(RigJudging *judging);
void rig_judge_outputs(RigJudging *judging);
void rig_judge_latency(RigJudging *judging);
void rig_judge_energy(RigJudging *judging);
void rig_judge_battery_life(RigJudging *judging);
void rig_judge_inferences(RigJudging *judging);

/* What a limit asks of a number beside its baseline, after the number is known. */
void rig_judge_baseline(RigJudging *judging);

#endif
