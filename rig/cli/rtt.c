/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "cli/console_session.h"

typedef struct {
	RigConsoleRequest request;
	char *elf;
	gint64 channel;
	RigBenchLink *link; /* what the options come to */
} RttOptions;

static const RigOption rtt_options[] = {
    RIG_CONSOLE_OPTIONS(RttOptions, request),
    {"channel", 'c', RIG_OPTION_NUMBER, offsetof(RttOptions, channel), "N",
     "which channel, of both directions (0)"},
    {"elf", 0, RIG_OPTION_FILE, offsetof(RttOptions, elf), "FILE",
     "what runs on the board: its symbol tells where RTT is"},
    {0},
};

/* A link beside those of the bench file. */
static RigLink *rtt_open(RigHeldBoard *held, gpointer user, gint64 deadline_us, GError **error)
{
	RttOptions *options = user;
	RigWiring *wiring = held->wiring;
	g_autofree char *channel = g_strdup_printf("%" G_GINT64_FORMAT, options->channel);
	if (held->board->probe == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no `probe:` in its bench file",
		            held->board->name);
		return NULL;
	}
	/* No name of a bench file is like it. */
	options->link = rig_bench_link_new(rig_link_driver("rtt"), "RTT", "channel", channel, error);
	if (options->link == NULL)
		return NULL;
	if (options->elf != NULL)
		wiring->image = options->elf;
	rig_wiring_add_link(wiring, options->link, held->console);
	return rig_wiring_open_link(wiring, options->link->name, deadline_us, error);
}

static int rtt_command(const RigInvocation *invocation)
{
	RttOptions options = *(const RttOptions *)invocation->options;
	options.request.purpose = "tinyrig rtt";
	options.request.open = rtt_open;
	options.request.user = &options;
	int code = rig_console_session(invocation, &options.request);
	rig_bench_link_free(options.link);
	return code;
}

const RigCommand rig_command_rtt = {
    .name = "rtt",
    .arguments = "BOARD",
    .about = "talk to a board over RTT, through its probe",
    .details =
        "Shows a channel of SEGGER's Real Time Transfer and sends what is typed, as `console`\n"
        "does; Ctrl-] quits. The core runs on meanwhile. The control block is found by the\n"
        "symbol _SEGGER_RTT of the image that was flashed, or of --elf, or else searched in the\n"
        "RAM that the board's target file names.",
    .options = rtt_options,
    .options_size = sizeof(RttOptions),
    .least = 1,
    .most = 1,
    .run = rtt_command,
};
