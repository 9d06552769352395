/* SPDX-License-Identifier: Apache-2.0 */
/* A person, or a pipe, at one link of a board: what `console` and `rtt` share. */
#ifndef RIG_CLI_CONSOLE_SESSION_H
#define RIG_CLI_CONSOLE_SESSION_H

#include "cli/command.h"
#include "cli/held_board.h"

/* The options of both commands stand for its fields. */
typedef struct RigConsoleRequest {
	char *bench, *log, *eol;
	char **images;
	gboolean echo;
	gint64 linger_us, wait_us;
	const char *purpose;
	/* The link, open; it stays whoever's it is. The board is switched on, flashed and reset. */
	RigLink *(*open)(RigHeldBoard *held, gpointer user, gint64 deadline_us, GError **error);
	gpointer user;
} RigConsoleRequest;

/* `object` is the options' struct, `at` where the request is in it. */
#define RIG_CONSOLE_OPTIONS(object, at)                                                            \
	{"bench",         'b',                                                                         \
	 RIG_OPTION_FILE, offsetof(object, at.bench),                                                  \
	 "FILE",          "the bench; else $TINYRIG_BENCH"},                                           \
	    {"image",          'i',                                                                    \
	     RIG_OPTION_TEXTS, offsetof(object, at.images),                                            \
	     "TARGET=FILE",    "flash that and reset"},                                                \
	    {"log",           0,                                                                       \
	     RIG_OPTION_FILE, offsetof(object, at.log),                                                \
	     "FILE",          "log of all bytes; else see above"},                                     \
	    {"eol",           0,                                                                       \
	     RIG_OPTION_TEXT, offsetof(object, at.eol),                                                \
	     "WHAT",          "Enter sends cr (default), lf, crlf, none"},                             \
	    {"echo", 'e', RIG_OPTION_FLAG, offsetof(object, at.echo), NULL, "show what is sent, too"}, \
	    {"linger",        0,                                                                       \
	     RIG_OPTION_SPAN, offsetof(object, at.linger_us),                                          \
	     "TIME",          "silence that ends it when the input has ended (200ms)"},                \
	{                                                                                              \
		"wait", 'w', RIG_OPTION_SPAN, offsetof(object, at.wait_us), "TIME",                        \
		    "wait for a busy board (5min)"                                                         \
	}

/* Talks with the board that is the first word, until the end; makes it safe. Returns the exit code.
 */
int rig_console_session(const RigInvocation *invocation, const RigConsoleRequest *request);

#endif
