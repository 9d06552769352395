/* SPDX-License-Identifier: Apache-2.0 */
#include "tiny_board.h"

#include <rig/bytes.h>
#include <stdlib.h>
#include <string.h>

static void board_line(TinyBoard *board, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void board_plain(TinyBoard *board, const char *text)
{
	g_string_append_printf(board->reply, "%s%s%s", board->dut ? "[dut]: " : "", text,
	                       board->bare_feed ? "\n" : "\r\n");
}

/* A line of a reply, sealed while the extension is on. */
static void board_line(TinyBoard *board, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autoptr(GString) text = g_string_new(NULL);
	g_string_vprintf(text, format, arguments);
	va_end(arguments);
	if (board->extended) {
		if (text->len == 0)
			return;
		board->chain = rig_crc32(board->chain, text->str, text->len);
		g_string_append_printf(text, "*%08x", board->chain);
	}
	board_plain(board, text->str);
}

static void board_flush(TinyBoard *board)
{
	memory_say(&board->peer, board->reply->str, board->reply->len, board->clock->now_us);
	g_string_truncate(board->reply, 0);
}

static guint32 board_counter(const TinyBoard *board)
{
	return (guint32)(board->first_counter_us + board->clock->now_us);
}

static void board_boot(TinyBoard *board)
{
	board->length = 0;
	board->extended = FALSE;
	board->expected = board->filled = 0;
	if (board->quiet_boot)
		return;
	board_line(board, "m-timestamp-mode-%s", board->energy ? "energy" : "performance");
	if (!board->energy)
		board_line(board, "m-lap-us-%u", board_counter(board));
	board_line(board, "Initialized");
	board_line(board, "m-init-done");
	board_line(board, "m-ready");
	board_flush(board);
}

void tiny_board_outputs(const guint8 *input, gsize size, double outputs[TINY_BOARD_OUTPUTS])
{
	for (guint o = 0; o < TINY_BOARD_OUTPUTS; o++) {
		guint32 sum = o * 7;
		for (gsize i = 0; i < size; i++)
			sum = sum * 31 + input[i] + o;
		outputs[o] = (double)(sum % 1000) / 1000;
	}
}

static void board_name(TinyBoard *board, char **words)
{
	(void)words;
	board_line(board, "m-name-dut-[model board]");
}

static void board_profile(TinyBoard *board, char **words)
{
	(void)words;
	board_line(board, "m-profile-[ULPMark for tinyML Firmware V0.0.1]");
	board_line(board, "m-model-[kws01]");
}

static void board_help(TinyBoard *board, char **words)
{
	(void)words;
	board_line(board, "Firmware V0.0.1");
	board_line(board, "%s", "");
	board_line(board, "help : Print this information");
	board_line(board, "name : Print the name of the device");
	board_line(board, "db SUBCMD : Manipulate a generic byte buffer");
	if (board->line > 0)
		board_line(board, "m-x-tinyrig-[1 line=%u all=%u%s]", board->line, board->all,
		           board->no_words ? "" : " build stack sensor");
}

static void board_load(TinyBoard *board, const char *count)
{
	long size = count != NULL ? strtol(count, NULL, 10) : -1;
	if (count == NULL) {
		board_line(board, "e-[Command 'db load' requires the # of bytes]");
	} else if (size <= 0) {
		board_line(board, "e-[Command 'db load' must be >0 bytes]");
	} else if ((gsize)size > sizeof board->input) {
		board_line(board, "Supplied buffer size %ld exceeds maximum of %u", size, TINY_BOARD_INPUT);
	} else {
		board->expected = (gsize)size;
		board->filled = 0;
		board_line(board, "m-[Expecting %ld bytes]", size);
	}
}

static void board_print(TinyBoard *board)
{
	for (gsize i = 0; i < board->expected; i += 8) {
		g_autoptr(GString) text = g_string_new("m-buffer");
		for (gsize k = i; k < MIN(i + 8, board->expected); k++)
			g_string_append_printf(text, "-%02x", board->input[k]);
		board_line(board, "%s", text->str);
	}
	if (board->expected % 8 != 0)
		board_line(board, "%s", "");
}

static void board_digits(TinyBoard *board, const char *digits)
{
	gsize length = strlen(digits);
	if (length % 2 != 0) {
		board_line(board, "e-[Insufficent number of hex digits]");
		return;
	}
	gboolean spoil = ++board->chunks == board->hold_bit_at;
	for (gsize i = 0; i < length; i += 2) {
		guint8 byte = 0;
		if (!rig_hex_decode(&byte, digits + i, 1)) {
			board_line(board, "e-[Invalid hex digit '%.2s']", digits + i);
			return;
		}
		if (board->filled >= board->expected)
			continue;
		board->input[board->filled++] = (guint8)(byte ^ (spoil && i == 0 ? 4 : 0));
		if (board->filled == board->expected)
			board_line(board, "m-load-done");
	}
}

static void board_db(TinyBoard *board, char **words)
{
	if (words[1] == NULL)
		board_line(board, "e-[Command 'db' requires a subcommand]");
	else if (strcmp(words[1], "load") == 0)
		board_load(board, words[2]);
	else if (strcmp(words[1], "print") == 0)
		board_print(board);
	else
		board_digits(board, words[1]);
}

/* The list of outputs as printf would write it. */
static char *board_outputs_text(TinyBoard *board)
{
	GString *text = g_string_new("[");
	for (guint i = 0; i < TINY_BOARD_OUTPUTS; i++)
		g_string_append_printf(text, "%s%.3f", i > 0 ? "," : "", board->outputs[i]);
	return g_string_free(g_string_append(text, board->trailing_comma ? ",]" : "]"), FALSE);
}

static void board_tell_results(TinyBoard *board)
{
	g_autofree char *text = board_outputs_text(board);
	if (++board->results_told == board->alter_result_at)
		text[3] ^= 1;
	board_line(board, "m-results-%s", text);
}

static void board_tell_loaded(TinyBoard *board)
{
	board_line(board, "m-x-load-[%" G_GSIZE_FORMAT " %08x]", board->filled,
	           rig_crc32(0, board->input, board->filled));
}

static void board_tell_each(TinyBoard *board, long count)
{
	if (count > (long)board->all)
		return;
	g_autoptr(GString) laps = g_string_new("m-x-laps-[");
	for (long i = 0; i < count; i++)
		g_string_append_printf(laps, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "", board->infer_us + i);
	board_line(board, "%s]", laps->str);
	g_autofree char *text = board_outputs_text(board);
	for (long i = 0; i < count && count > 1; i++)
		board_line(board, "m-x-result-%ld-%s", i, text);
}

static void board_lap(TinyBoard *board)
{
	if (!board->energy)
		board_line(board, "m-lap-us-%u", board_counter(board));
}

static void board_infer(TinyBoard *board, char **words)
{
	long count = words[1] != NULL ? strtol(words[1], NULL, 10) : 1;
	long warmups = words[1] != NULL && words[2] != NULL ? strtol(words[2], NULL, 10) : 10;
	if (count <= 0) {
		board_line(board, "e-[Inference iterations must be >0]");
		return;
	}
	if (warmups < 0) {
		board_line(board, "e-[Inference warmup must be >=0]");
		return;
	}
	if (board->chatty)
		board_line(board, "Input db has %u elemented, expected %u", 639u, 640u);
	board_line(board, "m-warmup-start-%ld", warmups);
	board_flush(board);
	board->clock->now_us += warmups * board->infer_us;
	board_line(board, "m-warmup-done");
	board_line(board, "m-infer-start-%ld", count);
	board_lap(board);
	board->clock->now_us += count * board->infer_us;
	tiny_board_outputs(board->input, board->filled, board->outputs);
	board_lap(board);
	board_line(board, "m-infer-done");
	if (board->extended) {
		board_tell_loaded(board);
		board_tell_each(board, count);
	}
	board_tell_results(board);
}

static void board_results(TinyBoard *board, char **words)
{
	(void)words;
	board_tell_results(board);
}

static void board_sensor(TinyBoard *board, const char *count)
{
	long frames = count != NULL ? strtol(count, NULL, 10) : 0;
	if (frames < 1 || frames > 1000) {
		board_line(board, "e-[x sensor takes 1 to 1000 frames]");
		return;
	}
	board_line(board, "m-x-sensor-[model-sensor 3 100000]");
	for (long i = 0; i < frames; i++) {
		board->clock->now_us += 10000;
		board_line(board, "m-x-frame-[%u %ld %ld %ld]", board_counter(board), i, -i, 100 + i % 7);
	}
}

static void board_x(TinyBoard *board, char **words)
{
	const char *what = words[1] != NULL ? words[1] : "";
	if (strcmp(what, "on") == 0) {
		board->extended = TRUE;
		board_line(board, "m-x-on");
	} else if (strcmp(what, "off") == 0) {
		board->extended = TRUE;
		board_line(board, "m-x-off");
	} else if (strcmp(what, "id") == 0) {
		board_line(board, "m-x-build-[0123456789abcdef0123]");
		board_line(board, "m-x-stack-[4096 1234]");
	} else if (strcmp(what, "sensor") == 0) {
		board_sensor(board, words[2]);
	} else {
		board_line(board, "e-[Unknown command: x %s]", what);
	}
}

static const struct {
	const char *name;
	void (*run)(TinyBoard *board, char **words);
	gboolean extension;
} board_commands[] = {
    {"name", board_name, FALSE},   {"profile", board_profile, FALSE},
    {"help", board_help, FALSE},   {"db", board_db, FALSE},
    {"infer", board_infer, FALSE}, {"results", board_results, FALSE},
    {"x", board_x, TRUE},
};

static void board_dispatch(TinyBoard *board, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	for (gsize i = 0; i < G_N_ELEMENTS(board_commands); i++) {
		if (g_strcmp0(words[0], board_commands[i].name) == 0 &&
		    (!board_commands[i].extension || board->line > 0)) {
			board_commands[i].run(board, words);
			return;
		}
	}
	board_line(board, "e-[Unknown command: %s]", words[0] != NULL ? words[0] : "");
}

static void board_run(TinyBoard *board, const char *text, gboolean too_long)
{
	/* The same as the firmware's: an empty command gets no answer. */
	if (*text == '\0')
		return;
	board->commands++;
	if (board->mute_after > 0 && board->commands > board->mute_after)
		return;
	if (board->commands == board->restart_at) {
		board_boot(board);
		return;
	}
	if (board->logs)
		board_plain(board, "log: 123 bytes free");
	if (board->commands == board->faults_at) {
		board->mute_after = board->commands;
		board_plain(board, "e-[fault 03]");
		board_flush(board);
		return;
	}
	board->chain = rig_crc32(0, text, strlen(text));
	if (board->echo) {
		g_autofree char *echo = g_strdup_printf("Received command: %s", text);
		board_plain(board, echo);
	}
	if (too_long)
		board_line(board, "e-[Command too long]");
	else
		board_dispatch(board, text);
	board_line(board, "m-ready");
	if (g_strcmp0(text, "x off") == 0)
		board->extended = FALSE;
	board_flush(board);
}

/* A whole command came: the interface board, where there is one, answers first. */
static void board_command(TinyBoard *board)
{
	guint most = board->line > 0 ? board->line : 80;
	gboolean too_long = board->length > most && board->line > 0;
	board->command[MIN(board->length, most)] = '\0';
	board->length = 0;
	const char *text = board->command;
	if (board->dut) {
		if (!g_str_has_prefix(text, "dut ")) {
			memory_say(&board->peer, "m-ready\r\n", 9, board->clock->now_us);
			return;
		}
		text += 4;
		g_autofree char *ack = g_strdup_printf("m-dut-passthrough(%s)\r\nm-ready\r\n", text);
		memory_say(&board->peer, ack, strlen(ack), board->clock->now_us);
	}
	board_run(board, text, too_long);
}

static void board_take(MemoryPeer *peer, const guint8 *data, gsize size)
{
	TinyBoard *board = (TinyBoard *)peer;
	for (gsize i = 0; i < size; i++) {
		if (data[i] == '%')
			board_command(board);
		else if (board->length < TINY_BOARD_INPUT)
			board->command[board->length++] = (char)data[i];
	}
}

static void board_start(MemoryPeer *peer, gboolean reset)
{
	if (reset)
		board_boot((TinyBoard *)peer);
}

void tiny_board_init(TinyBoard *board, FakeClock *clock)
{
	*board = (TinyBoard){.peer = {.start = board_start, .take = board_take},
	                     .clock = clock,
	                     .infer_us = 1500,
	                     .all = 4,
	                     .command = g_malloc0(TINY_BOARD_INPUT + 1),
	                     .reply = g_string_new(NULL)};
}

void tiny_board_clear(TinyBoard *board)
{
	g_free(board->command);
	g_string_free(board->reply, TRUE);
}
