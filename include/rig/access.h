/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board's memory while its core runs, by its probe: for links and protocols that need no line.
 * One thread; calls with an `error` may block, until their deadline. Errors as in rig/dap.h. The
 * debug domain is powered up when this is first used; whoever owns the probe lets it go.
 */
#ifndef RIG_ACCESS_H
#define RIG_ACCESS_H

#include <rig/cortex.h>

typedef struct RigAccess {
	RigDap *dap; /* borrowed, as all here */
	RigCortex *cortex;
	const RigClock *clock;
	const RigMemoryRange *ram; /* as far as the target file tells it */
	gsize ram_count;
	/* Where the image that the board runs has a symbol; FALSE: it has none, or nobody knows it. */
	gboolean (*find_symbol)(gpointer user, const char *name, RigMemoryRange *range);
	gpointer user;
} RigAccess;

/*
 * Connected, and `deadline_us` holds for what is asked of dap and cortex next; they have 2 s at
 * least, so that a deadline ends the waiting for a board, which is its fault, and not a look at it,
 * which would be the probe's.
 */
gboolean rig_access_begin(RigAccess *access, gint64 deadline_us, GError **error);
/* Waits, as rig_wait_until. */
gboolean rig_access_wait(const RigAccess *access, gint64 until_us, GError **error);

/* A structure in RAM that begins with bytes which nothing else begins with. */
typedef struct RigSought {
	const char *what;    /* for errors: "RTT control block" */
	const char *symbol;  /* of the image */
	const guint8 *magic; /* 16 bytes */
	gint64 address;      /* told by the bench file; -1: not told */
} RigSought;
#define RIG_SOUGHT_BYTES 16u

/* A search of RAM that goes on where the last call has left it; all zero at first. */
typedef struct RigSearch {
	gsize range;
	guint32 at;                  /* bytes of it that were looked at */
	gboolean has_one, was_whole; /* was_whole: the last call has come to the end of RAM */
	guint32 address;             /* of the one */
} RigSearch;

/*
 * Where it is to lie: as told, by its symbol, or else where the RAM holds the magic, which is read
 * whole for it, by one call or several. Looks at 64 KiB at least, however short the time.
 * place->bytes: its size, 0 where that is not known. *is_there FALSE: the RAM does not hold it, or
 * not yet, or was not looked at whole. RIG_ERROR_BOARD: it is there more than once;
 * RIG_ERROR_USAGE: nothing tells where to look.
 */
gboolean rig_access_find(RigAccess *access, const RigSought *sought, RigSearch *search,
                         gint64 deadline_us, RigMemoryRange *place, gboolean *is_there,
                         GError **error);

#endif
