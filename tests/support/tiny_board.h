/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte-level model of a board that speaks the MLPerf Tiny device protocol, with and without the
 * tinyrig extension. Written from the protocol's text alone, so that it can disagree with the
 * firmware we ship. Its network: 10 outputs from sums over the input.
 */
#ifndef TESTS_SUPPORT_TINY_BOARD_H
#define TESTS_SUPPORT_TINY_BOARD_H

#include "memory_link.h"

#define TINY_BOARD_OUTPUTS 10u
#define TINY_BOARD_INPUT   4096u

typedef struct TinyBoard {
	MemoryPeer peer; /* first */
	FakeClock *clock;
	/* How it is built; set before the link is opened. */
	guint line; /* longest command; 0: no extension, 80 characters */
	guint all;
	gboolean no_words;       /* `help` names no abilities */
	gboolean dut;            /* behind an interface board */
	gboolean trailing_comma; /* in m-results */
	gboolean bare_feed;      /* lines end with LF alone */
	gboolean echo;           /* `Received command: …` before each reply */
	gboolean energy;         /* energy build */
	gboolean quiet_boot;     /* no banner */
	gboolean chatty;         /* free text in the reply to infer */
	gboolean logs;           /* a line of its own log, never sealed, before each reply */
	guint faults_at; /* the n-th command is its last: e-[fault 03], then silence; 0: never */
	gint64 infer_us; /* one inference */
	gint64 first_counter_us; /* the counter at power-up */
	guint mute_after;        /* silent after so many commands; 0: never */
	guint restart_at;        /* the n-th command restarts it; 0: never */
	guint alter_result_at;   /* the n-th m-results has another digit; 0: none */
	guint hold_bit_at;       /* the n-th `db` chunk flips a bit of its first byte; 0: none */
	/* State. */
	char *command;
	gsize length;
	guint commands, results_told, chunks;
	gboolean extended;
	guint32 chain;
	GString *reply;
	guint8 input[TINY_BOARD_INPUT];
	gsize expected, filled;
	double outputs[TINY_BOARD_OUTPUTS];
} TinyBoard;

void tiny_board_init(TinyBoard *board, FakeClock *clock);
void tiny_board_clear(TinyBoard *board);

/* What the model answers to an input. */
void tiny_board_outputs(const guint8 *input, gsize size, double outputs[TINY_BOARD_OUTPUTS]);

#endif
