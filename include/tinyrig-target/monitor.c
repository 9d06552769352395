/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor.h"

#include "crc32.h"

#include <string.h>

#define MONITOR_DEFAULT_WARMUPS 10 /* the protocol's, whatever its help text says */
#define MONITOR_DUMP_BYTES      8u /* a line of db print */

/* What is left of a command, split at spaces. */
typedef struct {
	const char *text;
	size_t size;
} MonitorText;

typedef struct {
	const char *name;
	void (*run)(TinyrigMonitor *monitor, MonitorText *arguments);
} MonitorCommand;

/* The next word, taken from *rest; size 0 at the end. */
static MonitorText monitor_word(MonitorText *rest)
{
	size_t begin = 0;
	while (begin < rest->size && rest->text[begin] == ' ')
		begin++;
	size_t end = begin;
	while (end < rest->size && rest->text[end] != ' ')
		end++;

	MonitorText word = {rest->text + begin, end - begin};
	rest->text += end;
	rest->size -= end;
	return word;
}

static bool monitor_is(MonitorText word, const char *name)
{
	return word.size == strlen(name) && memcmp(word.text, name, word.size) == 0;
}

/* As atoi: digits up to the first other character, 0 without any; stops at the largest int32_t. */
static int32_t monitor_decimal(MonitorText word)
{
	bool negative = word.size > 0 && word.text[0] == '-';
	size_t at = negative || (word.size > 0 && word.text[0] == '+') ? 1 : 0;
	int32_t value = 0;

	for (; at < word.size && word.text[at] >= '0' && word.text[at] <= '9'; at++) {
		int32_t digit = word.text[at] - '0';
		if (value > (INT32_MAX - digit) / 10)
			value = INT32_MAX;
		else
			value = value * 10 + digit;
	}
	return negative ? -value : value;
}

/* -1 for anything but a hex digit. */
static int monitor_nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* e-[Unknown command: A B]; B may be empty. */
static void monitor_unknown(TinyrigMonitor *m, MonitorText a, MonitorText b)
{
	tinyrig_reply_text(&m->reply, "e-[Unknown command: ");
	tinyrig_reply_bytes(&m->reply, a.text, a.size);
	if (b.size > 0) {
		tinyrig_reply_text(&m->reply, " ");
		tinyrig_reply_bytes(&m->reply, b.text, b.size);
	}
	tinyrig_reply_line(&m->reply, "]");
}

static void monitor_blank_line(TinyrigMonitor *m)
{
	if (!m->extension_on)
		tinyrig_reply_end_line(&m->reply);
}

/* A line of text, a number, and `after`. */
static void monitor_line_number(TinyrigMonitor *m, const char *before, uint32_t value,
                                const char *after)
{
	tinyrig_reply_text(&m->reply, before);
	tinyrig_reply_unsigned(&m->reply, value);
	tinyrig_reply_line(&m->reply, after);
}

static void monitor_name(TinyrigMonitor *m, MonitorText *arguments)
{
	(void)arguments;
	tinyrig_reply_text(&m->reply, "m-name-dut-[");
	tinyrig_reply_text(&m->reply, m->config.vendor != NULL ? m->config.vendor : "unspecified");
	tinyrig_reply_line(&m->reply, "]");
}

static void monitor_profile(TinyrigMonitor *m, MonitorText *arguments)
{
	(void)arguments;
	tinyrig_reply_line(&m->reply, "m-profile-[ULPMark for tinyML Firmware V0.0.1]");
	tinyrig_reply_text(&m->reply, "m-model-[");
	tinyrig_reply_text(&m->reply, m->config.model);
	tinyrig_reply_line(&m->reply, "]");
}

static void monitor_timestamp(TinyrigMonitor *m, MonitorText *arguments)
{
	uint32_t now_us = m->port.now_us(m->port.user);

	(void)arguments;
	monitor_line_number(m, "m-lap-us-", now_us, "");
}

static void monitor_help(TinyrigMonitor *m, MonitorText *arguments)
{
	static const char *const lines[] = {
	    "help         : print this information",
	    "name         : print the name of this device",
	    "timestsamp   : print a time stamp; the command is timestamp",
	    "profile      : print the firmware profile and the model",
	    "db SUBCMD    : work on the input buffer",
	    "  load N     : expect N bytes of input",
	    "  hh[hh]+    : store bytes, two hex digits each",
	    "  print      : print the input buffer",
	    "infer N [W]  : load the input, infer W times unmeasured, then N times measured",
	    "results      : print the outputs of the last inference",
	};
	TinyrigReply *r = &m->reply;

	(void)arguments;
	tinyrig_reply_line(r, "ULPMark for tinyML Firmware V0.0.1");
	monitor_blank_line(m);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		tinyrig_reply_line(r, lines[i]);
	if (!m->config.extension)
		return;
	tinyrig_reply_text(r, "m-x-tinyrig-[1 line=");
	tinyrig_reply_unsigned(r, (uint32_t)m->buffers.line_size);
	tinyrig_reply_text(r, " all=");
	tinyrig_reply_unsigned(r, (uint32_t)m->buffers.kept);
	tinyrig_reply_text(r, m->config.build_id != NULL ? " build" : "");
	tinyrig_reply_text(r, m->port.stack != NULL ? " stack" : "");
	tinyrig_reply_text(r, m->port.read_sensor != NULL ? " sensor" : "");
	tinyrig_reply_line(r, "]");
}

