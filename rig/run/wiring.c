/* SPDX-License-Identifier: Apache-2.0 */
#include "run/wiring.h"
#include "run/wiring_meter.h"
#include "run/wiring_probe.h"

static void wiring_free_link(gpointer link)
{
	rig_link_free(link);
}

static void wiring_note(gpointer user, const char *text)
{
	RigWiring *wiring = user;
	if (wiring->events.note != NULL)
		wiring->events.note(wiring->events.user, text);
}

void rig_wiring_add_link(RigWiring *wiring, const RigBenchLink *wired, RigConsole *console)
{
	const RigBoard *board = wiring->board;
	RigLink *link =
	    rig_link_new(wired->driver, wired->options, board->name, wired->name, wiring->clock);
	link->stop_fd = wiring->stop_fd;
	link->access = rig_wiring_access(wiring);
	link->tap = console == NULL ? NULL : rig_console_tap(console, wired->name);
	g_ptr_array_add(wiring->links, link);
}

static void wiring_add_protocol(RigWiring *wiring)
{
	const RigBoard *board = wiring->board;
	RigLink *link =
	    board->protocol_link == NULL ? NULL : rig_wiring_link(wiring, board->protocol_link, NULL);
	if (board->protocol == NULL || (link == NULL && !board->protocol->by_probe))
		return;
	wiring->protocol = rig_protocol_new(board->protocol, board->protocol_options, link);
	wiring->protocol->access = rig_wiring_access(wiring);
	wiring->protocol->note = wiring_note;
	wiring->protocol->user = wiring;
}

RigWiring *rig_wiring_new(const RigBoard *board, const char *image, const RigClock *clock,
                          int stop_fd, RigConsole *console, const RigWiringEvents *events)
{
	RigWiring *wiring = g_new0(RigWiring, 1);
	wiring->board = board;
	wiring->clock = clock;
	wiring->image = image;
	wiring->stop_fd = stop_fd;
	wiring->links = g_ptr_array_new_with_free_func(wiring_free_link);
	if (events != NULL)
		wiring->events = *events;
	rig_wiring_add_probe(wiring);
	rig_wiring_add_meter(wiring);
	for (guint i = 0; i < board->links->len; i++)
		rig_wiring_add_link(wiring, g_ptr_array_index(board->links, i), console);
	wiring_add_protocol(wiring);
	return wiring;
}

void rig_wiring_free(RigWiring *wiring)
{
	if (wiring == NULL)
		return;
	rig_protocol_free(wiring->protocol);
	g_ptr_array_unref(wiring->links);
	rig_wiring_drop_meter(wiring);
	rig_wiring_drop_probe(wiring);
	g_free(wiring);
}

/* Runs a program of the bench for this board; `state`: of its switch, NULL for others. */
static gboolean wiring_run_tool(const RigWiring *wiring, char **argv, const char *state,
                                gint64 deadline_us, GError **error)
{
	const RigBoard *board = wiring->board;
	const char *known[][2] = {{"board", board->name},
	                          {"target", board->target},
	                          {"image", wiring->image},
	                          {"unit", board->unit_serial},
	                          {"state", state}};
	g_autoptr(GHashTable) values = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (known[i][1] != NULL)
			g_hash_table_insert(values, (gpointer)(guintptr)known[i][0], g_strdup(known[i][1]));
	}
	g_auto(GStrv) filled = rig_program_expand(argv, values, error);
	if (filled == NULL)
		return FALSE;
	RigProgram program = {.argv = filled,
	                      .deadline_us = deadline_us,
	                      .clock = wiring->clock,
	                      .stop_fd = wiring->stop_fd};
	RigProgramResult result;
	gboolean good = rig_program_run(&program, &result, error);
	if (wiring->events.program != NULL)
		wiring->events.program(wiring->events.user, filled, &result);
	rig_program_result_clear(&result);
	return good;
}

static gboolean wiring_switch(RigWiring *wiring, gboolean on, gint64 deadline_us, GError **error)
{
	if (rig_wiring_has_supply(wiring))
		return rig_wiring_meter_supply(wiring, on, deadline_us, error);
	return wiring_run_tool(wiring, wiring->board->switch_argv, on ? "on" : "off", deadline_us,
	                       error);
}

gboolean rig_wiring_is_switched(const RigWiring *wiring)
{
	return wiring->board->switch_argv != NULL || rig_wiring_has_supply(wiring);
}

gboolean rig_wiring_power(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	if (!rig_wiring_is_switched(wiring) || wiring->powered)
		return TRUE;
	wiring->powered = wiring_switch(wiring, TRUE, deadline_us, error);
	/* What the supply has just begun for starts anew. */
	wiring->booted |= wiring->powered && rig_wiring_has_supply(wiring);
	return wiring->powered;
}

gboolean rig_wiring_supply(RigWiring *wiring, gboolean on, gint64 deadline_us, GError **error)
{
	if (!rig_wiring_is_switched(wiring)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s has neither a `switch` nor a `meter` with a `supply` in its bench "
		            "file",
		            wiring->board->name);
		return FALSE;
	}
	if (on)
		return rig_wiring_power(wiring, deadline_us, error);
	/* What is driven would feed the board through its pins. */
	for (guint i = 0; i < wiring->links->len; i++)
		rig_link_close(g_ptr_array_index(wiring->links, i));
	rig_wiring_release_probe(wiring, deadline_us);
	rig_wiring_forget_target(wiring);
	wiring->in_sync = wiring->powered = FALSE;
	return wiring_switch(wiring, FALSE, deadline_us, error);
}

