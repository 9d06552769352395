/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs through the ring, and inference records from its replies. */
#include "mailbox.h"

#include <rig/bytes.h>
#include <string.h>

typedef struct Infer {
	Mailbox *m;
	const RigInferRequest *requests;
	RigInferenceSink sink;
	gpointer user;
} Infer;

static MailboxAsk infer_ask(gpointer state, guint index)
{
	const Infer *infer = state;
	const RigInferRequest *request = &infer->requests[index];
	return (MailboxAsk){.operation = MAILBOX_INFER,
	                    .count = request->iterations,
	                    .before = request->warmups,
	                    .input = request->input,
	                    .input_bytes = request->input_bytes};
}

static gint64 infer_us(const Mailbox *m, guint32 ticks)
{
	return (gint64)(((guint64)ticks * G_USEC_PER_SEC + m->head.ticks_hz / 2) / m->head.ticks_hz);
}

/* An IEEE 754 float of the board. */
static double infer_value(const guint8 *bytes)
{
	guint32 word = rig_get_le32(bytes);
	float value;
	memcpy(&value, &word, sizeof value);
	return (double)value;
}

static gboolean infer_fits(const MailboxReply *reply, guint32 count)
{
	guint64 each = reply->kept == 0 ? 1 : reply->kept;
	return (reply->kept == 0 || reply->kept == count) && reply->values <= RIG_OUTPUTS_MAX &&
	       reply->output_bytes == 4 * ((guint64)reply->kept + each * reply->values);
}

/* A record for each inference where the board told them apart, else one. */
static gboolean infer_take(gpointer state, guint index, const MailboxReply *reply, gint64 sent_us,
                           gint64 done_us, GError **error)
{
	const Infer *infer = state;
	guint32 count = infer->requests[index].iterations;
	if (!infer_fits(reply, count)) {
		g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
		            "firmware answered %u inferences with %u of %u outputs in %u bytes, which does "
		            "not fit together",
		            count, reply->kept, reply->values, reply->output_bytes);
		return FALSE;
	}
	g_autofree double *outputs = g_new(double, MAX(reply->values, 1));
	const guint8 *values = reply->output + 4 * (gsize)reply->kept;
	for (guint32 i = 0; i < MAX(reply->kept, 1); i++) {
		RigInference record = RIG_INFERENCE_INIT;
		record.iterations = reply->kept > 0 ? 1 : count;
		record.sent_us = sent_us;
		record.done_us = done_us;
		record.lap_us = infer_us(infer->m, reply->kept > 0 ? rig_get_le32(reply->output + 4 * i)
		                                                   : reply->ticks);
		for (guint32 k = 0; k < reply->values; k++)
			outputs[k] = infer_value(values + 4 * ((gsize)i * reply->values + k));
		record.outputs = outputs;
		record.outputs_count = reply->values;
		record.integrity = record.lap_integrity = RIG_INTEGRITY_CHECKED;
		infer->sink(infer->user, index, &record);
	}
	return TRUE;
}

static gboolean infer_check(const Mailbox *m, const RigInferRequest *request, GError **error)
{
	if (request->input_bytes <= m->head.input_max)
		return TRUE;
	g_set_error(error, RIG_ERROR, RIG_ERROR_BOARD,
	            "an input of %" G_GSIZE_FORMAT " bytes does not fit into the mailbox's %u",
	            request->input_bytes, m->head.input_max);
	return FALSE;
}

gboolean mailbox_infer(Mailbox *m, const RigInferRequest *requests, gsize count,
                       RigInferenceSink sink, gpointer user, gint64 deadline_us, GError **error)
{
	Infer infer = {.m = m, .requests = requests, .sink = sink, .user = user};
	for (gsize i = 0; i < count; i++)
		if (!infer_check(m, &requests[i], error))
			return FALSE;
	guint64 per_ask = count == 0 ? 0 : (guint64)requests[0].iterations + requests[0].warmups;
	const MailboxJob job = {.count = (guint)count,
	                        .ask = infer_ask,
	                        .take = infer_take,
	                        .state = &infer,
	                        .per_ask = (guint)MIN(per_ask, G_MAXUINT)};
	return mailbox_run(m, &job, deadline_us, error);
}
