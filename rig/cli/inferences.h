/* SPDX-License-Identifier: Apache-2.0 */
/* The inference records of a kept run, from its journals. */
#ifndef RIG_CLI_INFERENCES_H
#define RIG_CLI_INFERENCES_H

#include <stdio.h>

#include "journal/attempt.h"
#include "store/store.h"

/* All attempts of cases, in the order of the journals: array of RigAttempt, the caller's. */
GPtrArray *rig_inferences_attempts(RigStore *store, const char *name, GError **error);

/* Writes records of cases that fit one of the patterns (NULL: all) as CSV with a head line. */
gboolean rig_inferences_print(RigStore *store, const char *name, char **patterns, FILE *stream,
                              GError **error);

#endif
