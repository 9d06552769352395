/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gap ledger on streams of blocks that arrive late by chance: nothing is found where nothing is
 * wrong, and every loss, repeat, stall and clock error is, whatever the counter tells.
 */
#include "power/ledger.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>

#define RATE_MHZ   100000000
#define SAMPLE_US  10.0
#define BLOCK      256u
#define MODULUS    64u
#define BLOCKS     2200u /* 5.6 s */
#define TRIALS     100   /* in each of 10 processes */
#define FAULT_FROM 400u
#define FAULT_TO   1000u

typedef enum { NOTHING, LOSE, LOSE_TURNS, REPEAT_TURNS, STALL, STALL_AND_LOSE, CLOCK, KINDS } Kind;

typedef struct Stream {
	RigLedger *ledger;
	GRand *random;
	Kind kind;
	guint fault_block;
	gint64 amount;  /* samples, ms or ppm */
	guint64 faulty; /* samples that were kept when it happened */
	double clock;   /* of the instrument: seconds are so much longer */
	double lost_us, held_us;
} Stream;

/* Mostly some tens of microseconds, now and then the scheduler's milliseconds. */
static double stream_latency_us(Stream *stream)
{
	double least = 20 + 60 * -log(1 - g_rand_double(stream->random));
	return g_rand_int_range(stream->random, 0, 50) == 0
	           ? least + 9000 * g_rand_double(stream->random)
	           : least;
}

static void stream_go_wrong(Stream *stream)
{
	stream->faulty = rig_ledger_count(stream->ledger);
	switch (stream->kind) {
	case STALL:
		stream->held_us = (double)stream->amount * 1000;
		break;
	case LOSE:
	case LOSE_TURNS:
	case STALL_AND_LOSE:
		stream->lost_us = (double)stream->amount * SAMPLE_US;
		if (stream->amount % MODULUS != 0)
			rig_ledger_gap(stream->ledger, stream->amount % MODULUS, 0);
		break;
	case REPEAT_TURNS:
		rig_ledger_samples(stream->ledger, (guint64)stream->amount);
		break;
	case CLOCK:
		stream->clock = 1 + (double)stream->amount * 1e-6;
		break;
	case NOTHING:
	case KINDS:
		break;
	}
}

/* Reader and instrument on one clock that is not there. */
static void stream_run(Stream *stream)
{
	double sent_us = 1e6, arrived_us = 0, looked_us = 0;
	for (guint i = 0; i < BLOCKS; i++) {
		if (i == stream->fault_block)
			stream_go_wrong(stream);
		sent_us += BLOCK * SAMPLE_US * stream->clock + stream->lost_us;
		stream->lost_us = 0;
		/* Blocks come in order; a reader that looks every 5 ms sees several at once. */
		arrived_us = fmax(arrived_us, sent_us + stream->held_us + stream_latency_us(stream));
		looked_us = arrived_us - 3000;
		stream->held_us = fmax(stream->held_us - BLOCK * SAMPLE_US, 0);
		rig_ledger_samples(stream->ledger, BLOCK);
		rig_ledger_arrived(stream->ledger, (gint64)looked_us, (gint64)arrived_us);
	}
	rig_ledger_finish(stream->ledger, (gint64)looked_us);
}

static gint64 stream_amount(GRand *random, Kind kind)
{
	switch (kind) {
	case LOSE:
		return g_rand_int_range(random, 1, 100000);
	case LOSE_TURNS:
	case REPEAT_TURNS:
		return (gint64)MODULUS * g_rand_int_range(random, 1, 30);
	case STALL:
		return g_rand_int_range(random, 60, 900);
	case STALL_AND_LOSE:
		return g_rand_int_range(random, 6000, 60000);
	case CLOCK:
		return g_rand_int_range(random, 1500, 20000) * (g_rand_boolean(random) ? 1 : -1);
	case NOTHING:
	case KINDS:
		return 0;
	}
	return 0;
}

