/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one worker owns: a board, its links and protocol, the journal of its run, and the
 * variables that steps leave for later steps. One thread; every call may block, always
 * against a deadline or station->stop_fd.
 */
#ifndef RIG_RUN_STATION_H
#define RIG_RUN_STATION_H

#include "config/bench.h"
#include "config/suite.h"
#include "journal/console.h"
#include "journal/header.h"
#include "journal/writer.h"
#include "run/channel.h"
#include "run/claim.h"
#include "run/wiring.h"

/* What of an inference is needed to find its windows. */
typedef struct RigMeasuredRecord {
	guint32 seq, iterations, warmups;
	gboolean is_first;                                              /* of its request */
	gint64 sent_us, done_us, lap_us, request_us, told_us, board_us; /* as in RigInference */
	const char *as;                                                 /* of its step; borrowed */
} RigMeasuredRecord;

typedef struct RigStation {
	const RigRunHeader *header; /* borrowed, as the next three */
	const RigSuite *suite;
	const RigBench *bench;
	const RigBoard *board;
	const RigClock *clock;
	RigChannel *channel; /* borrowed; NULL: nobody listens */
	int stop_fd;         /* readable: stop; -1: never */
	const char *folder;  /* of the run; borrowed */
	RigJournal *journal; /* owned, as all below */
	RigConsole *console;
	RigWiring *wiring;     /* links and protocol of the board */
	GHashTable *variables; /* char * -> char *: of the suite, set and captured */
	GHashTable *unread;    /* link name -> GString: bytes that no expect has taken yet */
	RigAttempt *attempt;   /* the one that runs; NULL: none */
	RigStepRecord *step;   /* of it; borrowed */
	guint32 seq;           /* next inference of the attempt */
	GArray *switched;      /* gint64: host clock at each switching-on of the measure that runs */
	GArray *measured;      /* RigMeasuredRecord: of the measure that runs */
	const RigStepMeasure *measuring; /* borrowed */
	const char *measure;             /* what its results carry; borrowed; NULL: none runs */
	char *trace;                     /* its file, in the folder; owned */
	gint64 progress_us;              /* when progress was last told */
} RigStation;

/* Makes journal and console in header's folder; `suffix` tells the files of a later worker apart
 * ("" or "-2"). */
RigStation *rig_station_new(const RigRunHeader *header, const RigSuite *suite,
                            const RigBench *bench, const char *folder, const char *suffix,
                            const RigClock *clock, RigChannel *channel, GError **error);
/* Closes the links and frees. */
void rig_station_free(RigStation *station);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigStation, rig_station_free)

/* Leave a value under "AS.NAME" in the journal. text may be NULL: unknown, nothing is left. */
void rig_station_number(RigStation *station, const char *as, const char *name, double number,
                        const char *unit, RigIntegrity integrity);
void rig_station_text(RigStation *station, const char *as, const char *name, const char *text,
                      RigIntegrity integrity);
void rig_station_note(RigStation *station, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Tells the supervisor how far the step is; at most ten times a second. */
void rig_station_progress(RigStation *station, guint done, guint of);

/* Blocks until the deadline; RIG_ERROR_STOPPED when asked to stop before. */
gboolean rig_station_wait(RigStation *station, gint64 deadline_us, GError **error);

#endif
