/* SPDX-License-Identifier: Apache-2.0 */
/* Between suite.c and its parts: steps, limits, and what only the whole suite shows. */
#ifndef RIG_CONFIG_SUITE_PARTS_H
#define RIG_CONFIG_SUITE_PARTS_H

#include "config/suite.h"
#include "yaml/bind.h"
#include "yaml/quantity.h"

/* One file as written; rig_suite_rows fill it. */
typedef struct {
	char *name, *about;
	char **include;
	GHashTable *variables; /* stays NULL: see variables.h */
	struct {
		gint64 timeout_us, retry;
		char **tags;
	} defaults;
	gint64 budget_us;
	char **needs;
	GPtrArray *setup, *teardown, *cases;
} RigSuiteFile;

/* Rows of a suite file and of one case, for parser, schema and reference page. */
extern const RigField rig_suite_rows[];
extern const RigField rig_case_rows[];
extern const RigField rig_limit_rows[];
/* The keys of a step beside its verb. */
extern const RigField rig_step_rows_common[];

#define RIG_STEP_SPAN_MAX_US (3600.0 * 1e6)

/* GPtrArray * of RigStep: a list of steps. */
extern const RigFieldCustom rig_custom_steps;
/* What a measure's values are: a dimension, or one of the words of measure.h. */
typedef struct RigLimitUnit {
	const RigDimension *dimension; /* NULL: a plain number */
	gboolean is_ratio, is_text;
	double least; /* no value is under it */
} RigLimitUnit;
RigLimitUnit rig_limit_unit(const RigMeasureRef *ref);

/* GPtrArray * of RigLimit. Its parse only wants a map: see rig_suite_bind_limits. */
extern const RigFieldCustom rig_custom_limits;

/*
 * Binds the map `judge` of a case to test->limits. Apart from the case's other keys, because
 * what a measure is depends on the step it names, here or in `setup` (may be NULL).
 */
void rig_suite_bind_limits(RigBinder *binder, const RigNode *judge, const GPtrArray *setup,
                           RigCase *test);

/* Each ${x} of `holes` (RigTextUse), which are filled late, must be captured or known. */
void rig_suite_check_placeholders(RigIssues *issues, const RigSuite *suite, const GPtrArray *holes);
/* Limits of a bare name (heap: {max: 100}) must name a capture. */
void rig_suite_check_captures(RigIssues *issues, const RigSuite *suite);

#endif