RigLink *rig_wiring_link(RigWiring *wiring, const char *name, GError **error)
{
	if (name == NULL)
		name = wiring->board->protocol_link;
	if (name == NULL && wiring->links->len == 1)
		return g_ptr_array_index(wiring->links, 0);
	g_autoptr(GString) names = g_string_new(NULL);
	for (guint i = 0; i < wiring->links->len; i++) {
		RigLink *link = g_ptr_array_index(wiring->links, i);
		if (g_strcmp0(link->name, name) == 0)
			return link;
		g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", link->name);
	}
	if (name == NULL && names->len > 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "board %s has several links and none for its protocol; name one of %s",
		            wiring->board->name, names->str);
	else if (name == NULL)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no `links` in its bench file",
		            wiring->board->name);
	else
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no link %s; it has %s",
		            wiring->board->name, name, names->len == 0 ? "none" : names->str);
	return NULL;
}

RigLink *rig_wiring_open_link(RigWiring *wiring, const char *name, gint64 deadline_us,
                              GError **error)
{
	RigLink *link = rig_wiring_link(wiring, name, error);
	if (link == NULL || link->is_open)
		return link;
	if (!rig_wiring_power(wiring, deadline_us, error) || !rig_link_open(link, deadline_us, error))
		return NULL;
	if (link->driver->open_boots)
		wiring->booted = TRUE;
	return link;
}

RigProtocol *rig_wiring_protocol(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	RigProtocol *protocol = wiring->protocol;
	if (protocol == NULL) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no protocol in its bench file",
		            wiring->board->name);
		return NULL;
	}
	if (protocol->link == NULL
	        ? rig_wiring_cortex(wiring, deadline_us, error) == NULL
	        : rig_wiring_open_link(wiring, protocol->link->name, deadline_us, error) == NULL)
		return NULL;
	if (!wiring->in_sync) {
		if (!protocol->driver->sync(protocol, wiring->booted, deadline_us, error))
			return NULL;
		wiring->in_sync = TRUE;
		wiring->booted = FALSE;
	}
	return protocol;
}

gboolean rig_wiring_flash(RigWiring *wiring, const RigFlashOrder *order, gint64 deadline_us,
                          RigFlashResult *result, GError **error)
{
	const RigBoard *board = wiring->board;
	*result = (RigFlashResult){0};
	wiring->in_sync = FALSE;
	rig_wiring_forget_target(wiring);
	if (!rig_wiring_power(wiring, deadline_us, error))
		return FALSE;
	if (board->flash != NULL)
		return rig_wiring_flash_by_probe(wiring, order, deadline_us, result, error);
	if (board->flasher_link != NULL) {
		RigLink *link = rig_wiring_link(wiring, board->flasher_link, error);
		return link != NULL && rig_link_load(link, wiring->image, error);
	}
	if (board->flasher_argv != NULL)
		return wiring_run_tool(wiring, board->flasher_argv, NULL, deadline_us, error);
	g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no flasher in its bench file",
	            board->name);
	return FALSE;
}

static gboolean wiring_reset_by(RigWiring *wiring, const RigResetEntry *entry, gint64 deadline_us,
                                GError **error)
{
	if (entry->probe != RIG_BENCH_RESET_NONE)
		return rig_wiring_reset_by_probe(wiring, entry, deadline_us, error);
	if (entry->argv != NULL)
		return rig_wiring_power(wiring, deadline_us, error) &&
		       wiring_run_tool(wiring, entry->argv, NULL, deadline_us, error);
	RigLink *link = rig_wiring_link(wiring, entry->link, error);
	if (link == NULL)
		return FALSE;
	gboolean was_open = link->is_open;
	if (rig_wiring_open_link(wiring, entry->link, deadline_us, error) == NULL)
		return FALSE;
	if (!was_open && link->driver->open_boots)
		return TRUE;
	return rig_link_reset(link, entry->line, entry->pulse_us, deadline_us, error);
}

gboolean rig_wiring_reset(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	const GPtrArray *ways = wiring->board->reset;
	if (ways->len == 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE, "board %s has no `reset:` in its bench file",
		            wiring->board->name);
		return FALSE;
	}
	wiring->in_sync = FALSE;
	for (guint i = 0; i < ways->len; i++) {
		if (!wiring_reset_by(wiring, g_ptr_array_index(ways, i), deadline_us, error))
			return FALSE;
	}
	wiring->booted = TRUE;
	return TRUE;
}

gboolean rig_wiring_make_safe(RigWiring *wiring, gint64 deadline_us, GError **error)
{
	for (guint i = 0; i < wiring->links->len; i++)
		rig_link_close(g_ptr_array_index(wiring->links, i));
	rig_wiring_release_probe(wiring, deadline_us);
	wiring->in_sync = FALSE;
	wiring->powered = FALSE;
	gboolean ended = rig_wiring_close_meter(wiring, deadline_us, error);
	if (wiring->board->switch_argv == NULL || !ended)
		return ended;
	int stop_fd = wiring->stop_fd;
	wiring->stop_fd = -1; /* being asked to stop must not stop the making safe */
	gboolean good = wiring_run_tool(wiring, wiring->board->switch_argv, "off", deadline_us, error);
	wiring->stop_fd = stop_fd;
	return good;
}
