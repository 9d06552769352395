/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints of a ledger: signed notes (C2SP, signed-note and tlog-checkpoint): origin, size and
 * root, and lines of signatures behind an empty one.
 */
#ifndef RIG_RELEASE_NOTE_H
#define RIG_RELEASE_NOTE_H

#include "release/crypto.h"

#define RIG_NOTE_MAX 65536u

typedef struct RigCheckpoint {
	char *origin; /* owned */
	guint64 size;
	RigHash root;
} RigCheckpoint;

/* First 4 bytes of SHA-256(name LF 0x01 public key), big endian. */
guint32 rig_note_key_id(const char *name, const RigKey *key);
/* "NAME+KEYID+BASE64", as verifiers of notes want it; caller frees. */
char *rig_note_vkey(const char *name, const RigKey *key);
/* The key of such a text, and its name (caller frees). RIG_ERROR_USAGE: it is none. */
RigKey *rig_note_vkey_read(const char *text, char **name, GError **error);
/* TRUE: a name that a note can have: not empty, without spaces and plus signs. */
gboolean rig_note_name_is_good(const char *name);

/* The note, signed; its name is the origin. Caller frees. */
char *rig_checkpoint_write(const RigCheckpoint *checkpoint, const RigKey *key, GError **error);
/*
 * RIG_ERROR_USAGE: it is no checkpoint. RIG_ERROR_DAMAGED: no signature under its origin's name is
 * the key's. Cleared first, and due to rig_checkpoint_clear.
 */
gboolean rig_checkpoint_read(RigCheckpoint *checkpoint, const char *text, gsize size,
                             const RigKey *key, GError **error);
void rig_checkpoint_clear(RigCheckpoint *checkpoint);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RigCheckpoint, rig_checkpoint_clear)

#endif
