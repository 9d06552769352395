/* SPDX-License-Identifier: Apache-2.0 */
#include "mailbox.h"

#include "crc32_words.h"

#include <string.h>

#define MAILBOX_TICKS_HZ 1000000u
#define MAILBOX_UNKNOWN  0xffffffffu
#define MAILBOX_PROFILE  "tinyrig mailbox 1"

static const char mailbox_magic[16] = "tinyrig mailbox";

/* What is before it is in memory before what is behind it, as the debug port sees them. */
static void mailbox_fence(void)
{
	__sync_synchronize();
}

/* Called from several places: once in flash. */
static __attribute__((noinline)) uint32_t mailbox_crc(uint32_t crc, const void *data, size_t size)
{
	return tinyrig_crc32_words(crc, data, size);
}

static TinyrigMailboxHead *mailbox_head(uint32_t *memory)
{
	return (TinyrigMailboxHead *)(void *)memory;
}

static TinyrigMailboxReply *mailbox_reply(const TinyrigMailbox *m, uint32_t slot)
{
	const TinyrigMailboxRoom *room = &m->room;
	size_t bytes = sizeof(TinyrigMailboxHead) +
	               slot * TINYRIG_MAILBOX_SLOT_BYTES(room->input_max, room->output_max);
	return (TinyrigMailboxReply *)(void *)(room->memory + bytes / 4);
}

static uint32_t *mailbox_output(TinyrigMailboxReply *reply)
{
	return (uint32_t *)(void *)(reply + 1);
}

static TinyrigMailboxRequest *mailbox_request(const TinyrigMailbox *m, TinyrigMailboxReply *reply)
{
	return (TinyrigMailboxRequest *)(void *)(mailbox_output(reply) + m->room.output_max / 4);
}

void tinyrig_mailbox_start(TinyrigMailbox *m, const TinyrigMailboxRoom *room,
                           const TinyrigPort *port, const TinyrigConfig *config)
{
	TinyrigMailboxHead *head = mailbox_head(room->memory);

	memset(m, 0, sizeof *m);
	m->room = *room;
	m->port = *port;
	m->config = *config;
	/* What lies there may be the last run's. */
	memset(room->memory, 0,
	       4 * TINYRIG_MAILBOX_WORDS(room->slots, room->input_max, room->output_max));
	mailbox_fence();
	head->version = TINYRIG_MAILBOX_VERSION;
	head->slots = room->slots;
	head->slot_bytes = (uint32_t)TINYRIG_MAILBOX_SLOT_BYTES(room->input_max, room->output_max);
	head->first_slot = (uint32_t)sizeof *head;
	head->input_max = room->input_max;
	head->output_max = room->output_max;
	head->ticks_hz = MAILBOX_TICKS_HZ;
	/* In RAM only now: the text in flash has no head behind it that fits. */
	uint32_t crc = mailbox_crc(0, mailbox_magic, sizeof mailbox_magic);
	head->crc =
	    mailbox_crc(crc, &head->version,
	                offsetof(TinyrigMailboxHead, crc) - offsetof(TinyrigMailboxHead, version));
	mailbox_fence();
	for (size_t i = 0; i < sizeof mailbox_magic; i++)
		head->magic[i] = mailbox_magic[i];
	mailbox_fence();
}

/* A text and its NUL behind `used` bytes of the output, as far as there is room. */
static uint32_t mailbox_put_text(const TinyrigMailbox *m, uint32_t *output, uint32_t used,
                                 const char *text)
{
	char *bytes = (char *)output;

	for (; used < m->room.output_max; text++) {
		bytes[used++] = *text;
		if (*text == '\0')
			break;
	}
	return used;
}

/* Stack, sensor, then texts (name, profile, model, sensor) and the build id. */
static uint32_t mailbox_identify(TinyrigMailbox *m, const TinyrigMailboxRequest *request,
                                 const uint8_t *input, TinyrigMailboxReply *reply)
{
	const TinyrigConfig *config = &m->config;
	uint32_t *output = mailbox_output(reply), used = 4 * sizeof *output;
	bool has_sensor = m->port.read_sensor != NULL;

	(void)request;
	(void)input;
	if (m->room.output_max < used)
		return TINYRIG_MAILBOX_REFUSED;
	output[0] = output[1] = MAILBOX_UNKNOWN;
	if (m->port.stack != NULL)
		m->port.stack(m->port.user, &output[0], &output[1]);
	output[2] = has_sensor ? config->sensor.channels : 0;
	output[3] = has_sensor ? config->sensor.rate_mhz : 0;
	used =
	    mailbox_put_text(m, output, used, config->vendor != NULL ? config->vendor : "unspecified");
	used = mailbox_put_text(m, output, used, MAILBOX_PROFILE);
	used = mailbox_put_text(m, output, used, config->model);
	used = mailbox_put_text(m, output, used, has_sensor ? config->sensor.identity : "");
	for (size_t i = 0; config->build_id != NULL && i < config->build_id_size; i++)
		if (used < m->room.output_max)
			((uint8_t *)output)[used++] = config->build_id[i];
	reply->output_bytes = used;
	return TINYRIG_MAILBOX_DONE;
}

