/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DSSE envelopes (secure-systems-lab/dsse, protocol 1.0.2): bytes of a type, signed as they are.
 * What is handed on is what was verified; a key id is a hint and decides nothing.
 */
#ifndef RIG_RELEASE_DSSE_H
#define RIG_RELEASE_DSSE_H

#include "release/crypto.h"

#define RIG_DSSE_MAX            (16u << 20) /* bytes of an envelope */
#define RIG_DSSE_SIGNATURES_MAX 64u
#define RIG_DSSE_IN_TOTO        "application/vnd.in-toto+json"

typedef struct RigEnvelope {
	char *type;
	GByteArray *payload;
	guint count;
	struct {
		char *keyid; /* NULL: none is given */
		guint8 *signature;
		gsize size;
	} signatures[RIG_DSSE_SIGNATURES_MAX];
} RigEnvelope;

/* What is signed: pre-authentication encoding. Caller frees. */
GByteArray *rig_dsse_pae(const char *type, const guint8 *payload, gsize size);

/* An envelope with one signature, JSON in one line; caller frees. */
char *rig_dsse_sign(const RigKey *key, const char *type, const guint8 *payload, gsize size,
                    GError **error);

/* RIG_ERROR_USAGE: it is none. The envelope is cleared first, and due to rig_envelope_clear. */
gboolean rig_dsse_read(RigEnvelope *envelope, const char *text, gsize size, GError **error);
void rig_envelope_clear(RigEnvelope *envelope);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigEnvelope, rig_envelope_clear)

/*
 * At least `threshold` (1 or more) of these keys have signed it; each counts once.
 * RIG_ERROR_DAMAGED: fewer have.
 */
gboolean rig_dsse_verify(const RigEnvelope *envelope, RigKey *const *keys, guint count,
                         guint threshold, GError **error);

/* Base64 with or without the URL-safe letters, padded or not at all. NULL: it is none. */
GByteArray *rig_base64_decode(const char *text, gsize size);

#endif
