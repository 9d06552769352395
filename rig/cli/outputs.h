/* SPDX-License-Identifier: Apache-2.0 */
/* Where the reports of a session go: files, and what a CI system offers by its environment. */
#ifndef RIG_CLI_OUTPUTS_H
#define RIG_CLI_OUTPUTS_H

#include "run/result.h"

typedef struct RigOutputs {
	const char *folder; /* gets junit.xml and report.json; NULL: none */
	const char *junit;  /* file; NULL: none */
	const char *json;
} RigOutputs;

/*
 * Writes them, each whole or not at all; annotations to
 * stdout when GITHUB_ACTIONS is set, a summary to $GITHUB_STEP_SUMMARY.
 */
gboolean rig_outputs_write(const RigOutputs *outputs, const RigSessionReport *session,
                           GError **error);

#endif