static void monitor_load(TinyrigMonitor *m, MonitorText *arguments)
{
	MonitorText count = monitor_word(arguments);
	TinyrigReply *r = &m->reply;

	if (count.size == 0) {
		tinyrig_reply_line(r, "e-[Command 'db load' requires the # of bytes]");
		return;
	}
	int32_t bytes = monitor_decimal(count);
	m->expected_bytes = 0;
	m->stored_bytes = 0;
	if (bytes <= 0) {
		tinyrig_reply_line(r, "e-[Command 'db load' must be >0 bytes]");
	} else if ((uint32_t)bytes > m->buffers.input_size) {
		tinyrig_reply_text(r, "Supplied buffer size ");
		tinyrig_reply_unsigned(r, (uint32_t)bytes);
		tinyrig_reply_text(r, " exceeds maximum of ");
		tinyrig_reply_unsigned(r, (uint32_t)m->buffers.input_size);
		if (m->extension_on)
			tinyrig_reply_end_line(r);
		else
			tinyrig_reply_text(r, "\n"); /* the one line that never had a CR */
	} else {
		m->expected_bytes = (uint32_t)bytes;
		memset(m->buffers.input, 0, m->expected_bytes);
		monitor_line_number(m, "m-[Expecting ", (uint32_t)bytes, " bytes]");
	}
}

/* Digits that exceed the load are ignored, and so are digits without a load. */
static void monitor_store(TinyrigMonitor *m, MonitorText digits)
{
	TinyrigReply *r = &m->reply;

	if (digits.size % 2 != 0) {
		tinyrig_reply_line(r, "e-[Insufficent number of hex digits]");
		return;
	}
	for (size_t i = 0; i < digits.size && m->stored_bytes < m->expected_bytes; i += 2) {
		int high = monitor_nibble(digits.text[i]), low = monitor_nibble(digits.text[i + 1]);
		if (high < 0 || low < 0) {
			tinyrig_reply_text(r, "e-[Invalid hex digit '");
			tinyrig_reply_bytes(r, digits.text + i, 2);
			tinyrig_reply_line(r, "']");
			return;
		}
		m->buffers.input[m->stored_bytes++] = (uint8_t)(high * 16 + low);
		if (m->stored_bytes == m->expected_bytes)
			tinyrig_reply_line(r, "m-load-done");
	}
}

static void monitor_dump(TinyrigMonitor *m)
{
	size_t size = m->expected_bytes;

	for (size_t i = 0; i < size; i++) {
		if (i % MONITOR_DUMP_BYTES == 0)
			tinyrig_reply_text(&m->reply, "m-buffer");
		tinyrig_reply_text(&m->reply, "-");
		tinyrig_reply_hex(&m->reply, m->buffers.input[i], 2);
		if (i % MONITOR_DUMP_BYTES == MONITOR_DUMP_BYTES - 1 || i + 1 == size)
			tinyrig_reply_end_line(&m->reply);
	}
	if (size % MONITOR_DUMP_BYTES != 0)
		monitor_blank_line(m);
}

static void monitor_db(TinyrigMonitor *m, MonitorText *arguments)
{
	MonitorText what = monitor_word(arguments);

	if (what.size == 0)
		tinyrig_reply_line(&m->reply, "e-[Command 'db' requires a subcommand]");
	else if (monitor_is(what, "load"))
		monitor_load(m, arguments);
	else if (monitor_is(what, "print"))
		monitor_dump(m);
	else
		monitor_store(m, what);
}

static void monitor_outputs(TinyrigMonitor *m, const float *outputs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tinyrig_reply_text(&m->reply, i > 0 ? "," : "");
		tinyrig_reply_float(&m->reply, outputs[i]);
	}
	tinyrig_reply_line(&m->reply, "]");
}

static void monitor_results(TinyrigMonitor *m, MonitorText *arguments)
{
	const TinyrigBuffers *b = &m->buffers;
	size_t count = m->port.results(m->port.user, b->outputs, b->outputs_max);

	(void)arguments;
	tinyrig_reply_text(&m->reply, "m-results-[");
	monitor_outputs(m, b->outputs, count);
}

