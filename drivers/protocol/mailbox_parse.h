/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware has written into its mailbox, from bytes (docs/mailbox.md). Pure functions. */
#ifndef DRIVERS_PROTOCOL_MAILBOX_PARSE_H
#define DRIVERS_PROTOCOL_MAILBOX_PARSE_H

#include <glib.h>

#define MAILBOX_MAGIC "tinyrig mailbox" /* and its NUL */

/* Offsets of the head's words. */
enum { MAILBOX_SESSION = 48, MAILBOX_SERVED = 52, MAILBOX_SAID_BYTES = 56, MAILBOX_SAID = 60 };
#define MAILBOX_HEAD_BYTES    124u
#define MAILBOX_REPLY_BYTES   28u
#define MAILBOX_REQUEST_BYTES 24u /* its number is in the first word */
#define MAILBOX_SAID_MAX      64u

enum { MAILBOX_IDENTIFY = 1, MAILBOX_INFER = 2, MAILBOX_SENSOR = 3 };
enum { MAILBOX_DONE = 0, MAILBOX_DAMAGED = 1, MAILBOX_UNKNOWN = 2, MAILBOX_REFUSED = 3 };

/* As in the head; sizes in bytes. */
typedef struct MailboxHead {
	guint32 slots, slot_bytes, first_slot, input_max, output_max, ticks_hz;
} MailboxHead;

/*
 * bytes: MAILBOX_SESSION of them at least. room: bytes of the memory it is in; 0: not known. NULL:
 * *head is filled; else what is wrong, static.
 */
const char *mailbox_parse_head(const guint8 *bytes, guint32 room, MailboxHead *head);

typedef struct MailboxReply {
	guint32 status, kept, values, output_bytes, ticks;
	const guint8 *output; /* output_bytes; borrowed */
} MailboxReply;

typedef enum {
	MAILBOX_REPLY_NONE,  /* it answers another request, or is not there yet */
	MAILBOX_REPLY_SHORT, /* more of it is to be read: reply->output_bytes */
	MAILBOX_REPLY_TORN,  /* its check sum is wrong, or it cannot be that long */
	MAILBOX_REPLY_WHOLE
} MailboxReplyState;

/* Of slot bytes as far as they were read: `size` >= MAILBOX_REPLY_BYTES. */
MailboxReplyState mailbox_parse_reply(const guint8 *bytes, gsize size, const MailboxHead *head,
                                      guint32 number, MailboxReply *reply);

/* Of an identify. Strings are borrowed from the output. */
typedef struct MailboxCard {
	guint32 stack_bytes, stack_used_bytes; /* G_MAXUINT32: not known */
	guint32 channels, rate_mhz;            /* of the sensor; 0: none */
	const char *name, *profile, *model, *sensor;
	const guint8 *build;
	gsize build_bytes;
} MailboxCard;
/* FALSE: it is none, or has texts that nobody can print. */
gboolean mailbox_parse_card(const MailboxReply *reply, MailboxCard *card);

/* Writes MAILBOX_REQUEST_BYTES: a request's words. */
void mailbox_put_request(guint8 *bytes, guint32 operation, guint32 count, guint32 before,
                         guint32 number, const guint8 *input, gsize input_bytes);

#endif
