/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor that we ship for firmware, in this process, with the model board's network. */
#ifndef TESTS_SUPPORT_MONITOR_BOARD_H
#define TESTS_SUPPORT_MONITOR_BOARD_H

#include "memory_link.h"
#include "tiny_board.h"
#include <monitor.h>

#define MONITOR_BOARD_LINE     256u
#define MONITOR_BOARD_KEPT     4u
#define MONITOR_BOARD_CHANNELS 3u

typedef struct MonitorBoard {
	MemoryPeer peer; /* first */
	FakeClock *clock;
	gboolean extension;
	gint64 infer_us;
	gboolean booted;
	TinyrigMonitor monitor;
	const guint8 *tensor;
	gsize tensor_bytes;
	double outputs[TINY_BOARD_OUTPUTS];
	/* What the monitor is lent. */
	char line[MONITOR_BOARD_LINE];
	guint8 input[TINY_BOARD_INPUT];
	char reply[2048];
	float kept[MONITOR_BOARD_KEPT][TINY_BOARD_OUTPUTS];
	guint32 laps_us[MONITOR_BOARD_KEPT];
	gint32 frame[MONITOR_BOARD_CHANNELS];
} MonitorBoard;

void monitor_board_init(MonitorBoard *board, FakeClock *clock, gboolean extension);

#endif
