/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/console.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/append.h"

#define CONSOLE_PENDING_BYTES 4096u
#define CONSOLE_TAIL_BYTES    ((guint64)64 * 1024)

typedef struct {
	RigLinkTap tap; /* first, so that a tap is its entry */
	RigConsole *console;
	const char *link;
} ConsoleEntry;

struct RigConsole {
	RigAppend *append;
	/* What came last is kept as it is and formatted after the next command was sent: then it
	 * costs no time between a reply and the next command, only beside the board's own work. */
	const ConsoleEntry *pending_entry; /* NULL: nothing is pending */
	gint64 pending_us;
	gsize pending_size;
	guint8 pending[CONSOLE_PENDING_BYTES];
	GPtrArray *entries; /* ConsoleEntry */
	GString *line;
	RigConsoleNote note;
	gpointer user;
};

RigConsole *rig_console_new(const char *path, RigConsoleNote note, gpointer user, GError **error)
{
	RigAppend *append = rig_append_new(path, error);
	if (append == NULL)
		return NULL;
	RigConsole *console = g_new0(RigConsole, 1);
	console->append = append;
	console->entries = g_ptr_array_new_with_free_func(g_free);
	console->line = g_string_sized_new(4096);
	console->note = note;
	console->user = user;
	return console;
}

static const char console_escapes[256] = {['\r'] = 'r', ['\n'] = 'n', ['\t'] = 't', ['\\'] = '\\'};

/* The time in seconds with six decimals. By hand: printf costs a fifth of the rig's own time. */
static void console_time(GString *line, gint64 at_us)
{
	char digits[24];
	char *at = digits + sizeof digits;
	gint64 left = MAX(at_us, 0);
	for (int i = 0; i < 7 || left > 0; i++, left /= 10) {
		if (i == 6)
			*--at = '.';
		*--at = (char)('0' + left % 10);
	}
	g_string_append_len(line, at, digits + sizeof digits - at);
}

void rig_console_format(GString *line, const char *link, gboolean received, const guint8 *data,
                        gsize size, gint64 at_us)
{
	console_time(line, at_us);
	g_string_append_c(line, ' ');
	g_string_append(line, link);
	g_string_append(line, received ? " < " : " > ");
	gsize plain = 0; /* start of a run of bytes that stand for themselves */
	for (gsize i = 0; i < size; i++) {
		guint8 c = data[i];
		if (c >= 0x20 && c < 0x7f && c != '\\')
			continue;
		g_string_append_len(line, (const char *)data + plain, (gssize)(i - plain));
		plain = i + 1;
		if (console_escapes[c] != 0) {
			const char escape[2] = {'\\', console_escapes[c]};
			g_string_append_len(line, escape, 2);
		} else {
			g_string_append_printf(line, "\\x%02x", c);
		}
	}
	g_string_append_len(line, (const char *)data + plain, (gssize)(size - plain));
	g_string_append_c(line, '\n');
}

static void console_append(RigConsole *console, const ConsoleEntry *entry, gboolean received,
                           const guint8 *data, gsize size, gint64 at_us)
{
	g_string_truncate(console->line, 0);
	rig_console_format(console->line, entry->link, received, data, size, at_us);
	rig_append_write(console->append, console->line->str, console->line->len);
}

static void console_flush(RigConsole *console)
{
	if (console->pending_entry == NULL)
		return;
	console_append(console, console->pending_entry, TRUE, console->pending, console->pending_size,
	               console->pending_us);
	console->pending_entry = NULL;
}

void rig_console_free(RigConsole *console)
{
	if (console == NULL)
		return;
	console_flush(console);
	rig_append_free(console->append);
	g_ptr_array_unref(console->entries);
	g_string_free(console->line, TRUE);
	g_free(console);
}

