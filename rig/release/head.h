/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heads of channels: signed records (DSSE, RIG_HEAD_TYPE) with a version that always rises, each
 * naming the one before it. {channel, version, action, candidate, decision, policy, previous, why,
 * time}.
 */
#ifndef RIG_RELEASE_HEAD_H
#define RIG_RELEASE_HEAD_H

#include "release/gate.h"
#include "release/ledger.h"

#define RIG_HEAD_TYPE "application/vnd.tinyrig.channel-head+json"

/* A row of `head`. Texts are owned; NULL: none. */
typedef struct RigHead {
	char *channel, *time, *action, *candidate, *digest, *decision, *policy, *why;
	gint64 version, counter;
} RigHead;

void rig_head_free(RigHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigHead, rig_head_free)

/* The channel's present head; NULL without an error: it has none. */
RigHead *rig_head_read(RigDb *db, const char *channel, GError **error);
/* All heads, by channel (NULL: of all) and version: array of RigHead. */
GPtrArray *rig_heads_read(RigDb *db, const char *channel, GError **error);

/* The record of a head, verified: its envelope is the ledger key's. New reference. */
json_t *rig_head_record(const char *objects, RigKey *key, const char *digest, GError **error);

#endif
