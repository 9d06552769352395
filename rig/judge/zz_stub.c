#include "judge/judge.h"
void rig_judgement_free(RigJudgement *j) { (void)j; }
