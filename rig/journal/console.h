/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of every byte on a board's links (console.log): one line a chunk,
 * "SECONDS LINK DIRECTION TEXT", monotonic seconds, > to the board, < from it, bytes that are
 * not printable ASCII as \\r \\n \\t \\ \\xNN. No system call per exchange.
 */
#ifndef RIG_JOURNAL_CONSOLE_H
#define RIG_JOURNAL_CONSOLE_H

#include <rig/link.h>

typedef struct RigConsole RigConsole;

/* Called with each note of a link (a child's last words); NULL: nobody. Notes are not in the log.
 */
typedef void (*RigConsoleNote)(gpointer user, const char *text);

RigConsole *rig_console_new(const char *path, RigConsoleNote note, gpointer user, GError **error);
void rig_console_free(RigConsole *console);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RigConsole, rig_console_free)

/* The tap for one link; owned by the console. `link` is borrowed until the console is freed. */
RigLinkTap *rig_console_tap(RigConsole *console, const char *link);

guint64 rig_console_size(RigConsole *console);
/* FALSE with the first failure to write (disk full). */
gboolean rig_console_check(RigConsole *console, GError **error);

/* One chunk as a line of the log; appended to `line`. Pure. */
void rig_console_format(GString *line, const char *link, gboolean received, const guint8 *data,
                        gsize size, gint64 at_us);

/*
 * The last `lines` lines of the log between two offsets, of which `end` may lie behind the log's
 * own; chunks of one line of a link's text are put together. Caller frees. NULL: none.
 */
char *rig_console_tail(const char *path, guint64 begin, guint64 end, guint lines);

#endif
