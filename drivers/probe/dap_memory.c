/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of memory: long queues of one kind of access, by DRW. */
#include "dap_internal.h"

#define MEMORY_PART (256u * 1024) /* of one queue: 65536 transfers at most */

/* A stretch that one kind of access moves. */
typedef struct MemoryPart {
	guint32 address;
	gsize size;  /* a multiple of `unit` */
	guint unit;  /* bytes of a bus access */
	guint lanes; /* bytes of a DRW: more than the unit where accesses are packed */
} MemoryPart;

static guint32 memory_csw(const MemoryPart *part)
{
	guint32 size = part->unit == 4 ? 2 : part->unit == 2 ? 1 : 0;
	return AP_CSW_BASE | (part->lanes > part->unit ? AP_CSW_PACKED : AP_CSW_SINGLE) | size;
}

/* What of `left` bytes at `address` goes alike. */
static MemoryPart memory_next(const RigDap *dap, guint32 address, gsize left, RigDapWidth width)
{
	MemoryPart part = {.address = address, .unit = width, .lanes = width};
	gsize to_word = (4 - address % 4) % 4;
	if (width == RIG_DAP_ANY) {
		part.unit = part.lanes = to_word == 0 && left >= 4 ? 4 : 1;
		part.size = part.unit == 4 ? left & ~(gsize)3 : MIN(to_word != 0 ? to_word : left, left);
	} else if (width != RIG_DAP_WORDS && dap->has_packed) {
		part.lanes = to_word == 0 && left >= 4 ? 4 : width;
		part.size = part.lanes == 4 ? left & ~(gsize)3 : MIN(to_word != 0 ? to_word : left, left);
	} else {
		part.size = left;
	}
	part.size = MIN(part.size, MEMORY_PART);
	return part;
}

/* Byte lanes: what belongs to an address stands where its low bits say; C2.2.6. */
static guint32 memory_get(const guint8 *data, const MemoryPart *part, guint32 address)
{
	guint32 word = 0;
	for (guint i = 0; i < part->lanes; i++)
		word |= (guint32)data[i] << 8 * ((address + i) & 3);
	return word;
}

static void memory_put(guint8 *data, const MemoryPart *part, guint32 address, guint32 word)
{
	for (guint i = 0; i < part->lanes; i++)
		data[i] = (guint8)(word >> 8 * ((address + i) & 3));
}

/* `words`: one for each DRW; filled by a read. */
static gboolean memory_move(RigDap *dap, const MemoryPart *part, guint32 *words, gboolean is_read,
                            GError **error)
{
	dap_begin(dap, DAP_RESTART_THERE);
	dap_queue_csw(dap, memory_csw(part));
	for (gsize at = 0; at < part->size; at += part->lanes) {
		guint32 address = part->address + (guint32)at;
		guint32 *word = words + at / part->lanes;
		dap_queue_tar(dap, address);
		dap_queue_ap(dap, dap->ap, AP_DRW, is_read, is_read ? 0 : *word, is_read ? word : NULL,
		             &address);
	}
	return rig_dap_commit(dap, error);
}

void rig_dap_write_bytes(RigDap *dap, guint32 address, const guint8 *data, gsize size)
{
	while (size > 0) {
		MemoryPart part = memory_next(dap, address, size, RIG_DAP_ANY);
		dap_queue_csw(dap, memory_csw(&part));
		for (; part.size > 0; part.size -= part.lanes) {
			dap_queue_tar(dap, address);
			dap_queue_ap(dap, dap->ap, AP_DRW, FALSE, memory_get(data, &part, address), NULL,
			             &address);
			address += part.lanes;
			data += part.lanes;
			size -= part.lanes;
		}
	}
}

static gboolean memory_check(const RigDap *dap, guint32 address, gsize size, RigDapWidth width,
                             GError **error)
{
	if (size > 0 && size - 1 > G_MAXUINT32 - address)
		return dap_failed(dap, error, RIG_ERROR_USAGE,
		                  "0x%08x and %" G_GSIZE_FORMAT " bytes more are beyond the end of memory",
		                  address, size);
	if (width != RIG_DAP_ANY && (address % width != 0 || size % width != 0))
		return dap_failed(dap, error, RIG_ERROR_USAGE,
		                  "0x%08x and its size must be multiples of %u bytes", address, width);
	return TRUE;
}

gboolean rig_dap_read_memory(RigDap *dap, guint32 address, guint8 *data, gsize size,
                             RigDapWidth width, GError **error)
{
	if (!memory_check(dap, address, size, width, error))
		return FALSE;
	while (size > 0) {
		MemoryPart part = memory_next(dap, address, size, width);
		g_autofree guint32 *words = g_new(guint32, part.size / part.lanes);
		if (!memory_move(dap, &part, words, TRUE, error))
			return FALSE;
		for (gsize at = 0; at < part.size; at += part.lanes)
			memory_put(data + at, &part, address + (guint32)at, words[at / part.lanes]);
		address += (guint32)part.size;
		data += part.size;
		size -= part.size;
	}
	return TRUE;
}

gboolean rig_dap_write_memory(RigDap *dap, guint32 address, const guint8 *data, gsize size,
                              RigDapWidth width, GError **error)
{
	if (!memory_check(dap, address, size, width, error))
		return FALSE;
	while (size > 0) {
		MemoryPart part = memory_next(dap, address, size, width);
		g_autofree guint32 *words = g_new(guint32, part.size / part.lanes);
		for (gsize at = 0; at < part.size; at += part.lanes)
			words[at / part.lanes] = memory_get(data + at, &part, address + (guint32)at);
		if (!memory_move(dap, &part, words, FALSE, error))
			return FALSE;
		address += (guint32)part.size;
		data += part.size;
		size -= part.size;
	}
	return TRUE;
}
