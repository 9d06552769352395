/* SPDX-License-Identifier: Apache-2.0 */
/* x: the tinyrig extension's own commands. */
#include "command.h"

static void extension_on(TinyrigMonitor *m, TinyrigWord *arguments)
{
	(void)arguments;
	m->extension_on = true;
	m->reply.sealed = true;
	tinyrig_reply_line(&m->reply, "m-x-on");
}

/* This reply is still sealed; the next command's is not. */
static void extension_off(TinyrigMonitor *m, TinyrigWord *arguments)
{
	(void)arguments;
	m->extension_on = false;
	m->reply.sealed = true;
	tinyrig_reply_line(&m->reply, "m-x-off");
}

static void extension_id(TinyrigMonitor *m, TinyrigWord *arguments)
{
	TinyrigReply *r = &m->reply;

	(void)arguments;
	if (m->config.build_id != NULL) {
		tinyrig_reply_text(r, "m-x-build-[");
		for (size_t i = 0; i < m->config.build_id_size; i++)
			tinyrig_reply_hex(r, m->config.build_id[i], 2);
		tinyrig_reply_line(r, "]");
	}
	if (m->port.stack != NULL) {
		uint32_t size_bytes, used_bytes;
		m->port.stack(m->port.user, &size_bytes, &used_bytes);
		tinyrig_reply_text(r, "m-x-stack-[");
		tinyrig_reply_unsigned(r, size_bytes);
		tinyrig_reply_number_line(&m->reply, " ", used_bytes, "]");
	}
}

/* at_us is the device clock, carried on where its 32 bits wrap during a read-out. */
static void extension_frame(TinyrigMonitor *m, uint64_t at_us)
{
	m->port.read_sensor(m->port.user, m->buffers.frame);
	tinyrig_reply_text(&m->reply, "m-x-frame-[");
	tinyrig_reply_unsigned(&m->reply, at_us);
	for (uint32_t i = 0; i < m->config.sensor.channels; i++) {
		tinyrig_reply_text(&m->reply, " ");
		tinyrig_reply_signed(&m->reply, m->buffers.frame[i]);
	}
	tinyrig_reply_line(&m->reply, "]");
}

/* Frames leave while the next one is awaited: a long read-out is seen as it comes. */
static void extension_sensor(TinyrigMonitor *m, TinyrigWord *arguments)
{
	const TinyrigSensor *sensor = &m->config.sensor;
	const TinyrigPort *port = &m->port;
	int32_t frames = tinyrig_word_decimal(tinyrig_word_next(arguments));

	if (frames < 1 || frames > (int32_t)TINYRIG_FRAMES_MAX) {
		tinyrig_reply_line(&m->reply, "e-[Sensor frames must be 1..1000]");
		return;
	}
	tinyrig_reply_text(&m->reply, "m-x-sensor-[");
	tinyrig_reply_text(&m->reply, sensor->identity);
	tinyrig_reply_text(&m->reply, " ");
	tinyrig_reply_unsigned(&m->reply, sensor->channels);
	tinyrig_reply_number_line(&m->reply, " ", sensor->rate_mhz, "]");

	uint32_t begin_us = port->now_us(port->user), last_us = begin_us;
	uint64_t at_us = begin_us;
	for (int32_t i = 0; i < frames; i++) {
		if (i > 0) {
			/* From the first frame on, so that rounding does not add up. */
			uint64_t offset_us = (uint64_t)(uint32_t)i * 1000000000u / sensor->rate_mhz;
			tinyrig_reply_flush(&m->reply);
			port->wait_until_us(port->user, begin_us + (uint32_t)offset_us);
		}
		uint32_t now_us = port->now_us(port->user);
		at_us += now_us - last_us;
		last_us = now_us;
		extension_frame(m, at_us);
	}
}

void tinyrig_command_x(TinyrigMonitor *m, TinyrigWord *arguments)
{
	static const TinyrigCommand commands[] = {
	    {"on", extension_on},
	    {"off", extension_off},
	    {"id", extension_id},
	    {"sensor", extension_sensor},
	};
	TinyrigWord what = tinyrig_word_next(arguments), x = {"x", 1};
	bool has_sensor = m->port.read_sensor != NULL;

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (tinyrig_word_is(what, commands[i].name) &&
		    (has_sensor || commands[i].run != extension_sensor)) {
			commands[i].run(m, arguments);
			return;
		}
	tinyrig_command_unknown(m, x, what);
}
