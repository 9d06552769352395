/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor.h"

#include "command.h"

#define MONITOR_DUMP_BYTES 8u /* a line of db print */

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

void tinyrig_command_unknown(TinyrigMonitor *m, TinyrigWord a, TinyrigWord b)
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

static void monitor_name(TinyrigMonitor *m, TinyrigWord *arguments)
{
	(void)arguments;
	tinyrig_reply_text(&m->reply, "m-name-dut-[");
	tinyrig_reply_text(&m->reply, m->config.vendor != NULL ? m->config.vendor : "unspecified");
	tinyrig_reply_line(&m->reply, "]");
}

static void monitor_profile(TinyrigMonitor *m, TinyrigWord *arguments)
{
	(void)arguments;
	tinyrig_reply_line(&m->reply, "m-profile-[ULPMark for tinyML Firmware V0.0.1]");
	tinyrig_reply_text(&m->reply, "m-model-[");
	tinyrig_reply_text(&m->reply, m->config.model);
	tinyrig_reply_line(&m->reply, "]");
}

static void monitor_timestamp(TinyrigMonitor *m, TinyrigWord *arguments)
{
	uint32_t now_us = m->port.now_us(m->port.user);

	(void)arguments;
	tinyrig_reply_number_line(&m->reply, "m-lap-us-", now_us, "");
}

static void monitor_help(TinyrigMonitor *m, TinyrigWord *arguments)
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

static void monitor_load(TinyrigMonitor *m, TinyrigWord *arguments)
{
	TinyrigWord count = tinyrig_word_next(arguments);
	TinyrigReply *r = &m->reply;

	if (count.size == 0) {
		tinyrig_reply_line(r, "e-[Command 'db load' requires the # of bytes]");
		return;
	}
	int32_t bytes = tinyrig_word_decimal(count);
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
		tinyrig_reply_number_line(&m->reply, "m-[Expecting ", (uint32_t)bytes, " bytes]");
	}
}

/* Digits that exceed the load are ignored, and so are digits without a load. */
static void monitor_store(TinyrigMonitor *m, TinyrigWord digits)
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

static void monitor_db(TinyrigMonitor *m, TinyrigWord *arguments)
{
	TinyrigWord what = tinyrig_word_next(arguments);

	if (what.size == 0)
		tinyrig_reply_line(&m->reply, "e-[Command 'db' requires a subcommand]");
	else if (tinyrig_word_is(what, "load"))
		monitor_load(m, arguments);
	else if (tinyrig_word_is(what, "print"))
		monitor_dump(m);
	else
		monitor_store(m, what);
}

static void monitor_execute(TinyrigMonitor *m, TinyrigWord command)
{
	static const TinyrigCommand commands[] = {
	    {"db", monitor_db},
	    {"infer", tinyrig_command_infer},
	    {"results", tinyrig_command_results},
	    {"name", monitor_name},
	    {"profile", monitor_profile},
	    {"timestamp", monitor_timestamp},
	    {"help", monitor_help},
	    {"x", tinyrig_command_x},
	};
	TinyrigWord name = tinyrig_word_next(&command), none = {"", 0};

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (tinyrig_word_is(name, commands[i].name) &&
		    (m->config.extension || commands[i].run != tinyrig_command_x)) {
			commands[i].run(m, &command);
			return;
		}
	tinyrig_command_unknown(m, name, none);
}

/* A % came: answers what the line holds, unless it holds nothing. */
static void monitor_answer(TinyrigMonitor *m)
{
	TinyrigWord command = {m->buffers.line, m->line_used}, rest = command;
	bool too_long = m->line_too_long;

	m->line_used = 0;
	m->line_too_long = false;
	if (tinyrig_word_next(&rest).size == 0)
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
                          const TinyrigConfig *config)
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
	tinyrig_reply_number_line(&m->reply, "m-lap-us-", now_us, "");
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
