/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console text: any bytes of a board as a line of console.log, which must be printable, one
 * line, and hold every byte; then as a report shows them.
 */
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "journal/console.h"
#include "report/printable.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Undoes the escapes of a console line. */
static GByteArray *fuzz_unescape(const char *text)
{
	static const struct {
		char letter;
		guint8 byte;
	} letters[] = {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'\\', '\\'}};
	GByteArray *bytes = g_byte_array_new();
	for (; *text != '\n'; text++) {
		guint8 byte = (guint8)*text;
		g_assert(byte >= 0x20 && byte < 0x7f);
		if (byte == '\\' && text[1] == 'x') {
			byte = (guint8)(g_ascii_xdigit_value(text[2]) << 4 | g_ascii_xdigit_value(text[3]));
			text += 3;
		} else if (byte == '\\') {
			text++;
			for (guint i = 0; i < G_N_ELEMENTS(letters); i++)
				byte = letters[i].letter == *text ? letters[i].byte : byte;
		}
		g_byte_array_append(bytes, &byte, 1);
	}
	g_assert(text[1] == '\0');
	return bytes;
}

/* The same bytes in two chunks through a log file, and its end read back. */
static void fuzz_file(const guint8 *data, gsize size)
{
	g_autofree char *folder = g_dir_make_tmp("tinyrig-fuzz-XXXXXX", NULL);
	g_assert(folder != NULL);
	g_autofree char *path = g_build_filename(folder, "console.log", NULL);
	RigConsole *console = rig_console_new(path, NULL, NULL, NULL);
	g_assert(console != NULL);
	RigLinkTap *tap = rig_console_tap(console, "link");
	tap->bytes(tap, TRUE, data, size / 2, 1);
	tap->bytes(tap, size % 2 == 0, data + size / 2, size - size / 2, 2000000);
	guint64 end = rig_console_size(console);
	g_assert(rig_console_check(console, NULL));
	rig_console_free(console);
	g_autofree char *tail = rig_console_tail(path, 0, end, 2);
	/* What goes on in the second chunk is shown as one line. */
	gboolean goes_on = size % 2 == 0 && (size == 0 || data[size / 2 - 1] != '\n');
	g_assert(tail != NULL && (strchr(tail, '\n') == NULL) == goes_on);
	unlink(path);
	rmdir(folder);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (size > 16384)
		return 0;
	g_autoptr(GString) line = g_string_new(NULL);
	rig_console_format(line, "link", TRUE, data, size, 1234567);
	const char *start = "1.234567 link < ";
	g_assert(g_str_has_prefix(line->str, start));
	g_autoptr(GByteArray) back = fuzz_unescape(line->str + strlen(start));
	g_assert(back->len == size && (size == 0 || memcmp(back->data, data, size) == 0));
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *shown = rig_printable(text, 4096, RIG_PRINTABLE_LINES);
	g_assert(g_utf8_validate(shown, -1, NULL));
	fuzz_file(data, size);
	return 0;
}
