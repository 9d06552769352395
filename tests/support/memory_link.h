/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link whose other side is a peer in this process, on a fake clock: waiting moves the clock, so
 * time-outs cost no time. Bytes may be damaged on their way.
 */
#ifndef TESTS_SUPPORT_MEMORY_LINK_H
#define TESTS_SUPPORT_MEMORY_LINK_H

#include "damage.h"
#include "fake_clock.h"
#include <rig/link.h>

typedef struct MemoryPeer MemoryPeer;
struct MemoryPeer {
	/* The link was opened or reset. May be NULL. */
	void (*start)(MemoryPeer *peer, gboolean reset);
	/* Bytes came from the host. */
	void (*take)(MemoryPeer *peer, const guint8 *data, gsize size);
	RigLink *link; /* set by the link; for memory_say */
};

typedef struct MemoryOptions {
	MemoryPeer *peer;
	FakeClock *clock;
	Damage *damage;  /* NULL: none */
	gsize read_most; /* bytes a read gives at most; 0: all */
	guint fail_read; /* the n-th read fails (1..); 0: none */
	gboolean gone;   /* reads fail with RIG_ERROR_BOARD once all is read */
	gboolean stop;   /* reads fail with RIG_ERROR_STOPPED where they would wait */
} MemoryOptions;

extern const RigLinkDriver memory_link_driver;

/* The peer speaks; the host can read it at_us at the earliest (0: now). Times must not go back. */
void memory_say(MemoryPeer *peer, const void *data, gsize size, gint64 at_us);
/* Bytes that the host has not read yet. */
gsize memory_pending(const MemoryPeer *peer);

#endif
