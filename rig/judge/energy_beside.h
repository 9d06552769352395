/* SPDX-License-Identifier: Apache-2.0 */
/* What a measure left beside the energies of a step's inferences. Pure. */
#ifndef RIG_JUDGE_ENERGY_BESIDE_H
#define RIG_JUDGE_ENERGY_BESIDE_H

#include "judge/measures.h"

/* The number `key` of the limit's step; a zero where it left none. Borrowed. */
const RigValue *rig_energy_beside(const RigJudging *judging, const char *key);
/* What may be wrong with one energy is wrong with all. */
gboolean rig_energy_is_common(const RigJudging *judging);
/* So many records of the limit's step have no energy: the measure says why. */
void rig_energy_unknown(RigJudging *judging, guint unknown);

#endif
