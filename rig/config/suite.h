/* SPDX-License-Identifier: Apache-2.0 */
/* A suite file: what is tested. Plain data, filled by field rows, read-only afterwards. */
#ifndef RIG_CONFIG_SUITE_H
#define RIG_CONFIG_SUITE_H

#include "config/measure.h"
#include "yaml/node.h"
#include <rig/field.h>
#include <rig/inference.h>

typedef enum { RIG_COVERS_CODE, RIG_COVERS_MODEL, RIG_COVERS_DATA, RIG_COVERS_SENSOR } RigCovers;
extern const char *const rig_covers_names[];

typedef enum {
	RIG_STEP_FLASH,
	RIG_STEP_RESET,
	RIG_STEP_IDENTIFY,
	RIG_STEP_INFER,
	RIG_STEP_SENSOR,
	RIG_STEP_DATA,
	RIG_STEP_SEND,
	RIG_STEP_EXPECT,
	RIG_STEP_WAIT,
	RIG_STEP_SET,
	RIG_STEP_RUN,
	RIG_STEP_SAFE,
	RIG_STEP_MEASURE,
	RIG_STEP_POWER,
	RIG_STEP_KINDS,                     /* that a suite may write */
	RIG_STEP_MEASURED = RIG_STEP_KINDS, /* the end of a `measure`, behind its steps */
} RigStepKind;

/* What a step's verb takes; the options of a step are one of these structs. */
typedef struct {
	char *name, *model;
	gboolean build;
	char *as;
} RigStepIdentify; /* name, model: regex; build: must equal the image's build id (default true,
                      where both are known) */
typedef struct {
	char *recording;
	gint64 inputs, first, iterations, warmups;
	gboolean pace;
	char *as;
} RigStepInfer; /* inputs 0: all; spread evenly */
typedef struct {
	gint64 frames;
	char *as;
} RigStepSensor;
typedef struct {
	char *recording, *reference, *as;
} RigStepData; /* checks a recording, no board */
typedef struct {
	char *text, *link;
} RigStepSend;
typedef struct {
	char *regex, *not, *link, *as;
	gint64 within_us;
} RigStepExpect;
typedef struct {
	gint64 span_us;
} RigStepWait;
typedef struct {
	GPtrArray *names, *values;
} RigStepSet; /* parallel char * */
typedef struct {
	char **argv;
	char *as;
} RigStepRun;

typedef enum {
	RIG_WINDOWS_AUTO,
	RIG_WINDOWS_MARKER,
	RIG_WINDOWS_STAMPS,
	RIG_WINDOWS_HOST
} RigWindows;
typedef enum { RIG_RULES_NONE, RIG_RULES_MLPERF_TINY } RigRules;
typedef struct {
	GPtrArray *steps; /* NULL once bound: they follow in the list, up to a RIG_STEP_MEASURED */
	char *as;
	int windows; /* RigWindows */
	int rules;   /* RigRules */
} RigStepMeasure;
typedef enum { RIG_SUPPLY_CUT, RIG_SUPPLY_ON, RIG_SUPPLY_CYCLE } RigSupply;
typedef struct {
	int supply; /* RigSupply */
	gint64 off_us;
	gint64 voltage_uv; /* 0: as it is */
} RigStepPower;

typedef struct RigStep {
	RigPlace place;
	RigStepKind kind;
	gint64
	    timeout_us;   /* 0: the kind's default (expect and wait: never 0, a second more than theirs)
	                   */
	gpointer options; /* one of the structs above; NULL for flash, reset, safe */
} RigStep;

/* One row of the table of verbs. */
typedef struct RigStepRow {
	const char *verb;
	const char *about;
	const RigField *fields; /* NULL: takes nothing, or `custom` */
	gsize options_size;
	const void *custom; /* RigFieldCustom that binds the whole value; NULL: `fields` do */
	gint64 timeout_us;  /* default */
} RigStepRow;
extern const RigStepRow rig_step_rows[RIG_STEP_KINDS + 1]; /* indexed by RigStepKind */

