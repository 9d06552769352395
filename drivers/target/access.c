/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/access.h>
#include <string.h>

#define ACCESS_PART (64u * 1024) /* of RAM, read at a time */

gboolean rig_access_begin(RigAccess *access, gint64 deadline_us, GError **error)
{
	rig_dap_set_deadline(access->dap, deadline_us);
	return rig_dap_connect(access->dap, error);
}

gboolean rig_access_wait(const RigAccess *access, gint64 until_us, GError **error)
{
	return rig_wait_until(access->clock, rig_dap_probe(access->dap)->stop_fd, until_us, error);
}

/* At most one may be found over all ranges. */
static gboolean access_take(const RigSought *sought, guint32 address, RigMemoryRange *place,
                            gboolean *is_there, GError **error)
{
	if (*is_there && place->address != address) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "there is more than one %s in RAM, at 0x%08x and at 0x%08x: give its `address`",
		            sought->what, place->address, address);
		return FALSE;
	}
	*is_there = TRUE;
	place->address = address;
	return TRUE;
}

/* Is there time for a part that takes as long as the last did? */
static gboolean access_has_time(const RigAccess *access, const RigSought *sought, guint32 address,
                                gint64 begun_us, GError **error)
{
	gint64 now_us = rig_clock_now(access->clock);
	if (now_us + (now_us - begun_us) < rig_dap_deadline(access->dap))
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH,
	            "the search of RAM for its %s has come to 0x%08x, and no time is left: give its "
	            "`address`, or an ELF image with the symbol %s",
	            sought->what, address, sought->symbol);
	return FALSE;
}

static gboolean access_scan_range(RigAccess *access, const RigSought *sought,
                                  const RigMemoryRange *range, RigMemoryRange *place,
                                  gboolean *is_there, GError **error)
{
	/* A part begins with the last bytes of the one before. */
	g_autofree guint8 *part = g_malloc(ACCESS_PART);
	gint64 begun_us = rig_clock_now(access->clock);
	for (guint32 at = 0; at + RIG_SOUGHT_BYTES <= range->bytes;
	     at += ACCESS_PART - RIG_SOUGHT_BYTES) {
		guint32 size = MIN(range->bytes - at, ACCESS_PART) & ~3u;
		if (!access_has_time(access, sought, range->address + at, begun_us, error))
			return FALSE;
		begun_us = rig_clock_now(access->clock);
		if (!rig_dap_read_memory(access->dap, range->address + at, part, size, RIG_DAP_WORDS,
		                         error))
			return FALSE;
		for (guint32 i = 0; i + RIG_SOUGHT_BYTES <= size; i += 4)
			if (memcmp(part + i, sought->magic, RIG_SOUGHT_BYTES) == 0 &&
			    !access_take(sought, range->address + at + i, place, is_there, error))
				return FALSE;
		if (size < ACCESS_PART)
			break;
	}
	return TRUE;
}

gboolean rig_access_find(RigAccess *access, const RigSought *sought, gint64 deadline_us,
                         RigMemoryRange *place, gboolean *is_there, GError **error)
{
	*place = (RigMemoryRange){0};
	*is_there = TRUE;
	if (sought->address >= 0) {
		place->address = (guint32)sought->address;
		return TRUE;
	}
	if (access->find_symbol != NULL && access->find_symbol(access->user, sought->symbol, place))
		return TRUE;
	*is_there = FALSE;
	if (access->ram_count == 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "nothing tells where its %s is: give an ELF image with the symbol %s, an "
		            "`address`, or a target file with its `ram` to search",
		            sought->what, sought->symbol);
		return FALSE;
	}
	if (!rig_access_begin(access, deadline_us, error))
		return FALSE;
	for (gsize i = 0; i < access->ram_count; i++)
		if (!access_scan_range(access, sought, &access->ram[i], place, is_there, error))
			return FALSE;
	return TRUE;
}