static void console_bytes(RigLinkTap *tap, gboolean received, const guint8 *data, gsize size,
                          gint64 at_us)
{
	const ConsoleEntry *entry = (const ConsoleEntry *)tap;
	RigConsole *console = entry->console;
	console_flush(console);
	if (!received || size > sizeof console->pending) {
		console_append(console, entry, received, data, size, at_us);
		return;
	}
	memcpy(console->pending, data, size);
	console->pending_size = size;
	console->pending_us = at_us;
	console->pending_entry = entry;
}

static void console_note(RigLinkTap *tap, const char *text)
{
	ConsoleEntry *entry = (ConsoleEntry *)tap;
	if (entry->console->note != NULL)
		entry->console->note(entry->console->user, text);
}

RigLinkTap *rig_console_tap(RigConsole *console, const char *link)
{
	ConsoleEntry *entry = g_new0(ConsoleEntry, 1);
	entry->tap = (RigLinkTap){.bytes = console_bytes, .note = console_note};
	entry->console = console;
	entry->link = link;
	g_ptr_array_add(console->entries, entry);
	return &entry->tap;
}

guint64 rig_console_size(RigConsole *console)
{
	console_flush(console);
	return rig_append_size(console->append);
}

gboolean rig_console_check(RigConsole *console, GError **error)
{
	console_flush(console);
	return rig_append_check(console->append, error);
}

/* Where the text ends. The log of a killed worker goes on with NUL bytes, more than a tail holds,
 * and has none before: so the first one is found by halving. */
static guint64 console_end(int fd, guint64 begin, guint64 end)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return begin;
	end = MIN(end, (guint64)status.st_size);
	while (begin < end) {
		guint64 middle = begin + (end - begin) / 2;
		char c = 0;
		if (pread(fd, &c, 1, (off_t)middle) == 1 && c != 0)
			begin = middle + 1;
		else
			end = middle;
	}
	return end;
}

/* The text of a log line that holds bytes from the board; NULL: it holds others. */
static const char *console_received(const char *line)
{
	const char *link = strchr(line, ' ');
	const char *mark = link == NULL ? NULL : strchr(link + 1, ' ');
	return mark != NULL && strncmp(mark, " < ", 3) == 0 ? mark + 3 : NULL;
}

/* A slow line brings a line of text in many chunks: puts those of the same link together again. */
static char *console_join(const char *text)
{
	GString *joined = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gsize link_size = 0; /* of " LINK < " in the line that may go on; 0: none may */
	const char *link = NULL;
	for (guint i = 0; lines[i] != NULL; i++) {
		const char *bytes = console_received(lines[i]);
		const char *from = strchr(lines[i], ' ');
		gboolean goes_on = bytes != NULL && link != NULL && (gsize)(bytes - from) == link_size &&
		                   strncmp(from, link, link_size) == 0;
		if (!goes_on && i > 0)
			g_string_append_c(joined, '\n');
		g_string_append(joined, goes_on ? bytes : lines[i]);
		link = bytes != NULL && !g_str_has_suffix(bytes, "\\n") ? from : NULL;
		link_size = link == NULL ? 0 : (gsize)(bytes - from);
	}
	return g_string_free(joined, FALSE);
}

char *rig_console_tail(const char *path, guint64 begin, guint64 end, guint lines)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	end = console_end(fd, begin, end);
	if (end <= begin) {
		close(fd);
		return NULL;
	}
	if (end - begin > CONSOLE_TAIL_BYTES)
		begin = end - CONSOLE_TAIL_BYTES;
	g_autofree char *text = g_malloc0(end - begin + 1);
	ssize_t got = pread(fd, text, end - begin, (off_t)begin);
	close(fd);
	if (got <= 0)
		return NULL;
	for (gsize size = strlen(text); size > 0 && text[size - 1] == '\n'; size--)
		text[size - 1] = '\0';
	g_autofree char *joined = console_join(text);
	const char *from = joined + strlen(joined);
	for (guint seen = 0; from > joined; from--) {
		if (from[-1] == '\n' && ++seen == lines)
			break;
	}
	return *from == 0 ? NULL : g_strdup(from);
}