/* The extension's lines of an infer call: what was loaded, and each of `kept` inferences alone. */
static void monitor_infer_details(TinyrigMonitor *m, size_t kept, size_t outputs_count)
{
	const TinyrigBuffers *b = &m->buffers;
	TinyrigReply *r = &m->reply;

	tinyrig_reply_text(r, "m-x-load-[");
	tinyrig_reply_unsigned(r, (uint32_t)m->stored_bytes);
	tinyrig_reply_text(r, " ");
	tinyrig_reply_hex(r, tinyrig_crc32(0, b->input, m->stored_bytes), 8);
	tinyrig_reply_line(r, "]");
	if (kept == 0)
		return;
	tinyrig_reply_text(r, "m-x-laps-[");
	for (size_t i = 0; i < kept; i++) {
		tinyrig_reply_text(r, i > 0 ? "," : "");
		tinyrig_reply_unsigned(r, b->laps_us[i]);
	}
	tinyrig_reply_line(r, "]");
	for (size_t i = 0; kept > 1 && i < kept; i++) {
		tinyrig_reply_text(r, "m-x-result-");
		tinyrig_reply_unsigned(r, (uint32_t)i);
		tinyrig_reply_text(r, "-[");
		monitor_outputs(m, b->outputs + i * b->outputs_max, outputs_count);
	}
}

/* Measures; nothing is printed between the two stamps. */
static void monitor_measure(TinyrigMonitor *m, int32_t iterations)
{
	const TinyrigPort *port = &m->port;
	const TinyrigBuffers *b = &m->buffers;
	size_t kept = m->extension_on && (uint32_t)iterations <= b->kept ? (size_t)iterations : 0;
	size_t count = 0;
	uint32_t first_us = port->now_us(port->user), begin_us = first_us, end_us = first_us;

	for (int32_t i = 0; i < iterations; i++) {
		if (i > 0)
			begin_us = port->now_us(port->user);
		port->infer(port->user);
		end_us = port->now_us(port->user);
		if ((size_t)i < kept) {
			b->laps_us[i] = end_us - begin_us;
			count =
			    port->results(port->user, b->outputs + (size_t)i * b->outputs_max, b->outputs_max);
		}
	}
	monitor_line_number(m, "m-lap-us-", first_us, "");
	monitor_line_number(m, "m-lap-us-", end_us, "");
	tinyrig_reply_line(&m->reply, "m-infer-done");
	if (m->extension_on)
		monitor_infer_details(m, kept, count);
}

static void monitor_infer(TinyrigMonitor *m, MonitorText *arguments)
{
	MonitorText iterations_word = monitor_word(arguments), warmups_word = monitor_word(arguments);
	int32_t iterations = iterations_word.size > 0 ? monitor_decimal(iterations_word) : 1;
	int32_t warmups =
	    warmups_word.size > 0 ? monitor_decimal(warmups_word) : MONITOR_DEFAULT_WARMUPS;

	if (iterations <= 0) {
		tinyrig_reply_line(&m->reply, "e-[Inference iterations must be >0]");
		return;
	}
	if (warmups < 0) {
		tinyrig_reply_line(&m->reply, "e-[Inference warmup must be >=0]");
		return;
	}
	if (!m->port.load_tensor(m->port.user, m->buffers.input, m->stored_bytes)) {
		monitor_line_number(m, "e-[Input of ", (uint32_t)m->stored_bytes,
		                    " bytes does not fit the model]");
		return;
	}
	monitor_line_number(m, "m-warmup-start-", (uint32_t)warmups, "");
	for (int32_t i = 0; i < warmups; i++)
		m->port.infer(m->port.user);
	tinyrig_reply_line(&m->reply, "m-warmup-done");
	monitor_line_number(m, "m-infer-start-", (uint32_t)iterations, "");
	monitor_measure(m, iterations);
	monitor_results(m, arguments);
}

static void monitor_x_on(TinyrigMonitor *m, MonitorText *arguments)
{
	(void)arguments;
	m->extension_on = true;
	m->reply.sealed = true;
	tinyrig_reply_line(&m->reply, "m-x-on");
}

/* This reply is still sealed; the next command's is not. */
static void monitor_x_off(TinyrigMonitor *m, MonitorText *arguments)
{
	(void)arguments;
	m->extension_on = false;
	m->reply.sealed = true;
	tinyrig_reply_line(&m->reply, "m-x-off");
}

static void monitor_x_id(TinyrigMonitor *m, MonitorText *arguments)
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
		monitor_line_number(m, " ", used_bytes, "]");
	}
}

