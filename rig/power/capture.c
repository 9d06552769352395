/* SPDX-License-Identifier: Apache-2.0 */
#include "power/capture.h"

#include <string.h>

#define CAPTURE_LOOK_US       5000 /* between two looks; a tty holds 10 ms of 400 kB/s at least */
#define CAPTURE_EMPTY_US      10000
#define CAPTURE_SHARP         4 /* of so many looks one waits for what comes next: see capture_look */
#define CAPTURE_BLOCK_SAMPLES 16384u
#define CAPTURE_BLOCK_US      100000
#define CAPTURE_QUEUE_BLOCKS  512 /* 8 million samples: 80 s of a PPK2 */
#define CAPTURE_SLACK_US      20000
#define CAPTURE_SILENCE_US    (3 * G_USEC_PER_SEC)

/* Samples on their way to the file, and what the ledger has learned meanwhile. */
typedef struct Block {
	RigSample *samples;
	guint count;
	gint64 host_us;
	GArray *gaps; /* RigGap; NULL: nothing new */
	guint first_gap;
} Block;

struct RigCapture {
	RigMeter *meter;
	RigTraceWriter *writer;
	RigCurrents *currents;
	RigLedger *ledger; /* the reader's, as the next four */
	Block *block;
	gint64 block_us; /* when it began */
	gint64 looked_us, heard_us;
	guint looks;
	GAsyncQueue *queue; /* Block */
	GThread *reader, *keeper;
	GMutex lock; /* of all below */
	GCond done;
	gboolean stops;
	gint order;         /* supply: -1 none, 0 off, 1 on */
	gint64 order_until; /* deadline of the order */
	GError *order_error, *error;
	RigCaptureState state;
};

static Block capture_end_marker;

static void capture_free_block(Block *block)
{
	g_free(block->samples);
	g_clear_pointer(&block->gaps, g_array_unref);
	g_free(block);
}

static void capture_fail(RigCapture *capture, GError *error)
{
	g_mutex_lock(&capture->lock);
	if (capture->error == NULL)
		capture->error = error;
	else
		g_error_free(error);
	capture->state.has_ended = TRUE;
	g_mutex_unlock(&capture->lock);
}

static void capture_new_block(RigCapture *capture)
{
	Block *block = g_new0(Block, 1);
	block->samples = g_new(RigSample, CAPTURE_BLOCK_SAMPLES);
	block->host_us = rig_ledger_time_us(capture->ledger);
	capture->block = block;
	capture->block_us = rig_clock_now(capture->meter->clock);
}

/* Reader: hands the block over; it is counted now, not before, so that what is dropped is told. */
static void capture_hand_over(RigCapture *capture)
{
	Block *block = capture->block;
	if (g_async_queue_length(capture->queue) >= CAPTURE_QUEUE_BLOCKS) {
		rig_ledger_overflow(capture->ledger, block->count);
		block->count = 0;
	}
	const GArray *gaps = rig_ledger_gaps(capture->ledger);
	guint first = rig_ledger_changed(capture->ledger);
	if (first < gaps->len) {
		block->first_gap = first;
		block->gaps = g_array_new(FALSE, FALSE, sizeof(RigGap));
		g_array_append_vals(block->gaps, &g_array_index(gaps, RigGap, first), gaps->len - first);
	}
	g_mutex_lock(&capture->lock);
	capture->state.gaps = gaps->len;
	capture->state.is_sure = rig_ledger_is_sure(capture->ledger);
	g_mutex_unlock(&capture->lock);
	g_async_queue_push(capture->queue, block);
	capture_new_block(capture);
}

static void capture_take(gpointer user, const RigSample *samples, gsize count)
{
	RigCapture *capture = user;
	while (count > 0) {
		Block *block = capture->block;
		gsize part = MIN(count, CAPTURE_BLOCK_SAMPLES - block->count);
		if (block->count == 0)
			block->host_us = rig_ledger_time_us(capture->ledger);
		memcpy(block->samples + block->count, samples, part * sizeof *samples);
		block->count += (guint)part;
		rig_ledger_samples(capture->ledger, part);
		samples += part;
		count -= part;
		if (block->count == CAPTURE_BLOCK_SAMPLES)
			capture_hand_over(capture);
	}
}

static void capture_gap(gpointer user, gint64 missing, guint32 modulus, guint32 within,
                        gsize rest_bytes)
{
	RigCapture *capture = user;
	(void)modulus, (void)rest_bytes;
	rig_ledger_gap(capture->ledger, missing, within);
}

