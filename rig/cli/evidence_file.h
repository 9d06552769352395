/* SPDX-License-Identifier: Apache-2.0 */
/* Files of evidence: a signed statement a line. RIG_ERROR_DAMAGED: a line proves nothing. */
#ifndef RIG_CLI_EVIDENCE_FILE_H
#define RIG_CLI_EVIDENCE_FILE_H

#include <rig/error.h>

/* Prints the statements, whoever signed them. */
gboolean rig_evidence_file_show(const char *path, GError **error);
/* keys: whom to trust, names or files; NULL: nobody, which is RIG_ERROR_USAGE. */
gboolean rig_evidence_file_verify(const char *path, char **keys, GError **error);
/* Takes them into the ledger; each line is of one of the keys. */
gboolean rig_evidence_file_import(const char *path, char **keys, GError **error);

#endif
