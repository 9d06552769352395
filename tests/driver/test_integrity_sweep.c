/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte of one session, both ways, is dropped, doubled, and flipped in each bit. Each such
 * session must end with the numbers of the clean one, or with an error.
 */
#include "test.h"
#include "tiny_bench.h"

#include <stdio.h>
#include <string.h>

#define SWEEP_INPUT    64u
#define SWEEP_FRAMES   4u
#define SWEEP_INFERS   2u
#define SWEEP_DEADLINE (60 * G_USEC_PER_SEC)

/* Whom the sessions are held with. */
typedef struct Setup {
	const char *name;
	guint line; /* 0: no extension */
	gboolean shipped, readback;
} Setup;

/* All numbers that one session yields. */
typedef struct Numbers {
	gboolean with_sensor;
	gboolean failed;
	RigErrorCode code;
	char identity[200];
	guint inferences;
	gint64 lap_us[8];
	double outputs[8][TINY_BOARD_OUTPUTS];
	guint outputs_count[8];
	RigIntegrity worst, best, lap_best;
	guint frames, channels;
	double values[64];
	gint64 spans_us[SWEEP_FRAMES];
} Numbers;

typedef struct Tally {
	guint64 sessions, errors, wrong, falsely_checked, board_errors;
} Tally;

static void sweep_identity(TinyBench *bench, Numbers *numbers, GError **error)
{
	RigIdentity identity = {0};
	rig_identity_clear(&identity);
	gint64 deadline_us = rig_clock_after(&bench->clock.clock, SWEEP_DEADLINE);
	if (bench->protocol->driver->identify(bench->protocol, &identity, deadline_us, error)) {
		g_snprintf(numbers->identity, sizeof numbers->identity, "%s|%s|%s|%s|%d|%d", identity.name,
		           identity.profile, identity.model, identity.build != NULL ? identity.build : "-",
		           (int)identity.stack_bytes, (int)identity.stack_used_bytes);
		numbers->worst = MIN(numbers->worst, identity.integrity);
		numbers->best = MAX(numbers->best, identity.integrity);
	}
	rig_identity_clear(&identity);
}

static void sweep_inferences(TinyBench *bench, Numbers *numbers)
{
	numbers->inferences = bench->inferences->len;
	ck_assert_uint_le(numbers->inferences, 8);
	for (guint i = 0; i < numbers->inferences; i++) {
		const RigInference *record = tiny_bench_inference(bench, i);
		numbers->lap_us[i] = record->lap_us;
		numbers->outputs_count[i] = record->outputs_count;
		memcpy(numbers->outputs[i], record->outputs,
		       MIN(record->outputs_count, TINY_BOARD_OUTPUTS) * sizeof(double));
		numbers->worst = MIN(numbers->worst, record->integrity);
		numbers->best = MAX(numbers->best, record->integrity);
		numbers->lap_best = MAX(numbers->lap_best, record->lap_integrity);
	}
}

static void sweep_sensor(TinyBench *bench, Numbers *numbers, GError **error)
{
	RigSensorFrames frames = {0};
	gint64 deadline_us = rig_clock_after(&bench->clock.clock, SWEEP_DEADLINE);
	if (bench->protocol->driver->sensor(bench->protocol, SWEEP_FRAMES, &frames, deadline_us,
	                                    error)) {
		numbers->frames = frames.count;
		numbers->channels = frames.channels;
		memcpy(numbers->values, frames.values, frames.count * frames.channels * sizeof(double));
		for (guint i = 0; i < frames.count; i++)
			numbers->spans_us[i] = frames.at_us[i] - frames.at_us[0];
	}
	rig_sensor_frames_clear(&frames);
}

static void sweep_talk(TinyBench *bench, Numbers *numbers, GError **error)
{
	guint8 input[SWEEP_INPUT];
	if (!tiny_bench_sync(bench, TRUE, error))
		return;
	sweep_identity(bench, numbers, error);
	for (guint i = 0; i < SWEEP_INFERS && *error == NULL; i++) {
		for (guint k = 0; k < SWEEP_INPUT; k++)
			input[k] = (guint8)(k * 37 + i * 11);
		/* The second tells three inferences one by one. */
		(void)tiny_bench_infer(bench, input, sizeof input, i == 0 ? 1 : 3, i, error);
	}
	sweep_inferences(bench, numbers);
	if (numbers->with_sensor && *error == NULL)
		sweep_sensor(bench, numbers, error);
}

/* One session with this damage; `sent` and `received` tell its length. */
static Numbers sweep_session(const Setup *setup, Damage *damage)
{
	Numbers numbers = {.worst = RIG_INTEGRITY_CHECKED, .with_sensor = setup->line > 0};
	TinyBench bench;
	tiny_bench_init(&bench, setup->line);
	if (setup->shipped)
		bench.link_options.peer = &bench.shipped.peer;
	bench.options.readback = setup->readback;
	bench.link_options.damage = damage;
	tiny_bench_open(&bench, TRUE);
	GError *error = NULL;
	sweep_talk(&bench, &numbers, &error);
	numbers.failed = error != NULL;
	numbers.code = error != NULL ? (RigErrorCode)error->code : RIG_ERROR_BOARD;
	if (error != NULL && g_getenv("SWEEP_ERRORS") != NULL) {
		g_autofree char *text = damage_text(damage);
		printf("  %s: %s\n", text, error->message);
		fflush(stdout);
	}
	g_clear_error(&error);
	tiny_bench_clear(&bench);
	return numbers;
}

