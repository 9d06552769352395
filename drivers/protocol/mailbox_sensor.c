/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the board's sensor, as many in a reply as fit; the next part is posted ahead. */
#include "mailbox.h"

#include <rig/bytes.h>

#define SENSOR_CHANNELS_MAX 4096u

typedef struct Sensor {
	RigSensorFrames *frames; /* of `wanted` frames */
	guint32 wanted, part;    /* part: frames of one request */
	guint32 last_stamp;
	guint64 ticks; /* the same, in ticks */
	guint32 ticks_hz;
} Sensor;

static guint32 sensor_first(const Sensor *sensor, guint index)
{
	return index * sensor->part;
}

static MailboxAsk sensor_ask(gpointer state, guint index)
{
	const Sensor *sensor = state;
	guint32 first = sensor_first(sensor, index);
	return (MailboxAsk){.operation = MAILBOX_SENSOR,
	                    .count = MIN(sensor->part, sensor->wanted - first),
	                    .before = first};
}

static void sensor_frame(Sensor *sensor, guint32 frame, const guint8 *bytes)
{
	RigSensorFrames *frames = sensor->frames;
	guint32 stamp = rig_get_le32(bytes);
	sensor->ticks = frame == 0 ? stamp : sensor->ticks + (guint32)(stamp - sensor->last_stamp);
	sensor->last_stamp = stamp;
	frames->at_us[frame] =
	    (gint64)(sensor->ticks / sensor->ticks_hz * G_USEC_PER_SEC +
	             sensor->ticks % sensor->ticks_hz * G_USEC_PER_SEC / sensor->ticks_hz);
	for (guint32 i = 0; i < frames->channels; i++)
		frames->values[(gsize)frame * frames->channels + i] =
		    (double)(gint32)rig_get_le32(bytes + 4 + 4 * (gsize)i);
}

static gboolean sensor_take(gpointer state, guint index, const MailboxReply *reply, gint64 sent_us,
                            gint64 done_us, GError **error)
{
	Sensor *sensor = state;
	MailboxAsk ask = sensor_ask(sensor, index);
	gsize frame_bytes = 4 + 4 * (gsize)sensor->frames->channels;
	(void)sent_us;
	(void)done_us;
	if (reply->kept != ask.count || reply->values != sensor->frames->channels ||
	    reply->output_bytes != ask.count * frame_bytes) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "firmware answered %u frames of %u channels with %u of %u in %u bytes",
		            ask.count, sensor->frames->channels, reply->kept, reply->values,
		            reply->output_bytes);
		return FALSE;
	}
	for (guint32 i = 0; i < ask.count; i++)
		sensor_frame(sensor, ask.before + i, reply->output + i * frame_bytes);
	return TRUE;
}

/* The identity tells what sensor there is. */
static gboolean sensor_card(gpointer state, guint index, const MailboxReply *reply, gint64 sent_us,
                            gint64 done_us, GError **error)
{
	RigSensorFrames *frames = state;
	MailboxCard card;
	(void)index;
	(void)sent_us;
	(void)done_us;
	if (!mailbox_parse_card(reply, &card) || card.channels == 0 ||
	    card.channels > SENSOR_CHANNELS_MAX) {
		g_set_error_literal(error, RIG_ERROR, RIG_ERROR_BOARD,
		                    "firmware offers no sensor in its mailbox");
		return FALSE;
	}
	frames->identity = g_strdup(card.sensor);
	frames->channels = card.channels;
	return TRUE;
}

static MailboxAsk sensor_ask_card(gpointer state, guint index)
{
	(void)state;
	(void)index;
	return (MailboxAsk){.operation = MAILBOX_IDENTIFY, .count = 1};
}

gboolean mailbox_sensor(Mailbox *m, guint32 count, RigSensorFrames *frames, gint64 deadline_us,
                        GError **error)
{
	const MailboxJob card = {
	    .count = 1, .ask = sensor_ask_card, .take = sensor_card, .state = frames};
	if (!mailbox_run(m, &card, deadline_us, error))
		return FALSE;
	Sensor sensor = {.frames = frames,
	                 .wanted = count,
	                 .part = m->head.output_max / (4 + 4 * frames->channels),
	                 .ticks_hz = m->head.ticks_hz};
	if (sensor.part == 0) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "a frame of %u channels does not fit into the mailbox's %u bytes",
		            frames->channels, m->head.output_max);
		return FALSE;
	}
	frames->values = g_new0(double, (gsize)count * frames->channels);
	frames->at_us = g_new0(gint64, count);
	frames->count = count;
	frames->integrity = RIG_INTEGRITY_CHECKED;
	const MailboxJob job = {.count = (count + sensor.part - 1) / sensor.part,
	                        .ask = sensor_ask,
	                        .take = sensor_take,
	                        .state = &sensor};
	return mailbox_run(m, &job, deadline_us, error);
}