/* Carries out an order for the supply; TRUE: go on. */
static gboolean capture_obey(RigCapture *capture)
{
	g_mutex_lock(&capture->lock);
	gint order = capture->order;
	gint64 until_us = capture->order_until;
	gboolean stops = capture->stops;
	g_mutex_unlock(&capture->lock);
	if (order < 0)
		return !stops;
	GError *error = NULL;
	(void)rig_meter_set_supply(capture->meter, order != 0, until_us, &error);
	g_mutex_lock(&capture->lock);
	capture->order = -1;
	capture->order_error = error;
	g_cond_broadcast(&capture->done);
	g_mutex_unlock(&capture->lock);
	return TRUE;
}

/*
 * Takes what is there and, now and then, what comes next when it comes: how late samples are is
 * known best where the reader waited for them.
 */
static gboolean capture_take_what_comes(RigCapture *capture, GError **error)
{
	RigMeter *meter = capture->meter;
	gint64 until_us = rig_clock_after(meter->clock, CAPTURE_EMPTY_US);
	if (capture->looks++ % CAPTURE_SHARP == 0 && !rig_meter_read(meter, 0, error))
		return FALSE;
	return rig_meter_read(meter, until_us, error);
}

/* One look at the meter. */
static gboolean capture_look(RigCapture *capture, GError **error)
{
	RigMeter *meter = capture->meter;
	guint64 before = rig_ledger_count(capture->ledger);
	if (!capture_take_what_comes(capture, error))
		return FALSE;
	gint64 now_us = rig_clock_now(meter->clock);
	if (rig_ledger_count(capture->ledger) != before) {
		rig_ledger_arrived(capture->ledger, capture->looked_us, now_us);
		capture->heard_us = now_us;
	} else {
		capture->looked_us = now_us;
	}
	if (capture->block->count > 0 && now_us - capture->block_us >= CAPTURE_BLOCK_US)
		capture_hand_over(capture);
	if (now_us - capture->heard_us < CAPTURE_SILENCE_US)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "board %s: meter %s: it has sent nothing for %d s: has it been reset or unplugged?",
	            meter->board, meter->identity, (int)(CAPTURE_SILENCE_US / G_USEC_PER_SEC));
	return FALSE;
}

static gpointer capture_read(gpointer user)
{
	RigCapture *capture = user;
	RigMeter *meter = capture->meter;
	GError *error = NULL;
	gboolean good = TRUE;
	capture->heard_us = rig_clock_now(meter->clock);
	while (good && capture_obey(capture)) {
		good = capture_look(capture, &error) &&
		       rig_wait_until(meter->clock, -1, rig_clock_after(meter->clock, CAPTURE_LOOK_US),
		                      &error);
	}
	if (good)
		good = rig_meter_stop(meter, rig_clock_after(meter->clock, G_USEC_PER_SEC), &error);
	rig_ledger_finish(capture->ledger, capture->looked_us);
	capture_hand_over(capture);
	if (!good)
		capture_fail(capture, error);
	g_async_queue_push(capture->queue, &capture_end_marker);
	return NULL;
}

static void capture_keep_block(RigCapture *capture, const Block *block)
{
	RigTraceSummary summary;
	rig_trace_summary_begin(&summary);
	rig_trace_summary_add(&summary, capture->currents, block->samples, block->count);
	rig_trace_writer_samples(capture->writer, block->samples, block->count, block->host_us);
	if (block->gaps != NULL)
		rig_trace_writer_gaps(capture->writer, (const RigGap *)(gconstpointer)block->gaps->data,
		                      block->first_gap, block->gaps->len);
	g_mutex_lock(&capture->lock);
	rig_trace_summary_join(&capture->state.recent, &summary);
	capture->state.recent_count += block->count;
	g_mutex_unlock(&capture->lock);
}

static gpointer capture_keep(gpointer user)
{
	RigCapture *capture = user;
	GError *error = NULL;
	for (;;) {
		Block *block = g_async_queue_pop(capture->queue);
		if (block == &capture_end_marker)
			break;
		capture_keep_block(capture, block);
		capture_free_block(block);
		if (!capture->state.has_ended && !rig_trace_writer_check(capture->writer, &error))
			capture_fail(capture, error);
	}
	error = NULL;
	if (!rig_trace_writer_finish(capture->writer, &error))
		capture_fail(capture, error);
	return NULL;
}

