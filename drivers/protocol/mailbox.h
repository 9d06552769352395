/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the mailbox protocol, inside its folder only. Layout and rules of the memory:
 * docs/mailbox.md. A request is posted into a slot of the ring and its reply read from there, so
 * that the board works on one while the next ones wait in front of it; several of both go in one
 * visit to the wire.
 */
#ifndef DRIVERS_PROTOCOL_MAILBOX_H
#define DRIVERS_PROTOCOL_MAILBOX_H

#include "mailbox_parse.h"
#include <rig/protocol.h>

#define MAILBOX_TRIES       3u
#define MAILBOX_TEXT_MAX    128u
#define MAILBOX_FIND_US     ((gint64)2 * G_USEC_PER_SEC) /* for the firmware to start */
#define MAILBOX_PATIENCE_US ((gint64)5 * G_USEC_PER_SEC) /* without an answer that is due */

typedef struct MailboxOptions {
	gint64 address; /* -1: by the symbol, or searched */
} MailboxOptions;

/* What is asked. */
typedef struct MailboxAsk {
	guint32 operation, count, before;
	const guint8 *input; /* borrowed */
	gsize input_bytes;
} MailboxAsk;

typedef struct Mailbox {
	RigProtocol *protocol; /* borrowed */
	gboolean is_synced;
	guint32 session;
	RigMemoryRange place;
	RigSearch search;
	MailboxHead head;
	guint32 number;         /* of the last request that was posted in the session */
	gint64 each_us;         /* of the last known inference; 0: none yet */
	guint32 expected_bytes; /* of the next output, as the last one was long */
	guint32 *words;         /* of the slots that are read: a reply and the longest output each */
	guint8 *bytes;          /* one of them, as bytes */
} Mailbox;

static inline RigAccess *mailbox_access(const Mailbox *m)
{
	return m->protocol->access;
}

static inline gint64 mailbox_now(const Mailbox *m)
{
	return rig_clock_now(mailbox_access(m)->clock);
}

/* 0 .. slots - 1; a head has one slot at least. */
static inline guint32 mailbox_slot_of(const Mailbox *m, guint32 number)
{
	return m->head.slots < 2 ? 0 : (number - 1) % m->head.slots;
}

static inline guint32 mailbox_slot(const Mailbox *m, guint32 number)
{
	return m->place.address + m->head.first_slot + mailbox_slot_of(m, number) * m->head.slot_bytes;
}

/* mailbox_session.c: from an unknown state to a session with empty slots. */
gboolean mailbox_sync(Mailbox *m, gboolean booted, gint64 deadline_us, GError **error);
/* A new session with the same mailbox: what was posted is forgotten. */
gboolean mailbox_begin_session(Mailbox *m, gint64 deadline_us, GError **error);

/* mailbox_ring.c */

/* Where the requests of a job come from, and who gets its replies, in order. */
typedef struct MailboxJob {
	guint count;
	MailboxAsk (*ask)(gpointer state, guint index);
	/* reply: DONE, and whole. sent_us, done_us: host clock, its request written, its reply read. */
	gboolean (*take)(gpointer state, guint index, const MailboxReply *reply, gint64 sent_us,
	                 gint64 done_us, GError **error);
	gpointer state;
	guint per_ask; /* inferences of each, for what is known of their time; 0: no inferences */
} MailboxJob;
/* Posts, waits and hands out, until all is answered. */
gboolean mailbox_run(Mailbox *m, const MailboxJob *job, gint64 deadline_us, GError **error);

/* mailbox_trouble.c: why an answer does not come. */

/* Looks at the core; FALSE: it does not run. */
gboolean mailbox_look(Mailbox *m, GError **error);
/* RIG_ERROR_BOARD with the firmware's last words, `said_bytes` of them. FALSE. */
gboolean mailbox_last_words(Mailbox *m, guint32 said_bytes, GError **error);
/* A status other than DONE. FALSE. */
gboolean mailbox_refused(const MailboxAsk *ask, const MailboxReply *reply, GError **error);
/* "request 12 (infer)"; caller frees. */
char *mailbox_show(const MailboxAsk *ask, guint32 number);

/* mailbox_infer.c */
gboolean mailbox_infer(Mailbox *m, const RigInferRequest *requests, gsize count,
                       RigInferenceSink sink, gpointer user, gint64 deadline_us, GError **error);

/* mailbox_identify.c */
gboolean mailbox_identify(Mailbox *m, RigIdentity *identity, gint64 deadline_us, GError **error);

/* mailbox_sensor.c */
gboolean mailbox_sensor(Mailbox *m, guint32 count, RigSensorFrames *frames, gint64 deadline_us,
                        GError **error);

#endif
