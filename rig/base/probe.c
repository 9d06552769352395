/* SPDX-License-Identifier: Apache-2.0 */
/* The core's half of a probe: owns its private part, names it in errors. */
#include <rig/probe.h>

RigProbe *rig_probe_new(const RigProbeDriver *driver, const void *options, const char *board,
                        const RigClock *clock)
{
	RigProbe *probe = g_new0(RigProbe, 1);
	probe->driver = driver;
	probe->options = options;
	probe->board = board;
	probe->clock = clock;
	probe->stop_fd = -1;
	probe->priv = driver->priv_size > 0 ? g_malloc0(driver->priv_size) : NULL;
	return probe;
}

void rig_probe_free(RigProbe *probe)
{
	if (probe == NULL)
		return;
	rig_probe_close(probe);
	g_free(probe->identity);
	g_free(probe->priv);
	g_free(probe);
}

/* For the end of a slot's call; returns `good`. */
static gboolean probe_told(const RigProbe *probe, gboolean good, GError **error)
{
	if (!good)
		g_prefix_error(error, "board %s: probe %s: ", probe->board,
		               probe->identity != NULL ? probe->identity : probe->driver->name);
	return good;
}

gboolean rig_probe_open(RigProbe *probe, gint64 deadline_us, GError **error)
{
	if (probe->is_open)
		return TRUE;
	probe->transfers = 0;
	probe->is_open = probe->driver->open(probe, deadline_us, error);
	if (!probe->is_open)
		probe->driver->close(probe);
	return probe_told(probe, probe->is_open, error);
}

void rig_probe_close(RigProbe *probe)
{
	if (probe->is_open)
		probe->driver->close(probe);
	probe->is_open = FALSE;
}

static gboolean probe_check_open(const RigProbe *probe, GError **error)
{
	if (!probe->is_open)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_INTERNAL, "used while closed");
	return probe->is_open;
}

gboolean rig_probe_run(RigProbe *probe, const RigSwdBatch *batch, gint64 deadline_us,
                       GError **error)
{
	g_autoptr(GError) trouble = NULL;
	probe->transfers += batch->count;
	if (probe_check_open(probe, &trouble) &&
	    probe->driver->run(probe, batch, deadline_us, &trouble))
		return TRUE;
	/* An adapter that failed is begun anew, stuck engine and all, by the next open. */
	if (g_error_matches(trouble, RIG_ERROR, RIG_ERROR_BENCH))
		rig_probe_close(probe);
	g_propagate_error(error, g_steal_pointer(&trouble));
	return probe_told(probe, FALSE, error);
}

gboolean rig_probe_set_reset(RigProbe *probe, gboolean asserted, gint64 deadline_us, GError **error)
{
	return probe_told(probe,
	                  probe_check_open(probe, error) &&
	                      probe->driver->set_reset(probe, asserted, deadline_us, error),
	                  error);
}

void rig_probe_note(RigProbe *probe, char *text)
{
	if (probe->note != NULL)
		probe->note(probe->user, text);
	g_free(text);
}
