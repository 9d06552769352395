/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the link driver `process`, for drivers whose device is a program of this host. */
#ifndef RIG_PROCESS_H
#define RIG_PROCESS_H

#include <rig/link.h>

typedef struct RigProcessOptions {
	char **argv; /* ${image} stands for the image that was flashed */
	gboolean pty;
	gboolean is_tool; /* not the board: that it ends is the bench's failure (RIG_ERROR_BENCH) */
} RigProcessOptions;

extern const RigLinkDriver rig_link_process;

#endif
