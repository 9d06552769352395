/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file that config, judge or recordings read goes through a RigSources: it keeps
 * path, bytes and SHA-256 of each, so that a run can store what it was made of and be
 * judged again when the files have changed. Not for images or recordings' bulk data.
 */
#ifndef RIG_BASE_SOURCES_H
#define RIG_BASE_SOURCES_H

#include <rig/error.h>

#define RIG_SOURCE_BYTES_MAX (4u << 20)

typedef struct RigSources RigSources;

typedef struct RigSource {
	char *path; /* absolute, normalised */
	GBytes *bytes;
	char *sha256; /* lower-case hex */
} RigSource;

RigSources *rig_sources_new(void);
void rig_sources_free(RigSources *sources);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigSources, rig_sources_free)

/*
 * Reads the file once; later calls give the same bytes. The result is borrowed until the
 * sources are freed. Errors (RIG_ERROR_USAGE): not there, not a regular file, over
 * RIG_SOURCE_BYTES_MAX; the text names the path and the reason.
 */
const RigSource *rig_sources_read(RigSources *sources, const char *path, GError **error);

/* Answers `path` with these bytes instead of the file's. Takes nothing; bytes are ref'd. */
void rig_sources_put(RigSources *sources, const char *path, GBytes *bytes);

/* All that were read or put, in order: array of RigSource, borrowed. */
const GPtrArray *rig_sources_list(const RigSources *sources);

/* Absolute, normalised form of `path` against the folder of `base_file` (NULL: the working folder).
 * Caller frees. */
char *rig_path_resolve(const char *path, const char *base_file);

/* SHA-256 as lower-case hex; caller frees. */
char *rig_sha256_hex(const void *data, gsize size);
/* The same over a file of any size, streamed. */
char *rig_sha256_file(const char *path, GError **error);

#endif
