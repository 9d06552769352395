/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/console_terminal.h"

#include <errno.h>

const char *const rig_eol_names[] = {
    [RIG_EOL_CR] = "cr",
    [RIG_EOL_LF] = "lf",
    [RIG_EOL_CRLF] = "crlf",
    [RIG_EOL_NONE] = "none",
    NULL,
};

static const char *const terminal_eols[] = {
    [RIG_EOL_CR] = "\r",
    [RIG_EOL_LF] = "\n",
    [RIG_EOL_CRLF] = "\r\n",
    [RIG_EOL_NONE] = "",
};

static void terminal_show_byte(const RigConsoleScreen *screen, GString *out, guint8 byte)
{
	g_string_append_printf(out, screen->dim ? "\033[2m\\x%02x\033[22m" : "\\x%02x", byte);
}

/* Bytes of a character that begins with `byte`; 1 for what begins none. */
static guint terminal_character_bytes(guint8 byte)
{
	if (byte >= 0xc2 && byte <= 0xdf)
		return 2;
	if (byte >= 0xe0 && byte <= 0xef)
		return 3;
	return byte >= 0xf0 && byte <= 0xf4 ? 4 : 1;
}

static gboolean terminal_is_shown(gunichar c)
{
	if (c == '\r' || c == '\n' || c == '\t')
		return TRUE;
	GUnicodeType type = g_unichar_type(c);
	return g_unichar_isprint(c) && type != G_UNICODE_LINE_SEPARATOR &&
	       type != G_UNICODE_PARAGRAPH_SEPARATOR && type != G_UNICODE_PRIVATE_USE;
}

/* The pending bytes are as many as their first says. */
static void terminal_show_character(RigConsoleScreen *screen, GString *out)
{
	const char *text = (const char *)screen->pending;
	gunichar c = g_utf8_get_char_validated(text, screen->pending_bytes);
	gboolean shown = screen->pending[0] != '\0' && c != (gunichar)-1 && c != (gunichar)-2 &&
	                 terminal_is_shown(c);
	if (shown)
		g_string_append_len(out, text, screen->pending_bytes);
	for (guint i = 0; !shown && i < screen->pending_bytes; i++)
		terminal_show_byte(screen, out, screen->pending[i]);
	screen->pending_bytes = 0;
}

void rig_console_screen_show(RigConsoleScreen *screen, GString *out, const guint8 *data, gsize size)
{
	for (gsize i = 0; i < size; i++) {
		/* A byte that continues nothing ends what is pending. */
		if (screen->pending_bytes > 0 && (data[i] & 0xc0) != 0x80)
			rig_console_screen_end(screen, out);
		screen->pending[screen->pending_bytes++] = data[i];
		if (screen->pending_bytes == terminal_character_bytes(screen->pending[0]))
			terminal_show_character(screen, out);
	}
}

void rig_console_screen_end(RigConsoleScreen *screen, GString *out)
{
	for (guint i = 0; i < screen->pending_bytes; i++)
		terminal_show_byte(screen, out, screen->pending[i]);
	screen->pending_bytes = 0;
}

gboolean rig_console_keys(GString *out, const guint8 *data, gsize size, guint8 enter, RigEol eol,
                          int quit)
{
	for (gsize i = 0; i < size; i++) {
		if (data[i] == quit)
			return FALSE;
		if (data[i] == enter)
			g_string_append(out, terminal_eols[eol]);
		else
			g_string_append_c(out, (char)data[i]);
	}
	return TRUE;
}

gboolean rig_raw_terminal_begin(RigRawTerminal *terminal, int fd, GError **error)
{
	terminal->fd = -1;
	if (tcgetattr(fd, &terminal->before) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "terminal: %s", g_strerror(errno));
		return FALSE;
	}
	struct termios raw = terminal->before;
	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | IGNCR | INLCR | INPCK | ISTRIP | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* Output stays cooked, so that a board's bare line feeds begin lines. */
	if (tcsetattr(fd, TCSAFLUSH, &raw) != 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "terminal: %s", g_strerror(errno));
		return FALSE;
	}
	terminal->fd = fd;
	return TRUE;
}

void rig_raw_terminal_end(RigRawTerminal *terminal)
{
	if (terminal->fd >= 0)
		(void)tcsetattr(terminal->fd, TCSANOW, &terminal->before);
	terminal->fd = -1;
}
