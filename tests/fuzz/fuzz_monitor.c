/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor fed with any bytes. First byte: bit 0 the extension is there, bit 1 it is switched
 * on, bits 2-4 size of the reply buffer, bit 5 bytes come one by one. The rest is what the host
 * sends. Whatever comes, a reply ends with m-ready, and what is sealed is sealed right.
 */
#include "target_board.h"

#include <rig/bytes.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* An infer call obeys its numbers, however large; one that lasts too long is left out here. */
static gboolean monitor_lasts(const char *bytes, gsize size)
{
	gboolean infers = FALSE;
	guint digits = 0;

	for (gsize i = 0; i < size; i++) {
		if (bytes[i] == '%')
			infers = FALSE;
		else if (size - i >= 5 && memcmp(bytes + i, "infer", 5) == 0)
			infers = TRUE;
		digits = g_ascii_isdigit(bytes[i]) ? digits + 1 : 0;
		if (infers && digits > 4)
			return TRUE;
	}
	return FALSE;
}

/* Seals chain from line to line of one reply; `command` has no %. */
static void monitor_check_seals(const char *command, gsize command_size, const char *reply,
                                gsize size)
{
	guint32 crc = rig_crc32(0, command, command_size);
	const char *end = reply + size, *line = reply;

	for (const char *at = reply; at + 1 < end; at++) {
		if (at[0] != '\r' || at[1] != '\n' || at - line < 9 || at[-9] != '*')
			continue; /* a CR LF that the host itself sent comes back in an error's text */
		char seal[9];
		guint32 next = rig_crc32(crc, line, (gsize)(at - 9 - line));
		g_snprintf(seal, sizeof seal, "%08x", next);
		if (memcmp(at - 8, seal, 8) != 0)
			continue;
		crc = next;
		line = at + 2;
	}
	if (line != end)
		abort();
}

/* One command, whole: at most one reply, which ends as it must. */
static void monitor_command(TargetBoard *board, const char *command, gsize size)
{
	static const char ready[] = "m-ready\r\n";

	g_string_truncate(board->written, 0);
	tinyrig_monitor_receive(&board->monitor, command, size);
	tinyrig_monitor_receive(&board->monitor, "%", 1);
	const GString *reply = board->written;
	if (reply->len == 0)
		return;
	gsize tail = strlen(ready);
	if (board->monitor.reply.sealed)
		monitor_check_seals(command, MIN(size, board->line_size), reply->str, reply->len);
	else if (reply->len < tail || memcmp(reply->str + reply->len - tail, ready, tail) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size < 1 || monitor_lasts((const char *)data + 1, size - 1))
		return 0;
	g_autoptr(TargetBoard) board = target_board_new();
	guint8 options = data[0];

	board->config.extension = options & 1;
	board->reply_size = (gsize)1 << (options >> 2 & 7);
	target_board_boot(board);
	if (options & 2)
		tinyrig_monitor_receive(&board->monitor, "x on%", 5);
	const char *bytes = (const char *)data + 1;
	size--;
	if (options & 32) {
		for (gsize i = 0; i < size; i++)
			tinyrig_monitor_receive(&board->monitor, bytes + i, 1);
		return 0;
	}
	while (size > 0) {
		const char *end = memchr(bytes, '%', size);
		gsize length = end != NULL ? (gsize)(end - bytes) : size;
		monitor_command(board, bytes, length);
		gsize step = MIN(length + 1, size);
		bytes += step;
		size -= step;
	}
	return 0;
}