/* Entries that have to do with what happened; `others`: that have not. */
static guint stream_entries(const Stream *stream, guint *others)
{
	const GArray *gaps = rig_ledger_gaps(stream->ledger);
	guint found = 0;
	for (guint i = 0; i < gaps->len; i++) {
		const RigGap *gap = &g_array_index(gaps, RigGap, i);
		gboolean covers = gap->from <= stream->faulty + BLOCK &&
		                  (gap->to >= stream->faulty || gap->to == G_MAXUINT64);
		*others += covers || stream->kind == CLOCK ? 0 : 1;
		found += covers ? 1 : 0;
	}
	return found;
}

START_TEST(every_fault_is_entered)
{
	GRand *random = g_rand_new_with_seed((guint32)_i + 1);
	for (guint trial = 0; trial < TRIALS; trial++) {
		Kind kind = (Kind)((guint)trial % KINDS);
		Stream stream = {.random = random,
		                 .kind = kind,
		                 .clock = 1 + 40e-6 * (g_rand_double(random) - 0.5),
		                 .amount = stream_amount(random, kind)};
		stream.ledger = rig_ledger_new(RATE_MHZ, MODULUS, 20000, RIG_LEDGER_STALL_US);
		stream.fault_block =
		    kind == NOTHING ? G_MAXUINT : (guint)g_rand_int_range(random, FAULT_FROM, FAULT_TO);
		stream_run(&stream);
		guint others = 0, found = stream_entries(&stream, &others);
		if (kind == NOTHING)
			ck_assert_uint_eq(rig_ledger_gaps(stream.ledger)->len, 0);
		else
			ck_assert_msg(found > 0, "kind %d by %d at %u is not entered", (int)kind,
			              (int)stream.amount, (guint)stream.faulty);
		ck_assert_msg(others == 0, "kind %d by %d: %u entries elsewhere", (int)kind,
		              (int)stream.amount, others);
		gint64 missing = rig_ledger_missing(stream.ledger);
		if (kind == LOSE || kind == LOSE_TURNS || kind == STALL_AND_LOSE)
			ck_assert_int_eq(missing, stream.amount);
		/* By the clock alone they are not told from a host that was late until then. */
		if (kind == REPEAT_TURNS)
			ck_assert_int_eq(missing, 0);
		rig_ledger_free(stream.ledger);
	}
	g_rand_free(random);
}
END_TEST

/* What did not fit is told at its place, and entries within it are moved there. */
START_TEST(an_overflow_keeps_the_count)
{
	g_autoptr(RigLedger) ledger = rig_ledger_new(RATE_MHZ, MODULUS, 0, RIG_LEDGER_STALL_US);
	rig_ledger_samples(ledger, 1000);
	rig_ledger_samples(ledger, 200);
	rig_ledger_gap(ledger, 3, 0);
	rig_ledger_samples(ledger, 100);
	rig_ledger_overflow(ledger, 300);
	ck_assert_uint_eq(rig_ledger_count(ledger), 1000);
	ck_assert_int_eq(rig_ledger_missing(ledger), 303);
	const GArray *gaps = rig_ledger_gaps(ledger);
	ck_assert_uint_eq(gaps->len, 2);
	for (guint i = 0; i < gaps->len; i++)
		ck_assert_uint_eq(g_array_index(gaps, RigGap, i).from, 1000);
	ck_assert_uint_eq(rig_ledger_changed(ledger), 0);
	ck_assert_uint_eq(rig_ledger_changed(ledger), 2);
}
END_TEST

START_TEST(nothing_came)
{
	g_autoptr(RigLedger) ledger = rig_ledger_new(RATE_MHZ, MODULUS, 0, RIG_LEDGER_STALL_US);
	rig_ledger_finish(ledger, 1000000);
	ck_assert_uint_eq(rig_ledger_gaps(ledger)->len, 0);
	ck_assert_int_eq(rig_ledger_time_us(ledger), RIG_LEDGER_UNKNOWN_US);
}
END_TEST

static Suite *ledger_suite(void)
{
	Suite *suite = suite_create("ledger");
	TCase *tests = tcase_create("ledger");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, every_fault_is_entered, 0, 10);
	tcase_add_test(tests, an_overflow_keeps_the_count);
	tcase_add_test(tests, nothing_came);
	suite_add_tcase(suite, tests);
	return suite;
}

RIG_TEST_MAIN(ledger_suite)
