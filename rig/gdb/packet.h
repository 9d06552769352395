/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of GDB's remote serial protocol ("Overview" in GDB's manual, appendix E.1). */
#ifndef RIG_GDB_PACKET_H
#define RIG_GDB_PACKET_H

#include <glib.h>

#define RIG_GDB_PACKET_MAX 16384u /* bytes between $ and #, as the client is told */

typedef enum {
	RIG_GDB_NOTHING, /* all bytes are used, and no packet is whole */
	RIG_GDB_PACKET,  /* one is whole: payload, its escapes undone */
	RIG_GDB_DAMAGED, /* its check sum is wrong, or it is too long: ask for it again */
	RIG_GDB_BREAK,   /* the client wants the core to stop */
} RigGdbEvent;

typedef struct RigGdbReader {
	GByteArray *payload;
	guint state, sum;
	guint8 digits[2];
	gboolean is_escaped, is_long;
} RigGdbReader;

void rig_gdb_reader_init(RigGdbReader *reader);
void rig_gdb_reader_clear(RigGdbReader *reader);
/* Takes bytes until something has happened; *used: how many. Acknowledges are passed over. */
RigGdbEvent rig_gdb_read(RigGdbReader *reader, const guint8 *data, gsize size, gsize *used);

/* Appends $payload#sum, with escapes. */
void rig_gdb_write(GByteArray *out, const void *payload, gsize size);

#endif
