/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board as wired on its bench, for whoever owns it (a worker, `tinyrig console`, `tinyrig
 * record`): its links, its protocol, and how it is switched on, flashed, reset and made safe.
 * One thread; every call may block, always against a deadline or stop_fd. The board must be
 * claimed.
 */
#ifndef RIG_RUN_WIRING_H
#define RIG_RUN_WIRING_H

#include "config/bench.h"
#include "flash/load.h"
#include "journal/console.h"
#include "power/capture.h"
#include "run/program.h"
#include <rig/access.h>

/* Who is told; any slot may be NULL. */
typedef struct RigWiringEvents {
	/* A line of the protocol: a repeat, damage, a banner. */
	void (*note)(gpointer user, const char *text);
	/* A program of the bench has ended, or could not be started. Both are borrowed. */
	void (*program)(gpointer user, char **argv, const RigProgramResult *result);
	gpointer user;
} RigWiringEvents;

typedef struct RigWiring {
	const RigBoard *board; /* borrowed, as the next two */
	const RigClock *clock;
	const char *image; /* file that flash loads; NULL: none */
	int stop_fd;       /* readable: stop; -1: never */
	RigWiringEvents events;
	GPtrArray *links;      /* RigLink, parallel to board->links; owned */
	RigProtocol *protocol; /* owned; NULL: the board has none */
	RigProbe *probe;       /* owned, as the next three; NULL: the board has none */
	RigDap *dap;
	RigCortex *cortex;
	GArray *ram;         /* RigMemoryRange, as the target file has it; owned */
	RigAccess access;    /* of the three; for links and protocols by the probe */
	RigMeter *meter;     /* owned; NULL: the board has none */
	RigCapture *capture; /* owned; NULL: none runs. It alone uses the meter meanwhile */
	gboolean powered;    /* the switch, or the meter's supply, was set to on */
	gboolean in_sync;    /* the protocol has reached a defined state since open or reset */
	gboolean booted;     /* the board was reset since the protocol last spoke with it */
} RigWiring;

/* Nothing is opened yet. `console` (borrowed; NULL: none) logs every byte; `events` is copied. */
RigWiring *rig_wiring_new(const RigBoard *board, const char *image, const RigClock *clock,
                          int stop_fd, RigConsole *console, const RigWiringEvents *events);
/* Closes the links and frees; the board is as it is. NULL is allowed. */
void rig_wiring_free(RigWiring *wiring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigWiring, rig_wiring_free)

/*
 * The link, open or not; NULL: the protocol's, or the only one. RIG_ERROR_USAGE: there is no such
 * link.
 */
RigLink *rig_wiring_link(RigWiring *wiring, const char *name, GError **error);
/* One more, which its bench file does not have; borrowed, as all three. `console` NULL: no log. */
void rig_wiring_add_link(RigWiring *wiring, const RigBenchLink *wired, RigConsole *console);
/* The same, opened, with the board switched on. */
RigLink *rig_wiring_open_link(RigWiring *wiring, const char *name, gint64 deadline_us,
                              GError **error);
/* The protocol, in a defined state. RIG_ERROR_USAGE: the board has none. */
RigProtocol *rig_wiring_protocol(RigWiring *wiring, gint64 deadline_us, GError **error);

/* What is to be loaded, and how, where the probe does it. */
typedef struct RigFlashOrder {
	const RigImage *image; /* the wiring's, read */
	gboolean erase_all, reads_back;
	gboolean halts;    /* the core is left at its reset handler; else what was loaded runs */
	RigFlashTell tell; /* NULL: nobody */
	gpointer user;
} RigFlashOrder;
/*
 * Loads the image; it runs from the next reset on at the latest. RIG_ERROR_USAGE: no flasher.
 * result: cleared first, and due to rig_flash_result_clear; by others than the probe nothing is
 * known of it.
 */
gboolean rig_wiring_flash(RigWiring *wiring, const RigFlashOrder *order, gint64 deadline_us,
                          RigFlashResult *result, GError **error);
/* "64 KiB flashed, 12 KiB of them unchanged and skipped; SHA-256 on the target"; caller frees. */
char *rig_flash_words(const RigFlashResult *result);
/* All entries of the board's `reset:`, in order. RIG_ERROR_USAGE: it has none. */
gboolean rig_wiring_reset(RigWiring *wiring, gint64 deadline_us, GError **error);

/*
 * The core behind the board's probe, with the board switched on; the debug port is connected to
 * when the core is first used. `deadline_us` holds until the next call. RIG_ERROR_USAGE: the board
 * has no probe.
 */
RigCortex *rig_wiring_cortex(RigWiring *wiring, gint64 deadline_us, GError **error);

/*
 * What the meter measures goes to a trace at `path`, until end. The debug domain is powered down
 * and the probe's pins are let go first: a probe that stays connected adds current. Blocks for the
 * RIG_LEDGER_SETTLE_US that the trace needs in front. RIG_ERROR_USAGE: the board has no meter.
 */
gboolean rig_wiring_measure(RigWiring *wiring, const char *path, gint64 deadline_us,
                            GError **error);
/* Ends it, after as long a time behind it (where `settles`); does nothing where none runs. */
gboolean rig_wiring_measure_end(RigWiring *wiring, gboolean settles, GError **error);
/* TRUE: there is something to switch it with. */
gboolean rig_wiring_is_switched(const RigWiring *wiring);
/*
 * Another voltage of the meter's supply, at once where it is on, until the board is made safe.
 * RIG_ERROR_USAGE: no meter supplies the board, not with that, or it measures now.
 */
gboolean rig_wiring_set_voltage(RigWiring *wiring, gint64 voltage_uv, gint64 deadline_us,
                                GError **error);
/* Switches the supply: the meter's or the switch. RIG_ERROR_USAGE: the board has neither. */
gboolean rig_wiring_supply(RigWiring *wiring, gboolean on, gint64 deadline_us, GError **error);

/*
 * The safe state: links closed (a process board is ended), the core running without a debugger and
 * the probe's pins let go, supply off where there is a switch.
 */
gboolean rig_wiring_make_safe(RigWiring *wiring, gint64 deadline_us, GError **error);

#endif
