/* SPDX-License-Identifier: Apache-2.0 */
/* What the store answers. Arrays and strings are the caller's to free; errors are RIG_ERROR_BENCH.
 */
#ifndef RIG_STORE_QUERY_H
#define RIG_STORE_QUERY_H

#include "store/store.h"

/* A run as `tinyrig runs` lists it. */
typedef struct RigStoredRun {
	char *name, *suite, *bench, *board, *target;
	char *unit, *candidate, *load_digest, *message; /* may be NULL */
	char *pin;                                      /* why it is kept; NULL: not pinned */
	gint64 started_us;                              /* UTC, since 1970 */
	gint64 duration_us;
	RigVerdict verdict;
	guint counts[RIG_VERDICT_ERROR + 1]; /* cases by verdict */
} RigStoredRun;

typedef struct RigRunFilter {
	const char *suite, *board; /* NULL: any */
	const char *name;          /* NULL: any */
	gboolean failed;           /* only what did not pass */
	guint most;                /* 0: all */
} RigRunFilter;

/* Newest first: RigStoredRun. */
GPtrArray *rig_store_runs(RigStore *store, const RigRunFilter *filter, GError **error);

/*
 * The run that a word means: its name, a part of it that no other name has, `last`, or `last~N` for
 * the N-th before it. RIG_ERROR_USAGE: none, or several. Caller frees.
 */
char *rig_store_find(RigStore *store, const char *word, GError **error);

/* A case that did not pass when it last ran on a board at hand. */
typedef struct RigFailedCase {
	char *board, *name;
} RigFailedCase;

/* RigFailedCase of the suite on the bench. */
GPtrArray *rig_store_failed(RigStore *store, const char *suite, const char *bench, GError **error);

/* How a case did on a board lately; boards of two benches are two, whatever their names. */
typedef struct RigCaseHistory {
	char *suite, *board, *bench, *name;
	guint counts[RIG_VERDICT_ERROR + 1]; /* of the last runs, by verdict */
	guint turns;    /* the verdict was another than before, with the same image and suite */
	guint retried;  /* passed, but only on a retry */
	gint64 last_us; /* when it last did not pass; 0: never */
	char *trail;    /* a letter for each verdict, newest last: ppfpe */
} RigCaseHistory;

/* RigCaseHistory over the last `runs` runs; suite and name may be NULL: any. */
GPtrArray *rig_store_history(RigStore *store, const char *suite, const char *name, guint runs,
                             GError **error);

/* A number that a limit was judged by. */
typedef struct RigStoredNumber {
	double value; /* base unit; NaN: unknown */
	char *unit;   /* dimension; NULL: none */
	RigIntegrity integrity;
} RigStoredNumber;

/* "CASE/LIMIT" -> RigStoredNumber, of a run. */
GHashTable *rig_store_numbers(RigStore *store, const char *name, GError **error);

/* Keeps a run from `gc`; `why` NULL: no longer. */
gboolean rig_store_pin(RigStore *store, const char *name, const char *why, GError **error);

typedef struct RigGcResult {
	guint runs, objects; /* removed */
	gint64 freed_bytes;  /* of objects */
} RigGcResult;

/*
 * Removes runs that began before `before_us` (UTC) and are not among the newest `keep`, but none
 * that is pinned; then objects that no run refers to. `dry`: only counts.
 */
gboolean rig_store_gc(RigStore *store, gint64 before_us, guint keep, gboolean dry,
                      RigGcResult *result, GError **error);

#endif
