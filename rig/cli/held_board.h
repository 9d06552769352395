/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands share that work with one board themselves, without a run: the bench file, the
 * board's claim, its image, the log of its bytes, its wiring, and signals as a descriptor.
 */
#ifndef RIG_CLI_HELD_BOARD_H
#define RIG_CLI_HELD_BOARD_H

#include "data/image.h"
#include "run/claim.h"
#include "run/wiring.h"

/* `path` NULL: $TINYRIG_BENCH. RIG_ERROR_USAGE tells all that is wrong. The bench borrows from
 * `sources`. */
RigBench *rig_bench_of_option(RigSources *sources, const char *path, GError **error);

/* The board of that name. RIG_ERROR_USAGE: there is none. Borrowed from the bench. */
const RigBoard *rig_bench_named_board(const RigBench *bench, const char *name, GError **error);

typedef struct RigHoldRequest {
	const char *board;
	const char *bench;    /* NULL: $TINYRIG_BENCH */
	char **images;        /* TARGET=FILE; NULL: none */
	const char *image;    /* a file for this board, whatever its target is; NULL: as images say */
	gint64 image_address; /* of a raw binary; -1: it is none */
	const char *purpose;  /* for whoever finds the board busy */
	gint64 wait_us;       /* for a busy board */
	/* The file for the log of all bytes, for the board it was given; caller frees. NULL: no log. */
	char *(*log)(gpointer user, const RigBoard *board, GError **error);
	gpointer user;
} RigHoldRequest;

typedef struct RigHeldBoard {
	RigSources *sources; /* owned, as all below */
	RigBench *bench;
	RigImage *image; /* for the board's target; NULL: none */
	RigClaim *claim;
	RigConsole *console; /* NULL: no log */
	char *log;           /* its file */
	RigWiring *wiring;
	const RigBoard *board; /* of the bench */
	int stop_fd;           /* readable once SIGINT, SIGTERM, SIGHUP or SIGQUIT came */
	gboolean is_kept;      /* a run holds it for the caller: it is left as it is, not made safe */
} RigHeldBoard;

/*
 * Claims the board; from here on the signals above no longer end the process. Nothing is opened
 * yet. RIG_ERROR_USAGE, RIG_ERROR_BUSY, RIG_ERROR_STOPPED, RIG_ERROR_BENCH.
 */
RigHeldBoard *rig_held_board_take(const RigHoldRequest *request, GError **error);

/* With an image: flash. Then, with an image or where `reset`, the ways of the board's `reset:`. */
gboolean rig_held_board_bring_up(RigHeldBoard *held, gboolean reset, GError **error);

/* Makes the board safe, unless it is kept. Signals wait until that is done. */
gboolean rig_held_board_make_safe(RigHeldBoard *held, GError **error);

/* Frees the claim and all else; signals work as before. NULL is allowed. */
void rig_held_board_free(RigHeldBoard *held);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigHeldBoard, rig_held_board_free)

#endif
