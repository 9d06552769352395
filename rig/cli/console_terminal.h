/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two sides of `tinyrig console` at the person's end: keys as a raw terminal gives them, and
 * a board's bytes as a terminal may show them.
 */
#ifndef RIG_CLI_CONSOLE_TERMINAL_H
#define RIG_CLI_CONSOLE_TERMINAL_H

#include <glib.h>
#include <rig/error.h>
#include <termios.h>

/* What shows a board's bytes. Plain data; zeroed but for `dim`. */
typedef struct RigConsoleScreen {
	gboolean dim;      /* bytes that cannot be shown are dimmed */
	guint8 pending[4]; /* a character that is not whole yet */
	guint pending_bytes;
} RigConsoleScreen;

/*
 * Appends what stands for `data`: CR, LF, TAB and printable UTF-8 as they are, any other byte as
 * \xNN, so that no board gives orders to a terminal. A character may come in pieces. Pure.
 */
void rig_console_screen_show(RigConsoleScreen *screen, GString *out, const guint8 *data,
                             gsize size);
/* What is still pending: it will not be completed. */
void rig_console_screen_end(RigConsoleScreen *screen, GString *out);

/* What Enter sends. */
typedef enum { RIG_EOL_CR, RIG_EOL_LF, RIG_EOL_CRLF, RIG_EOL_NONE } RigEol;
extern const char *const rig_eol_names[]; /* indexed by RigEol; ends with NULL */

/*
 * Appends the typed bytes with each `enter` byte as `eol`, up to `quit` (a byte; -1: none).
 * FALSE: quit came; what follows it is dropped. Pure.
 */
gboolean rig_console_keys(GString *out, const guint8 *data, gsize size, guint8 enter, RigEol eol,
                          int quit);

/* A terminal whose keys come at once and unchanged; Ctrl-C is a key, too. */
typedef struct RigRawTerminal {
	int fd; /* -1: nothing to restore */
	struct termios before;
} RigRawTerminal;

/* RIG_ERROR_BENCH when `fd` is no terminal that can be set. */
gboolean rig_raw_terminal_begin(RigRawTerminal *terminal, int fd, GError **error);
/* As it was before; safe at any time. */
void rig_raw_terminal_end(RigRawTerminal *terminal);

#endif
