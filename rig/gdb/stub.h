/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GDB asks of a core, answered (GDB's manual, appendix E). One client at a time; no socket, no
 * waiting: whoever has those hands packets in and answers out. The core is reached by a table, so
 * that any core will do.
 */
#ifndef RIG_GDB_STUB_H
#define RIG_GDB_STUB_H

#include <rig/error.h>

/* A core. Calls may block; RIG_ERROR_BENCH ends the session, others are told to the client. */
typedef struct RigGdbCore {
	/* Registers by their numbers of rig/cortex.h. */
	gboolean (*read_registers)(gpointer user, const guint8 *numbers, gsize count, guint32 *values,
	                           GError **error);
	gboolean (*write_register)(gpointer user, guint8 number, guint32 value, GError **error);
	gboolean (*read_memory)(gpointer user, guint32 address, guint8 *data, gsize size,
	                        GError **error);
	gboolean (*write_memory)(gpointer user, guint32 address, const guint8 *data, gsize size,
	                         GError **error);
	gboolean (*set_breakpoint)(gpointer user, guint32 address, gboolean on, GError **error);
	gboolean (*resume)(gpointer user, GError **error);
	gboolean (*step)(gpointer user, GError **error);
	gboolean (*halt)(gpointer user, GError **error);
	gboolean (*reset)(gpointer user, GError **error); /* stands at its reset handler then */
	gpointer user;
} RigGdbCore;

typedef struct RigGdbStub {
	RigGdbCore core;
	gboolean has_fpu;
	char *description;   /* of its registers, XML */
	gboolean is_running; /* let go by the client: it waits for a stop */
	gboolean is_quiet;   /* no acknowledges */
	gboolean is_over;    /* the client has ended it */
	GString *answer;     /* to the packet at hand */
} RigGdbStub;

/* core is copied; it is halted. */
void rig_gdb_stub_init(RigGdbStub *stub, const RigGdbCore *core, gboolean has_fpu);
void rig_gdb_stub_clear(RigGdbStub *stub);

/*
 * One packet. *answers: whether stub->answer is to be sent now (not while the core runs). FALSE:
 * the core cannot be reached any more.
 */
gboolean rig_gdb_stub_take(RigGdbStub *stub, const guint8 *payload, gsize size, gboolean *answers,
                           GError **error);
/* It has stopped, by itself or because the client asked for it: stub->answer is to be sent. */
void rig_gdb_stub_stopped(RigGdbStub *stub, gboolean was_asked);

#endif
