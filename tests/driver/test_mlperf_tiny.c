/* SPDX-License-Identifier: Apache-2.0 */
/* Dialogues of the mlperf-tiny protocol with a model board: what goes right. */
#include "test.h"
#include "tiny_bench.h"

#include <string.h>

#define INPUT_BYTES 100u

static void fill(guint8 *input, guint seed)
{
	for (guint i = 0; i < INPUT_BYTES; i++)
		input[i] = (guint8)(i * 13 + seed);
}

static void must(gboolean ok, GError *error)
{
	ck_assert_msg(ok, "%s", error != NULL ? error->message : "no error told");
}

static void sync_now(TinyBench *bench, gboolean booted)
{
	GError *error = NULL;
	must(tiny_bench_sync(bench, booted, &error), error);
}

/* Infers once and checks the outputs against the model. */
static RigInference *infer_now(TinyBench *bench, guint iterations, guint warmups)
{
	guint8 input[INPUT_BYTES];
	double expected[TINY_BOARD_OUTPUTS];
	GError *error = NULL;
	guint first = bench->inferences->len;
	fill(input, first);
	must(tiny_bench_infer(bench, input, sizeof input, iterations, warmups, &error), error);
	ck_assert_uint_gt(bench->inferences->len, first);
	tiny_board_outputs(input, sizeof input, expected);
	for (guint i = first; i < bench->inferences->len; i++) {
		const RigInference *record = tiny_bench_inference(bench, i);
		ck_assert_uint_eq(record->outputs_count, TINY_BOARD_OUTPUTS);
		for (guint o = 0; o < TINY_BOARD_OUTPUTS; o++)
			ck_assert(record->outputs[o] == expected[o]);
	}
	return tiny_bench_inference(bench, first);
}

static RigIdentity identify_now(TinyBench *bench)
{
	RigIdentity identity = {0};
	rig_identity_clear(&identity);
	GError *error = NULL;
	must(bench->protocol->driver->identify(bench->protocol, &identity,
	                                       bench->clock.now_us + 30 * G_USEC_PER_SEC, &error),
	     error);
	return identity;
}

