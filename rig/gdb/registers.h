/* SPDX-License-Identifier: Apache-2.0 */
/* A Cortex-M's registers as GDB has them (GDB's manual, G.5.3: ARM features), and as DCRSR does. */
#ifndef RIG_GDB_REGISTERS_H
#define RIG_GDB_REGISTERS_H

#include <glib.h>

typedef struct RigGdbRegister {
	const char *name, *feature, *type;
	guint bits;
	guint8 number; /* of rig/cortex.h; the first of two where it has 64 bits */
	guint shift;   /* where it stands in that */
} RigGdbRegister;

/* In GDB's order; *count is filled. Static. */
const RigGdbRegister *rig_gdb_registers(gboolean with_fpu, gsize *count);
/* The target description, XML; caller frees. */
char *rig_gdb_description(gboolean with_fpu);

#endif
