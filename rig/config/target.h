/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target file: where a chip keeps an image and how that is written, what RAM there is, how the
 * chip is told from others. Shipped ones are known by their name; others lie beside the bench file.
 */
#ifndef RIG_CONFIG_TARGET_H
#define RIG_CONFIG_TARGET_H

#include "yaml/node.h"
#include <rig/drivers.h>

typedef struct RigTargetFlash {
	RigPlace place;
	gint64 address, bytes, page_bytes; /* bytes 0: its driver knows */
	gint64 erased;
	const RigFlashDriver *driver;
	gpointer options; /* driver->options_size bytes */
} RigTargetFlash;

typedef struct RigTargetRam {
	gint64 address, bytes;
} RigTargetRam;

typedef struct RigTarget {
	RigPlace place;
	char *path; /* absolute; of a shipped one: in the folder that it has in the source */
	char *name, *about;
	char *core;            /* "Cortex-M4"; NULL: any */
	gint64 core_clock_mhz; /* milli-Hz, after a reset; 0: not known */
	GPtrArray *flash;      /* RigTargetFlash, in the order of the file */
	GPtrArray *ram;        /* RigTargetRam; the first is what algorithms use */
	gint64 part_address, part_value,
	    part_mask;                         /* a word that says what chip it is; address -1: none */
	gint64 silicon_address, silicon_bytes; /* the specimen's own number; address -1: none */
} RigTarget;

/*
 * `name`: of a shipped file, or a path (with a slash or .yaml) against the folder of `from`. NULL
 * with issues at `place` where there is no such file; issues in it are its own.
 */
RigTarget *rig_target_load(RigSources *sources, const char *name, const char *from,
                           const RigPlace *place, RigIssues *issues);
/* The file at `path`, for whoever looks at it alone. NULL with issues. */
RigTarget *rig_target_read(RigSources *sources, const char *path, RigIssues *issues);
void rig_target_free(RigTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigTarget, rig_target_free)

/* Shipped files: made from drivers/target/files/ by the Makefile; ends with a NULL name. */
typedef struct RigTargetText {
	const char *name, *text;
} RigTargetText;
extern const RigTargetText rig_target_texts[];

extern const RigField rig_target_rows[];

#endif
