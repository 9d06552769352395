/* SPDX-License-Identifier: Apache-2.0 */
/* A GDB server on a TCP port of this host, in front of a core behind its probe. */
#ifndef RIG_GDB_SERVE_H
#define RIG_GDB_SERVE_H

#include <rig/cortex.h>

typedef struct RigGdbServer {
	RigCortex *cortex; /* borrowed */
	int stop_fd;       /* readable: end */
	guint16 port;      /* 0: any that is free */
	gboolean is_once;  /* ends with its first client */
	/* Told the port, once it listens, and when clients come and go. */
	void (*told)(gpointer user, const char *text);
	gpointer user;
} RigGdbServer;

/*
 * Serves one client after the other, at 127.0.0.1 alone, until it is stopped, which is no error.
 * The core is halted for each, and runs without a debugger between them and afterwards. *port_told:
 * where it listens. RIG_ERROR_BENCH: the port is taken, the probe is gone.
 */
gboolean rig_gdb_serve(const RigGdbServer *server, GError **error);

#endif
