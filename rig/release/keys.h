/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys by name, in the state folder (keys/NAME.pem), or anywhere as files. A private half is for
 * its owner's eyes alone.
 */
#ifndef RIG_RELEASE_KEYS_H
#define RIG_RELEASE_KEYS_H

#include "release/crypto.h"

/* Where they are; it is made where it is not there. RIG_ERROR_BENCH. Caller frees. */
char *rig_keys_folder(GError **error);

/* The file that is meant: a path where the word has a slash or ends in .pem, else a key of the
 * state folder. RIG_ERROR_USAGE: it can be no name. Caller frees. */
char *rig_keys_path(const char *word, GError **error);

/*
 * passphrase_file: its first line opens the key; NULL: that of $TINYRIG_PASSPHRASE_FILE, if it is
 * set. A key that has NAME.signer beside its public half is signed for by the program named there.
 * RIG_ERROR_USAGE: there is no such key, it is none, or others may read its private half.
 */
RigKey *rig_keys_open(const char *word, const char *passphrase_file, GError **error);

/*
 * A new key under that name, with a passphrase or (NULL) without; nothing is written over. It is on
 * the disk when the call returns.
 */
RigKey *rig_keys_make(const char *name, const char *passphrase, GError **error);

/* A key of the state folder that the rig itself signs with; it is made where it is not there. */
RigKey *rig_keys_own(const char *name, GError **error);

/*
 * A key whose private half is elsewhere: public_pem is its public half, argv the program that signs
 * (docs/release.md says how it is asked). Nothing is written over.
 */
RigKey *rig_keys_adopt(const char *name, const char *public_pem, char **argv, GError **error);

/* The first line of a file. RIG_ERROR_USAGE: it cannot be read, or is empty. Caller frees. */
char *rig_keys_passphrase(const char *path, GError **error);

/* Names of the state folder's keys, sorted; NULL-terminated. Caller frees. */
char **rig_keys_list(GError **error);

#endif
