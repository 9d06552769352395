/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mailbox: firmware that is asked through a piece of its RAM, by the debug probe, while the
 * core runs (include/tinyrig-target/mailbox.h, docs/mailbox.md).
 */
#include "mailbox.h"

static const RigField mailbox_fields[] = {
    {.key = "address",
     .type = RIG_FIELD_INTEGER,
     .offset = offsetof(MailboxOptions, address),
     .min = -1,
     .max = G_MAXUINT32,
     .fallback = "-1",
     .help = "where it lies; -1: at the image's symbol tinyrig_mailbox, or searched in RAM"},
    {0},
};

static gboolean mailbox_slot_sync(RigProtocol *protocol, gboolean booted, gint64 deadline_us,
                                  GError **error)
{
	Mailbox *m = protocol->priv;
	m->protocol = protocol;
	return mailbox_sync(m, booted, deadline_us, error);
}

/* After a failure that left the state unknown the next job begins a session of its own. */
static Mailbox *mailbox_ready(RigProtocol *protocol, gint64 deadline_us, GError **error)
{
	Mailbox *m = protocol->priv;
	m->protocol = protocol;
	return m->is_synced || mailbox_sync(m, FALSE, deadline_us, error) ? m : NULL;
}

static gboolean mailbox_settle(Mailbox *m, gboolean ok)
{
	m->is_synced = m->is_synced && ok;
	return ok;
}

static gboolean mailbox_slot_identify(RigProtocol *protocol, RigIdentity *identity,
                                      gint64 deadline_us, GError **error)
{
	Mailbox *m = mailbox_ready(protocol, deadline_us, error);
	return m != NULL && mailbox_settle(m, mailbox_identify(m, identity, deadline_us, error));
}

static gboolean mailbox_slot_infer(RigProtocol *protocol, const RigInferRequest *requests,
                                   gsize count, RigInferenceSink sink, gpointer user,
                                   gint64 deadline_us, GError **error)
{
	Mailbox *m = mailbox_ready(protocol, deadline_us, error);
	return m != NULL &&
	       mailbox_settle(m, mailbox_infer(m, requests, count, sink, user, deadline_us, error));
}

static gboolean mailbox_slot_sensor(RigProtocol *protocol, guint32 count, RigSensorFrames *frames,
                                    gint64 deadline_us, GError **error)
{
	Mailbox *m = mailbox_ready(protocol, deadline_us, error);
	return m != NULL && mailbox_settle(m, mailbox_sensor(m, count, frames, deadline_us, error));
}

static void mailbox_slot_close(RigProtocol *protocol)
{
	Mailbox *m = protocol->priv;
	g_clear_pointer(&m->words, g_free);
	g_clear_pointer(&m->bytes, g_free);
	m->is_synced = FALSE;
}

extern const RigProtocolDriver rig_protocol_mailbox;
const RigProtocolDriver rig_protocol_mailbox = {
    .name = "mailbox",
    .about = "a structure in the firmware's RAM, through the board's probe; needs no UART",
    .fields = mailbox_fields,
    .options_size = sizeof(MailboxOptions),
    .priv_size = sizeof(Mailbox),
    .offers = RIG_OFFERS_IDENTIFY | RIG_OFFERS_INFER | RIG_OFFERS_SENSOR,
    .by_probe = TRUE,
    .sync = mailbox_slot_sync,
    .identify = mailbox_slot_identify,
    .infer = mailbox_slot_infer,
    .sensor = mailbox_slot_sensor,
    .close = mailbox_slot_close,
};
