/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ed25519 keys (RFC 8032, pure) and their files, by OpenSSL's libcrypto, which is loaded when the
 * first key is used: linked in, it would cost every start of the program 3 ms.
 */
#ifndef RIG_RELEASE_CRYPTO_H
#define RIG_RELEASE_CRYPTO_H

#include "release/merkle.h"
#include <rig/error.h>

#define RIG_KEY_BYTES       32u /* raw, of either half */
#define RIG_SIGNATURE_BYTES 64u

typedef struct RigKey RigKey;

/* Asked for the passphrase of a key that has one; caller frees. NULL: there is none. */
typedef char *(*RigPassphrase)(gpointer user);

/* A new one. RIG_ERROR_BENCH: libcrypto is missing, or fails; so all that return an error. */
RigKey *rig_key_new(GError **error);
/* Of RIG_KEY_BYTES raw bytes: the private half, or the public one alone. */
RigKey *rig_key_of_private(const guint8 *bytes, GError **error);
RigKey *rig_key_of_public(const guint8 *bytes, GError **error);
/*
 * A PEM text: PKCS#8, with a passphrase or without, or SPKI for the public half. RIG_ERROR_USAGE:
 * it is none, of another algorithm, or the passphrase is wrong. ask: may be NULL.
 */
RigKey *rig_key_read_pem(const char *text, gsize size, RigPassphrase ask, gpointer user,
                         GError **error);

/* Signs for a key whose private half is elsewhere; signature: shape (RIG_SIGNATURE_BYTES). */
typedef gboolean (*RigSigner)(gpointer user, const void *data, gsize size, guint8 *signature,
                              GError **error);
/* The key signs by that; what comes back is verified. `user` is freed with the key by g_free. */
void rig_key_set_signer(RigKey *key, RigSigner sign, char *user);

void rig_key_free(RigKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigKey, rig_key_free)

/* PKCS#8, encrypted (AES-256-CBC) where there is a passphrase; caller frees. Needs the private
 * half. */
char *rig_key_private_pem(const RigKey *key, const char *passphrase, GError **error);
/* SPKI; caller frees. */
char *rig_key_public_pem(const RigKey *key, GError **error);

gboolean rig_key_is_private(const RigKey *key);
/* The public half, raw: RIG_KEY_BYTES. Borrowed. */
const guint8 *rig_key_public(const RigKey *key);
/* SHA-256 of its SPKI, in hex; borrowed. */
const char *rig_key_id(const RigKey *key);

/* signature: shape (RIG_SIGNATURE_BYTES). RIG_ERROR_USAGE: there is the public half only. */
gboolean rig_key_sign(const RigKey *key, const void *data, gsize size, guint8 *signature,
                      GError **error);
/* FALSE: it is not this key's signature of these bytes. */
gboolean rig_key_verify(const RigKey *key, const void *data, gsize size, const guint8 *signature,
                        gsize signature_bytes);

#endif
