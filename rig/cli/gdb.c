/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdio.h>

#include "cli/probe_session.h"
#include "gdb/serve.h"

#define GDB_PORT 3333

typedef struct {
	RigProbeOptions probe;
	char *port;
	gboolean once;
} GdbOptions;

#define GDB_AT(member) offsetof(GdbOptions, member)

static const RigOption gdb_options[] = {
    RIG_PROBE_OPTION_ROWS,
    {"port", 'p', RIG_OPTION_TEXT, GDB_AT(port), "PORT",
     "TCP port of this host (3333); 0: a free one"},
    {"once", 0, RIG_OPTION_FLAG, GDB_AT(once), NULL, "end when the first debugger has left"},
    {0},
};

static void gdb_told(gpointer user, const char *text)
{
	(void)user;
	fprintf(stderr, "%s\n", text);
}

static gboolean gdb_port(const GdbOptions *options, guint16 *port, GError **error)
{
	guint64 number = GDB_PORT;
	if (options->port != NULL &&
	    !g_ascii_string_to_unsigned(options->port, 10, 0, G_MAXUINT16, &number, NULL)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "--port: \"%.20s\" is no port; 0 to 65535",
		            options->port);
		return FALSE;
	}
	*port = (guint16)number;
	return TRUE;
}

static gboolean gdb_job(RigProbeSession *session, GError **error)
{
	const GdbOptions *options = session->invocation->options;
	RigGdbServer server = {.cortex = session->cortex,
	                       .stop_fd = session->held->stop_fd,
	                       .is_once = options->once,
	                       .told = gdb_told};
	if (!gdb_port(options, &server.port, error) || !rig_dap_connect(session->dap, error))
		return FALSE;
	return rig_gdb_serve(&server, error);
}

static int gdb_command(const RigInvocation *invocation)
{
	return rig_probe_session(invocation, invocation->words[0], gdb_job);
}

const RigCommand rig_command_gdb = {
    .name = "gdb",
    .arguments = "BOARD",
    .about = "serve a board's core to GDB, through its probe",
    .details =
        "At 127.0.0.1 alone, one debugger after the other. The core is halted for each, and "
        "runs\nwhen it has left. `monitor reset` resets it and stops it at its reset handler.",
    .options = gdb_options,
    .options_size = sizeof(GdbOptions),
    .least = 1,
    .most = 1,
    .run = gdb_command,
};
