/* SPDX-License-Identifier: Apache-2.0 */
#include "target_board.h"

#include <string.h>

static void target_board_write(void *user, const char *data, size_t size)
{
	TargetBoard *board = user;

	g_string_append_len(board->written, data, (gssize)size);
	board->writes++;
}

static uint32_t target_board_now(void *user)
{
	TargetBoard *board = user;

	return board->now_us;
}

static bool target_board_load(void *user, const uint8_t *input, size_t size)
{
	TargetBoard *board = user;

	if (size != TARGET_BOARD_MODEL)
		return false;
	memcpy(board->tensor, input, size);
	return true;
}

static void target_board_infer(void *user)
{
	TargetBoard *board = user;

	board->inferences++;
	board->outputs[0] += 1.0f;
	board->now_us += TARGET_BOARD_INFER_US;
}

static size_t target_board_results(void *user, float *outputs, size_t max)
{
	TargetBoard *board = user;
	size_t count = MIN(max, TARGET_BOARD_OUTPUTS);

	memcpy(outputs, board->outputs, count * sizeof outputs[0]);
	return count;
}

static void target_board_stack(void *user, uint32_t *size_bytes, uint32_t *used_bytes)
{
	(void)user;
	*size_bytes = 4096;
	*used_bytes = 812;
}

static void target_board_sensor(void *user, int32_t *values)
{
	TargetBoard *board = user;

	values[0] = G_MININT32;
	values[1] = (int32_t)board->waits;
}

static void target_board_wait(void *user, uint32_t at_us)
{
	TargetBoard *board = user;

	board->now_us = at_us;
	board->waits++;
}

TargetBoard *target_board_new(void)
{
	static const uint8_t build_id[] = {0x00, 0x9f, 0xab};
	TargetBoard *board = g_new0(TargetBoard, 1);

	board->written = g_string_new(NULL);
	board->line_size = TINYRIG_LINE_MIN;
	board->reply_size = sizeof board->reply;
	board->port = (TinyrigPort){
	    .user = board,
	    .write = target_board_write,
	    .now_us = target_board_now,
	    .load_tensor = target_board_load,
	    .infer = target_board_infer,
	    .results = target_board_results,
	    .stack = target_board_stack,
	    .read_sensor = target_board_sensor,
	    .wait_until_us = target_board_wait,
	};
	board->config = (TinyrigConfig){
	    .vendor = "acme",
	    .model = "kws01",
	    .extension = true,
	    .build_id = build_id,
	    .build_id_size = sizeof build_id,
	    .sensor = {"optical-8x8", TARGET_BOARD_CHANNELS, 100000},
	};
	return board;
}

void target_board_free(TargetBoard *board)
{
	if (board == NULL)
		return;
	g_string_free(board->written, TRUE);
	g_free(board);
}

void target_board_boot(TargetBoard *board)
{
	TinyrigBuffers buffers = {
	    .line = board->line,
	    .line_size = board->line_size,
	    .input = board->input,
	    .input_size = sizeof board->input,
	    .reply = board->reply,
	    .reply_size = board->reply_size,
	    .outputs = board->kept,
	    .outputs_max = TARGET_BOARD_OUTPUTS,
	    .laps_us = board->laps_us,
	    .kept = TARGET_BOARD_KEPT,
	    .frame = board->frame,
	};

	tinyrig_monitor_boot(&board->monitor, &board->port, &buffers, &board->config);
}

char *target_board_ask(TargetBoard *board, const char *bytes)
{
	g_string_truncate(board->written, 0);
	board->writes = 0;
	tinyrig_monitor_receive(&board->monitor, bytes, strlen(bytes));
	return g_strdup(board->written->str);
}
