/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the board's sensor, by the extension's `x sensor N`. */
#include "mlperf_tiny_parse.h"

#define SENSOR_FRAMES_MAX   1000u /* that one command may ask for */
#define SENSOR_CHANNELS_MAX 4096u
#define SENSOR_NAME_MAX     64u

typedef struct Sensor {
	char *identity; /* owned */
	guint64 channels;
	guint32 wanted, count;
	GArray *values; /* double */
	GArray *times;  /* gint64 */
} Sensor;

static void sensor_begin(gpointer state)
{
	Sensor *sensor = state;
	g_clear_pointer(&sensor->identity, g_free);
	sensor->count = 0;
	g_array_set_size(sensor->values, 0);
	g_array_set_size(sensor->times, 0);
}

static TinyTake sensor_head(Sensor *sensor, TinyText text)
{
	TinyText inside, name, channels, rate;
	guint64 rate_mhz = 0;
	if (sensor->identity != NULL || !tiny_parse_bracketed(text, &inside) ||
	    !tiny_parse_word(&inside, &name) || name.size > SENSOR_NAME_MAX ||
	    !tiny_parse_printable(name) || !tiny_parse_word(&inside, &channels) ||
	    !tiny_parse_unsigned(&channels, SENSOR_CHANNELS_MAX, &sensor->channels) ||
	    channels.size > 0 || sensor->channels == 0 || !tiny_parse_word(&inside, &rate) ||
	    !tiny_parse_unsigned(&rate, G_MAXINT64, &rate_mhz) || rate.size > 0 || inside.size > 0)
		return TINY_WRONG;
	sensor->identity = g_strndup(name.at, name.size);
	return TINY_TAKEN;
}

static TinyTake sensor_frame(Sensor *sensor, TinyText text)
{
	TinyText inside;
	gint64 at_us = 0;
	if (sensor->identity == NULL || sensor->count == sensor->wanted ||
	    !tiny_parse_bracketed(text, &inside) || !tiny_parse_signed(&inside, &at_us))
		return TINY_WRONG;
	for (guint64 i = 0; i < sensor->channels; i++) {
		gint64 raw = 0;
		if (!tiny_text_skip(&inside, TINY_TEXT(" ")) || !tiny_parse_signed(&inside, &raw))
			return TINY_WRONG;
		double value = (double)raw;
		g_array_append_val(sensor->values, value);
	}
	if (inside.size > 0)
		return TINY_WRONG;
	g_array_append_val(sensor->times, at_us);
	sensor->count++;
	return TINY_TAKEN;
}

static TinyTake sensor_line(gpointer state, TinyText line)
{
	Sensor *sensor = state;
	if (tiny_text_skip(&line, TINY_TEXT("m-x-sensor-")))
		return sensor_head(sensor, line);
	if (tiny_text_skip(&line, TINY_TEXT("m-x-frame-")))
		return sensor_frame(sensor, line);
	return TINY_FOREIGN;
}

static const char *sensor_missing(gpointer state)
{
	const Sensor *sensor = state;
	if (sensor->identity == NULL)
		return "m-x-sensor-[…]";
	return sensor->count == sensor->wanted ? NULL : "m-x-frame-[…] for every frame";
}

/* One command's frames into `sensor`. */
static gboolean sensor_read(Tiny *t, Sensor *sensor, gint64 deadline_us, GError **error)
{
	char command[32];
	int length = g_snprintf(command, sizeof command, "x sensor %u", sensor->wanted);
	const TinyAsk ask = {.command = command,
	                     .length = (gsize)length,
	                     .state = sensor,
	                     .begin = sensor_begin,
	                     .line = sensor_line,
	                     .missing = sensor_missing};
	return tiny_ask(t, &ask, deadline_us, error);
}

/* Appends what one command read; the sensor must stay the same over all of them. */
static gboolean sensor_append(const Sensor *sensor, RigSensorFrames *frames, GArray *values,
                              GArray *times, GError **error)
{
	if (frames->identity == NULL) {
		frames->identity = g_strdup(sensor->identity);
		frames->channels = (guint32)sensor->channels;
	} else if (g_strcmp0(frames->identity, sensor->identity) != 0 ||
	           frames->channels != sensor->channels) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "the sensor changed while it was read: %s became %s", frames->identity,
		            sensor->identity);
		return FALSE;
	}
	g_array_append_vals(values, sensor->values->data, sensor->values->len);
	g_array_append_vals(times, sensor->times->data, sensor->times->len);
	frames->count += sensor->count;
	return TRUE;
}

static gboolean sensor_offered(Tiny *t, gint64 deadline_us, GError **error)
{
	/* The first `help` was not sealed: what it lacks may have been lost. */
	if (t->extended && !t->extension.sensor && !tiny_reread_extension(t, deadline_us, error))
		return FALSE;
	if (t->extended && t->extension.sensor)
		return TRUE;
	g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
	                    "firmware offers no sensor: its `help` does not name the tinyrig extension "
	                    "with `sensor`");
	return FALSE;
}

gboolean tiny_sensor(Tiny *t, guint32 count, RigSensorFrames *frames, gint64 deadline_us,
                     GError **error)
{
	if (!sensor_offered(t, deadline_us, error))
		return FALSE;
	Sensor sensor = {.values = g_array_new(FALSE, FALSE, sizeof(double)),
	                 .times = g_array_new(FALSE, FALSE, sizeof(gint64))};
	g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
	g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));
	gboolean ok = TRUE;
	while (ok && frames->count < count) {
		sensor.wanted = MIN(count - frames->count, SENSOR_FRAMES_MAX);
		ok = sensor_read(t, &sensor, deadline_us, error) &&
		     sensor_append(&sensor, frames, values, times, error);
	}
	if (ok) {
		frames->values = (double *)(void *)g_array_free(g_steal_pointer(&values), FALSE);
		frames->at_us = (gint64 *)(void *)g_array_free(g_steal_pointer(&times), FALSE);
		frames->integrity = RIG_INTEGRITY_CHECKED;
	}
	g_free(sensor.identity);
	g_array_unref(sensor.values);
	g_array_unref(sensor.times);
	return ok;
}
