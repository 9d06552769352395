/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "cli/console_session.h"

typedef struct {
	RigConsoleRequest request;
	char *link;
} ConsoleOptions;

static const RigOption console_options[] = {
    RIG_CONSOLE_OPTIONS(ConsoleOptions, request),
    {"link", 'l', RIG_OPTION_TEXT, offsetof(ConsoleOptions, link), "NAME",
     "which link; else the protocol's"},
    {0},
};

static RigLink *console_open(RigHeldBoard *held, gpointer user, gint64 deadline_us, GError **error)
{
	const ConsoleOptions *options = user;
	return rig_wiring_open_link(held->wiring, options->link, deadline_us, error);
}

static int console_command(const RigInvocation *invocation)
{
	ConsoleOptions options = *(const ConsoleOptions *)invocation->options;
	options.request.purpose = "tinyrig console";
	options.request.open = console_open;
	options.request.user = &options;
	return rig_console_session(invocation, &options.request);
}

const RigCommand rig_command_console = {
    .name = "console",
    .arguments = "BOARD",
    .about = "talk to a board by hand",
    .details =
        "On a terminal every key goes to the board at once, Ctrl-C too; Ctrl-] quits. Bytes of "
        "the\n"
        "board that would give the terminal orders are shown as \\xNN. A board that speaks\n"
        "mlperf-tiny wants --eol none and a % after each command.\n\n"
        "Without a terminal the input goes to the board as it is (with --eol: its line feeds\n"
        "replaced) and the board's bytes to the output as they are. When the input has ended, the\n"
        "console ends once the board was silent for --linger.\n\n"
        "All bytes of both ways are logged, by default to a new file in .tinyrig/console/.",
    .options = console_options,
    .options_size = sizeof(ConsoleOptions),
    .least = 1,
    .most = 1,
    .run = console_command,
};
