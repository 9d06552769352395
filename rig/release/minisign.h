/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures as makers of devices know them: minisign's (Frank Denis, jedisct1.github.io/minisign),
 * in its form that signs the file itself, whose first two lines are a signature of OpenBSD's
 * signify, too.
 */
#ifndef RIG_RELEASE_MINISIGN_H
#define RIG_RELEASE_MINISIGN_H

#include "release/crypto.h"

/* The public half as both have it in their second line: algorithm, 8 bytes of the key's id, the
 * key, in base64. Caller frees. */
char *rig_minisign_public(const RigKey *key);

/* The text of FILE.minisig. comment: one line, signed as well. Caller frees. */
char *rig_minisign_sign(const RigKey *key, const void *data, gsize size, const char *comment,
                        GError **error);

#endif
