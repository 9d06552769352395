/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of others that sign, for keys whose private half never comes here: NAME.signer beside
 * the public half NAME.pem is the argument list, a JSON list. The program gets
 * {"key": ID, "data": BASE64} and answers {"signature": BASE64} of 64 bytes.
 */
#ifndef RIG_RELEASE_SIGNER_H
#define RIG_RELEASE_SIGNER_H

#include "release/crypto.h"

/* Where there is a signer beside `pem`, the key signs by it. */
void rig_signer_find(RigKey *key, const char *pem);
gboolean rig_signer_write(const char *pem, char **argv, GError **error);

#endif
