/* SPDX-License-Identifier: Apache-2.0 */
/* The core's half of a link: counts, stamps and taps every byte; names the link in errors. */
#include <rig/link.h>

RigLink *rig_link_new(const RigLinkDriver *driver, const void *options, const char *board,
                      const char *name, const RigClock *clock)
{
	RigLink *link = g_new0(RigLink, 1);
	link->driver = driver;
	link->options = options;
	link->board = board;
	link->name = name;
	link->clock = clock;
	link->stop_fd = -1;
	link->priv = driver->priv_size > 0 ? g_malloc0(driver->priv_size) : NULL;
	return link;
}

void rig_link_free(RigLink *link)
{
	if (link == NULL)
		return;
	rig_link_close(link);
	g_free(link->priv);
	g_free(link);
}

static void link_prefix(RigLink *link, GError **error)
{
	g_prefix_error(error, "board %s: link %s: ", link->board, link->name);
}

static gboolean link_check_open(RigLink *link, GError **error)
{
	if (link->is_open)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_INTERNAL, "used while closed");
	link_prefix(link, error);
	return FALSE;
}

gboolean rig_link_open(RigLink *link, gint64 deadline_us, GError **error)
{
	link->is_open = link->driver->open(link, deadline_us, error);
	if (!link->is_open) {
		link->driver->close(link);
		link_prefix(link, error);
	}
	return link->is_open;
}

void rig_link_close(RigLink *link)
{
	if (link->is_open)
		link->driver->close(link);
	link->is_open = FALSE;
}

gssize rig_link_read(RigLink *link, guint8 *data, gsize size, gint64 deadline_us, GError **error)
{
	if (!link_check_open(link, error))
		return -1;
	gssize got = link->driver->read(link, data, size, deadline_us, error);
	if (got < 0) {
		link_prefix(link, error);
	} else if (got > 0) {
		link->last_received_us = rig_clock_now(link->clock);
		link->received_bytes += (guint64)got;
		if (link->tap != NULL)
			link->tap->bytes(link->tap, TRUE, data, (gsize)got, link->last_received_us);
	}
	return got;
}

gboolean rig_link_write(RigLink *link, const void *data, gsize size, gint64 deadline_us,
                        GError **error)
{
	if (!link_check_open(link, error))
		return FALSE;
	link->last_sent_us = rig_clock_now(link->clock);
	if (!link->driver->write(link, data, size, deadline_us, error)) {
		link_prefix(link, error);
		return FALSE;
	}
	link->sent_bytes += size;
	if (link->tap != NULL)
		link->tap->bytes(link->tap, FALSE, data, size, link->last_sent_us);
	return TRUE;
}

gssize rig_link_drain(RigLink *link, gint64 quiet_us, gint64 deadline_us, GError **error)
{
	guint8 dropped[512];
	gssize total = 0;
	for (;;) {
		gint64 until = MIN(rig_clock_after(link->clock, quiet_us), deadline_us);
		gssize got = rig_link_read(link, dropped, sizeof dropped, until, error);
		if (got < 0)
			return -1;
		total += got;
		if (got == 0 || rig_clock_now(link->clock) >= deadline_us)
			return total;
	}
}

static gboolean link_lacks(RigLink *link, const char *what, GError **error)
{
	g_set_error(error, RIG_ERROR, RIG_ERROR_BENCH, "driver %s cannot %s", link->driver->name, what);
	link_prefix(link, error);
	return FALSE;
}

gboolean rig_link_reset(RigLink *link, const char *line, gint64 pulse_us, gint64 deadline_us,
                        GError **error)
{
	if (link->driver->reset == NULL)
		return link_lacks(link, "reset a board", error);
	if (!link_check_open(link, error))
		return FALSE;
	if (!link->driver->reset(link, line, pulse_us, deadline_us, error)) {
		link_prefix(link, error);
		return FALSE;
	}
	return TRUE;
}

gboolean rig_link_load(RigLink *link, const char *path, GError **error)
{
	if (link->driver->load == NULL)
		return link_lacks(link, "take an image", error);
	if (!link->driver->load(link, path, error)) {
		link_prefix(link, error);
		return FALSE;
	}
	return TRUE;
}