static void monitor_frame(TinyrigMonitor *m)
{
	uint32_t at_us = m->port.now_us(m->port.user);

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
static void monitor_x_sensor(TinyrigMonitor *m, MonitorText *arguments)
{
	const TinyrigSensor *sensor = &m->config.sensor;
	const TinyrigPort *port = &m->port;
	int32_t frames = monitor_decimal(monitor_word(arguments));

	if (frames < 1 || frames > (int32_t)TINYRIG_FRAMES_MAX) {
		tinyrig_reply_line(&m->reply, "e-[Sensor frames must be 1..1000]");
		return;
	}
	tinyrig_reply_text(&m->reply, "m-x-sensor-[");
	tinyrig_reply_text(&m->reply, sensor->identity);
	tinyrig_reply_text(&m->reply, " ");
	tinyrig_reply_unsigned(&m->reply, sensor->channels);
	monitor_line_number(m, " ", sensor->rate_mhz, "]");

	uint32_t begin_us = port->now_us(port->user);
	for (int32_t i = 0; i < frames; i++) {
		if (i > 0) {
			/* From the first frame on, so that rounding does not add up. */
			uint64_t offset_us = (uint64_t)(uint32_t)i * 1000000000u / sensor->rate_mhz;
			tinyrig_reply_flush(&m->reply);
			port->wait_until_us(port->user, begin_us + (uint32_t)offset_us);
		}
		monitor_frame(m);
	}
}

static void monitor_x(TinyrigMonitor *m, MonitorText *arguments)
{
	static const MonitorCommand commands[] = {
	    {"on", monitor_x_on},
	    {"off", monitor_x_off},
	    {"id", monitor_x_id},
	    {"sensor", monitor_x_sensor},
	};
	MonitorText what = monitor_word(arguments), x = {"x", 1};
	bool has_sensor = m->port.read_sensor != NULL;

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (monitor_is(what, commands[i].name) &&
		    (has_sensor || commands[i].run != monitor_x_sensor)) {
			commands[i].run(m, arguments);
			return;
		}
	monitor_unknown(m, x, what);
}

static void monitor_execute(TinyrigMonitor *m, MonitorText command)
{
	static const MonitorCommand commands[] = {
	    {"db", monitor_db},           {"infer", monitor_infer},
	    {"results", monitor_results}, {"name", monitor_name},
	    {"profile", monitor_profile}, {"timestamp", monitor_timestamp},
	    {"help", monitor_help},       {"x", monitor_x},
	};
	MonitorText name = monitor_word(&command), none = {"", 0};

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (monitor_is(name, commands[i].name) &&
		    (m->config.extension || commands[i].run != monitor_x)) {
			commands[i].run(m, &command);
			return;
		}
	monitor_unknown(m, name, none);
}

/* A % came: answers what the line holds, unless it holds nothing. */
static void monitor_answer(TinyrigMonitor *m)
{
	MonitorText command = {m->buffers.line, m->line_used}, rest = command;
	bool too_long = m->line_too_long;

	m->line_used = 0;
	m->line_too_long = false;
	if (monitor_word(&rest).size == 0)
		return;
	m->reply.sealed = m->extension_on;
	tinyrig_reply_begin(&m->reply, command.text, command.size);
	if (too_long && m->extension_on)
		tinyrig_reply_line(&m->reply, "e-[Command too long]");
	else
		monitor_execute(m, command);
	tinyrig_reply_line(&m->reply, "m-ready");
	tinyrig_reply_flush(&m->reply);
}

void tinyrig_monitor_boot(TinyrigMonitor *m, const TinyrigPort *port, const TinyrigBuffers *buffers,
                          const TinyrigMonitorConfig *config)
{
	memset(m, 0, sizeof *m);
	m->port = *port;
	m->buffers = *buffers;
	m->config = *config;
	m->reply.write = port->write;
	m->reply.user = port->user;
	m->reply.buffer = buffers->reply;
	m->reply.size = buffers->reply_size;

	uint32_t now_us = port->now_us(port->user);
	tinyrig_reply_line(&m->reply, "m-timestamp-mode-performance");
	monitor_line_number(m, "m-lap-us-", now_us, "");
	tinyrig_reply_line(&m->reply, "m-init-done");
	tinyrig_reply_line(&m->reply, "m-ready");
	tinyrig_reply_flush(&m->reply);
}

void tinyrig_monitor_receive(TinyrigMonitor *m, const void *data, size_t size)
{
	const char *bytes = data;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] == '%')
			monitor_answer(m);
		else if (m->line_used < m->buffers.line_size)
			m->buffers.line[m->line_used++] = bytes[i];
		else
			m->line_too_long = true;
	}
}
