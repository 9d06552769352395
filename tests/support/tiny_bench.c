/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_bench.h"

#define BENCH_DEADLINE_US (60 * G_USEC_PER_SEC)

void tiny_bench_init(TinyBench *bench, guint line)
{
	*bench = (TinyBench){0};
	fake_clock_init(&bench->clock, G_USEC_PER_SEC);
	tiny_board_init(&bench->board, &bench->clock);
	bench->board.line = line;
	monitor_board_init(&bench->shipped, &bench->clock, line > 0);
	bench->link_options.peer = &bench->board.peer;
	bench->link_options.clock = &bench->clock;
	bench->notes = g_string_new(NULL);
	bench->inferences = g_array_new(FALSE, FALSE, sizeof(RigInference));
}

static void bench_note(gpointer user, const char *text)
{
	TinyBench *bench = user;
	g_string_append_printf(bench->notes, "%s\n", text);
}

void tiny_bench_open(TinyBench *bench, gboolean boot)
{
	bench->link = rig_link_new(&memory_link_driver, &bench->link_options, "b", "console",
	                           &bench->clock.clock);
	bench->protocol =
	    rig_protocol_new(rig_protocol_driver("mlperf-tiny"), &bench->options, bench->link);
	bench->protocol->note = bench_note;
	bench->protocol->user = bench;
	g_autoptr(GError) error = NULL;
	if (!rig_link_open(bench->link, RIG_FOREVER, &error) ||
	    (boot && !rig_link_reset(bench->link, NULL, 0, RIG_FOREVER, &error)))
		g_error("%s", error->message);
}

void tiny_bench_clear(TinyBench *bench)
{
	rig_protocol_free(bench->protocol);
	rig_link_free(bench->link);
	tiny_board_clear(&bench->board);
	g_string_free(bench->notes, TRUE);
	for (guint i = 0; i < bench->inferences->len; i++)
		g_free(g_array_index(bench->inferences, RigInference, i).outputs);
	g_array_unref(bench->inferences);
}

static void bench_keep(gpointer user, gsize request, const RigInference *record)
{
	(void)request;
	TinyBench *bench = user;
	RigInference copy = *record;
	copy.outputs = g_memdup2(record->outputs, record->outputs_count * sizeof(double));
	g_array_append_val(bench->inferences, copy);
}

gboolean tiny_bench_sync(TinyBench *bench, gboolean booted, GError **error)
{
	gint64 deadline_us = rig_clock_after(&bench->clock.clock, BENCH_DEADLINE_US);
	return bench->protocol->driver->sync(bench->protocol, booted, deadline_us, error);
}

gboolean tiny_bench_infer(TinyBench *bench, const guint8 *input, gsize size, guint iterations,
                          guint warmups, GError **error)
{
	gint64 deadline_us = rig_clock_after(&bench->clock.clock, BENCH_DEADLINE_US);
	RigInferRequest request = {
	    .input = input, .input_bytes = size, .iterations = iterations, .warmups = warmups};
	return bench->protocol->driver->infer(bench->protocol, &request, 1, bench_keep, bench,
	                                      deadline_us, error);
}

RigInference *tiny_bench_inference(TinyBench *bench, guint index)
{
	return &g_array_index(bench->inferences, RigInference, index);
}
