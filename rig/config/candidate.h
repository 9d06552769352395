/* SPDX-License-Identifier: Apache-2.0 */
/* What wants to be released: one image per target. A lone --image is a candidate of one. */
#ifndef RIG_CONFIG_CANDIDATE_H
#define RIG_CONFIG_CANDIDATE_H

#include "yaml/node.h"

typedef struct RigCandidateImage {
	RigPlace place;
	char *target;
	char *path;     /* absolute: ELF, Intel HEX or binary */
	gint64 address; /* of a raw binary; -1: not given */
	char *sha256;   /* expected digest of the file; NULL: not stated */
} RigCandidateImage;

typedef struct RigCandidate {
	RigPlace place;
	char *path; /* of the manifest; NULL for --image */
	char *name; /* of the product; NULL for --image */
	char *version;
	gint64 security_counter; /* -1: not stated */
	char *model_sha256;      /* NULL: not stated */
	char *digest;            /* SHA-256 of the manifest's bytes; NULL for --image */
	GPtrArray *images;       /* RigCandidateImage */
} RigCandidate;

/* As rig_bench_load. An image that is not there is an issue. */
RigCandidate *rig_candidate_load(RigSources *sources, const char *path, GHashTable *defines,
                                 RigIssues *issues);

/* From TARGET=FILE texts. Wrong syntax and a target named twice are RIG_ERROR_USAGE. */
RigCandidate *rig_candidate_from_images(char **images, GError **error);
void rig_candidate_free(RigCandidate *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigCandidate, rig_candidate_free)

/* The image for a target; NULL: none. Borrowed. */
const RigCandidateImage *rig_candidate_image(const RigCandidate *candidate, const char *target);

#endif
