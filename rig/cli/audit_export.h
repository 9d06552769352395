/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RIG_CLI_AUDIT_EXPORT_H
#define RIG_CLI_AUDIT_EXPORT_H

#include <rig/error.h>

/*
 * Copies the log (checkpoint, tiles), the objects that it names and the public half of its key into
 * a folder that is not there yet, and prints what it did.
 */
gboolean rig_audit_export(const char *folder, GError **error);

#endif
