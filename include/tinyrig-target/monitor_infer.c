/* SPDX-License-Identifier: Apache-2.0 */
/* infer and results: the measured part of the monitor. */
#include "command.h"
#include "crc32.h"

#define INFER_DEFAULT_WARMUPS 10 /* the protocol's, whatever the reference's help text says */

static void infer_outputs(TinyrigMonitor *m, const float *outputs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tinyrig_reply_text(&m->reply, i > 0 ? "," : "");
		tinyrig_reply_float(&m->reply, outputs[i]);
	}
	tinyrig_reply_line(&m->reply, "]");
}

void tinyrig_command_results(TinyrigMonitor *m, TinyrigWord *arguments)
{
	const TinyrigBuffers *b = &m->buffers;
	size_t count = m->port.results(m->port.user, b->outputs, b->outputs_max);

	(void)arguments;
	tinyrig_reply_text(&m->reply, "m-results-[");
	infer_outputs(m, b->outputs, count);
}

/* The extension's lines of an infer call: what was loaded, and each of `kept` inferences alone. */
static void infer_details(TinyrigMonitor *m, size_t kept, size_t outputs_count)
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
		infer_outputs(m, b->outputs + i * b->outputs_max, outputs_count);
	}
}

/* Measures; nothing is printed between the two stamps. */
static void infer_measure(TinyrigMonitor *m, int32_t iterations)
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
	tinyrig_reply_number_line(&m->reply, "m-lap-us-", first_us, "");
	tinyrig_reply_number_line(&m->reply, "m-lap-us-", end_us, "");
	tinyrig_reply_line(&m->reply, "m-infer-done");
	if (m->extension_on)
		infer_details(m, kept, count);
}

void tinyrig_command_infer(TinyrigMonitor *m, TinyrigWord *arguments)
{
	TinyrigWord iterations_word = tinyrig_word_next(arguments),
	            warmups_word = tinyrig_word_next(arguments);
	int32_t iterations = iterations_word.size > 0 ? tinyrig_word_decimal(iterations_word) : 1;
	int32_t warmups =
	    warmups_word.size > 0 ? tinyrig_word_decimal(warmups_word) : INFER_DEFAULT_WARMUPS;

	if (iterations <= 0) {
		tinyrig_reply_line(&m->reply, "e-[Inference iterations must be >0]");
		return;
	}
	if (warmups < 0) {
		tinyrig_reply_line(&m->reply, "e-[Inference warmup must be >=0]");
		return;
	}
	if (!m->port.load_tensor(m->port.user, m->buffers.input, m->stored_bytes)) {
		tinyrig_reply_number_line(&m->reply, "e-[Input of ", (uint32_t)m->stored_bytes,
		                          " bytes does not fit the model]");
		return;
	}
	tinyrig_reply_number_line(&m->reply, "m-warmup-start-", (uint32_t)warmups, "");
	for (int32_t i = 0; i < warmups; i++)
		m->port.infer(m->port.user);
	tinyrig_reply_line(&m->reply, "m-warmup-done");
	tinyrig_reply_number_line(&m->reply, "m-infer-start-", (uint32_t)iterations, "");
	infer_measure(m, iterations);
	tinyrig_command_results(m, arguments);
}
