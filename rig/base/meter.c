/* SPDX-License-Identifier: Apache-2.0 */
/* The core's half of a meter: owns its private part, names it in errors. */
#include <rig/meter.h>

RigMeter *rig_meter_new(const RigMeterDriver *driver, const void *options, const char *board,
                        const RigClock *clock)
{
	RigMeter *meter = g_new0(RigMeter, 1);
	meter->driver = driver;
	meter->options = options;
	meter->board = board;
	meter->clock = clock;
	meter->stop_fd = -1;
	meter->priv = driver->priv_size > 0 ? g_malloc0(driver->priv_size) : NULL;
	return meter;
}

void rig_meter_free(RigMeter *meter)
{
	if (meter == NULL)
		return;
	rig_meter_close(meter);
	g_free(meter->identity);
	g_free(meter->constants);
	g_free(meter->priv);
	g_free(meter);
}

/* For the end of a slot's call; returns `good`. */
static gboolean meter_told(const RigMeter *meter, gboolean good, GError **error)
{
	if (!good)
		g_prefix_error(error, "board %s: meter %s: ", meter->board,
		               meter->identity != NULL ? meter->identity : meter->driver->name);
	return good;
}

gboolean rig_meter_open(RigMeter *meter, gint64 deadline_us, GError **error)
{
	if (meter->is_open)
		return TRUE;
	meter->is_open = meter->driver->open(meter, deadline_us, error);
	if (!meter->is_open)
		meter->driver->close(meter);
	return meter_told(meter, meter->is_open, error);
}

void rig_meter_close(RigMeter *meter)
{
	if (meter->is_open)
		meter->driver->close(meter);
	meter->is_open = meter->is_running = FALSE;
}

static gboolean meter_check_open(const RigMeter *meter, GError **error)
{
	if (!meter->is_open)
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_INTERNAL, "used while closed");
	return meter->is_open;
}

gboolean rig_meter_set_supply(RigMeter *meter, gboolean on, gint64 deadline_us, GError **error)
{
	gboolean good = FALSE;
	if (meter->driver->set_supply == NULL || meter->supply_uv == 0)
		g_set_error(error, RIG_ERROR, RIG_ERROR_USAGE,
		            "it does not supply the board: give it a `supply` in the bench file");
	else
		good = meter_check_open(meter, error) &&
		       meter->driver->set_supply(meter, on, deadline_us, error);
	return meter_told(meter, good, error);
}

gboolean rig_meter_start(RigMeter *meter, gint64 deadline_us, GError **error)
{
	meter->is_running =
	    meter_check_open(meter, error) && meter->driver->start(meter, deadline_us, error);
	return meter_told(meter, meter->is_running, error);
}

gboolean rig_meter_read(RigMeter *meter, gint64 deadline_us, GError **error)
{
	return meter_told(
	    meter, meter_check_open(meter, error) && meter->driver->read(meter, deadline_us, error),
	    error);
}

gboolean rig_meter_stop(RigMeter *meter, gint64 deadline_us, GError **error)
{
	if (!meter->is_running)
		return TRUE;
	meter->is_running = FALSE;
	return meter_told(meter, meter->driver->stop(meter, deadline_us, error), error);
}
