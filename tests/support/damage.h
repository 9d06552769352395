/* SPDX-License-Identifier: Apache-2.0 */
/* One byte of a dialogue, lost, altered or doubled. */
#ifndef TESTS_SUPPORT_DAMAGE_H
#define TESTS_SUPPORT_DAMAGE_H

#include <glib.h>

typedef enum { DAMAGE_NONE, DAMAGE_DROP, DAMAGE_DOUBLE, DAMAGE_FLIP } DamageKind;

#define DAMAGE_WAYS 10u /* drop, double, and each of eight bits flipped */

typedef struct Damage {
	DamageKind kind;
	gboolean received; /* on the way from the board; else to it */
	guint64 position;  /* of the byte in its direction */
	guint bit;         /* FLIP: 0..7 */
	guint64 seen[2];   /* bytes so far: to the board, from the board */
} Damage;

/* The way-th (0..DAMAGE_WAYS-1) damage of a byte. */
Damage damage_of(gboolean received, guint64 position, guint way);

/* Appends the bytes to `out` as they arrive. */
void damage_apply(Damage *damage, gboolean received, const guint8 *data, gsize size,
                  GByteArray *out);

/* "flip bit 3 of byte 120 from the board"; caller frees. */
char *damage_text(const Damage *damage);

#endif
