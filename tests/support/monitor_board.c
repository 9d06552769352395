/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor_board.h"

#define MONITOR_BOARD_RATE_MHZ 100000u

static void monitor_board_write(void *user, const char *data, size_t size)
{
	MonitorBoard *board = user;
	memory_say(&board->peer, data, size, board->clock->now_us);
}

static uint32_t monitor_board_now(void *user)
{
	const MonitorBoard *board = user;
	return (uint32_t)board->clock->now_us;
}

static bool monitor_board_load(void *user, const uint8_t *input, size_t size)
{
	MonitorBoard *board = user;
	board->tensor = input;
	board->tensor_bytes = size;
	return true;
}

static void monitor_board_infer(void *user)
{
	MonitorBoard *board = user;
	tiny_board_outputs(board->tensor, board->tensor_bytes, board->outputs);
	board->clock->now_us += board->infer_us;
}

static size_t monitor_board_results(void *user, float *outputs, size_t max)
{
	const MonitorBoard *board = user;
	size_t count = MIN(max, TINY_BOARD_OUTPUTS);
	for (size_t i = 0; i < count; i++)
		outputs[i] = (float)board->outputs[i];
	return count;
}

static void monitor_board_stack(void *user, uint32_t *size_bytes, uint32_t *used_bytes)
{
	(void)user;
	*size_bytes = 4096;
	*used_bytes = 1234;
}

/* Still, so that a repeated read-out gives the same. */
static void monitor_board_read(void *user, int32_t *values)
{
	(void)user;
	values[0] = 7;
	values[1] = -2000;
	values[2] = 100;
}

static void monitor_board_wait(void *user, uint32_t at_us)
{
	MonitorBoard *board = user;
	gint32 left_us = (gint32)(at_us - (uint32_t)board->clock->now_us);
	if (left_us > 0)
		board->clock->now_us += left_us;
}

static void monitor_board_start(MemoryPeer *peer, gboolean reset)
{
	static const uint8_t build_id[] = {0xde, 0xad, 0xbe, 0xef, 0x01};
	MonitorBoard *board = (MonitorBoard *)peer;
	if (!reset)
		return;
	const TinyrigPort port = {.user = board,
	                          .write = monitor_board_write,
	                          .now_us = monitor_board_now,
	                          .load_tensor = monitor_board_load,
	                          .infer = monitor_board_infer,
	                          .results = monitor_board_results,
	                          .stack = monitor_board_stack,
	                          .read_sensor = monitor_board_read,
	                          .wait_until_us = monitor_board_wait};
	const TinyrigBuffers buffers = {.line = board->line,
	                                .line_size = sizeof board->line,
	                                .input = board->input,
	                                .input_size = sizeof board->input,
	                                .reply = board->reply,
	                                .reply_size = sizeof board->reply,
	                                .outputs = board->kept[0],
	                                .outputs_max = TINY_BOARD_OUTPUTS,
	                                .laps_us = board->laps_us,
	                                .kept = MONITOR_BOARD_KEPT,
	                                .frame = board->frame};
	const TinyrigConfig config = {
	    .vendor = "shipped",
	    .model = "kws01",
	    .extension = board->extension,
	    .build_id = build_id,
	    .build_id_size = sizeof build_id,
	    .sensor = {"still", MONITOR_BOARD_CHANNELS, MONITOR_BOARD_RATE_MHZ}};
	tinyrig_monitor_boot(&board->monitor, &port, &buffers, &config);
	board->booted = TRUE;
}

static void monitor_board_take(MemoryPeer *peer, const guint8 *data, gsize size)
{
	MonitorBoard *board = (MonitorBoard *)peer;
	if (board->booted)
		tinyrig_monitor_receive(&board->monitor, data, size);
}

void monitor_board_init(MonitorBoard *board, FakeClock *clock, gboolean extension)
{
	*board = (MonitorBoard){.peer = {.start = monitor_board_start, .take = monitor_board_take},
	                        .clock = clock,
	                        .extension = extension,
	                        .infer_us = 1500};
}