/*
 * The name a step's results carry: `as`, or the verb where it is absent; `image` for flash.
 * Borrowed. NULL: no results (reset, send, wait, set, safe, and expect and run without `as`).
 */
const char *rig_step_as(const RigStep *step);

/* A bound of a limit: one value for all targets, or one per target with a default. In base units.
 */
typedef struct RigBound {
	gboolean set;
	gboolean has_default;
	double fallback;    /* for a target that is not listed */
	GPtrArray *targets; /* char *, parallel to values; NULL: none */
	GArray *values;     /* double */
} RigBound;

/*
 * Placeholders that are filled when a step runs, beside what steps capture (groups of an
 * `expect`, names of a `set`, values of a `run`): board, target, unit, image. NULL-terminated.
 */
extern const char *const rig_suite_placeholders[];

typedef struct RigLimit RigLimit;
/* TRUE: the limit compares with a baseline. */
gboolean rig_limit_has_baseline(const RigLimit *limit);

/* The bound for `target`. FALSE: none applies. */
gboolean rig_bound_for(const RigBound *bound, const char *target, double *value);

/* How far a number may be from the baseline's: +3% is a ratio of 0.03. */
typedef struct RigRelative {
	gboolean set;
	double ratio;
} RigRelative;

typedef struct RigLimitBaseline {
	RigRelative min, max;
} RigLimitBaseline;

struct RigLimit {
	RigPlace place;
	char *subject; /* as written before the first dot: r of r.top1; for a bare name, the name */
	char *name;    /* whole key as written: r.top1 */
	RigMeasureRef measure;
	RigBound min, max;
	RigLimitBaseline baseline;
	char *equals, *matches; /* text values; equals may hold ${x} */
	char *golden;           /* absolute path of a CSV */
	gint64 capacity_uc;     /* of battery_life, as the next; 0: not given */
	double per_hour;
	double tolerance; /* absolute, per output; 0 with golden: bit-exact as printed */
	char **command;   /* judge of one's own */
	gboolean has_integrity;
	RigIntegrity integrity; /* least that the values must have */
};

typedef struct RigCase {
	RigPlace place;
	char *name, *about;
	int covers; /* RigCovers */
	char **tags;
	char **needs;      /* identify, infer, sensor, meter; as of the suite, for this case */
	GPtrArray *steps;  /* RigStep */
	GPtrArray *limits; /* RigLimit */
	gint64 timeout_us; /* whole case; 0: 60 s */
	gint64 retry;      /* -1: as the command line says */
	char *quarantine;  /* reason; NULL: not quarantined */
} RigCase;

typedef struct RigSuite {
	RigPlace place;
	char *path; /* absolute */
	char *name, *about;
	gint64 budget_us; /* 0: none */
	char **needs;
	GPtrArray *setup, *teardown; /* RigStep */
	GPtrArray *cases;            /* RigCase */
	GPtrArray *paths;            /* RigTextUse (yaml/bind.h): recordings that steps name */
	GHashTable *variables;       /* char * -> char *: `variables:` of the file, overridden by -D */
} RigSuite;

/*
 * Loads a suite with its includes. The cases of an included file follow those of the files
 * before it; its setup, teardown and budget are the including suite's business. Adds to `issues`
 * all that is wrong, in every file; NULL when nothing usable came out. `defines` (name -> value,
 * may be NULL) override `variables:`. A define that the suite does not know is an issue.
 */
RigSuite *rig_suite_load(RigSources *sources, const char *path, GHashTable *defines,
                         RigIssues *issues);
void rig_suite_free(RigSuite *suite);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigSuite, rig_suite_free)

/*
 * Adds an issue for each recording that is not there. Apart from loading, because a stored
 * run is judged again when its recordings may be gone.
 */
void rig_suite_check_files(const RigSuite *suite, RigIssues *issues);

const RigCase *rig_suite_case(const RigSuite *suite, const char *name);

#endif
