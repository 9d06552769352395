/* SPDX-License-Identifier: Apache-2.0 */
/* What a session is made of, so that a change of it can be waited for. */
#ifndef RIG_CLI_WATCH_FILES_H
#define RIG_CLI_WATCH_FILES_H

#include "run/plan.h"

/*
 * Paths (char *; absolute; each once) of the suite, its includes, the bench, the candidate, images,
 * golden files, recordings and programs of the suite; what a symbolic link leads to as well. They
 * need not be there. *whole is FALSE where a file is so wrong that it may name more. NULL: the
 * command line is wrong (RIG_ERROR_USAGE), which no file mends. Caller unrefs.
 */
GPtrArray *rig_watch_files(const RigPlanRequest *request, gboolean *whole, GError **error);

#endif
