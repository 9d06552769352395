/* SPDX-License-Identifier: Apache-2.0 */
/* One try of one case, as the journal tells it: what judge and reports read. */
#ifndef RIG_JOURNAL_ATTEMPT_H
#define RIG_JOURNAL_ATTEMPT_H

#include "base/verdict.h"
#include <rig/inference.h>

/* A named value that a step left behind. */
typedef struct RigValue {
	char *name; /* r.stack_used, id.build, a capture's name */
	gboolean is_text;
	double number; /* base unit; NaN: unknown */
	char *text;    /* is_text */
	char *unit;    /* dimension as in field.h, "count", "ratio"; NULL: none */
	RigIntegrity integrity;
	/* Of a measured number, for 95 %: what averaging makes less, and the instrument's accuracy; 0:
	 * none is stated. */
	double uncertainty, gain;
} RigValue;

typedef struct RigStepRecord {
	guint index;             /* setup steps come first, then the case's, from 0 */
	char *verb, *as;         /* as: NULL where the step has no results */
	gint64 begin_us, end_us; /* host clock; end_us 0: did not end */
	RigVerdict outcome;
	char *message;        /* NULL when it passed */
	char *expected, *got; /* may be NULL */
} RigStepRecord;

typedef struct RigAttempt {
	char *case_name;                    /* "setup" and "teardown" for these */
	guint number;                       /* 1.. */
	gint64 begin_us, end_us;            /* host clock; end_us 0: the worker died in it */
	RigVerdict outcome;                 /* worst of the steps; `error` when it did not end */
	char *message;                      /* of the step that set the outcome; NULL when passed */
	GPtrArray *steps;                   /* RigStepRecord */
	GPtrArray *inferences;              /* RigInference; the array owns them */
	GPtrArray *values;                  /* RigValue */
	GPtrArray *notes;                   /* char * */
	GStringChunk *texts;                /* names that inference records borrow */
	guint64 console_begin, console_end; /* byte offsets in console.log */
} RigAttempt;

RigAttempt *rig_attempt_new(const char *case_name, guint number);
void rig_attempt_free(RigAttempt *attempt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigAttempt, rig_attempt_free)

/* The last value of that name; NULL: none. Borrowed. */
const RigValue *rig_attempt_value(const RigAttempt *attempt, const char *name);
/* The step whose results carry `as`; NULL: none. */
const RigStepRecord *rig_attempt_step(const RigAttempt *attempt, const char *as);

#endif
