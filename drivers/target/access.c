/* SPDX-License-Identifier: Apache-2.0 */
#include <rig/access.h>
#include <string.h>

#define ACCESS_PART    (64u * 1024) /* of RAM, read at a time */
#define ACCESS_LOOK_US ((gint64)2 * G_USEC_PER_SEC)

gboolean rig_access_begin(RigAccess *access, gint64 deadline_us, GError **error)
{
	gint64 least_us = rig_clock_after(access->clock, ACCESS_LOOK_US);
	rig_dap_set_deadline(access->dap, MAX(deadline_us, least_us));
	return rig_dap_connect(access->dap, error);
}

gboolean rig_access_wait(const RigAccess *access, gint64 until_us, GError **error)
{
	return rig_wait_until(access->clock, rig_dap_probe(access->dap)->stop_fd, until_us, error);
}

/* At most one may be found over all ranges. */
static gboolean access_take(RigSearch *search, const RigSought *sought, guint32 address,
                            GError **error)
{
	if (search->has_one && search->address != address) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "there is more than one %s in RAM, at 0x%08x and at 0x%08x: give its `address`",
		            sought->what, search->address, address);
		return FALSE;
	}
	search->has_one = TRUE;
	search->address = address;
	return TRUE;
}

/* One part of a range; the next begins with the last bytes of it. */
static gboolean access_search_part(RigAccess *access, RigSearch *search, const RigSought *sought,
                                   guint8 *part, GError **error)
{
	const RigMemoryRange *range = &access->ram[search->range];
	guint32 size = MIN(range->bytes - search->at, ACCESS_PART) & ~3u;
	guint32 address = range->address + search->at;
	if (!rig_access_begin(access, rig_clock_now(access->clock), error) ||
	    !rig_dap_read_memory(access->dap, address, part, size, RIG_DAP_WORDS, error))
		return FALSE;
	for (guint32 i = 0; i + RIG_SOUGHT_BYTES <= size; i += 4)
		if (memcmp(part + i, sought->magic, RIG_SOUGHT_BYTES) == 0 &&
		    !access_take(search, sought, address + i, error))
			return FALSE;
	search->at += ACCESS_PART - RIG_SOUGHT_BYTES;
	if (size < ACCESS_PART) {
		search->range++;
		search->at = 0;
	}
	return TRUE;
}

/* From where the last call has stopped; the end of RAM decides. */
static gboolean access_search(RigAccess *access, RigSearch *search, const RigSought *sought,
                              gint64 deadline_us, RigMemoryRange *place, gboolean *is_there,
                              GError **error)
{
	g_autofree guint8 *part = g_malloc(ACCESS_PART);
	search->was_whole = FALSE;
	do {
		if (!access_search_part(access, search, sought, part, error)) {
			*search = (RigSearch){0};
			return FALSE;
		}
	} while (search->range < access->ram_count && rig_clock_now(access->clock) < deadline_us);
	if (search->range < access->ram_count)
		return TRUE;
	*is_there = search->has_one;
	place->address = search->address;
	*search = (RigSearch){.was_whole = TRUE};
	return TRUE;
}

gboolean rig_access_find(RigAccess *access, const RigSought *sought, RigSearch *search,
                         gint64 deadline_us, RigMemoryRange *place, gboolean *is_there,
                         GError **error)
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
	return access_search(access, search, sought, deadline_us, place, is_there, error);
}