/* Laps of each inference where there is room, then outputs of each; else those of the last. */
static uint32_t mailbox_infer(TinyrigMailbox *m, const TinyrigMailboxRequest *request,
                              const uint8_t *input, TinyrigMailboxReply *reply)
{
	const TinyrigPort *port = &m->port;
	uint32_t *laps = mailbox_output(reply), count = request->count, max = m->room.values_max;
	uint32_t kept = count <= m->room.output_max / (4 + 4 * max) ? count : 0, values = 0;
	float *outputs = (float *)(void *)(laps + kept);

	if (count == 0 || !port->load_tensor(port->user, input, request->input_bytes))
		return TINYRIG_MAILBOX_REFUSED;
	for (uint32_t i = 0; i < request->before; i++)
		port->infer(port->user);
	uint32_t first_us = port->now_us(port->user), begin_us = first_us, end_us = first_us;
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			begin_us = port->now_us(port->user);
		port->infer(port->user);
		end_us = port->now_us(port->user);
		if (i >= kept)
			continue;
		laps[i] = end_us - begin_us;
		values = (uint32_t)port->results(port->user, outputs + (size_t)i * values, max);
	}
	if (kept == 0)
		values = (uint32_t)port->results(port->user, outputs, max);
	reply->kept = kept;
	reply->values = values;
	reply->ticks = end_us - first_us;
	reply->output_bytes = 4 * (kept > 0 ? kept + kept * values : values);
	return TINYRIG_MAILBOX_DONE;
}

/* Frames: a stamp and the channels of each. A read-out in parts keeps the rate of its first. */
static uint32_t mailbox_sensor(TinyrigMailbox *m, const TinyrigMailboxRequest *request,
                               const uint8_t *input, TinyrigMailboxReply *reply)
{
	const TinyrigPort *port = &m->port;
	const TinyrigSensor *sensor = &m->config.sensor;
	uint32_t *at = mailbox_output(reply);

	(void)input;
	if (port->read_sensor == NULL)
		return TINYRIG_MAILBOX_UNKNOWN;
	if (request->count == 0 || request->count > m->room.output_max / (4 + 4 * sensor->channels))
		return TINYRIG_MAILBOX_REFUSED;
	if (request->before == 0)
		m->begin_us = port->now_us(port->user);
	for (uint32_t i = 0; i < request->count; i++) {
		uint64_t frame = (uint64_t)request->before + i;
		if (frame > 0)
			port->wait_until_us(port->user,
			                    m->begin_us + (uint32_t)(frame * 1000000000u / sensor->rate_mhz));
		*at++ = port->now_us(port->user);
		port->read_sensor(port->user, (int32_t *)(void *)at);
		at += sensor->channels;
	}
	reply->kept = request->count;
	reply->values = sensor->channels;
	reply->output_bytes = request->count * (4 + 4 * sensor->channels);
	return TINYRIG_MAILBOX_DONE;
}

static bool mailbox_is_whole(const TinyrigMailbox *m, const TinyrigMailboxRequest *request)
{
	size_t size = sizeof *request - offsetof(TinyrigMailboxRequest, operation);

	return request->input_bytes <= m->room.input_max &&
	       mailbox_crc(m->next, &request->operation, size + request->input_bytes) == request->crc;
}

static uint32_t mailbox_do(TinyrigMailbox *m, const TinyrigMailboxRequest *request,
                           TinyrigMailboxReply *reply)
{
	static uint32_t (*const operations[])(TinyrigMailbox *, const TinyrigMailboxRequest *,
	                                      const uint8_t *, TinyrigMailboxReply *) = {
	    [TINYRIG_MAILBOX_IDENTIFY] = mailbox_identify,
	    [TINYRIG_MAILBOX_INFER] = mailbox_infer,
	    [TINYRIG_MAILBOX_SENSOR] = mailbox_sensor,
	};
	uint32_t operation = request->operation;

	if (!mailbox_is_whole(m, request))
		return TINYRIG_MAILBOX_DAMAGED;
	if (operation >= sizeof operations / sizeof operations[0] || operations[operation] == NULL)
		return TINYRIG_MAILBOX_UNKNOWN;
	return operations[operation](m, request, (const uint8_t *)(request + 1), reply);
}

/* A host begins anew: nothing of the session before is left in the slots. */
static void mailbox_begin(TinyrigMailbox *m, TinyrigMailboxHead *head, uint32_t session)
{
	for (uint32_t slot = 0; slot < m->room.slots; slot++) {
		TinyrigMailboxReply *reply = mailbox_reply(m, slot);
		reply->number = 0;
		mailbox_request(m, reply)->number = 0;
	}
	m->next = 1;
	mailbox_fence();
	head->served = session;
}

bool tinyrig_mailbox_serve(TinyrigMailbox *m)
{
	TinyrigMailboxHead *head = mailbox_head(m->room.memory);
	uint32_t session = head->session;

	if (session != head->served) {
		mailbox_begin(m, head, session);
		return true;
	}
	if (session == 0)
		return false;
	TinyrigMailboxReply *reply = mailbox_reply(m, (m->next - 1) % m->room.slots);
	TinyrigMailboxRequest *request = mailbox_request(m, reply);
	if (request->number != m->next)
		return false;
	mailbox_fence();
	reply->kept = reply->values = reply->output_bytes = reply->ticks = 0;
	reply->status = mailbox_do(m, request, reply);
	size_t size = sizeof *reply - offsetof(TinyrigMailboxReply, status);
	reply->crc = mailbox_crc(m->next, &reply->status, size + reply->output_bytes);
	mailbox_fence();
	reply->number = m->next++;
	return true;
}

void tinyrig_mailbox_say(uint32_t *memory, const char *text)
{
	TinyrigMailboxHead *head = mailbox_head(memory);
	uint32_t size = 0;

	for (; size < TINYRIG_MAILBOX_SAID && text[size] != '\0'; size++)
		head->said[size] = text[size];
	mailbox_fence();
	head->said_bytes = size;
}