static void capture_free(RigCapture *capture)
{
	capture->meter->sink = (RigSampleSink){NULL, NULL, NULL};
	rig_trace_writer_free(capture->writer);
	rig_currents_free(capture->currents);
	rig_ledger_free(capture->ledger);
	if (capture->block != NULL)
		capture_free_block(capture->block);
	g_async_queue_unref(capture->queue);
	g_mutex_clear(&capture->lock);
	g_cond_clear(&capture->done);
	g_clear_error(&capture->error);
	g_free(capture);
}

static gboolean capture_begin(RigCapture *capture, const char *path, const RigTraceHead *given,
                              gint64 deadline_us, GError **error)
{
	RigMeter *meter = capture->meter;
	if (!rig_meter_open(meter, deadline_us, error))
		return FALSE;
	RigTraceHead head = *given;
	head.meter = meter->identity;
	head.constants = meter->constants;
	head.rate_mhz = meter->rate_mhz;
	head.voltage_uv = meter->voltage_uv;
	head.is_supply = meter->supply_uv > 0;
	head.channels = rig_meter_inputs(meter->driver, meter->options);
	head.transfer = meter->transfer;
	head.begin_us = rig_clock_now(meter->clock);
	head.begin_unix_us = g_get_real_time();
	capture->ledger = rig_ledger_new(meter->rate_mhz, meter->driver->counter_modulus,
	                                 MAX(CAPTURE_SLACK_US, meter->burst_us / 2),
	                                 MAX(RIG_LEDGER_STALL_US, meter->burst_us));
	capture->currents = rig_currents_new(&meter->transfer);
	capture->writer = rig_trace_writer_new(path, &head, error);
	if (capture->writer == NULL)
		return FALSE;
	capture_new_block(capture);
	meter->sink = (RigSampleSink){capture_take, capture_gap, capture};
	return rig_meter_start(meter, deadline_us, error);
}

RigCapture *rig_capture_start(RigMeter *meter, const char *path, const RigTraceHead *head,
                              gint64 deadline_us, GError **error)
{
	RigCapture *capture = g_new0(RigCapture, 1);
	capture->meter = meter;
	capture->queue = g_async_queue_new();
	capture->order = -1;
	g_mutex_init(&capture->lock);
	g_cond_init(&capture->done);
	rig_trace_summary_begin(&capture->state.recent);
	capture->state.is_sure = TRUE;
	if (!capture_begin(capture, path, head, deadline_us, error)) {
		capture_free(capture);
		return NULL;
	}
	capture->keeper = g_thread_new("trace", capture_keep, capture);
	capture->reader = g_thread_new("meter", capture_read, capture);
	return capture;
}

gboolean rig_capture_set_supply(RigCapture *capture, gboolean on, gint64 deadline_us,
                                GError **error)
{
	g_mutex_lock(&capture->lock);
	capture->order_until = deadline_us;
	capture->order = on ? 1 : 0;
	while (capture->order >= 0 && !capture->state.has_ended)
		g_cond_wait_until(&capture->done, &capture->lock,
		                  g_get_monotonic_time() + G_USEC_PER_SEC / 10);
	GError *failure = g_steal_pointer(&capture->order_error);
	if (failure == NULL && capture->order >= 0)
		failure = capture->error != NULL
		              ? g_error_copy(capture->error)
		              : g_error_new_literal(RIG_ERROR, RIG_ERROR_BENCH, "the capture has ended");
	g_mutex_unlock(&capture->lock);
	if (failure != NULL)
		g_propagate_error(error, failure);
	return failure == NULL;
}

void rig_capture_state(RigCapture *capture, RigCaptureState *state)
{
	g_mutex_lock(&capture->lock);
	*state = capture->state;
	rig_trace_summary_begin(&capture->state.recent);
	capture->state.recent_count = 0;
	g_mutex_unlock(&capture->lock);
}

gboolean rig_capture_stop(RigCapture *capture, GError **error)
{
	g_mutex_lock(&capture->lock);
	capture->stops = TRUE;
	g_mutex_unlock(&capture->lock);
	g_thread_join(capture->reader);
	g_thread_join(capture->keeper);
	gboolean good = capture->error == NULL;
	if (!good)
		g_propagate_error(error, g_steal_pointer(&capture->error));
	capture_free(capture);
	return good;
}
