/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A board's bytes on a person's terminal. First byte: bit 0 dim, the others where the bytes are cut
 * in two. What comes out is text that gives no orders, and the cut makes no difference; undone, it
 * is what came in.
 */
#include "cli/console_terminal.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static GString *screen_shown(const guint8 *data, gsize size, gsize cut, gboolean dim)
{
	RigConsoleScreen screen = {.dim = dim};
	GString *out = g_string_new(NULL);
	rig_console_screen_show(&screen, out, data, cut);
	rig_console_screen_show(&screen, out, data + cut, size - cut);
	rig_console_screen_end(&screen, out);
	return out;
}

static void screen_expect(gboolean holds, const char *what)
{
	if (!holds)
		g_error("%s", what);
}

/* Every character of the input stands for itself, or its bytes stand there as \xNN. */
static void screen_undo(const GString *shown, const guint8 *data, gsize size)
{
	gsize at = 0;
	for (gsize i = 0; i < size; i++) {
		g_autofree char *escape = g_strdup_printf("\\x%02x", data[i]);
		if ((guint8)shown->str[at] == data[i])
			at++;
		else if (g_str_has_prefix(shown->str + at, escape))
			at += strlen(escape);
		else
			screen_expect(FALSE, "a byte is lost");
	}
	screen_expect(at == shown->len, "a byte came from nowhere");
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size == 0)
		return 0;
	gboolean dim = (data[0] & 1) != 0;
	gsize cut = MIN((gsize)data[0] >> 1, size - 1);
	data++;
	size--;
	g_autoptr(GString) whole = screen_shown(data, size, 0, dim);
	g_autoptr(GString) pieces = screen_shown(data, size, cut, dim);
	screen_expect(g_string_equal(whole, pieces), "the cut makes a difference");
	screen_expect(g_utf8_validate(whole->str, (gssize)whole->len, NULL), "it is no UTF-8");
	if (dim)
		return 0;
	screen_undo(whole, data, size);
	for (gsize i = 0; i < whole->len; i++) {
		guint8 c = (guint8)whole->str[i];
		screen_expect((c >= 0x20 && c != 0x7f) || c == '\r' || c == '\n' || c == '\t',
		              "a control character came through");
	}
	return 0;
}
