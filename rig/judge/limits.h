/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a limit asks for against what came: bounds per target, texts, integrity. Fills findings;
 * a finding starts zeroed with its `limit` name. Pure.
 */
#ifndef RIG_JUDGE_LIMITS_H
#define RIG_JUDGE_LIMITS_H

#include "judge/judge.h"

/* Takes the bounds for `target` and the dimension into the finding, and says what is expected. */
void rig_limit_begin(RigFinding *finding, const RigLimit *limit, const char *target,
                     const char *unit);

/* TRUE: the limit bounds a number, but not on this target; the finding says so (`skip`). */
gboolean rig_limit_is_elsewhere(RigFinding *finding, const RigLimit *limit);

/* The value is not known or does not suffice: `inconclusive`, and why. */
void rig_limit_unknown(RigFinding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Judges a number by the bounds that there are; NaN is unknown. `note` ("45 of 50") may be NULL. */
void rig_limit_number(RigFinding *finding, double value, const char *note);

/*
 * The value that was just judged is known to +- uncertainty, and by the instrument's accuracy to
 * +- gain, which both are for 95 %: a bound that lies within makes it `inconclusive`.
 */
void rig_limit_uncertain(RigFinding *finding, double uncertainty, double gain);

/* Judges a text by `equals` (with its placeholders filled; NULL: none) and `matches`, where
 * they are. */
void rig_limit_text(RigFinding *finding, const RigLimit *limit, const char *equals,
                    const char *text);

/*
 * What went in has the least integrity finding->integrity: where the limit asks for more, `pass`
 * and `fail` become `inconclusive`. below of `total` records are under it; total 0: it is one
 * value.
 */
void rig_limit_integrity(RigFinding *finding, const RigLimit *limit, guint below, guint total);

/* Sets the verdict with a message that begins with the limit's name. */
void rig_finding_set(RigFinding *finding, RigVerdict verdict, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* A text of strangers in quotes: printable, valid UTF-8, at most 60 characters. Caller frees. */
char *rig_limit_quote(const char *text);

#endif
