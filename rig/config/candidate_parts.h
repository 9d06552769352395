/* SPDX-License-Identifier: Apache-2.0 */
/* Between candidate.c and what shows its rows: schema and reference page. */
#ifndef RIG_CONFIG_CANDIDATE_PARTS_H
#define RIG_CONFIG_CANDIDATE_PARTS_H

#include "config/candidate.h"
#include "yaml/bind.h"

/* A candidate and what only binding needs; the candidate is its first member. */
typedef struct RigCandidateFile {
	RigCandidate candidate;
	GHashTable *variables; /* stays NULL: see variables.h */
} RigCandidateFile;

extern const RigField rig_candidate_rows[];

#endif
