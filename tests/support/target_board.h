/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board for tests of the monitor: a model that returns what the test says, a clock that moves
 * only when the monitor works, and everything that was written, write by write.
 */
#ifndef TESTS_SUPPORT_TARGET_BOARD_H
#define TESTS_SUPPORT_TARGET_BOARD_H

#include "monitor.h"

#include <glib.h>

#define TARGET_BOARD_INPUT    16u /* largest input */
#define TARGET_BOARD_MODEL    4u  /* input that the model takes */
#define TARGET_BOARD_OUTPUTS  3u
#define TARGET_BOARD_KEPT     4u
#define TARGET_BOARD_CHANNELS 2u
#define TARGET_BOARD_INFER_US 100u /* what an inference takes */

typedef struct TargetBoard {
	TinyrigMonitor monitor;
	GString *written; /* since the last take */
	guint writes;
	guint32 now_us;
	guint inferences;
	float outputs[TARGET_BOARD_OUTPUTS]; /* the model's answer; outputs[0] gets + 1 an inference */
	guint8 tensor[TARGET_BOARD_MODEL];
	guint waits;
	TinyrigPort port; /* a test may empty slots before target_board_boot */
	TinyrigConfig config;
	gsize line_size, reply_size;
	char line[256], reply[8192];
	guint8 input[TARGET_BOARD_INPUT];
	float kept[TARGET_BOARD_KEPT * TARGET_BOARD_OUTPUTS];
	guint32 laps_us[TARGET_BOARD_KEPT];
	gint32 frame[TARGET_BOARD_CHANNELS];
} TargetBoard;

/* A board that has everything, not booted: line of 80, replies of 8192. Freed by the caller. */
TargetBoard *target_board_new(void);
void target_board_free(TargetBoard *board);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TargetBoard, target_board_free)

/* Boots; the banner is in `written`. */
void target_board_boot(TargetBoard *board);

/* Sends bytes (NUL-terminated) and returns what came; the caller frees. */
char *target_board_ask(TargetBoard *board, const char *bytes);

#endif