/* Are all numbers that this session told those of the clean one? An error may cut it short. */
static gboolean sweep_right(const Numbers *got, const Numbers *clean)
{
	if (got->identity[0] != '\0' && strcmp(got->identity, clean->identity) != 0)
		return FALSE;
	for (guint i = 0; i < got->inferences; i++) {
		gboolean lap_known = got->lap_us[i] >= 0;
		if (i >= clean->inferences || (lap_known && got->lap_us[i] != clean->lap_us[i]) ||
		    got->outputs_count[i] != clean->outputs_count[i] ||
		    memcmp(got->outputs[i], clean->outputs[i], sizeof got->outputs[i]) != 0)
			return FALSE;
	}
	if (got->frames > 0 && (got->frames != clean->frames || got->channels != clean->channels ||
	                        memcmp(got->values, clean->values, sizeof got->values) != 0 ||
	                        memcmp(got->spans_us, clean->spans_us, sizeof got->spans_us) != 0))
		return FALSE;
	/* Without an error nothing may lack. */
	return got->failed || (got->inferences == clean->inferences && got->frames == clean->frames &&
	                       got->identity[0] != '\0');
}

static void sweep_tell(const Damage *damage, const Numbers *numbers)
{
	g_autofree char *text = damage_text(damage);
	printf("  wrong: %s (%s, %u inferences)\n", text, numbers->identity, numbers->inferences);
	fflush(stdout);
}

static Tally sweep_all(const Setup *setup, gboolean verbose)
{
	Damage none = {.kind = DAMAGE_NONE};
	Numbers clean = sweep_session(setup, &none);
	ck_assert(!clean.failed);
	ck_assert_uint_ge(clean.inferences, SWEEP_INFERS);
	Tally tally = {0};
	for (guint received = 0; received < 2; received++) {
		for (guint64 position = 0; position < none.seen[received]; position++) {
			for (guint way = 0; way < DAMAGE_WAYS; way++) {
				Damage damage = damage_of((gboolean)received, position, way);
				Numbers got = sweep_session(setup, &damage);
				gboolean right = sweep_right(&got, &clean);
				tally.sessions++;
				tally.errors += got.failed ? 1 : 0;
				tally.board_errors += got.failed && got.code == RIG_ERROR_BOARD ? 1 : 0;
				tally.wrong += right ? 0 : 1;
				tally.falsely_checked +=
				    setup->line == 0 &&
				    (got.best == RIG_INTEGRITY_CHECKED || got.lap_best == RIG_INTEGRITY_CHECKED);
				if (!right && verbose)
					sweep_tell(&damage, &got);
			}
		}
	}
	return tally;
}

static const Setup sweep_checked[] = {
    {"the shipped monitor", 256, TRUE, FALSE},
    {"a model board", 100, FALSE, FALSE},
};

START_TEST(with_extension)
{
	const Setup *setup = &sweep_checked[_i];
	Damage none = {.kind = DAMAGE_NONE};
	Numbers clean = sweep_session(setup, &none);
	ck_assert_int_eq(clean.worst, RIG_INTEGRITY_CHECKED);
	ck_assert_int_eq(clean.lap_best, RIG_INTEGRITY_CHECKED);
	ck_assert_uint_eq(clean.inferences, 4);
	Tally tally = sweep_all(setup, TRUE);
	printf("with extension, %s: %" G_GUINT64_FORMAT " damaged sessions, %" G_GUINT64_FORMAT
	       " wrong, %" G_GUINT64_FORMAT " ended with an error (%" G_GUINT64_FORMAT
	       " of them blamed the board)\n",
	       setup->name, tally.sessions, tally.wrong, tally.errors, tally.board_errors);
	ck_assert_uint_gt(tally.sessions, 10000);
	ck_assert_uint_eq(tally.wrong, 0);
	ck_assert_uint_eq(tally.board_errors, 0);
}
END_TEST

static const Setup sweep_plain[] = {
    {"", 0, TRUE, FALSE},
    {", inputs read back", 0, TRUE, TRUE},
};

START_TEST(without_extension)
{
	const Setup *setup = &sweep_plain[_i];
	Tally tally = sweep_all(setup, g_getenv("SWEEP_VERBOSE") != NULL);
	printf("residual rate without extension%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
	       " (%" G_GUINT64_FORMAT " ended with an error, %" G_GUINT64_FORMAT
	       " of them blamed the board)\n",
	       setup->name, tally.wrong, tally.sessions, tally.errors, tally.board_errors);
	ck_assert_uint_eq(tally.falsely_checked, 0);
	/* Digits of the laps carry no check, those of the input only when they are read back: that is
	 * known, and all. */
	ck_assert_uint_gt(tally.wrong, 0);
	ck_assert_uint_lt(tally.wrong * (setup->readback ? 100 : 10), tally.sessions);
}
END_TEST

static Suite *sweep_suite(void)
{
	Suite *suite = suite_create("integrity sweep");
	TCase *sweep = tcase_create("sweep");
	tcase_set_timeout(sweep, 300);
	tcase_add_loop_test(sweep, with_extension, 0, G_N_ELEMENTS(sweep_checked));
	tcase_add_loop_test(sweep, without_extension, 0, G_N_ELEMENTS(sweep_plain));
	suite_add_tcase(suite, sweep);
	return suite;
}

RIG_TEST_MAIN(sweep_suite)
