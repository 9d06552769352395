/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

Damage damage_of(gboolean received, guint64 position, guint way)
{
	Damage damage = {.received = received, .position = position};
	damage.kind = way == 0 ? DAMAGE_DROP : way == 1 ? DAMAGE_DOUBLE : DAMAGE_FLIP;
	damage.bit = way > 1 ? way - 2 : 0;
	return damage;
}

static void damage_byte(const Damage *damage, guint8 byte, GByteArray *out)
{
	guint8 altered = (guint8)(byte ^ 1u << damage->bit);
	switch (damage->kind) {
	case DAMAGE_DROP:
		return;
	case DAMAGE_DOUBLE:
		g_byte_array_append(out, &byte, 1);
		break;
	case DAMAGE_FLIP:
		byte = altered;
		break;
	case DAMAGE_NONE:
		break;
	}
	g_byte_array_append(out, &byte, 1);
}

void damage_apply(Damage *damage, gboolean received, const guint8 *data, gsize size,
                  GByteArray *out)
{
	guint64 begin = damage->seen[received];
	damage->seen[received] += size;
	guint64 at = damage->position - begin;
	if (damage->kind == DAMAGE_NONE || damage->received != received || damage->position < begin ||
	    at >= size) {
		g_byte_array_append(out, data, (guint)size);
		return;
	}
	g_byte_array_append(out, data, (guint)at);
	damage_byte(damage, data[at], out);
	g_byte_array_append(out, data + at + 1, (guint)(size - at - 1));
}

char *damage_text(const Damage *damage)
{
	static const char *const kinds[] = {"nothing at", "drop", "double", "flip"};
	g_autofree char *bit =
	    damage->kind == DAMAGE_FLIP ? g_strdup_printf(" bit %u of", damage->bit) : g_strdup("");
	return g_strdup_printf("%s%s byte %" G_GUINT64_FORMAT " %s the board", kinds[damage->kind], bit,
	                       damage->position, damage->received ? "from" : "to");
}