START_TEST(plain_board)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	bench.board.trailing_comma = _i & 1;
	bench.board.bare_feed = (_i & 2) != 0;
	bench.board.echo = (_i & 4) != 0;
	bench.link_options.read_most = _i & 8 ? 1 : 0;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	RigIdentity identity = identify_now(&bench);
	ck_assert_str_eq(identity.name, "model board");
	ck_assert_str_eq(identity.profile, "ULPMark for tinyML Firmware V0.0.1");
	ck_assert_str_eq(identity.model, "kws01");
	ck_assert_ptr_null(identity.build);
	ck_assert_int_eq(identity.stack_bytes, -1);
	ck_assert_int_eq(identity.integrity, RIG_INTEGRITY_PLAUSIBLE);
	rig_identity_clear(&identity);
	const RigInference *record = infer_now(&bench, 3, 2);
	ck_assert_uint_eq(bench.inferences->len, 1);
	ck_assert_uint_eq(record->iterations, 3);
	ck_assert_int_eq(record->lap_us, 3 * bench.board.infer_us);
	ck_assert_int_eq(record->integrity, RIG_INTEGRITY_PLAUSIBLE);
	ck_assert_int_eq(record->lap_integrity, RIG_INTEGRITY_PLAUSIBLE);
	ck_assert_int_ge(record->done_us - record->sent_us, 5 * bench.board.infer_us);
	ck_assert_uint_eq(bench.protocol->repeats, 0);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(extended_board)
{
	TinyBench bench;
	tiny_bench_init(&bench, 300);
	bench.options.extension = _i == 0 ? TINY_EXTENSION_AUTO : TINY_EXTENSION_REQUIRE;
	bench.board.echo = _i == 2;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	ck_assert(bench.board.extended);
	RigIdentity identity = identify_now(&bench);
	ck_assert_str_eq(identity.build, "0123456789abcdef0123");
	ck_assert_int_eq(identity.stack_bytes, 4096);
	ck_assert_int_eq(identity.stack_used_bytes, 1234);
	ck_assert_int_eq(identity.integrity, RIG_INTEGRITY_CHECKED);
	rig_identity_clear(&identity);
	const RigInference *record = infer_now(&bench, 3, 1);
	ck_assert_uint_eq(bench.inferences->len, 3);
	for (guint i = 0; i < 3; i++) {
		ck_assert_uint_eq(record[i].iterations, 1);
		ck_assert_int_eq(record[i].lap_us, bench.board.infer_us + i);
		ck_assert_int_eq(record[i].integrity, RIG_INTEGRITY_CHECKED);
		ck_assert_int_eq(record[i].lap_integrity, RIG_INTEGRITY_CHECKED);
	}
	/* More than the board keeps: one record. */
	record = infer_now(&bench, 5, 0);
	ck_assert_uint_eq(bench.inferences->len, 4);
	ck_assert_uint_eq(record->iterations, 5);
	ck_assert_int_eq(record->lap_us, 5 * bench.board.infer_us);
	ck_assert_int_eq(record->lap_integrity, RIG_INTEGRITY_CHECKED);
	ck_assert_uint_eq(bench.protocol->repeats, 0);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_log_beside_the_replies)
{
	TinyBench bench;
	tiny_bench_init(&bench, _i == 0 ? 0 : 300);
	bench.board.logs = TRUE;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	const RigInference *record = infer_now(&bench, 3, 1);
	ck_assert_int_eq(record->integrity, _i == 0 ? RIG_INTEGRITY_PLAUSIBLE : RIG_INTEGRITY_CHECKED);
	ck_assert_uint_eq(bench.protocol->repeats, 0);
	ck_assert_ptr_nonnull(strstr(bench.notes->str, "the board says: log: 123 bytes free"));
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(shipped_monitor)
{
	TinyBench bench;
	tiny_bench_init(&bench, _i == 0 ? 256 : 0);
	bench.link_options.peer = &bench.shipped.peer;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	RigIdentity identity = identify_now(&bench);
	ck_assert_str_eq(identity.name, "shipped");
	ck_assert_str_eq(identity.model, "kws01");
	ck_assert_str_eq(_i == 0 ? identity.build : "deadbeef01", "deadbeef01");
	rig_identity_clear(&identity);
	infer_now(&bench, 1, 0);
	infer_now(&bench, 4, 2);
	ck_assert_uint_eq(bench.inferences->len, _i == 0 ? 5 : 2);
	ck_assert_uint_eq(bench.protocol->repeats, 0);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(interface_board)
{
	TinyBench bench;
	tiny_bench_init(&bench, _i == 0 ? 0 : 256);
	bench.board.dut = TRUE;
	bench.options.framing = TINY_FRAMING_DUT;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	const RigInference *record = infer_now(&bench, 1, 0);
	ck_assert_int_eq(record->integrity, _i == 0 ? RIG_INTEGRITY_PLAUSIBLE : RIG_INTEGRITY_CHECKED);
	ck_assert_uint_eq(bench.protocol->repeats, 0);
	/* 100 bytes at 26 a chunk. */
	ck_assert_uint_eq(bench.board.chunks, 4);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(chunks_fit_the_line)
{
	static const struct {
		guint line;
		gint64 option;
		guint chunks; /* for 100 bytes */
	} rows[] = {{0, 0, 3}, {80, 0, 3}, {256, 0, 1}, {0, 10, 10}, {256, 50, 2}};
	TinyBench bench;
	tiny_bench_init(&bench, rows[_i].line);
	bench.options.chunk_bytes = rows[_i].option;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	infer_now(&bench, 1, 0);
	ck_assert_uint_eq(bench.board.chunks, rows[_i].chunks);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(counter_wraps)
{
	TinyBench bench;
	tiny_bench_init(&bench, _i == 0 ? 0 : 256);
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	/* The next inference crosses 2^32. */
	bench.board.first_counter_us = (1LL << 32) - 700 - bench.clock.now_us;
	const RigInference *record = infer_now(&bench, 1, 0);
	ck_assert_int_eq(record->lap_us, bench.board.infer_us);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_lap_over_the_counters_range_is_unknown)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	bench.board.infer_us = (1LL << 32) + 5;
	/* The model moves the clock while it is written to, so bytes are there at the deadline. */
	const RigInference *record = infer_now(&bench, 1, 0);
	ck_assert_int_eq(record->lap_us, -1);
	ck_assert_int_eq(record->lap_integrity, RIG_INTEGRITY_UNKNOWN);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(sensor_frames)
{
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	RigSensorFrames frames = {0};
	GError *error = NULL;
	/* More than one command may ask for. */
	must(bench.protocol->driver->sensor(bench.protocol, 1500, &frames, RIG_FOREVER, &error), error);
	ck_assert_str_eq(frames.identity, "model-sensor");
	ck_assert_uint_eq(frames.channels, 3);
	ck_assert_uint_eq(frames.count, 1500);
	ck_assert(frames.values[999 * 3] == 999);
	ck_assert(frames.values[999 * 3 + 1] == -999);
	ck_assert_int_eq(frames.at_us[999] - frames.at_us[0], 9990000);
	ck_assert_int_eq(frames.integrity, RIG_INTEGRITY_CHECKED);
	rig_sensor_frames_clear(&frames);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(no_sensor_is_said)
{
	TinyBench bench;
	tiny_bench_init(&bench, _i == 0 ? 0 : 256);
	bench.board.no_words = TRUE;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	RigSensorFrames frames = {0};
	g_autoptr(GError) error = NULL;
	ck_assert(!bench.protocol->driver->sensor(bench.protocol, 1, &frames, RIG_FOREVER, &error));
	ck_assert(g_error_matches(error, RIG_ERROR, RIG_ERROR_BOARD));
	ck_assert(strstr(error->message, "offers no sensor") != NULL);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(attach_to_a_running_board)
{
	/* 0: idle, 1: half a command, 2: a reply in flight, 3: extension left on. */
	static const char *const stale[] = {"", "db 00", "", "x on%"};
	TinyBench bench;
	tiny_bench_init(&bench, _i == 3 ? 256 : 0);
	tiny_bench_open(&bench, TRUE);
	bench.board.peer.take(&bench.board.peer, (const guint8 *)stale[_i], strlen(stale[_i]));
	if (_i == 2)
		memory_say(&bench.board.peer, "m-results-[0.1]\r\nm-ready\r\n", 26,
		           bench.clock.now_us + 500);
	sync_now(&bench, FALSE);
	infer_now(&bench, 1, 0);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(extension_off_is_obeyed)
{
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	bench.options.extension = TINY_EXTENSION_OFF;
	tiny_bench_open(&bench, TRUE);
	if (_i == 1)
		bench.board.peer.take(&bench.board.peer, (const guint8 *)"x on%", 5);
	sync_now(&bench, FALSE);
	ck_assert(!bench.board.extended);
	const RigInference *record = infer_now(&bench, 1, 0);
	ck_assert_int_eq(record->integrity, RIG_INTEGRITY_PLAUSIBLE);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(no_banner_is_survived)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	bench.board.quiet_boot = TRUE;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	infer_now(&bench, 1, 0);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(inputs_are_read_back)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	bench.options.readback = TRUE;
	/* The board keeps another bit than was sent: only reading back tells. */
	bench.board.hold_bit_at = 1;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	infer_now(&bench, 1, 0);
	ck_assert_uint_eq(bench.protocol->repeats, 1);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(a_wrong_load_is_repeated)
{
	TinyBench bench;
	tiny_bench_init(&bench, 256);
	bench.board.hold_bit_at = 1;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	infer_now(&bench, 1, 0);
	ck_assert_uint_eq(bench.protocol->repeats, 1);
	ck_assert(strstr(bench.notes->str, "another input than was sent") != NULL);
	tiny_bench_clear(&bench);
}
END_TEST

START_TEST(results_are_read_until_two_agree)
{
	TinyBench bench;
	tiny_bench_init(&bench, 0);
	bench.board.alter_result_at = (guint)_i + 1;
	tiny_bench_open(&bench, TRUE);
	sync_now(&bench, TRUE);
	infer_now(&bench, 1, 0);
	/* The altered one differs from each of its neighbours. */
	ck_assert_uint_eq(bench.protocol->repeats, (guint)_i + 1);
	tiny_bench_clear(&bench);
}
END_TEST

static Suite *tiny_suite(void)
{
	Suite *suite = suite_create("mlperf-tiny");
	TCase *tiny = tcase_create("dialogues");
	tcase_add_loop_test(tiny, plain_board, 0, 16);
	tcase_add_loop_test(tiny, extended_board, 0, 3);
	tcase_add_loop_test(tiny, a_log_beside_the_replies, 0, 2);
	tcase_add_loop_test(tiny, shipped_monitor, 0, 2);
	tcase_add_loop_test(tiny, interface_board, 0, 2);
	tcase_add_loop_test(tiny, chunks_fit_the_line, 0, 5);
	tcase_add_loop_test(tiny, counter_wraps, 0, 2);
	tcase_add_test(tiny, a_lap_over_the_counters_range_is_unknown);
	tcase_add_test(tiny, sensor_frames);
	tcase_add_loop_test(tiny, no_sensor_is_said, 0, 2);
	tcase_add_loop_test(tiny, attach_to_a_running_board, 0, 4);
	tcase_add_loop_test(tiny, extension_off_is_obeyed, 0, 2);
	tcase_add_test(tiny, no_banner_is_survived);
	tcase_add_test(tiny, inputs_are_read_back);
	tcase_add_test(tiny, a_wrong_load_is_repeated);
	tcase_add_loop_test(tiny, results_are_read_until_two_agree, 0, 2);
	suite_add_tcase(suite, tiny);
	return suite;
}

RIG_TEST_MAIN(tiny_suite)
