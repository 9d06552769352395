/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a channel: what evidence lets a candidate in, and who is told. */
#ifndef RIG_CONFIG_POLICY_H
#define RIG_CONFIG_POLICY_H

#include "yaml/bind.h"

/* Whose signature counts, and for what. */
typedef struct RigPolicySigner {
	char *key;     /* NAME+ID+BASE64, as `tinyrig key export --format vkey` prints it */
	char **may;    /* of rig_policy_roles */
	char *revoked; /* since when it counts no more; NULL: it does */
	char *why;
} RigPolicySigner;

typedef struct RigPolicyTarget {
	char *target;
	gint64 units; /* specimens, each of which must satisfy */
} RigPolicyTarget;

typedef enum {
	RIG_POLICY_ANY_INTEGRITY,
	RIG_POLICY_PLAUSIBLE,
	RIG_POLICY_CHECKED,
} RigPolicyIntegrity;

typedef struct RigPolicySuite {
	char *suite;
	char **sha256;      /* versions of the suite that count; NULL: any */
	GPtrArray *targets; /* RigPolicyTarget */
	gint64 passes;      /* the last so many runs of a unit */
	gint64 fresh_s;     /* no older than this */
	gint64 flakes;      /* failures and cases that passed on a retry, over all units */
	gint64 attempts;    /* runs of a unit at most; -1: any number */
	gint64 integrity;   /* RigPolicyIntegrity */
	char **optional;    /* cases that may be skipped; NULL: none */
} RigPolicySuite;

/* A value beside that of the channel's head, on the same unit. */
typedef struct RigPolicyLimit {
	char *suite, *value; /* CASE/LIMIT, as digits/r.energy_p50 */
	char *max, *min;     /* "+5%", "-1%"; NULL: none */
} RigPolicyLimit;

typedef struct RigPolicyClosed {
	char *from, *until, *why; /* UTC */
} RigPolicyClosed;

typedef struct RigPolicyWaiver {
	char *rule;      /* as the decision names it; * and ? match */
	char *candidate; /* its digest */
	char *until, *by, *why;
} RigPolicyWaiver;

typedef struct RigPolicyHook {
	char *name;
	char **argv;        /* NULL: `url` */
	char *url, *secret; /* secret: a file; NULL: unsigned */
	char **events;      /* of rig_policy_events; NULL: all */
} RigPolicyHook;

typedef struct RigPolicy {
	RigPlace place;
	char *path, *sha256;
	char *name, *channel;
	char *after; /* channel that the candidate is head of; NULL: none */
	gint64 soak_s;
	gint64 approvals, approvals_fresh_s;
	gint64 readback; /* index into "required", "any" */
	GPtrArray *signers, *suites, *limits, *closed, *waivers, *hooks; /* never NULL once loaded */
} RigPolicy;

enum { RIG_POLICY_READBACK_REQUIRED, RIG_POLICY_READBACK_ANY };

extern const char *const rig_policy_roles[];  /* evidence, approve */
extern const char *const rig_policy_events[]; /* promote, rollback */
extern const RigField rig_policy_rows[];

/* As rig_bench_load. */
RigPolicy *rig_policy_load(RigSources *sources, const char *path, RigIssues *issues);
void rig_policy_free(RigPolicy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigPolicy, rig_policy_free)

/* "+5%" as 0.05. FALSE: it is no such share. */
gboolean rig_policy_share(const char *text, double *share);

#endif
