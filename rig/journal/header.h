/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.json: what a run is made of, written before its worker starts. With the copies of all
 * files that were read (sources/) it lets a worker, or a later `tinyrig judge`, see exactly
 * what the supervisor saw.
 */
#ifndef RIG_JOURNAL_HEADER_H
#define RIG_JOURNAL_HEADER_H

#include "base/sources.h"

#define RIG_RUN_VERSION 1

typedef struct RigRunHeader {
	char *id, *started;  /* started: ISO 8601 UTC */
	char *suite, *bench; /* absolute paths, as the sources know them */
	char *suite_sha256;
	char *board, *target;
	char *candidate;                       /* name and version, or NULL */
	char *candidate_path;                  /* manifest; NULL: --image or none */
	char *candidate_sha256, *model_sha256; /* of the manifest, and what it says; or NULL */
	char *image, *image_format, *image_sha256, *load_digest, *build_id; /* NULL: none */
	gint64 image_address, flash_bytes, ram_bytes;                       /* address -1: none */
	char **cases;        /* names of the selected cases, in suite order */
	char **suite_cases;  /* names of all cases that the suite has */
	char **command;      /* the command line */
	GHashTable *defines; /* char * -> char * */
	gint64 wait_us;      /* how long the worker may wait for the board */
	gboolean golden;     /* --update-golden: golden files are written, not compared */
} RigRunHeader;

RigRunHeader *rig_run_header_new(void);
void rig_run_header_free(RigRunHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigRunHeader, rig_run_header_free)

/* A new id: UTC time, board, four random hex digits: 20261123-011500-mps2-a-3f9c. Caller frees. */
char *rig_run_id_new(const char *board);

/* Makes the folder with run.json and the copies of all sources. RIG_ERROR_BENCH; RIG_ERROR_USAGE
 * where a name is not UTF-8. */
gboolean rig_run_folder_make(const char *folder, const RigRunHeader *header,
                             const RigSources *sources, GError **error);

/* Reads it back; sources (may be NULL) get the copies, checked against their digests. */
RigRunHeader *rig_run_folder_read(const char *folder, RigSources *sources, GError **error);

#endif
